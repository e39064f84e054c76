//! From what a person asked for to the endpoint that does it.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use super::{Config, Role};
use crate::proto::identity::Identity;
use crate::proto::log::{Epoch, History, Loaded, RoomId, Settings};
use crate::proto::{Admit, CHANCE_BYTES, Endpoint, HostConfig, Now, PlainGuestConfig};

impl Config {
    /// The pure side of the room.
    pub(super) fn endpoint(&self, now: Now) -> Endpoint {
        let seed = spread(self.seed.unwrap_or_else(system_seed));
        let name = self.name.as_str().into();
        let limits = self.limits.clone();
        match &self.role {
            Role::Host(host) => {
                let identity = Identity::from_seed(&seed);
                let settings = Settings {
                    name: host.room.as_str().into(),
                    history: History::default(),
                    plain: host.plain,
                };
                let loaded = Loaded::made(RoomId([0; 16]), Epoch([0; 16]), identity.key(), settings.clone());
                let config = HostConfig {
                    identity,
                    seed,
                    loaded,
                    settings,
                    name,
                    admit: Admit::default(),
                    welcome: host.welcome.clone(),
                    limits,
                };
                Endpoint::host(now, config)
            }
            Role::Join(join) => {
                let config = PlainGuestConfig {
                    seed,
                    name,
                    host: join.address.to_string().into(),
                    encoding: join.encoding,
                    introduce: join.introduce,
                    limits,
                };
                Endpoint::plain_guest(config)
            }
        }
    }
}

/// Chance for a whole endpoint from a small number.
fn spread(seed: u64) -> [u8; CHANCE_BYTES] {
    blake3::hash(&seed.to_le_bytes()).into()
}

/// Chance from the operating system: the standard library keys its hash tables with it.
fn system_seed() -> u64 {
    RandomState::new().build_hasher().finish()
}
