//! A guest's calls: who is called, in which order, and whose answer still counts.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;

use super::connector::{AttemptId, Connector};
use super::io_event::IoEvent;
use super::reach;
use crate::proto::Address;

/// How often a guest without a line looks whether this computer has other addresses than before: a cable that is plugged in is to bring
/// the room back while people still look at it, and reading the addresses costs some ten microseconds.
const LOOK_EVERY: Duration = Duration::from_secs(3);

/// The calls of one guest. At most one is under way.
#[derive(Debug)]
pub(super) struct Calls {
    /// Where the host may be, the likeliest first.
    addresses: Vec<Address>,
    within: Duration,
    latest: AttemptId,
    under_way: Option<Connector>,
    /// The host is known, or has answered once.
    worth_another_try: bool,
    /// From the first call until somebody answers.
    watch: Option<Watch>,
}

/// A look at this computer's own addresses.
#[derive(Debug)]
struct Watch {
    seen: Vec<IpAddr>,
    next: Instant,
}

impl Calls {
    pub(super) fn new(addresses: Vec<Address>, within: Duration, known: bool) -> Self {
        Self {
            addresses,
            within,
            latest: AttemptId(0),
            under_way: None,
            worth_another_try: known,
            watch: None,
        }
    }

    /// Calls the host. A call that is still under way is cancelled.
    pub(super) fn call(&mut self, now: Instant, io: &Sender<IoEvent>) -> io::Result<()> {
        self.under_way = None;
        self.latest = AttemptId(self.latest.0 + 1);
        let connector = Connector::start(self.latest, self.addresses.clone(), self.within, io)?;
        self.under_way = Some(connector);
        self.watch.get_or_insert_with(|| Watch {
            seen: reach::own(),
            next: now + LOOK_EVERY,
        });
        Ok(())
    }

    /// Whether what an attempt reports still counts: only the latest one's, and only until it is over.
    pub(super) fn is_current(&self, attempt: AttemptId) -> bool {
        self.is_calling() && attempt == self.latest
    }

    pub(super) fn is_calling(&self) -> bool {
        self.under_way.is_some()
    }

    /// Whether an attempt that fails is followed by others: the room was there before. Somebody who has mistyped an address is to be told.
    pub(super) fn is_worth_another_try(&self) -> bool {
        self.worth_another_try
    }

    /// Where to call, the likeliest first.
    pub(super) fn addresses(&self) -> &[Address] {
        &self.addresses
    }

    /// Somebody has answered: there they are called first from now on.
    pub(super) fn connected(&mut self, address: SocketAddr) {
        self.under_way = None;
        self.watch = None;
        self.worth_another_try = true;
        let address = in_numbers(address);
        self.addresses.retain(|known| *known != address);
        self.addresses.insert(0, address);
    }

    /// Nobody has answered.
    pub(super) fn failed(&mut self) {
        self.under_way = None;
    }

    /// When to look at this computer's addresses.
    pub(super) fn next_look(&self) -> Option<Instant> {
        self.watch.as_ref().map(|watch| watch.next)
    }

    /// Whether this computer has other addresses than at the last look, if it is time for one: another network, so another try may succeed.
    pub(super) fn sees_another_network(&mut self, now: Instant) -> bool {
        let Some(watch) = self.watch.as_mut().filter(|watch| watch.next <= now) else {
            return false;
        };
        watch.next = now + LOOK_EVERY;
        let seen = reach::own();
        let changed = seen != watch.seen;
        watch.seen = seen;
        changed
    }
}

/// An address as people could have typed it.
pub(super) fn in_numbers(address: SocketAddr) -> Address {
    Address {
        host: address.ip().to_string(),
        port: address.port(),
    }
}
