//! What the two sides of a room decide before it opens.

use std::sync::Arc;
use std::time::Duration;

use super::identity::Identity;
use super::invite::Invite;
use super::log::{Loaded, Settings};
use super::plain::Encoding;

/// Bytes of the chance that an endpoint lives on. Everything secret and every name comes from it: production draws it from the
/// operating system, a test gives the same one twice to see the same twice.
pub const CHANCE_BYTES: usize = 32;

/// What a host decides about its room.
#[derive(Debug, Clone)]
pub struct HostConfig {
    /// The host's keys.
    pub identity: Identity,
    /// Chance.
    pub seed: [u8; CHANCE_BYTES],
    /// What is kept of the room: [`Loaded::made`] for a new one.
    pub loaded: Loaded,
    /// How the room shall be. What differs from what is kept becomes an entry.
    pub settings: Settings,
    /// What the host is called. Another name than the one that is kept becomes an entry.
    pub name: Arc<str>,
    /// What a plain newcomer reads first; may be empty.
    pub welcome: String,
    /// Bounds.
    pub limits: Limits,
}

/// What a guest with a key decides.
#[derive(Debug, Clone)]
pub struct GuestConfig {
    /// The guest's keys.
    pub identity: Identity,
    /// Chance.
    pub seed: [u8; CHANCE_BYTES],
    /// What is kept of the room; `None`: this computer was never in it.
    pub loaded: Option<Loaded>,
    /// What lets the guest in, if it has one.
    pub invite: Option<Invite>,
    /// What the guest is called.
    pub name: Arc<str>,
    /// Whether a guest that has knocked says nothing before a person has compared the words ([`super::Command::Confirm`]).
    pub confirm: bool,
    /// Bounds.
    pub limits: Limits,
}

/// What a guest without a key decides about its line.
#[derive(Debug, Clone)]
pub struct PlainGuestConfig {
    /// Chance, for the ids of messages.
    pub seed: [u8; CHANCE_BYTES],
    /// What the guest is called.
    pub name: Arc<str>,
    /// What to call the room and its host: the address as typed.
    pub host: Arc<str>,
    /// The encoding of the host.
    pub encoding: Encoding,
    /// Bounds.
    pub limits: Limits,
}

/// Bounds on what one room may use.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Lines at a time.
    pub max_lines: usize,
    /// Of these, lines from one address (IPv6: one network of 64 bits).
    pub max_lines_per_address: usize,
    /// Lines at a time of which is not yet known whose they are.
    pub max_strangers: usize,
    /// Of these, lines from one address.
    pub max_strangers_per_address: usize,
    /// Wrong invites from one address in ten minutes; then no more are looked at from there. A person pastes an old link once or twice.
    pub max_wrong_invites_per_address: usize,
    /// Wrong invites from everywhere in ten minutes; then an address gets one try.
    pub max_wrong_invites: usize,
    /// Handshakes in a second.
    pub handshakes_per_second: u32,
    /// Handshakes at once after a pause.
    pub handshakes_at_once: u32,
    /// Messages of one member in a second. Beyond it their line is not read for a while.
    pub messages_per_second: u32,
    /// Messages of one member at once after a pause.
    pub messages_at_once: u32,
    /// Bytes waiting for one line, with what it costs to keep them. Plain text: more for two seconds, or four times as many at once,
    /// ends it.
    pub max_queued_bytes: usize,
    /// Messages waiting for one line. Plain text: more for two seconds ends it.
    pub max_queued_messages: usize,
    /// How long a line may take no byte while some are waiting.
    pub write_stall: Duration,
    /// How long what was said before may hold up a goodbye to somebody on plain text.
    pub farewell: Duration,
    /// Entries of the time before that are shown when a room is opened; a script, which has read them, wants none.
    pub shown_at_start: usize,
    /// A mistake to make on purpose.
    #[cfg(feature = "simulation")]
    pub mistake: Option<super::Mistake>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_lines: 512,
            max_lines_per_address: 32,
            max_strangers: 64,
            max_strangers_per_address: 8,
            max_wrong_invites_per_address: 5,
            max_wrong_invites: 64,
            handshakes_per_second: 50, // a core makes forty times as many, so members do not notice
            handshakes_at_once: 100,
            messages_per_second: 20, // faster than anybody types, and than anybody reads
            messages_at_once: 60,    // what waited in an outbox
            max_queued_bytes: 4 << 20,
            max_queued_messages: 1024,
            write_stall: Duration::from_secs(20),
            farewell: Duration::from_secs(1),
            shown_at_start: 500,
            #[cfg(feature = "simulation")]
            mistake: None,
        }
    }
}
