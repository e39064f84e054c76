//! A peer's bytes -> its messages as text: splitter and decoder together.

use super::encoding::{Decoder, Encoding};
use super::splitter::{Raw, Splitter};
use super::{MAX_MESSAGE_BYTES, Newline};

/// What a peer has sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// A message, not yet cleaned; never empty.
    Message(String),
    /// The first [`MAX_MESSAGE_BYTES`] of a message that is longer; the rest of it never comes.
    Cut(String),
    /// More than [`super::MAX_UNENDED_BYTES`] without an end. The last that comes.
    Endless,
}

/// Reads one peer. The owner tells it when the peer has been quiet for [`super::QUIET`], and for
/// [`super::PARTIAL_WAIT`] after that.
#[derive(Debug)]
pub struct Reader {
    splitter: Splitter,
    decoder: Decoder,
    newline: Option<Newline>,
}

impl Reader {
    /// A peer that has sent nothing yet.
    #[must_use]
    pub fn new(encoding: Encoding) -> Self {
        Self {
            splitter: Splitter::default(),
            decoder: Decoder::new(encoding),
            newline: None,
        }
    }

    /// Takes bytes as they came, and appends the messages that they end.
    pub fn read(&mut self, bytes: &[u8], incoming: &mut Vec<Incoming>) {
        let Self {
            splitter,
            decoder,
            newline,
        } = self;
        splitter.read(bytes, &mut |raw| collect(raw, decoder, newline, incoming));
    }

    /// The peer has been quiet: what there is of whole characters is a message.
    pub fn quiet(&mut self, incoming: &mut Vec<Incoming>) {
        let Self {
            splitter,
            decoder,
            newline,
        } = self;
        let snapshot = decoder.clone();
        splitter.quiet(|bytes| snapshot.complete(bytes), &mut |raw| {
            collect(raw, decoder, newline, incoming)
        });
    }

    /// The rest of what was held back will not come: it is a message.
    pub fn flush(&mut self, incoming: &mut Vec<Incoming>) {
        let Self {
            splitter,
            decoder,
            newline,
        } = self;
        splitter.flush(&mut |raw| collect(raw, decoder, newline, incoming));
    }

    /// Whether something has begun and not ended, or is held back.
    #[must_use]
    pub fn is_inside(&self) -> bool {
        self.splitter.is_inside()
    }

    /// How this peer ends its messages: as the last newline that it sent; `None` before the first.
    #[must_use]
    pub fn newline(&self) -> Option<Newline> {
        self.newline
    }

    /// Whether this peer is written to in GBK.
    #[must_use]
    pub fn is_gbk(&self) -> bool {
        self.decoder.is_gbk()
    }
}

fn collect(raw: Raw<'_>, decoder: &mut Decoder, newline: &mut Option<Newline>, incoming: &mut Vec<Incoming>) {
    match raw {
        Raw::Message(bytes, end) => {
            *newline = end.or(*newline);
            if !bytes.is_empty() {
                incoming.push(Incoming::Message(decoder.decode(bytes)));
            }
        }
        Raw::Cut(bytes) => {
            debug_assert!(bytes.len() <= MAX_MESSAGE_BYTES);
            let whole = decoder.complete(bytes);
            incoming.push(Incoming::Cut(decoder.decode(&bytes[..whole])));
        }
        Raw::Endless => incoming.push(Incoming::Endless),
    }
}
