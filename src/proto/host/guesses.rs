//! Wrong invites, counted: an invite cannot be guessed, and whoever tries is to be noticed and not to be served.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use super::knocks::crowd_address;
use crate::proto::Limits;

/// How long an address is remembered after its last wrong invite. It is refused for as long, if there were too many.
pub(super) const MEMORY: Duration = Duration::from_secs(600);
/// Addresses that are remembered; of more, the one that was wrong longest ago is forgotten.
const MAX_ADDRESSES: usize = 1024;

/// Addresses from which wrong invites were shown lately.
#[derive(Debug, Default)]
pub(super) struct Guesses(BTreeMap<IpAddr, Wrong>);

#[derive(Debug)]
struct Wrong {
    times: usize,
    last: Instant,
}

impl Guesses {
    /// Whether invites from there are not looked at now: too many were wrong, or one was while many are in the whole room. An address that has
    /// shown none is never refused, so that nobody can lock others out.
    pub(super) fn refuses(&mut self, now: Instant, address: SocketAddr, limits: &Limits) -> bool {
        self.0.retain(|_, wrong| now < wrong.last + MEMORY);
        let all: usize = self.0.values().map(|wrong| wrong.times).sum();
        let wrong = self.0.get(&crowd_address(address));
        wrong
            .is_some_and(|wrong| wrong.times >= limits.max_wrong_invites_per_address || all >= limits.max_wrong_invites)
    }

    /// A wrong invite was shown.
    pub(super) fn note(&mut self, now: Instant, address: SocketAddr) {
        let wrong = self
            .0
            .entry(crowd_address(address))
            .or_insert(Wrong { times: 0, last: now });
        wrong.times += 1;
        wrong.last = now;
        if self.0.len() > MAX_ADDRESSES {
            let oldest = self.0.iter().min_by_key(|(_, wrong)| wrong.last);
            let oldest = oldest.map(|(address, _)| *address);
            oldest.and_then(|address| self.0.remove(&address));
        }
    }
}
