//! An encrypted guest of the load client.

use std::collections::VecDeque;
use std::io::Read as _;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use landline::proto::EntryId;
use landline::proto::identity::Identity;
use landline::proto::log::{Body, RoomId, Seen, SignedEntry, SignedHead};
use landline::proto::message::{Join, Message, PresenceState, Proof, Resume, Welcome};
use landline::proto::session::{Expect, Session, SessionEvent};
use landline::proto::wire;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use rustix::event::{PollFd, PollFlags, poll};

use crate::dialect::{MARK, words};
use crate::load::{Member, spin};
use crate::sockets::{Result, connect, heard};

/// How long a guest that has told how far it is does not tell it again, at least and for each member who is here.
const QUIET: Duration = Duration::from_millis(200);
const QUIET_EACH: Duration = Duration::from_millis(2);

/// A line of somebody with a key.
pub(crate) struct Guest {
    stream: TcpStream,
    session: Session,
    identity: Identity,
    chance: ChaCha20Rng,
    welcome: Option<Welcome>,
    /// The host's newest word.
    head: Option<SignedHead>,
    /// The newest entry that has come.
    pub(crate) last: Seen,
    /// Whether the host is still to be told that it has it.
    untold: bool,
    /// Whether the host waits for that.
    awaited: bool,
    /// When it is told again.
    quiet_until: Instant,
    /// How many members are here.
    here: usize,
    /// Where its own copy ends.
    resumed: Option<Seen>,
    counter: u64,
    /// Signed messages that are not said yet.
    stock: VecDeque<Vec<u8>>,
    /// Own messages that the host has stored.
    pub(crate) acknowledged: u64,
}

/// Who member `number` is.
pub(crate) fn identity(number: usize) -> Identity {
    let mut seed = [9; 32];
    seed[..8].copy_from_slice(&(number as u64).to_be_bytes());
    Identity::from_seed(&seed)
}

impl Guest {
    /// Comes into a room that lets in anyone; its socket does not block from then on.
    pub(crate) fn come(port: u16, number: usize) -> Result<Self> {
        Self::come_back(port, number, None)
    }

    /// The same, with a copy of the room that ends there.
    pub(crate) fn come_back(port: u16, number: usize, resume: Option<Resume>) -> Result<Self> {
        let identity = identity(number);
        let mut seed = [3; 32];
        getrandom::fill(&mut seed)?;
        let mut chance = ChaCha20Rng::from_seed(seed);
        let stream = connect(port)?;
        let mut guest = Self {
            session: Session::guest(&identity, Expect::AnyHost, &mut chance, Instant::now()),
            stream,
            identity,
            chance,
            welcome: None,
            head: None,
            last: Seen {
                seq: 0,
                hash: landline::proto::log::Hash([0; 32]),
            },
            untold: false,
            awaited: false,
            quiet_until: Instant::now(),
            here: 0,
            resumed: resume.map(|resume| resume.last),
            counter: 0,
            stock: VecDeque::new(),
            acknowledged: 0,
        };
        guest.flush()?;
        let join = Message::Join(Join {
            room: None,
            name: format!("Member{number}").into(),
            proof: Proof::Knock,
            resume,
        });
        let mut buffer = vec![0; 64 << 10];
        while guest.welcome.is_none() {
            let count = guest.stream.read(&mut buffer)?;
            ensure!(count > 0, "the host closed the line of member {number}");
            guest.session.handle_bytes(Instant::now(), &buffer[..count]);
            guest.react(&join)?;
        }
        guest.stream.set_nonblocking(true)?;
        Ok(guest)
    }

    /// Where the copy ends, for coming back.
    pub(crate) fn resume(&self) -> Result<Resume> {
        let welcome = self.welcome.as_ref().context("it is in")?;
        Ok(Resume {
            epoch: welcome.epoch,
            last: self.last,
            head: self.head,
        })
    }

    /// The newest entry at the time of coming.
    pub(crate) fn newest(&self) -> u64 {
        self.welcome.as_ref().map_or(0, |welcome| welcome.head.seq)
    }

    /// Waits for something, and hears it.
    pub(crate) fn wait_and_hear(&mut self, buffer: &mut [u8]) -> Result {
        poll(&mut [PollFd::new(&self.stream, PollFlags::IN)], None)?;
        self.hear(buffer)?;
        Ok(())
    }

    fn flush(&mut self) -> Result {
        let pending = self.session.pending();
        let count = pending.len();
        if count > 0 {
            spin(&self.stream, pending)?;
            self.session.written(Instant::now(), count);
        }
        Ok(())
    }

    /// Does what follows from what was heard; yields how many of the speaker's messages it was.
    fn react(&mut self, join: &Message) -> Result<u64> {
        let mut messages = 0;
        while let Some(event) = self.session.poll_event() {
            match event {
                SessionEvent::Ready { .. } => self.session.send(Instant::now(), join),
                SessionEvent::Message(message) => messages += self.take(message)?,
                SessionEvent::Failed(failure) => bail!("a line failed: {failure:?}"),
            }
        }
        self.tell()?;
        Ok(messages)
    }

    /// Says how far it is, as often as a guest does: at once what is waited for, and what comes now and then.
    fn tell(&mut self) -> Result {
        let now = Instant::now();
        if self.untold && (self.awaited || now >= self.quiet_until) {
            (self.untold, self.awaited) = (false, false);
            self.quiet_until = now + QUIET.max(QUIET_EACH * u32::try_from(self.here)?);
            let seq = self.last.seq;
            self.session.send(now, &Message::Stored { seq });
        }
        self.flush()
    }

    fn take(&mut self, message: Message) -> Result<u64> {
        match message {
            Message::Welcome(welcome) => {
                self.last = self.resumed.filter(|_| !welcome.anew).unwrap_or(welcome.floor);
                self.head = Some(welcome.head);
                self.here = welcome.roster.iter().filter(|member| member.here).count();
                self.welcome = Some(welcome);
                Ok(0)
            }
            Message::Roster(roster) => {
                self.here += roster.iter().filter(|member| member.here).count();
                Ok(0)
            }
            Message::Presence(presence) => {
                for member in presence {
                    self.here = match member.state {
                        PresenceState::Here => self.here + 1,
                        _ => self.here.saturating_sub(1),
                    };
                }
                Ok(0)
            }
            Message::Entries { entries, head } => {
                self.head = head.or(self.head);
                if let Some(last) = entries.last() {
                    self.last = Seen {
                        seq: last.seq,
                        hash: last.hash,
                    };
                    self.untold = true;
                    self.awaited |= head.is_none_or(|head| head.seq > last.seq);
                }
                let messages = entries
                    .iter()
                    .filter(|placed| memchr::memchr(MARK, &placed.entry.body).is_some());
                Ok(messages.count() as u64)
            }
            Message::Acknowledged { .. } => {
                self.acknowledged += 1;
                Ok(0)
            }
            Message::Refused { reason, .. } => bail!("the host refuses a message: {reason:?}"),
            Message::Denied(reason) => bail!("the host lets nobody in: {reason:?}"),
            Message::Bye(reason) => bail!("the host says goodbye: {reason:?}"),
            _ => Ok(0),
        }
    }

    fn sign(&mut self) -> Vec<u8> {
        let entry = self.write(self.last);
        wire::encode(&Message::Submit(entry))
    }

    /// The next message, by somebody who knows the log up to there.
    pub(crate) fn write(&mut self, seen: Seen) -> SignedEntry {
        let mut id = [0; 16];
        self.chance.fill_bytes(&mut id);
        self.counter += 1;
        let body = Body::Message {
            text: words().into(),
            reply_to: None,
        };
        let room = self.welcome.as_ref().map_or(RoomId([0; 16]), |welcome| welcome.room);
        let written_ms = 1_700_000_000_000 + self.counter;
        let body = wire::encode_body(&body);
        SignedEntry::sign(&self.identity, room, EntryId(id), self.counter, written_ms, seen, body)
    }
}

impl Member for Guest {
    fn copy(&self) -> Option<Resume> {
        self.resume().ok()
    }

    fn stream(&self) -> &TcpStream {
        &self.stream
    }

    fn hear(&mut self, buffer: &mut [u8]) -> Result<u64> {
        let heard = heard(&self.stream, buffer)?;
        if heard.is_empty() {
            return Ok(0);
        }
        self.session.handle_bytes(Instant::now(), heard);
        self.react(&Message::Unknown) // it has joined
    }

    fn catch_up(&mut self) -> Result {
        self.tell()
    }

    fn prepare(&mut self, messages: usize) {
        while self.stock.len() < messages {
            let message = self.sign();
            self.stock.push_back(message);
        }
    }

    fn say(&mut self) -> Result {
        let message = match self.stock.pop_front() {
            Some(message) => message,
            None => self.sign(),
        };
        self.session.send_encoded(Instant::now(), &message);
        self.flush()
    }
}
