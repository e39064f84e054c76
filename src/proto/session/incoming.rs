//! Bytes in any pieces -> units of a known length. What has come whole is not copied.

use std::borrow::Cow;

/// The beginning of a unit whose rest is still on its way.
#[derive(Debug, Default)]
pub(super) struct Incoming {
    partial: Vec<u8>,
}

impl Incoming {
    /// The next `wanted` bytes, from what came before and from `bytes`; what is not used stays in `bytes`. `None`: all of it was taken,
    /// and more must come.
    pub(super) fn unit<'a>(&mut self, wanted: usize, bytes: &mut &'a [u8]) -> Option<Cow<'a, [u8]>> {
        let missing = wanted.saturating_sub(self.partial.len());
        let Some((rest, after)) = bytes.split_at_checked(missing) else {
            self.partial.extend_from_slice(bytes);
            *bytes = &[];
            return None;
        };
        *bytes = after;
        if self.partial.is_empty() {
            return Some(Cow::Borrowed(rest));
        }
        self.partial.extend_from_slice(rest);
        Some(Cow::Owned(std::mem::take(&mut self.partial)))
    }

    /// The beginning of the next unit.
    pub(super) fn partial(&self) -> &[u8] {
        &self.partial
    }

    /// Forgets it.
    pub(super) fn clear(&mut self) {
        self.partial = Vec::new();
    }
}
