//! One open room in a terminal: the loop over the worker's events, standard input, signals and a deadline.

use std::collections::BTreeSet;
use std::io;
use std::time::{Duration, Instant, SystemTime};

use crossbeam_channel::{Receiver, select};

use super::Exit;
use super::input::{Line, Request, parse};
use super::output::Output;
use super::pace::Pace;
use super::reasons::exit;
use super::record::Record;
use crate::chat::{Chat, Status};
use crate::proto::log::RoomId;
use crate::proto::{self, Admit, CloseReason, Endpoint, EntryId, MemberId, Notice, RefuseReason};
use crate::worker::{Command, EndReason, Event, Failure, JOIN_WITHIN, Worker};
use native::Deliveries;

/// How long everything said may take to go out once nothing more is to be said.
pub(super) const DRAIN_WITHIN: Duration = Duration::from_secs(10);

/// What the arguments say about a session.
#[derive(Debug)]
pub(super) struct Plan {
    /// The encoding of plain guests, as a script reads it.
    pub(super) plain: &'static str,
    /// Who may come in, if this computer hosts an encrypted room. Unless that is anyone, an invite stands in `listening`, so that a
    /// script can let somebody in at once.
    pub(super) admit: Option<Admit>,
    /// Whether the end of input is not the end.
    pub(super) stay: bool,
}

impl Plan {
    fn invites(&self) -> bool {
        matches!(self.admit, Some(Admit::Ask | Admit::Invited))
    }
}

/// What the person or the script at this end does.
#[derive(Debug)]
pub(super) struct Inputs {
    pub(super) lines: Receiver<Line>,
    pub(super) signals: Receiver<()>,
}

/// One room, open or opening.
pub(super) struct Session<'a> {
    worker: Worker,
    chat: Chat,
    plan: Plan,
    inputs: Inputs,
    output: &'a mut Output,
    phase: Phase,
    deadline: Receiver<Instant>,
    signalled: bool,
    /// The line that is next, until its time has come.
    held: Option<Line>,
    /// Own messages on their way.
    pace: Pace,
    /// Of these, the ones that have their number.
    numbered: BTreeSet<EntryId>,
    /// Own messages that were refused and are still in the outbox; they count as unsent.
    refused_for_now: BTreeSet<EntryId>,
    /// Messages that did not go out.
    unsent: usize,
    deliveries: Deliveries,
    /// The room that this computer hosts.
    room: Option<RoomId>,
    /// `listening` has been or need not be written.
    announced: bool,
    /// No invite is to be expected: there is no room for one on the disk.
    disk_is_full: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Lines are taken.
    Talking,
    /// The end of input was reached, and the session stays.
    Listening,
    /// No more lines are taken; what was said goes out.
    Draining,
    /// The worker says goodbye.
    Leaving,
}

/// One thing that happened.
enum Step {
    /// `None`: the worker is gone without a word.
    Event(Option<Event>),
    Line(Line),
    Signal,
    Deadline,
    /// Messages have become late.
    Late,
}

impl<'a> Session<'a> {
    pub(super) fn new(worker: Worker, chat: Chat, plan: Plan, inputs: Inputs, output: &'a mut Output) -> Self {
        Self {
            worker,
            chat,
            plan,
            inputs,
            output,
            phase: Phase::Talking,
            deadline: crossbeam_channel::never(),
            signalled: false,
            held: None,
            pace: Pace::new(Instant::now()),
            numbered: BTreeSet::new(),
            refused_for_now: BTreeSet::new(),
            unsent: 0,
            deliveries: Deliveries::default(),
            room: None,
            announced: false,
            disk_is_full: false,
        }
    }

    /// Runs until the room is over for us.
    pub(super) fn run(mut self) -> Exit {
        loop {
            self.advance();
            let step = self.wait();
            if let Some(reason) = self.take(step) {
                return self.finish(&reason);
            }
        }
    }

    /// Does what has become possible since the last step.
    fn advance(&mut self) {
        if self.output.broken().is_some() {
            self.stop();
        }
        if let Some(line) = self.held.take() {
            if self.ready(&line) {
                self.execute(line);
            } else {
                self.held = Some(line);
            }
        }
        let drained = self.held.is_none() && self.pace.is_empty();
        if self.phase == Phase::Draining && (drained || !self.chat.open()) {
            self.leave();
        }
    }

    fn wait(&self) -> Step {
        let nothing = crossbeam_channel::never();
        let takes_lines = self.phase == Phase::Talking && self.held.is_none();
        let lines = if takes_lines { &self.inputs.lines } else { &nothing };
        select! {
            recv(self.worker.events()) -> event => Step::Event(event.ok()),
            recv(lines) -> line => Step::Line(line.unwrap_or(Line::End)),
            recv(self.inputs.signals) -> _ => Step::Signal,
            recv(self.deadline) -> _ => Step::Deadline,
            recv(self.late()) -> _ => Step::Late,
        }
    }

    /// When the line that is held need not wait any longer.
    fn late(&self) -> Receiver<Instant> {
        match self.pace.late_at() {
            Some(at) if self.held.is_some() && self.others_wait() && at > Instant::now() => crossbeam_channel::at(at),
            _ => crossbeam_channel::never(),
        }
    }

    /// Whether somebody who reads would have to wait for somebody who does not. A single one may take the time it needs.
    fn others_wait(&self) -> bool {
        const ME_AND_ONE: usize = 2;
        self.chat.hosting && self.chat.members.len() > ME_AND_ONE
    }

    /// Takes one step; yields how the room ended if it has.
    fn take(&mut self, step: Step) -> Option<EndReason> {
        match step {
            Step::Event(Some(Event::Ended(reason))) => return Some(reason),
            Step::Event(Some(event)) => self.hear(&event),
            Step::Event(None) => return Some(EndReason::Failed(Failure::Internal)),
            Step::Line(line) => self.held = Some(line),
            Step::Signal if self.signalled => return Some(EndReason::Closed(CloseReason::Left)),
            Step::Signal => {
                self.signalled = true;
                self.stop();
            }
            Step::Deadline if self.phase == Phase::Leaving => return Some(EndReason::Closed(CloseReason::Left)),
            Step::Deadline => self.leave(),
            Step::Late => {}
        }
        None
    }

    fn hear(&mut self, event: &Event) {
        let told = self.announces(event) || self.knows_of_plain_text(event);
        if let Some(record) = Record::of(event).filter(|_| !told) {
            self.output.write(&record);
        }
        match event {
            Event::Room(proto::Event::Queued { id, text, .. }) => self.queued(*id, text),
            Event::Room(proto::Event::Said { entry }) if entry.mine && self.chat.native.is_none() => self.pace.number(),
            Event::Room(proto::Event::Sent { id, seq, .. }) => {
                self.sent(*id);
                self.deliveries.follow(*seq);
            }
            Event::Room(proto::Event::Receipt { receipt }) => self.receive(receipt),
            Event::Room(proto::Event::Refused { id, reason, .. }) => self.refused(*id, *reason),
            Event::Room(proto::Event::Notice {
                notice: Notice::DiskFull,
            }) => self.disk_is_full = true,
            _ => {}
        }
        let (was_plain, let_in) = (self.chat.plain_text, self.lets_anyone_in());
        self.chat.apply(event, SystemTime::now());
        self.tell_of_plain_text(event, was_plain);
        self.tell_of_admission(let_in);
        if let Event::Listening { id, .. } = event {
            self.room = Some(*id);
            if self.plan.invites() {
                self.send(Command::Invite);
            }
        }
        self.announce();
    }

    /// A message has its number. It may be one that was in the outbox when the program began.
    fn queued(&mut self, id: EntryId, text: &str) {
        self.pace.queue(Instant::now(), text);
        self.numbered.insert(id);
    }

    /// A message is no longer on its way. It may have been refused before, for a while.
    fn sent(&mut self, id: EntryId) {
        self.numbered.remove(&id);
        if self.refused_for_now.remove(&id) {
            self.unsent -= 1;
        } else {
            self.pace.settle(Instant::now());
        }
    }

    fn refused(&mut self, id: EntryId, reason: RefuseReason) {
        // What the host does not take for now stays in a guest's outbox.
        let waits = matches!(reason, RefuseReason::Host(refusal) if refusal.retry()) && !self.chat.hosting;
        if self.refused_for_now.contains(&id) {
            if !waits {
                self.refused_for_now.remove(&id);
            }
            return; // it counts already
        }
        let has_number = self.numbered.remove(&id) || reason == RefuseReason::LineLost;
        let is_message = has_number || self.pace.expects_a_number(); // or an edit, or another word about a message
        if waits {
            if !is_message {
                return; // it goes out by itself, and nobody is told when
            }
            self.refused_for_now.insert(id);
        }
        self.unsent += 1;
        if is_message && !has_number {
            self.pace.number(); // the others come instead of a number
        }
        if is_message {
            self.pace.settle(Instant::now());
        }
    }

    /// Whether it is the invite that `listening` waits for.
    fn announces(&self, event: &Event) -> bool {
        !self.announced && self.plan.invites() && matches!(event, Event::Room(proto::Event::Invite { .. }))
    }

    /// Says that the room is open, with its first invite if there is to be one.
    fn announce(&mut self) {
        let Status::Hosting { addresses, .. } = &self.chat.status else {
            return;
        };
        let waits = self.plan.invites() && self.chat.invite.is_none() && !self.disk_is_full;
        if self.announced || waits {
            return;
        }
        self.announced = true;
        let invite = self.chat.invite.as_ref();
        self.output.write(&Record::listening(
            &self.chat.room,
            self.room,
            addresses,
            invite,
            &self.plan,
        ));
    }

    /// Whether it is the line's turn: while the room is not open there is only one way, out.
    fn ready(&self, line: &Line) -> bool {
        let open = self.chat.open();
        match line {
            Line::Text(text) => match parse(text) {
                Request::Bye => true,
                Request::Say(text) => open && self.pace.takes(text, self.is_late()),
                _ => open,
            },
            Line::TooLong { .. } | Line::NotUtf8 | Line::End => open,
        }
    }

    fn is_late(&self) -> bool {
        self.others_wait() && self.pace.late_at().is_some_and(|at| at <= Instant::now())
    }

    fn execute(&mut self, line: Line) {
        match line {
            Line::Text(text) => self.request(parse(&text)),
            Line::TooLong { bytes, beginning } => {
                self.unsent += 1;
                self.output
                    .write(&Record::refused(None, &beginning, RefuseReason::TooLong { bytes }));
            }
            Line::NotUtf8 => {
                self.unsent += 1;
                self.error(
                    "not-utf-8",
                    "a line of standard input is no UTF-8 and was not sent",
                    "Convert it first, for example with iconv.",
                );
            }
            Line::End if self.plan.stay => self.phase = Phase::Listening,
            Line::End => self.stop(),
        }
    }

    fn request(&mut self, request: Request<'_>) {
        match request {
            Request::Nothing => {}
            Request::Say(text) => self.say(text, None),
            Request::Who => self.who(),
            Request::Remove(whom) => self.remove(whom),
            Request::Bye => self.stop(),
            Request::Usage(usage) => self.error("bad-command", "this command is not complete; nothing was sent", usage),
            Request::NotYet(command) => self.error(
                "not-yet",
                &format!("this version has no /{command}; nothing was sent"),
                "Begin the line with // to send one that begins with a slash.",
            ),
            Request::Unknown(command) => self.error(
                "unknown-command",
                &format!("there is no command /{command}; nothing was sent"),
                "landline-cli --help lists them; begin the line with // to send one that begins with a slash.",
            ),
            native => self.native_request(native),
        }
    }

    fn say(&mut self, text: &str, reply_to: Option<u64>) {
        self.pace.say(Instant::now(), text);
        self.send(Command::Say {
            text: text.to_owned(),
            reply_to,
        });
    }

    fn who(&mut self) {
        let everybody = self.chat.members.values().chain(self.chat.away.values());
        let members = everybody.map(Into::into).collect();
        self.output.write(&Record::Members { members });
    }

    fn remove(&mut self, whom: &str) {
        if !self.chat.hosting {
            return self.error("host-only", "only the host can remove somebody", "Ask the host.");
        }
        match self.find(whom) {
            Some(member) => self.send(Command::Remove { member }),
            None => self.no_such_member(whom),
        }
    }

    fn no_such_member(&mut self, whom: &str) {
        self.error(
            "no-such-member",
            &format!("“{whom}” is nobody else in this room"),
            "/who lists everybody.",
        );
    }

    /// Another member by id, as `/who` writes it, or by name if only one is called that.
    fn find(&self, whom: &str) -> Option<MemberId> {
        let everybody = || self.chat.members.values().chain(self.chat.away.values());
        let others = || everybody().filter(|member| !member.me);
        if let Some(member) = others().find(|member| member.author.id.to_string() == whom) {
            return Some(member.author.id);
        }
        let mut called = others().filter(|member| *member.author.name == *whom);
        match (called.next(), called.next()) {
            (Some(member), None) => Some(member.author.id),
            _ => None,
        }
    }

    fn send(&mut self, command: Command) {
        let Err(busy) = self.worker.send(command) else {
            return;
        };
        // Far fewer messages than the worker's channel holds are given to it, so that only a flood of others gets here.
        if let Command::Say { .. } = busy.0 {
            self.pace.take_back();
            self.unsent += 1;
        }
        self.error(
            "busy",
            &busy.to_string(),
            "Wait for the events of what was asked before.",
        );
    }

    fn error(&mut self, code: &str, message: &str, hint: &str) {
        self.output.write(&Record::error(code, message, hint));
    }

    /// Takes no more lines; once everything said is out, or [`DRAIN_WITHIN`] is over, we leave.
    fn stop(&mut self) {
        if matches!(self.phase, Phase::Talking | Phase::Listening) {
            self.phase = Phase::Draining;
            self.deadline = crossbeam_channel::after(DRAIN_WITHIN);
        }
    }

    fn leave(&mut self) {
        self.phase = Phase::Leaving;
        self.deadline = crossbeam_channel::after(Endpoint::LEAVE_WITHIN + JOIN_WITHIN);
        self.send(Command::Leave);
    }

    fn finish(mut self, reason: &EndReason) -> Exit {
        self.refuse_what_was_not_said();
        self.unsent += self.pace.untaken();
        for record in Record::ended(reason) {
            self.output.write(&record);
        }
        match self.output.broken() {
            None | Some(io::ErrorKind::BrokenPipe) => exit(reason, self.unsent),
            Some(_) => Exit::Failed,
        }
    }

    /// Lines that were taken, or stood in line while somebody else ended the room.
    fn refuse_what_was_not_said(&mut self) {
        let mut lines: Vec<Line> = self.held.take().into_iter().collect();
        if self.phase == Phase::Talking {
            lines.extend(self.inputs.lines.try_iter());
        }
        for line in lines {
            if let Line::Text(text) = line
                && let Request::Say(text) = parse(&text)
            {
                self.unsent += 1;
                self.output
                    .write(&Record::refused(None, text, RefuseReason::NotConnected));
            }
        }
    }
}

mod native;
#[cfg(test)]
mod tests;
