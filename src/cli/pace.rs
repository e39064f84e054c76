//! How fast standard input is taken: own messages that are on their way, and when more may follow.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::proto::plain::{MAX_PIECE_BYTES, SPACING};

/// Messages that the worker has not numbered yet: its channel of commands never fills.
const UNNUMBERED: usize = 32;
/// Pieces that the operating system has not taken yet. A peer without newlines takes one every [`SPACING`], so that all
/// of them are out within the 10 seconds after the end of input; it is enough to keep a fast line busy.
const WINDOW_PIECES: usize = 32;
/// A character that GBK does not have goes out as `&#233;`: so many bytes for one of UTF-8, at most.
const LONGEST_REFERENCE: usize = 3;
/// How long beyond its spacing a message may take before its line is taken for one that does not read.
const LATE_AFTER: Duration = Duration::from_secs(1);

/// Own messages on their way.
#[derive(Debug)]
pub(super) struct Pace {
    /// Said, and not numbered.
    unnumbered: usize,
    /// Pieces of each message that has not been taken, oldest first.
    untaken: VecDeque<usize>,
    pieces: usize,
    /// When a message was taken last, or the first of these was said.
    moved: Instant,
}

impl Pace {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            unnumbered: 0,
            untaken: VecDeque::new(),
            pieces: 0,
            moved: now,
        }
    }

    /// Whether nothing is on its way.
    pub(super) fn is_empty(&self) -> bool {
        self.untaken.is_empty()
    }

    /// Messages on their way.
    pub(super) fn untaken(&self) -> usize {
        self.untaken.len()
    }

    /// Whether `text` may be said now. `late`: even if not everything before it has been taken; see [`Pace::late_at`].
    pub(super) fn takes(&self, text: &str, late: bool) -> bool {
        let fits = self.is_empty() || self.pieces + pieces(text) <= WINDOW_PIECES;
        self.unnumbered < UNNUMBERED && (fits || late)
    }

    /// When messages are late: later than spacing explains, so that a peer does not read. Where others wait for the next
    /// words, they are not to wait for that peer.
    pub(super) fn late_at(&self) -> Option<Instant> {
        let first = u32::try_from(*self.untaken.front()?).unwrap_or(u32::MAX);
        Some(self.moved + SPACING.saturating_mul(first) + LATE_AFTER)
    }

    pub(super) fn say(&mut self, now: Instant, text: &str) {
        self.unnumbered += 1;
        self.push(now, text);
    }

    /// The worker has a message in its outbox: one that was said, or one from before.
    pub(super) fn queue(&mut self, now: Instant, text: &str) {
        match self.unnumbered {
            0 => self.push(now, text),
            _ => self.number(),
        }
    }

    fn push(&mut self, now: Instant, text: &str) {
        if self.is_empty() {
            self.moved = now;
        }
        self.untaken.push_back(pieces(text));
        self.pieces += pieces(text);
    }

    /// The worker would not have the newest message.
    pub(super) fn take_back(&mut self) {
        self.number();
        self.pieces -= self.untaken.pop_back().unwrap_or_default();
    }

    /// Whether a message was said that the worker has not numbered.
    pub(super) fn expects_a_number(&self) -> bool {
        self.unnumbered > 0
    }

    /// The worker has numbered a message, or refused it.
    pub(super) fn number(&mut self) {
        self.unnumbered = self.unnumbered.saturating_sub(1);
    }

    /// A message is no longer on its way.
    pub(super) fn settle(&mut self, now: Instant) {
        self.moved = now;
        self.pieces -= self.untaken.pop_front().unwrap_or_default();
    }
}

/// At most so many pieces go out.
fn pieces(text: &str) -> usize {
    match text.is_ascii() {
        true => text.len() / MAX_PIECE_BYTES + 1,
        false => text.len() * LONGEST_REFERENCE / MAX_PIECE_BYTES + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace() -> (Pace, Instant) {
        let now = Instant::now();
        (Pace::new(now), now)
    }

    #[test]
    fn what_is_on_its_way_is_out_in_ten_seconds_without_newlines() {
        let longest = "é".repeat(crate::text::MAX_MESSAGE_BYTES / 2);
        assert!(SPACING * u32::try_from(pieces(&longest)).unwrap() <= Duration::from_secs(10));
        for length in [1, 20, 500, 1_000, 1_001, 5_000, 16_384] {
            let (mut pace, now) = pace();
            let text = "x".repeat(length);
            while pace.takes(&text, false) {
                pace.say(now, &text);
                pace.number();
            }
            assert!(SPACING * u32::try_from(pace.pieces).unwrap() <= Duration::from_secs(10));
        }
    }

    #[test]
    fn a_message_of_any_length_may_be_said_when_nothing_else_is_on_its_way() {
        let (mut pace, now) = pace();
        let long = "长".repeat(5_000);
        assert!(pace.takes(&long, false));
        pace.say(now, &long);
        assert!(!pace.takes("x", false));
        pace.number();
        pace.settle(now);
        assert!(pace.takes(&long, false) && pace.is_empty());
    }

    #[test]
    fn late_is_later_than_spacing_explains() {
        let (mut pace, now) = pace();
        assert_eq!(pace.late_at(), None);
        pace.say(now, &"x".repeat(4_500));
        assert_eq!(pace.late_at(), Some(now + 5 * SPACING + LATE_AFTER));
        pace.say(now, "y");
        let later = now + 5 * SPACING;
        pace.settle(later);
        assert_eq!(pace.late_at(), Some(later + SPACING + LATE_AFTER));
    }

    #[test]
    fn the_worker_is_never_given_more_than_it_can_hold() {
        let (mut pace, now) = pace();
        (0..UNNUMBERED).for_each(|_| pace.say(now, "x"));
        assert!(!pace.takes("x", true));
        pace.number();
        assert!(pace.takes("x", true) && !pace.takes("x", false));
    }
}
