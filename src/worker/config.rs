//! From what a person asked for to the endpoint that does it.

use std::net::SocketAddr;

use super::calls::in_numbers;
use super::{Config, Failure, Home, Host, Join, Role, Target};
use crate::proto::invite::Invite;
use crate::proto::log::{Epoch, Loaded, RoomId, Settings};
use crate::proto::{Address, CHANCE_BYTES, Endpoint, GuestConfig, HostConfig, Now, PlainGuestConfig};

/// What is drawn for one room is drawn from one seed; each use has its own context.
const ENDPOINT_CONTEXT: &str = "landline 2026 worker endpoint v1";
const ROOM_CONTEXT: &str = "landline 2026 worker room id v1";
const EPOCH_CONTEXT: &str = "landline 2026 worker epoch v1";

/// Chance for one room.
pub(super) struct Chance([u8; CHANCE_BYTES]);

impl Chance {
    /// The seed that was given, or one from the operating system.
    pub(super) fn new(seed: Option<[u8; CHANCE_BYTES]>) -> Result<Self, Failure> {
        if let Some(seed) = seed {
            return Ok(Self(seed));
        }
        let mut seed = [0; CHANCE_BYTES];
        getrandom::fill(&mut seed).map_err(|error| Failure::Resources {
            cause: error.to_string(),
        })?;
        Ok(Self(seed))
    }

    fn endpoint(&self) -> [u8; CHANCE_BYTES] {
        blake3::derive_key(ENDPOINT_CONTEXT, &self.0)
    }

    fn sixteen(&self, context: &str) -> [u8; 16] {
        let mut bytes = [0; 16];
        blake3::Hasher::new_derive_key(context)
            .update(&self.0)
            .finalize_xof()
            .fill(&mut bytes);
        bytes
    }
}

impl Config {
    /// Which room is known to be meant before anybody was asked.
    pub(super) fn room(&self) -> Option<RoomId> {
        match &self.role {
            Role::Host(host) => host.again,
            Role::Join(Join { plain: Some(_), .. }) => None,
            Role::Join(join) => match &join.target {
                Target::Address(_) => None,
                Target::Invite(invite) => Some(invite.room),
                Target::Known(room) => Some(*room),
            },
        }
    }

    /// A host's endpoint; people reach it at `addresses`.
    pub(super) fn host(
        &self,
        home: &Home,
        host: &Host,
        loaded: Option<Loaded>,
        addresses: Vec<SocketAddr>,
        now: Now,
    ) -> Result<(RoomId, Endpoint), Failure> {
        let chance = Chance::new(self.seed)?;
        let kept = loaded.as_ref().map(|loaded| &loaded.kept.settings);
        let settings = Settings {
            name: host.room.as_str().into(),
            history: host
                .history
                .or_else(|| kept.map(|kept| kept.history))
                .unwrap_or_default(),
            plain: host.plain.unwrap_or_else(|| kept.and_then(|kept| kept.plain)),
            admit: host.admit.or_else(|| kept.map(|kept| kept.admit)).unwrap_or_default(),
        };
        let me = home.identity.key();
        let mut loaded = match (loaded, host.again) {
            (Some(loaded), _) if loaded.kept.host == me => loaded,
            (Some(_), _) => return Err(Failure::OthersRoom),
            (None, Some(_)) => return Err(Failure::UnknownRoom),
            (None, None) => {
                let room = RoomId(chance.sixteen(ROOM_CONTEXT));
                Loaded::made(room, Epoch(chance.sixteen(EPOCH_CONTEXT)), me, settings.clone())
            }
        };
        loaded.kept.addresses = addresses;
        let room = loaded.kept.room;
        let config = HostConfig {
            identity: home.identity.clone(),
            seed: chance.endpoint(),
            loaded,
            settings,
            name: self.name.as_str().into(),
            welcome: host.welcome.clone(),
            limits: self.limits.clone(),
        };
        Ok((room, Endpoint::host(now, config)))
    }

    /// The endpoint of a guest with a key.
    pub(super) fn guest(
        &self,
        home: &Home,
        join: &Join,
        loaded: Option<Loaded>,
        now: Now,
    ) -> Result<Endpoint, Failure> {
        if loaded.is_none() && matches!(join.target, Target::Known(_)) {
            return Err(Failure::UnknownRoom);
        }
        let config = GuestConfig {
            identity: home.identity.clone(),
            seed: Chance::new(self.seed)?.endpoint(),
            loaded,
            invite: join.target.invite().cloned(),
            name: self.name.as_str().into(),
            confirm: join.confirm,
            limits: self.limits.clone(),
        };
        Ok(Endpoint::guest(now, config))
    }

    /// The endpoint of a guest without one.
    pub(super) fn plain_guest(&self, join: &Join, encoding: crate::proto::Encoding) -> Result<Endpoint, Failure> {
        Ok(Endpoint::plain_guest(PlainGuestConfig {
            seed: Chance::new(self.seed)?.endpoint(),
            name: self.name.as_str().into(),
            host: join.target.to_string().into(),
            encoding,
            limits: self.limits.clone(),
        }))
    }
}

impl Target {
    fn invite(&self) -> Option<&Invite> {
        match self {
            Self::Invite(invite) => Some(invite),
            Self::Address(_) | Self::Known(_) => None,
        }
    }

    /// Where to call: as was asked for, then where the room was reached before.
    pub(super) fn addresses(&self, loaded: Option<&Loaded>) -> Vec<Address> {
        let mut addresses = match self {
            Self::Address(address) => vec![address.clone()],
            Self::Invite(invite) => invite.addresses.clone(),
            Self::Known(_) => Vec::new(),
        };
        for known in loaded.iter().flat_map(|loaded| &loaded.kept.addresses) {
            let known = in_numbers(*known);
            if !addresses.contains(&known) {
                addresses.push(known);
            }
        }
        addresses
    }
}
