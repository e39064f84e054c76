//! The view model of one room: plain data, folded from events. The window and the terminal share it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::SystemTime;

use crate::proto::identity::MemberKey;
use crate::proto::invite::Invite;
use crate::proto::log::{RoomId, Settings};
use crate::proto::message::Receipt;
use crate::proto::{self, Author, EntryId, Member, MemberId, Notice, RefuseReason};
use crate::worker::{EndReason, Event};

mod people;
mod reached;
mod row;
mod standing;
mod transcript;

pub use reached::Reached;
pub use row::{Delivery, Later, MAX_MOVES, MAX_REACTIONS, Message, Move, People, Reaction, Row};
pub use standing::{Knock, Native, Status};

use transcript::Transcript;

/// Bytes of text that a transcript keeps in memory; beyond it the oldest rows go, a block at a time, and the transcript says so.
pub const MAX_TRANSCRIPT_BYTES: usize = 256 << 20;
/// Rows that go at a time.
pub const TRIM_ROWS: usize = 1024;

/// One room as people see it.
#[derive(Debug, Clone)]
pub struct Chat {
    /// What the room is called.
    pub room: String,
    /// Whether this computer hosts it.
    pub hosting: bool,
    /// Where the room stands.
    pub status: Status,
    /// Who is in the room now, by id; the person at this computer first (on a host), then by arrival.
    pub members: BTreeMap<MemberId, Member>,
    /// Members who are not here now.
    pub away: BTreeMap<MemberId, Member>,
    /// Whether anybody on the network can read and forge what is said here.
    pub plain_text: bool,
    /// What only an encrypted room has; `None` while nothing is known of it, and on a plain line for ever.
    pub native: Option<Native>,
    /// Who stands at the door (host), in the order in which they came.
    pub knocks: Vec<Knock>,
    /// The newest invite that was made.
    pub invite: Option<Invite>,
    transcript: Transcript,
    /// Members of the time before: removed, or of a room that is over.
    former: BTreeMap<MemberId, Member>,
    /// Who was here when the line was lost: whoever is not, is told of after it is back.
    were_here: BTreeSet<MemberId>,
    /// Messages of others since this guest came back, until everything has come.
    meanwhile: Option<u64>,
    /// How far the others have come.
    receipts: BTreeMap<MemberId, Receipt>,
}

impl Chat {
    /// A room of which nothing is known yet.
    #[must_use]
    pub fn new(room: impl Into<String>, hosting: bool) -> Self {
        Self::with_limit(room, hosting, MAX_TRANSCRIPT_BYTES)
    }

    /// As [`Chat::new`], with another bound than [`MAX_TRANSCRIPT_BYTES`] on what is kept.
    #[must_use]
    pub fn with_limit(room: impl Into<String>, hosting: bool, max_text_bytes: usize) -> Self {
        Self {
            room: room.into(),
            hosting,
            status: Status::Starting,
            members: BTreeMap::new(),
            away: BTreeMap::new(),
            plain_text: false,
            native: None,
            knocks: Vec::new(),
            invite: None,
            transcript: Transcript::new(max_text_bytes),
            former: BTreeMap::new(),
            were_here: BTreeSet::new(),
            meanwhile: None,
            receipts: BTreeMap::new(),
        }
    }

    /// Folds one event in; `at` is the moment it was taken from the channel.
    pub fn apply(&mut self, event: &Event, at: SystemTime) {
        match event {
            Event::Listening {
                room, port, addresses, ..
            } => {
                self.room.clone_from(room);
                self.status = Status::Hosting {
                    port: *port,
                    addresses: addresses.clone(),
                };
            }
            Event::Connecting { address } => self.status = Status::Connecting { address: *address },
            Event::Room(event) => self.apply_room(event, at),
            Event::Ended(reason) => self.end(reason, at),
        }
    }

    /// The rows that are kept: those with a place in the log, oldest first, then own messages that have none yet.
    #[must_use]
    pub fn rows(&self) -> &VecDeque<Row> {
        self.transcript.rows()
    }

    /// How many rows went before the first of [`Chat::rows`], so that row numbers stay: row `i` is number `dropped + i`.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.transcript.dropped()
    }

    /// The newest message.
    #[must_use]
    pub fn last_message(&self) -> Option<&Message> {
        self.transcript.last_message()
    }

    /// The index in [`Chat::rows`] of the message at a place of the log, if it is still kept.
    #[must_use]
    pub fn row_of(&self, seq: u64) -> Option<usize> {
        self.transcript.find(seq)
    }

    /// Whether something can be said now: at once, or, in a room that is known, as soon as its host is there again.
    #[must_use]
    pub fn open(&self) -> bool {
        match self.status {
            Status::Hosting { .. } | Status::Connected | Status::Lost { .. } => true,
            Status::Connecting { .. } => self.native.is_some(),
            Status::Starting | Status::Waiting { .. } | Status::Ended(_) => false,
        }
    }

    /// Whether own messages have not reached the host.
    #[must_use]
    pub fn has_queued(&self) -> bool {
        let queued = |row: &Row| {
            row.message()
                .is_some_and(|message| message.delivery == Delivery::Queued)
        };
        self.rows().back().is_some_and(queued)
    }

    /// The person at this computer has compared words with a member.
    pub fn verified(&mut self, id: MemberId) {
        let member = self.members.get_mut(&id).or_else(|| self.away.get_mut(&id));
        if let Some(member) = member {
            member.verified = true;
        }
    }

    /// The person does not want to see an own message any more that did not go out.
    pub fn forget(&mut self, id: EntryId) {
        self.transcript.take_refused(id);
    }

    /// A member, here, away, or of the time before.
    #[must_use]
    pub fn member(&self, id: MemberId) -> Option<&Member> {
        let away = || self.away.get(&id).or_else(|| self.former.get(&id));
        self.members.get(&id).or_else(away)
    }

    fn apply_room(&mut self, event: &proto::Event, at: SystemTime) {
        use proto::Event as Room;
        match event {
            Room::Connected { room, resumed, .. } => {
                self.room = room.to_string();
                self.status = Status::Connected;
                self.meanwhile = resumed.then_some(0);
                self.find_again(*resumed);
            }
            Room::Settings { room, host, settings } => self.settle(*room, *host, settings),
            Room::Waiting { words } => self.status = Status::Waiting { words: *words },
            Room::Unconfirmed { .. } => {} // the window's door asks
            Room::Knock { .. } => self.knock(event),
            Room::KnockOver { knock } => self.knocks.retain(|other| other.id != *knock),
            Room::Invite { invite } => self.invite = Some(invite.clone()),
            Room::Joined { member } => self.join(member, at),
            Room::Known { member } => {
                self.former.remove(&member.author.id);
                self.away.insert(member.author.id, member.clone());
            }
            Room::Renamed { member, previous } => self.rename(member, previous, at),
            Room::Left { member, reason } => self.leave(member, *reason, at),
            Room::Queued { .. } => self.queue(event),
            Room::Said { entry } => self.say(entry),
            Room::Sent { id, plain, .. } => self.sent(*id, *plain),
            Room::Refused { id, text, reason } => self.refuse(*id, text, *reason, at),
            Room::Receipt { receipt } => {
                self.receipts.insert(receipt.id, *receipt);
            }
            Room::Edited { target, text, .. } => self.edit(*target, text),
            Room::Deleted { target, author, .. } => self.delete(*target, author),
            Room::Reacted { .. } => self.react(event),
            Room::NewEpoch => {
                self.receipts.clear();
                self.transcript.begin_epoch(at);
            }
            Room::Newer { seq, author } => self.transcript.push(Row::Newer {
                seq: *seq,
                author: author.clone(),
                at,
            }),
            Room::Lost { end, retry_in } => self.lose(*end, at + *retry_in),
            Room::CaughtUp { .. } => {
                // Of all entries people count messages only, and somebody who is in for the first time is not back.
                if let Some(messages) = self.meanwhile.take().filter(|messages| *messages > 0) {
                    self.transcript.push(Row::CaughtUp { messages, at });
                }
            }
            Room::Notice { notice } => self.notice(notice, at),
            Room::Closed { .. } => {} // the worker turns it into `Ended`
        }
    }

    fn settle(&mut self, room: RoomId, host: MemberKey, settings: &Settings) {
        self.room = settings.name.to_string();
        self.plain_text = settings.plain.is_some();
        self.native = Some(Native {
            room,
            host,
            settings: settings.clone(),
        });
    }

    fn knock(&mut self, event: &proto::Event) {
        if let proto::Event::Knock {
            knock,
            name,
            key,
            address,
            words,
        } = event
        {
            self.knocks.push(Knock {
                id: *knock,
                name: Arc::clone(name),
                key: *key,
                address: *address,
                words: *words,
            });
        }
    }

    fn queue(&mut self, event: &proto::Event) {
        if let proto::Event::Queued { id, text, reply_to, at } = event
            && self.transcript.queued_mut(*id).is_none()
        {
            self.transcript.take_refused(*id); // it is tried again
            self.transcript.queue(Message {
                seq: None,
                id: *id,
                author: None,
                mine: true,
                text: Arc::clone(text),
                reply_to: *reply_to,
                at: *at,
                delivery: Delivery::Queued,
                later: Later::default(),
            });
        }
    }

    fn say(&mut self, entry: &proto::Entry) {
        let delivery = match (entry.mine, &self.native) {
            (false, _) => Delivery::Received,
            (true, Some(_)) => Delivery::Stored,
            (true, None) => Delivery::Sending,
        };
        if let Some(messages) = self.meanwhile.as_mut().filter(|_| !entry.mine) {
            *messages += 1;
        }
        if entry.mine {
            self.transcript.take_queued(entry.id);
            self.transcript.take_refused(entry.id);
        }
        self.transcript.push(Row::Message(Message {
            seq: Some(entry.seq),
            id: entry.id,
            author: Some(entry.author.clone()),
            mine: entry.mine,
            text: Arc::clone(&entry.text),
            reply_to: entry.reply_to,
            at: entry.at,
            delivery,
            later: Later::default(),
        }));
    }

    fn sent(&mut self, id: EntryId, plain: bool) {
        if plain {
            self.transcript.deliver(id, Delivery::Sent);
        } else if let Some(message) = self.transcript.queued_mut(id) {
            message.delivery = Delivery::Stored;
        }
    }

    fn refuse(&mut self, id: EntryId, text: &Arc<str>, reason: RefuseReason, at: SystemTime) {
        let delivery = Delivery::Refused(reason);
        if self.transcript.deliver(id, delivery) {
            return;
        }
        let queued = self
            .transcript
            .take_queued(id)
            .or_else(|| self.transcript.take_refused(id));
        let (reply_to, at) = queued.map_or((None, at), |message| (message.reply_to, message.at));
        self.transcript.push(Row::Message(Message {
            seq: None,
            id,
            author: None,
            mine: true,
            text: Arc::clone(text),
            reply_to,
            at,
            delivery,
            later: Later::default(),
        }));
    }

    fn edit(&mut self, target: u64, text: &Arc<str>) {
        if let Some(message) = self.transcript.at_place(target)
            && message.later.deleted.is_none()
        {
            let before = std::mem::replace(&mut message.text, Arc::clone(text)).len();
            message.later.edited = true;
            self.transcript.resized(before, text.len());
        }
    }

    fn delete(&mut self, target: u64, author: &Author) {
        if let Some(message) = self.transcript.at_place(target) {
            let before = std::mem::replace(&mut message.text, "".into()).len();
            message.later = Later {
                deleted: Some(author.clone()),
                ..Later::default()
            };
            self.transcript.resized(before, 0);
        }
    }

    fn react(&mut self, event: &proto::Event) {
        if let proto::Event::Reacted {
            target,
            author,
            emoji,
            on,
            ..
        } = event
            && let Some(message) = self.transcript.at_place(*target)
        {
            message.later.react(author, emoji, *on);
        }
    }

    fn notice(&mut self, notice: &Notice, at: SystemTime) {
        match notice {
            Notice::PlainText => self.plain_text = true, // permanent, so it is no row
            other => self.transcript.push(Row::Notice {
                notice: other.clone(),
                at,
            }),
        }
    }

    fn end(&mut self, reason: &EndReason, at: SystemTime) {
        let was_open = self.open();
        self.status = Status::Ended(reason.clone());
        self.former.append(&mut self.members);
        self.former.append(&mut self.away);
        self.knocks.clear();
        if was_open {
            self.transcript.push(Row::Ended {
                reason: reason.clone(),
                at,
            });
        }
    }
}
