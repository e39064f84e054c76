//! Messages -> the bytes of one peer: pieces, newlines, spacing, and what waits for the operating system.

use std::collections::VecDeque;
use std::sync::Arc;

use unicode_segmentation::UnicodeSegmentation as _;

use super::{BYE, MAX_PIECE_BYTES, Newline, encoding};

/// How a peer wants to be written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::proto) struct Style {
    pub(in crate::proto) gbk: bool,
    pub(in crate::proto) newline: Option<Newline>,
}

impl Style {
    /// Styles there are.
    pub(in crate::proto) const COUNT: usize = 6;

    /// Its place in a table of all.
    pub(in crate::proto) fn index(self) -> usize {
        let newline = match self.newline {
            None => 0,
            Some(Newline::Lf) => 1,
            Some(Newline::CrLf) => 2,
        };
        newline * 2 + usize::from(self.gbk)
    }
}

/// A message as the bytes of one style, made once for all lines that have it.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::proto) struct Rendered {
    bytes: Vec<u8>,
    /// Where each piece ends.
    ends: Vec<usize>,
    /// Whether the pieces end in a newline; otherwise they must be written apart.
    ended: bool,
}

impl Rendered {
    /// A message, each of its pieces after `prefix`: whoever cuts or breaks a message must not be able to put words into
    /// the mouth of somebody else.
    pub(in crate::proto) fn message(prefix: &str, text: &str, style: Style) -> Arc<Self> {
        let mut rendered = Self {
            bytes: Vec::with_capacity(prefix.len() + text.len() + 2),
            ends: Vec::with_capacity(1),
            ended: style.newline.is_some(),
        };
        let mut head = Vec::new();
        encoding::encode(prefix, style.gbk, &mut head);
        if style.newline.is_some() {
            for line in text.split('\n').filter(|line| !line.trim().is_empty()) {
                rendered.line(&head, line, style);
            }
        } else {
            rendered.line(&head, &text.replace('\n', " "), style);
        }
        if rendered.ends.is_empty() {
            rendered.line(&head, " ", style); // there is always something to write
        }
        Arc::new(rendered)
    }

    /// The word that ends a line.
    pub(in crate::proto) fn bye(newline: Option<Newline>) -> Arc<Self> {
        let mut bytes = BYE.as_bytes().to_vec();
        bytes.extend_from_slice(newline.map_or(b"", Newline::bytes));
        Arc::new(Self {
            ends: vec![bytes.len()],
            bytes,
            ended: newline.is_some(),
        })
    }

    fn line(&mut self, head: &[u8], line: &str, style: Style) {
        let newline = style.newline.map_or(&b""[..], Newline::bytes);
        let room = MAX_PIECE_BYTES - newline.len() - head.len();
        let from = self.bytes.len();
        self.bytes.extend_from_slice(head);
        encoding::encode(line, style.gbk, &mut self.bytes);
        if self.bytes.len() - from - head.len() <= room {
            self.end_piece(from, newline);
            return;
        }
        self.bytes.truncate(from);
        self.cut(head, line, style.gbk, room, newline);
    }

    /// Between graphemes where that is possible, else between characters.
    fn cut(&mut self, head: &[u8], line: &str, gbk: bool, room: usize, newline: &[u8]) {
        let mut piece = self.bytes.len();
        self.bytes.extend_from_slice(head);
        let mut unit = Vec::new();
        for part in line.graphemes(true).flat_map(|grapheme| parts(grapheme, gbk, room)) {
            unit.clear();
            encoding::encode(part, gbk, &mut unit);
            if self.bytes.len() - piece - head.len() + unit.len() > room {
                self.end_piece(piece, newline);
                piece = self.bytes.len();
                self.bytes.extend_from_slice(head);
            }
            self.bytes.extend_from_slice(&unit);
        }
        self.end_piece(piece, newline);
    }

    fn end_piece(&mut self, from: usize, newline: &[u8]) {
        let piece = &self.bytes[from..];
        // Only whole messages are commands: a line of a longer message gets a blank that takes its power.
        if piece == BYE.as_bytes() {
            self.bytes.push(b' ');
        } else if from > 0 && piece.starts_with(b"/name") {
            self.bytes.insert(from, b' ');
        }
        self.bytes.extend_from_slice(newline);
        self.ends.push(self.bytes.len());
    }

    fn piece(&self, index: usize) -> &[u8] {
        let from = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[from..self.ends[index]]
    }
}

/// A grapheme as units that are not cut: itself, or its characters when it is longer than a piece.
fn parts(grapheme: &str, gbk: bool, room: usize) -> impl Iterator<Item = &str> {
    const LONGEST_REFERENCE: usize = "&#1114111;".len();
    let longest = if gbk {
        grapheme.len() * LONGEST_REFERENCE
    } else {
        grapheme.len()
    };
    let step = if longest > room { 1 } else { usize::MAX };
    let mut rest = grapheme;
    std::iter::from_fn(move || {
        let end = rest.char_indices().nth(step).map_or(rest.len(), |(at, _)| at);
        let (part, after) = rest.split_at(end);
        rest = after;
        (!part.is_empty()).then_some(part)
    })
}

/// What waits for one peer. Bytes that may be written now are contiguous.
#[derive(Debug, Default)]
pub(in crate::proto) struct Writer {
    out: Vec<u8>,
    /// How much of `out` the operating system has taken.
    taken: usize,
    /// Bytes ever put into `out`.
    total: u64,
    /// Ends of the messages in `out` that are not yet taken, with the number of those that are this computer's own.
    marks: VecDeque<(u64, Option<u64>)>,
    waiting: VecDeque<Waiting>,
    waiting_bytes: usize,
    /// The last piece in `out` has no newline: the next must keep its distance.
    unended: bool,
}

#[derive(Debug)]
struct Waiting {
    rendered: Arc<Rendered>,
    next: usize,
    own: Option<u64>,
}

impl Writer {
    /// What a message costs beside its bytes.
    const MESSAGE_OVERHEAD: usize = size_of::<Waiting>();

    /// Queues a message; `own` is its number if it is this computer's.
    pub(in crate::proto) fn push(&mut self, rendered: &Arc<Rendered>, own: Option<u64>) {
        if rendered.ended && !self.unended && self.waiting.is_empty() {
            self.out.extend_from_slice(&rendered.bytes);
            self.total += rendered.bytes.len() as u64;
            self.marks.push_back((self.total, own));
            return;
        }
        self.waiting_bytes += rendered.bytes.len();
        self.waiting.push_back(Waiting {
            rendered: Arc::clone(rendered),
            next: 0,
            own,
        });
        if !self.unended {
            self.advance();
        }
    }

    /// The distance after the last piece has been kept: the next may go out.
    pub(in crate::proto) fn release(&mut self) {
        self.unended = false;
        self.advance();
    }

    /// Bytes that may be written now.
    pub(in crate::proto) fn pending(&self) -> &[u8] {
        &self.out[self.taken..]
    }

    /// The operating system has taken bytes; own messages that are out completely are reported.
    pub(in crate::proto) fn written(&mut self, bytes: usize, mut sent: impl FnMut(u64)) {
        self.taken = (self.taken + bytes).min(self.out.len());
        let reached = self.total - (self.out.len() - self.taken) as u64;
        while let Some(&(end, own)) = self.marks.front()
            && end <= reached
        {
            self.marks.pop_front();
            own.into_iter().for_each(&mut sent);
        }
        self.compact();
    }

    /// Everything that may be written now has been, but the next piece must wait.
    pub(in crate::proto) fn is_resting(&self) -> bool {
        self.unended && self.pending().is_empty()
    }

    /// Nothing waits, now or later.
    pub(in crate::proto) fn is_empty(&self) -> bool {
        self.pending().is_empty() && self.waiting.is_empty()
    }

    /// Gives up what may not be written yet; own messages among it are reported. Whether there was anything.
    pub(in crate::proto) fn drop_waiting(&mut self, lost: impl FnMut(u64)) -> bool {
        let any = !self.waiting.is_empty();
        self.waiting_bytes = 0;
        self.waiting.drain(..).filter_map(|waiting| waiting.own).for_each(lost);
        any
    }

    /// Gives up everything; own messages among it are reported.
    pub(in crate::proto) fn drop_all(&mut self, mut lost: impl FnMut(u64)) {
        self.out = Vec::new();
        self.taken = 0;
        self.marks.drain(..).filter_map(|(_, own)| own).for_each(&mut lost);
        self.drop_waiting(lost);
    }

    /// Messages that wait.
    pub(in crate::proto) fn messages(&self) -> usize {
        self.marks.len() + self.waiting.len()
    }

    /// Bytes that wait, with what it costs to keep them.
    pub(in crate::proto) fn queued_bytes(&self) -> usize {
        self.pending().len() + self.waiting_bytes + self.messages() * Self::MESSAGE_OVERHEAD
    }

    /// Moves pieces into `out` until one has no newline.
    fn advance(&mut self) {
        while !self.unended
            && let Some(waiting) = self.waiting.front_mut()
        {
            let piece = waiting.rendered.piece(waiting.next);
            self.out.extend_from_slice(piece);
            self.total += piece.len() as u64;
            self.waiting_bytes -= piece.len();
            self.unended = !waiting.rendered.ended;
            waiting.next += 1;
            if waiting.next == waiting.rendered.ends.len() {
                self.marks.push_back((self.total, waiting.own));
                self.waiting.pop_front();
            }
        }
    }

    /// Frees what was taken, lazily, so that a byte is moved at most once.
    fn compact(&mut self) {
        const KEPT_CAPACITY: usize = 16 << 10; // a quiet line costs no more
        if self.taken == self.out.len() {
            self.out.clear();
            self.taken = 0;
            if self.out.capacity() > KEPT_CAPACITY {
                self.out = Vec::new();
            }
        } else if self.taken > self.out.len() / 2 {
            self.out.drain(..self.taken);
            self.taken = 0;
        }
    }
}
