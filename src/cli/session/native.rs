//! What a session does in encrypted rooms only: invites, knocks, places in the log, receipts.

use std::collections::{BTreeMap, BTreeSet};

use super::Session;
use crate::cli::input::Request;
use crate::cli::record::Record;
use crate::proto::log::{Admit, Settings};
use crate::proto::message::Receipt;
use crate::proto::{self, KnockId, MemberId, Notice};
use crate::worker::{Command, Event};

/// Own messages whose way to the others is followed; of older ones it is not told.
const FOLLOWED: usize = 4096;

/// How far own messages have come.
#[derive(Debug, Default)]
pub(super) struct Deliveries {
    own: BTreeSet<u64>,
    seen: BTreeMap<MemberId, Receipt>,
}

impl Deliveries {
    /// An own message is in the log.
    pub(super) fn follow(&mut self, seq: u64) {
        self.own.insert(seq);
        if self.own.len() > FOLLOWED {
            self.own.pop_first();
        }
    }

    /// What is new about own messages: those that the member has stored, and those that they have read.
    pub(super) fn learn(&mut self, receipt: &Receipt) -> (Vec<u64>, Vec<u64>) {
        let before = self.seen.insert(receipt.id, *receipt).unwrap_or_default();
        let new = |from: u64, to: u64| match from < to {
            true => self.own.range(from + 1..=to).copied().collect(),
            false => Vec::new(),
        };
        (new(before.stored, receipt.stored), new(before.read, receipt.read))
    }
}

impl Session<'_> {
    /// A command of encrypted rooms.
    pub(super) fn native_request(&mut self, request: Request<'_>) {
        if self.chat.native.is_none() {
            return self.error(
                "not-in-plain-room",
                "this needs an encrypted room; nothing was sent",
                "Join without --plain, or host without it.",
            );
        }
        match request {
            Request::Invite => self.as_host(|_| Some(Command::Invite)),
            Request::Admit(knock) => self.as_host(|session| {
                let knock = session.knock(knock)?;
                // A script sees the words, too; `/verify` is for people.
                let compared = false;
                Some(Command::Admit { knock, compared })
            }),
            Request::Refuse(knock) => {
                self.as_host(|session| session.knock(knock).map(|knock| Command::Refuse { knock }));
            }
            Request::Plain(plain) => self.change(|settings| settings.plain = plain),
            Request::Admission(admit) => self.change(|settings| settings.admit = admit),
            Request::History(history) => self.change(|settings| settings.history = history),
            Request::Verify(whom) => match self.find(whom) {
                Some(member) => self.send(Command::Verify { member }),
                None => self.no_such_member(whom),
            },
            Request::Reply { seq, text } => self.say(text, Some(seq)),
            Request::Edit { seq, text } => self.send(Command::Edit {
                seq,
                text: text.to_owned(),
            }),
            Request::Delete { seq } => self.send(Command::Delete { seq }),
            Request::React { seq, emoji, on } => self.send(Command::React {
                seq,
                emoji: emoji.to_owned(),
                on,
            }),
            Request::Rename(name) => self.send(Command::Rename { name: name.to_owned() }),
            Request::Retry => self.send(Command::Retry),
            _ => {}
        }
    }

    /// A member has come further.
    pub(super) fn receive(&mut self, receipt: &Receipt) {
        if self.chat.member(receipt.id).is_some_and(|member| member.me) {
            return; // that this computer has its own words is no news
        }
        let (stored, read) = self.deliveries.learn(receipt);
        for seq in stored {
            let to = vec![receipt.id];
            self.output.write(&Record::Delivered { seq, to });
        }
        for seq in read {
            let by = vec![receipt.id];
            self.output.write(&Record::Read { seq, by });
        }
    }

    /// The room's settings let plain text in, or no longer.
    pub(super) fn tell_of_plain_text(&mut self, event: &Event, was_plain: bool) {
        if !matches!(event, Event::Room(proto::Event::Settings { .. })) || was_plain == self.chat.plain_text {
            return;
        }
        let notice = match self.chat.plain_text {
            true => Record::notice(&Notice::PlainText),
            false => Record::Notice {
                code: "plain-text-off",
                message: "plain text is not let in any more: everything is encrypted".to_owned(),
            },
        };
        self.output.write(&notice);
    }

    /// A room that is opened again has told it by its settings.
    pub(super) fn knows_of_plain_text(&self, event: &Event) -> bool {
        let notice = Notice::PlainText;
        self.chat.plain_text && *event == Event::Room(proto::Event::Notice { notice })
    }

    pub(super) fn lets_anyone_in(&self) -> bool {
        let native = self.chat.native.as_ref();
        native.is_some_and(|native| native.settings.admit == Admit::Anyone)
    }

    /// The room lets anyone in, or no longer.
    pub(super) fn tell_of_admission(&mut self, before: bool) {
        let (code, message) = match (before, self.lets_anyone_in()) {
            (false, true) => (
                "anyone",
                "anyone who reaches the host comes in unasked and reads along".to_owned(),
            ),
            (true, false) => ("anyone-off", "nobody comes in unasked any more".to_owned()),
            _ => return,
        };
        self.output.write(&Record::Notice { code, message });
    }

    fn as_host(&mut self, command: impl FnOnce(&mut Self) -> Option<Command>) {
        if !self.chat.hosting {
            return self.error("host-only", "only the host can do this", "Ask the host.");
        }
        if let Some(command) = command(self) {
            self.send(command);
        }
    }

    fn change(&mut self, change: impl FnOnce(&mut Settings)) {
        self.as_host(|session| {
            let mut settings = session.chat.native.as_ref()?.settings.clone();
            change(&mut settings);
            Some(Command::Change { settings })
        });
    }

    /// The knock that is meant; none need be named while only one stands at the door.
    fn knock(&mut self, typed: &str) -> Option<KnockId> {
        let knocks = &self.chat.knocks;
        let knock = match (typed, &knocks[..]) {
            ("", [knock]) => Some(knock.id),
            _ => knocks.iter().map(|knock| knock.id).find(|id| id.to_string() == typed),
        };
        if knock.is_none() {
            self.error(
                "no-such-knock",
                "nobody stands at the door with this number",
                "Take the number from the event `knock`.",
            );
        }
        knock
    }
}
