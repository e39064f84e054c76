//! The network: connections with bytes on their way. Like TCP, it keeps the order of a connection, and nothing else.

use std::collections::{BTreeMap, VecDeque};

use landline::proto::{LineEnd, LineId};

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Way {
    ToHost,
    ToGuest,
}

/// What is on its way in one direction.
#[derive(Debug, Default)]
pub(crate) struct Pipe {
    pub(crate) bytes: VecDeque<(u64, Vec<u8>)>,
    /// Nothing arrives before.
    pub(crate) not_before: u64,
    /// Everything vanishes.
    pub(crate) black_hole: bool,
    /// What the end that listens learns at last.
    pub(crate) end: Option<LineEnd>,
    /// The end that listens has been told, or listens no more.
    pub(crate) over: bool,
    /// The receiver does not read for now.
    pub(crate) held: bool,
    /// Bytes that the sender's system takes before it is full; counts those on their way.
    pub(crate) waiting: usize,
    /// The sender was told that its system is full.
    pub(crate) full: bool,
}

/// A connection between a guest and the host.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) guest: usize,
    pub(crate) to_host: Pipe,
    pub(crate) to_guest: Pipe,
}

/// All connections, by the number that both ends call their line.
#[derive(Debug, Default)]
pub(crate) struct Net {
    pub(crate) connections: BTreeMap<u64, Connection>,
    last: u64,
}

/// Bytes that an operating system holds for a peer that does not read.
pub(crate) const WINDOW: usize = 10_000;

impl Net {
    pub(crate) fn connect(&mut self, guest: usize) -> LineId {
        self.last += 1;
        let connection = Connection {
            guest,
            to_host: Pipe::default(),
            to_guest: Pipe::default(),
        };
        self.connections.insert(self.last, connection);
        LineId(self.last)
    }

    pub(crate) fn pipe(&mut self, line: u64, way: Way) -> Option<&mut Pipe> {
        self.connections.get_mut(&line).map(|connection| match way {
            Way::ToHost => &mut connection.to_host,
            Way::ToGuest => &mut connection.to_guest,
        })
    }

    /// Forgets connections of which nobody will hear again.
    pub(crate) fn sweep(&mut self) {
        self.connections
            .retain(|_, connection| !(connection.to_host.over && connection.to_guest.over));
    }
}
