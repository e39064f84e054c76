//! How high rows are, guessed or measured, with sums over any number of them.

use std::collections::VecDeque;

/// Heights with one sum: adding up a million rows is adding up a thousand blocks.
const BLOCK: usize = 1024;

/// Heights of rows, by index from the first that is kept.
#[derive(Debug, Default)]
pub(crate) struct Heights {
    blocks: VecDeque<Block>,
    /// Places of the first block that belong to rows which are gone; they are 0.
    skip: usize,
    len: usize,
    total: f64,
}

#[derive(Debug)]
struct Block {
    heights: Box<[f32; BLOCK]>,
    sum: f64,
}

impl Block {
    fn empty() -> Self {
        Self {
            heights: Box::new([0.0; BLOCK]),
            sum: 0.0,
        }
    }
}

impl Heights {
    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// All together.
    pub(crate) fn total(&self) -> f64 {
        self.total
    }

    /// The height of a row; 0 of one that is not there.
    pub(crate) fn at(&self, index: usize) -> f32 {
        if index >= self.len {
            return 0.0;
        }
        let place = index + self.skip;
        self.blocks[place / BLOCK].heights[place % BLOCK]
    }

    /// Puts a height right.
    pub(crate) fn set(&mut self, index: usize, height: f32) {
        if index >= self.len {
            return;
        }
        let place = index + self.skip;
        let block = &mut self.blocks[place / BLOCK];
        let slot = &mut block.heights[place % BLOCK];
        if *slot != height {
            let change = f64::from(height) - f64::from(*slot);
            *slot = height;
            block.sum += change;
            self.total += change;
        }
    }

    /// A row at the end.
    pub(crate) fn push(&mut self, height: f32) {
        if (self.skip + self.len).is_multiple_of(BLOCK) {
            self.blocks.push_back(Block::empty());
        }
        self.len += 1;
        self.set(self.len - 1, height);
    }

    /// A row at the beginning.
    pub(crate) fn push_front(&mut self, height: f32) {
        if self.skip == 0 {
            self.blocks.push_front(Block::empty());
            self.skip = BLOCK;
        }
        self.skip -= 1;
        self.len += 1;
        self.set(0, height);
    }

    /// The first `count` rows go.
    pub(crate) fn drop_front(&mut self, count: usize) {
        let mut left = count.min(self.len);
        while left > 0 {
            let here = (BLOCK - self.skip).min(left);
            if here == BLOCK - self.skip {
                let gone = self.blocks.pop_front().map_or(0.0, |block| block.sum);
                self.total -= gone;
                self.skip = 0;
                self.len -= here;
            } else {
                for index in 0..here {
                    self.set(index, 0.0);
                }
                self.skip += here;
                self.len -= here;
            }
            left -= here;
        }
        if self.len == 0 {
            *self = Self::default();
        }
    }

    /// The rows from `len` on go.
    pub(crate) fn truncate(&mut self, len: usize) {
        for index in len..self.len {
            self.set(index, 0.0);
        }
        self.len = self.len.min(len);
        self.blocks.truncate((self.skip + self.len).div_ceil(BLOCK));
    }

    /// The height of everything before a row.
    pub(crate) fn prefix(&self, index: usize) -> f64 {
        let place = index.min(self.len) + self.skip;
        let (block, within) = (place / BLOCK, place % BLOCK);
        let before: f64 = self.blocks.iter().take(block).map(|block| block.sum).sum();
        let part = self.blocks.get(block).map_or(&[][..], |block| &block.heights[..within]);
        before + part.iter().map(|height| f64::from(*height)).sum::<f64>()
    }

    /// The row at a height, and how far into it that is; the last row's end if it is beyond.
    pub(crate) fn find(&self, height: f64) -> (usize, f64) {
        let mut left = height.max(0.0);
        for (number, block) in self.blocks.iter().enumerate() {
            if left >= block.sum {
                left -= block.sum;
                continue;
            }
            for (within, height) in block.heights.iter().enumerate() {
                let height = f64::from(*height);
                let place = number * BLOCK + within;
                if left < height && place >= self.skip {
                    return (place - self.skip, left);
                }
                left -= height;
            }
        }
        let last = self.len.saturating_sub(1);
        (last, f64::from(self.at(last)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Strategy, any, prop_oneof, proptest};

    use super::Heights;

    #[derive(Debug, Clone)]
    enum Step {
        Push(u16),
        PushFront(u16),
        DropFront(usize),
        Truncate(usize),
        Set(usize, u8),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            (1..2500_u16).prop_map(Step::Push),
            (1..1500_u16).prop_map(Step::PushFront),
            (0..3000_usize).prop_map(Step::DropFront),
            (0..4000_usize).prop_map(Step::Truncate),
            (0..4000_usize, any::<u8>()).prop_map(|(index, height)| Step::Set(index, height)),
        ]
    }

    proptest! {
        /// The model is a plain list of heights.
        #[test]
        fn sums_and_places_agree_with_a_plain_list(steps in proptest::collection::vec(step(), 1..12)) {
            let mut heights = Heights::default();
            let mut model: std::collections::VecDeque<f32> = std::collections::VecDeque::new();
            for step in steps {
                match step {
                    Step::Push(count) => (0..count).for_each(|n| {
                        heights.push(f32::from(n % 7 + 1));
                        model.push_back(f32::from(n % 7 + 1));
                    }),
                    Step::PushFront(count) => (0..count).for_each(|n| {
                        heights.push_front(f32::from(n % 5 + 1));
                        model.push_front(f32::from(n % 5 + 1));
                    }),
                    Step::DropFront(count) => {
                        heights.drop_front(count);
                        model.drain(..count.min(model.len()));
                    }
                    Step::Truncate(len) => {
                        heights.truncate(len);
                        model.truncate(len);
                    }
                    Step::Set(index, height) => {
                        heights.set(index, f32::from(height) + 1.0);
                        if let Some(slot) = model.get_mut(index) {
                            *slot = f32::from(height) + 1.0;
                        }
                    }
                }
                assert_eq!(heights.len(), model.len());
                let mut before = 0.0;
                for (index, height) in model.iter().enumerate() {
                    assert_eq!(heights.at(index), *height);
                    if index % 97 == 0 {
                        assert_eq!(heights.prefix(index), before);
                        assert_eq!(heights.find(before), (index, 0.0));
                        assert_eq!(heights.find(before + 0.5), (index, 0.5));
                    }
                    before += f64::from(*height);
                }
                assert_eq!(heights.total(), before);
            }
        }
    }
}
