//! People who stand at the door and ask to be let in.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::proto::identity::MemberKey;
use crate::proto::{KnockId, LineId};

/// Knocks at a time: a person answers them.
pub(super) const MAX_KNOCKS: usize = 16;
/// Of these, from one address.
pub(super) const MAX_KNOCKS_PER_ADDRESS: usize = 2;
/// How long somebody stands at the door.
pub(super) const LIFETIME: Duration = Duration::from_secs(120);

/// Those at the door, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Knocks {
    knocks: BTreeMap<KnockId, Knock>,
    last: u64,
}

/// Somebody at the door.
#[derive(Debug, Clone)]
pub(super) struct Knock {
    pub(super) line: LineId,
    pub(super) key: MemberKey,
    pub(super) name: Arc<str>,
    pub(super) address: SocketAddr,
    /// The host's nonce, shown only after the guest's.
    pub(super) nonce: [u8; 32],
    /// Whether the guest has shown its nonce, and the person at the host has been told.
    pub(super) announced: bool,
    pub(super) until: Instant,
}

impl Knocks {
    /// Lets somebody wait at the door; `None`: too many do.
    pub(super) fn add(&mut self, knock: Knock) -> Option<KnockId> {
        let ip = crowd_address(knock.address);
        let same = self.knocks.values().filter(|other| crowd_address(other.address) == ip);
        if self.knocks.len() >= MAX_KNOCKS || same.count() >= MAX_KNOCKS_PER_ADDRESS {
            return None;
        }
        self.last += 1;
        let id = KnockId(self.last);
        self.knocks.insert(id, knock);
        Some(id)
    }

    pub(super) fn get_mut(&mut self, id: KnockId) -> Option<&mut Knock> {
        self.knocks.get_mut(&id)
    }

    pub(super) fn remove(&mut self, id: KnockId) -> Option<Knock> {
        self.knocks.remove(&id)
    }

    /// Takes somebody out whose time is over.
    pub(super) fn take_expired(&mut self, now: Instant) -> Option<(KnockId, Knock)> {
        let id = *self.knocks.iter().find(|(_, knock)| knock.until <= now)?.0;
        self.knocks.remove(&id).map(|knock| (id, knock))
    }

    pub(super) fn of_key(&self, key: &MemberKey) -> Option<KnockId> {
        let knock = self.knocks.iter().find(|(_, knock)| knock.key == *key);
        knock.map(|(id, _)| *id)
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.knocks.values().map(|knock| knock.until).min()
    }
}

/// What counts as one address: of IPv6 a network, because whoever has one address there has 2^64.
pub(super) fn crowd_address(address: SocketAddr) -> IpAddr {
    match address.ip().to_canonical() {
        IpAddr::V6(ip) => {
            let network = u128::from(ip) & !u128::from(u64::MAX);
            IpAddr::V6(network.into())
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}
