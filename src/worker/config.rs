//! From what a person asked for to the endpoint that does it.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use super::{Config, Role};
use crate::proto::{Endpoint, GuestConfig, HostConfig};

impl Config {
    /// The pure side of the room.
    pub(super) fn endpoint(&self) -> Endpoint {
        let seed = self.seed.unwrap_or_else(system_seed);
        let name = self.name.as_str().into();
        let limits = self.limits.clone();
        match &self.role {
            Role::Host(host) => {
                let config = HostConfig {
                    room: host.room.as_str().into(),
                    name,
                    plain: host.plain,
                    welcome: host.welcome.clone(),
                    limits,
                };
                Endpoint::host(config, seed)
            }
            Role::Join(join) => {
                let config = GuestConfig {
                    name,
                    host: join.address.to_string().into(),
                    encoding: join.encoding,
                    introduce: join.introduce,
                    limits,
                };
                Endpoint::guest(config, seed)
            }
        }
    }
}

/// Chance from the operating system: the standard library keys its hash tables with it.
fn system_seed() -> u64 {
    RandomState::new().build_hasher().finish()
}
