//! Which refused connections the room is told of: a flood of them must not flood the transcript.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// One address is mentioned once in so long.
const MENTION_EVERY: Duration = Duration::from_secs(60);
/// Addresses that are remembered; while there are more, the others are not mentioned.
const MAX_ADDRESSES: usize = 64;

/// The addresses mentioned lately.
#[derive(Debug, Default)]
pub(super) struct Refusals(BTreeMap<IpAddr, Instant>);

impl Refusals {
    /// Whether to tell the room that somebody from `ip` could not come in.
    pub(super) fn mention(&mut self, now: Instant, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        self.0.retain(|_, at| now < *at + MENTION_EVERY);
        let mention = !self.0.contains_key(&ip) && self.0.len() < MAX_ADDRESSES;
        if mention {
            self.0.insert(ip, now);
        }
        mention
    }
}
