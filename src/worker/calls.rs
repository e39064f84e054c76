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

/// Looks at this computer's own addresses now and then.
#[derive(Debug)]
struct Watch {
    seen: Vec<IpAddr>,
    next: Instant,
}

impl Watch {
    fn new(now: Instant, seen: Vec<IpAddr>) -> Self {
        Self {
            seen,
            next: now + LOOK_EVERY,
        }
    }

    /// Whether it is another network than at the last look, if it is time for one. Without any address there is nothing to try.
    fn sees_another(&mut self, now: Instant, look: impl FnOnce() -> Vec<IpAddr>) -> bool {
        if now < self.next {
            return false;
        }
        self.next = now + LOOK_EVERY;
        let seen = look();
        let is_another = seen != self.seen && seen.iter().any(|ip| !ip.is_loopback());
        self.seen = seen;
        is_another
    }
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
        self.watch.get_or_insert_with(|| Watch::new(now, reach::own()));
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
        let watch = self.watch.as_mut();
        watch.is_some_and(|watch| watch.sees_another(now, reach::own))
    }
}

/// An address as people could have typed it.
pub(super) fn in_numbers(address: SocketAddr) -> Address {
    Address {
        host: address.ip().to_string(),
        port: address.port(),
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};

    use crossbeam_channel::bounded;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(20);

    fn ips(texts: &[&str]) -> Vec<IpAddr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn a_cable_that_is_plugged_in_is_noticed_once_and_one_that_is_pulled_is_nothing_to_try() {
        let start = Instant::now();
        let mut watch = Watch::new(start, ips(&["127.0.0.1", "10.0.0.7"]));
        let mut at = |looks: u32, seen: &[&str]| watch.sees_another(start + LOOK_EVERY * looks, || ips(seen));
        assert!(!at(1, &["127.0.0.1"]), "pulled");
        assert!(!at(2, &["127.0.0.1"]), "still out");
        assert!(at(3, &["127.0.0.1", "10.0.0.7"]), "plugged in");
        assert!(!at(4, &["127.0.0.1", "10.0.0.7"]), "still in");
        assert!(!at(4, &["127.0.0.1", "10.9.9.9"]), "not looked yet");
        assert!(at(5, &["127.0.0.1", "10.9.9.9"]), "another network");
    }

    #[test]
    fn only_the_latest_call_counts_and_only_until_it_is_over() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = in_numbers(listener.local_addr().unwrap());
        let (io, reports) = bounded(8);
        let mut calls = Calls::new(vec![address], PATIENCE, true);
        calls.call(Instant::now(), &io).unwrap();
        let first = reports.recv_timeout(PATIENCE).unwrap();
        calls.call(Instant::now(), &io).unwrap();
        let connected = std::iter::from_fn(|| reports.recv_timeout(PATIENCE).ok())
            .filter_map(|report| match report {
                IoEvent::Connected { attempt, address, .. } => Some((attempt, address)),
                _ => None,
            })
            .find(|(attempt, _)| calls.is_current(*attempt));
        let IoEvent::Connecting { attempt: late, .. } = first else {
            panic!("{first:?}")
        };
        assert!(!calls.is_current(late), "the first call was cancelled");
        let (attempt, address) = connected.expect("the second call counts");
        calls.connected(address);
        assert!(!calls.is_current(attempt), "it is over");
    }

    #[test]
    fn whoever_answered_is_called_first() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let name: Address = "elsewhere.invalid:1".parse().unwrap();
        let mut calls = Calls::new(vec![name.clone(), in_numbers(address)], PATIENCE, false);
        assert!(!calls.is_worth_another_try());
        calls.connected(address);
        assert!(calls.is_worth_another_try());
        assert_eq!(calls.addresses(), [in_numbers(address), name]);
    }
}
