//! The lies of a host.

use landline::proto::identity::{Identity, MemberKey, Signature};
use landline::proto::log::{Admission, Body, Epoch, Hash, PlacedEntry, Seen, SignedEntry, SignedHead};
use landline::proto::message::{
    ByeReason, DenyReason, Message, Presence, PresenceState, Receipt, RosterEntry, SubmitRefusal, Welcome,
};
use landline::proto::wire::{decode_body, encode_body};
use landline::proto::{EntryId, MemberId};

use super::liar::{Liar, ROOM};
use super::story::invention;

/// One message in so many is a lie.
const LIE_RARELY: u8 = 16;
/// Entries that are remembered, to be told again.
const MAX_REMEMBERED: usize = 20;

type Head = Option<SignedHead>;

impl Liar {
    /// What the host hears of what a guest says, and what the guest is answered at once.
    pub(crate) fn of_guest(&mut self, guest: usize, message: Message) -> (Vec<Message>, Vec<Message>) {
        let Message::Submit(entry) = &message else {
            return (vec![message], Vec::new());
        };
        if !self.lies_now() || !self.lies.answers {
            return (vec![message], Vec::new());
        }
        let id = entry.id;
        let answer = match self.chance.u8(..4) {
            0 => return (Vec::new(), Vec::new()),
            1 => Message::Refused {
                id,
                reason: self.refusal(),
            },
            _ => self.acknowledgement(guest, id),
        };
        match self.chance.bool() {
            true => (vec![message], vec![answer]),
            false => (Vec::new(), vec![answer]),
        }
    }

    /// What a guest hears of what the host says.
    pub(crate) fn of_host(&mut self, guest: usize, message: Message) -> Vec<Message> {
        let lies = self.lies_now();
        match message {
            Message::Welcome(welcome) => self.welcome(guest, welcome, lies),
            Message::Entries { entries, head } => {
                let told = self.entries(guest, entries, head, lies);
                vec![told]
            }
            message if !lies => vec![message],
            Message::Acknowledged { id, .. } if self.lies.answers => vec![self.acknowledgement(guest, id)],
            message if self.lies.noise => match self.chance.u8(..5) {
                0 if self.chance.bool() => {
                    let from = self.chance.u64(1..9);
                    (0..200).map(|_| Message::Missing { from }).chain([message]).collect()
                }
                0 => Vec::new(),
                1 => vec![message.clone(), message],
                _ => vec![self.noise(), message],
            },
            message => vec![message],
        }
    }

    fn lies_now(&mut self) -> bool {
        !self.over && self.chance.u8(..LIE_RARELY) == 0
    }

    fn refusal(&mut self) -> SubmitRefusal {
        let reasons = [
            SubmitRefusal::Busy,
            SubmitRefusal::DiskFull,
            SubmitRefusal::NotMember,
            SubmitRefusal::BadTarget,
        ];
        self.chance.choice(reasons).unwrap_or(SubmitRefusal::Other)
    }

    /// It is on disk, somewhere: where something else stands, where nothing stands, or nowhere.
    fn acknowledgement(&mut self, guest: usize, id: EntryId) -> Message {
        let last = self.stories.get(&guest).map_or(0, |story| story.last());
        let seq = self.chance.u64(..=last + 3);
        let hash = Hash([4; 32]);
        Message::Acknowledged { id, seq, hash }
    }

    fn noise(&mut self) -> Message {
        let number = self.chance.choice([0, 1, 3, 20, (1 << 53) - 1]).unwrap_or(0);
        let id = MemberId(self.chance.u64(..6));
        let key = Some(MemberKey([9; 32]));
        let receipt = Receipt {
            id,
            stored: number,
            read: number,
        };
        match self.chance.u8(..9) {
            0 => Message::Missing { from: number },
            1 => Message::Presence(vec![Presence {
                id,
                key: key.filter(|_| self.chance.bool()),
                name: "Person 0".into(),
                state: PresenceState::Here,
            }]),
            2 => Message::Roster(vec![RosterEntry {
                key,
                id,
                name: "Person 1".into(),
                here: true,
                receipt,
            }]),
            3 => Message::Receipts(vec![receipt]),
            4 => Message::Denied(DenyReason::Busy),
            5 => Message::Bye(ByeReason::TooSlow),
            6 => Message::Reveal { nonce: [8; 32] },
            7 => Message::Pending { commitment: [8; 32] },
            _ => Message::Stored { seq: number },
        }
    }

    fn welcome(&mut self, guest: usize, mut welcome: Welcome, lies: bool) -> Vec<Message> {
        let epoch = welcome.epoch;
        let story = self.stories.entry(guest).or_default();
        if lies && self.lies.stories && self.chance.bool() {
            story.forget();
        }
        story.is_about(epoch, welcome.floor);
        let (identity, head) = (&self.identity, welcome.head);
        let told = story.head(identity, ROOM, head);
        let told = told.or_else(|| story.newest(identity, ROOM, epoch));
        welcome.head = told.unwrap_or(head);
        if lies && self.lies.rooms {
            self.twist(&mut welcome);
        }
        let before = (lies && self.lies.noise && self.chance.bool()).then(|| self.noise());
        before.into_iter().chain([Message::Welcome(welcome)]).collect()
    }

    /// Another room than before.
    fn twist(&mut self, welcome: &mut Welcome) {
        match self.chance.u8(..7) {
            0 => {
                welcome.epoch = Epoch([self.chance.u8(..); 16]);
                let Seen { seq, hash } = welcome.floor;
                welcome.head = SignedHead::sign(&self.identity, ROOM, welcome.epoch, seq, hash);
            }
            1 => welcome.epoch = Epoch([9; 16]),
            2 => {
                welcome.floor.seq += self.chance.u64(1..4);
                welcome.floor.hash = Hash([6; 32]);
            }
            3 => welcome.you = MemberId(self.chance.u64(..5)),
            4 => welcome.settings.name = "another room".into(),
            5 => welcome.anew = !welcome.anew,
            _ => {
                // Its log ends earlier than it did.
                let Seen { seq, hash } = welcome.floor;
                welcome.head = SignedHead::sign(&self.identity, ROOM, welcome.epoch, seq, hash);
            }
        }
    }

    fn entries(&mut self, guest: usize, entries: Vec<PlacedEntry>, head: Head, lies: bool) -> Message {
        for placed in &entries {
            if let Ok(Body::Admitted { member, id, .. }) = decode_body(&placed.entry.body) {
                self.admitted.push((member, id));
            }
        }
        self.heard.extend(entries.iter().cloned());
        while self.heard.len() > MAX_REMEMBERED {
            self.heard.pop_front();
        }
        let story = self.stories.entry(guest).or_default();
        let lie = lies && self.lies.stories && self.chance.bool();
        if lie && self.chance.u8(..4) == 0 {
            story.forget(); // the liar gets muddled
        }
        let instead = if lie { self.invent() } else { Vec::new() };
        let story = self.stories.entry(guest).or_default();
        let before = entries.first().and_then(|first| story.before(first.seq));
        let entries = story.tell(entries, instead);
        // Whoever tells another story would rather not have signed it.
        let signs = self.over || !story.is_forked() || self.chance.u8(..6) > 0;
        let head = head
            .filter(|_| signs)
            .and_then(|head| story.head(&self.identity, ROOM, head));
        if lies && !lie {
            return self.bend(entries, head, before);
        }
        Message::Entries { entries, head }
    }

    /// What one guest is told instead of what was said: other words, or that somebody has gone and somebody else has their number and name.
    fn invent(&mut self) -> Vec<SignedEntry> {
        self.inventions += 3;
        let number = self.inventions;
        let words = Body::Message {
            text: "so it was never said".into(),
            reply_to: None,
        };
        let victim = self.chance.choice(self.admitted.iter().copied());
        let Some((member, id)) = victim.filter(|_| self.chance.bool()) else {
            return vec![invention(&self.identity, ROOM, number, &words)];
        };
        let impostor = Identity::stand_in(u64::MAX - 1);
        let admitted = Body::Admitted {
            member: impostor.key(),
            id,
            name: "Person 1".into(),
            how: Admission::Invited,
        };
        vec![
            invention(&self.identity, ROOM, number, &Body::Removed { member }),
            invention(&self.identity, ROOM, number + 1, &admitted),
            invention(&impostor, ROOM, number + 2, &words),
        ]
    }

    /// Entries that no log has like this.
    fn bend(&mut self, mut entries: Vec<PlacedEntry>, mut head: Head, before: Option<Hash>) -> Message {
        let kind = self.chance.u8(..11);
        match kind {
            0 => drop(entries.drain(..1.min(entries.len()))),
            1 if entries.len() > 1 => drop(entries.remove(entries.len() / 2)),
            2 => entries.reverse(),
            3 => {
                let twice: Vec<PlacedEntry> = entries.iter().take(5).cloned().collect();
                entries.splice(..0, twice);
            }
            4 => {
                let heard: Vec<PlacedEntry> = self.heard.iter().take(5).cloned().collect();
                entries.splice(..0, heard);
            }
            5 => {
                if let Some(placed) = entries.last_mut() {
                    placed.hash = Hash([2; 32]);
                }
            }
            6 if self.lies.stories => {
                // Signed, of what will never be.
                let (epoch, seq) = head.map_or((Epoch([1; 16]), 1), |head| (head.epoch, head.seq));
                let seq = (seq + 2).saturating_sub(self.chance.u64(..5)).max(1);
                head = Some(SignedHead::sign(&self.identity, ROOM, epoch, seq, Hash([7; 32])));
            }
            7 => head = head.map(|head| SignedHead::sign(&self.identity, ROOM, Epoch([3; 16]), head.seq, head.hash)),
            8 => head = None,
            _ => return self.forge(entries, head, before),
        }
        Message::Entries { entries, head }
    }

    /// In its place, well chained and perhaps signed by the host: words that their author has not said, or not there.
    fn forge(&mut self, mut entries: Vec<PlacedEntry>, head: Head, before: Option<Hash>) -> Message {
        let (Some(first), Some(before)) = (entries.first(), before) else {
            return Message::Entries { entries, head };
        };
        let (seq, placed_ms) = (first.seq, first.placed_ms);
        let forged = self.forged(first.entry.clone());
        let placed = forged.place(seq, placed_ms, &before);
        let signs = self.lies.stories;
        let signed = |head: SignedHead| SignedHead::sign(&self.identity, ROOM, head.epoch, seq, placed.hash);
        let head = head.map(|head| if signs { signed(head) } else { head });
        entries.clear();
        entries.push(placed);
        Message::Entries { entries, head }
    }

    fn forged(&mut self, mut entry: SignedEntry) -> SignedEntry {
        let says = |text: &str| {
            encode_body(&Body::Message {
                text: text.into(),
                reply_to: None,
            })
        };
        let heard = self.chance.choice(&self.heard).map(|placed| placed.entry.clone());
        match self.chance.u8(..5) {
            0 => entry.body = says("I owe you 100"),
            1 => entry.signature = Signature([7; 64]),
            // What somebody has said, in somebody else's name.
            2 => entry.author = heard.map_or(entry.author, |heard| heard.author),
            // Something genuine, once more.
            3 => entry = heard.unwrap_or(entry),
            _ => {
                let stranger = Identity::stand_in(u64::MAX);
                let seen = entry.seen;
                entry = SignedEntry::sign(&stranger, ROOM, EntryId([5; 16]), 0, 1, seen, says("let me in"));
            }
        }
        entry
    }
}
