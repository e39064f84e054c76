//! How a batch is made of what waits.

use super::clock;
use super::core::Core;
use super::sequencer::{Flight, From, Landing, MAX_BATCH_ENTRIES, Step, Then, Work};
use crate::proto::identity::MemberKey;
use crate::proto::log::{Admission, Batch, Body, Change, History, Kept, Peer, PlacedEntry, Seen, SignedEntry};
use crate::proto::message::SubmitRefusal;
use crate::proto::wire;
use crate::proto::{EntryId, LineId, MemberId, Mistake, Now, Store};

impl Core {
    /// Sends the next batch to the disk, if none is on its way and so much waits.
    pub(super) fn sequence(&mut self, now: Now, waiting: usize) {
        while self.sequencer.is_ready(waiting) {
            let flight = self.gather(now);
            if flight.steps.is_empty() {
                return;
            }
            if flight.changes.is_empty() {
                self.landed(now, flight); // facts only: nobody has to wait for a disk
                continue;
            }
            let batch = Batch {
                id: flight.id,
                changes: flight.changes.clone(),
            };
            self.wishes.push_back(Store::Keep(batch));
            if self.makes(Mistake::SpreadEarly) {
                self.landed(now, flight);
                continue;
            }
            self.sequencer.depart(flight);
        }
    }

    fn gather(&mut self, now: Now) -> Flight {
        let mut flight = Flight::new(self.sequencer.next_batch(), self.last, self.counter);
        while flight.entries() < MAX_BATCH_ENTRIES
            && let Some(work) = self.sequencer.next()
        {
            if matches!(work, Work::Begin { .. }) && !flight.steps.is_empty() {
                self.sequencer.put_back(work);
                break;
            }
            self.place(now, work, &mut flight);
            if flight.steps.last().is_some_and(ends_a_batch) {
                break;
            }
        }
        flight
    }

    fn place(&mut self, now: Now, work: Work, flight: &mut Flight) {
        match work {
            Work::Submitted {
                line,
                author,
                entry,
                body,
            } => self.place_submitted(now, line, &author, entry, body, flight),
            Work::Own {
                id,
                body,
                written,
                then,
            } => {
                let body = self.numbered(body);
                match self.judge_own(&body) {
                    Ok(()) => self.place_own(now, id, body, clock::milliseconds(written), then, flight),
                    Err(refusal) => self.own_refused(id, then, refusal),
                }
            }
            Work::Recovered { placed, body } => {
                if placed.seq == flight.last.seq + 1 && placed.follows(&flight.last.hash) {
                    self.put(placed, body, From::Guests, flight);
                }
            }
            Work::Keep { change, then } => {
                flight.changes.push(change);
                flight.steps.push(Step::Kept(then));
            }
            Work::Begin { kept, again } => self.begin(now, kept, again, flight),
            Work::Tell(event) => flight.steps.push(Step::Told(event)),
        }
    }

    fn place_submitted(
        &mut self,
        now: Now,
        line: LineId,
        author: &MemberKey,
        entry: SignedEntry,
        body: Body,
        flight: &mut Flight,
    ) {
        let id = entry.id;
        let known = self.projection.id_of(author);
        if let Some(seq) = known.and_then(|author| self.projection.index().seq_of(author, id))
            && !self.makes(Mistake::TakeTwice)
        {
            self.acknowledge_again(line, id, seq);
            return;
        }
        if let Some(place) = flight.place_of(author, id) {
            flight.steps.push(Step::Repeated { line, id, place });
            return;
        }
        let verdict = match self.guard.is_on() {
            true => Err(SubmitRefusal::Busy),
            false => self.projection.judge(author, &body),
        };
        let verdict = verdict.or_else(|reason| match reason {
            SubmitRefusal::NotAllowed if self.makes(Mistake::TakeFromAnyone) => Ok(()),
            SubmitRefusal::NotMember if self.makes(Mistake::KeepRemoved) => Ok(()),
            _ => Err(reason),
        });
        match verdict {
            Ok(()) => {
                let placed = entry.place(flight.last.seq + 1, clock::milliseconds(now.wall), &flight.last.hash);
                if self.makes(Mistake::AcknowledgeEarly) {
                    let (seq, hash) = (placed.seq, placed.hash);
                    self.acknowledge(line, id, Seen { seq, hash });
                }
                self.put(placed, body, From::Line(line), flight);
            }
            Err(reason) => self.refuse(line, id, reason),
        }
    }

    /// Whether this host may write something now.
    fn judge_own(&self, body: &Body) -> Result<(), SubmitRefusal> {
        if self.guard.is_on() {
            return Err(SubmitRefusal::Busy);
        }
        if let Body::Removed { member } = body
            && !self.projection.is_member(member)
        {
            return Err(SubmitRefusal::BadTarget); // removed twice
        }
        self.projection.judge(&self.me, body)
    }

    fn place_own(&self, now: Now, id: EntryId, body: Body, written_ms: u64, then: Then, flight: &mut Flight) {
        let entry = SignedEntry::sign(
            &self.config.identity,
            self.kept.room,
            id,
            flight.counter,
            written_ms,
            epoch_of(flight).map_or(self.last, |kept| kept.floor),
            wire::encode_body(&body),
        );
        flight.counter += 1;
        if let Then::Admit {
            invite: Some((number, expires)),
            ..
        } = then
        {
            flight.changes.push(Change::Invite {
                number,
                secret: None,
                expires,
            });
        }
        let placed = entry.place(flight.last.seq + 1, clock::milliseconds(now.wall), &flight.last.hash);
        self.put(placed, body, From::Here(then), flight);
    }

    fn put(&self, placed: PlacedEntry, body: Body, from: From, flight: &mut Flight) {
        let peer = self.peer_by(placed.seq, &placed.entry.author, &body);
        flight.last = Seen {
            seq: placed.seq,
            hash: placed.hash,
        };
        flight.changes.push(Change::Append(placed.clone()));
        flight.changes.extend(peer.clone().map(Change::Peer));
        let kept = epoch_of(flight).unwrap_or(&self.kept);
        if let Body::Settings(settings) = &body
            && *settings != kept.settings
        {
            let settings = settings.clone();
            let changed = Kept {
                settings,
                ..kept.clone()
            };
            flight.changes.push(Change::Room(changed));
        }
        let landing = Landing {
            placed,
            body,
            peer,
            from,
        };
        flight.steps.push(Step::Entry(Box::new(landing)));
    }

    /// A history begins with how the room is and who is a member of it, in one batch: a crash leaves all of it or none.
    fn begin(&mut self, now: Now, kept: Box<Kept>, again: bool, flight: &mut Flight) {
        let written = clock::milliseconds(now.wall);
        flight.last = kept.floor;
        flight.changes.push(match again {
            true => Change::NewEpoch(kept.as_ref().clone()),
            false => Change::Room(kept.as_ref().clone()),
        });
        let settings = kept.settings.clone();
        flight.steps.push(Step::Begun { kept, again });
        let mut bodies = vec![Body::Settings(settings), self.host_admitted()];
        let members = self
            .projection
            .peers()
            .filter(|peer| peer.member && peer.key != self.me);
        bodies.extend(members.map(|peer| Body::Admitted {
            member: peer.key,
            id: peer.id,
            name: peer.name.as_str().into(),
            how: Admission::Knocked,
        }));
        for body in bodies {
            let id = self.next_id();
            self.place_own(now, id, body, written, Then::Nothing, flight);
        }
    }

    fn host_admitted(&self) -> Body {
        let kept = self
            .projection
            .peer(MemberId::HOST)
            .map(|peer| peer.name.as_str().into());
        Body::Admitted {
            member: self.me,
            id: MemberId::HOST,
            name: kept.unwrap_or_else(|| self.own_name()),
            how: Admission::Host,
        }
    }

    /// Whoever is admitted gets the number that the key has always had, or the next one.
    fn numbered(&self, body: Body) -> Body {
        match body {
            Body::Admitted { member, name, how, .. } => {
                let newest = self.projection.peers().map(|peer| peer.id.0).max().unwrap_or(0);
                Body::Admitted {
                    member,
                    id: self.projection.id_of(&member).unwrap_or(MemberId(newest + 1)),
                    name,
                    how,
                }
            }
            other => other,
        }
    }

    /// What is kept of a member because of an entry.
    fn peer_by(&self, seq: u64, author: &MemberKey, body: &Body) -> Option<Peer> {
        let known = |key: &MemberKey| self.projection.peer(self.projection.id_of(key)?).cloned();
        match body {
            Body::Admitted { member, id, name, .. } => Some(Peer {
                key: *member,
                id: *id,
                name: name.as_ref().to_owned(),
                member: true,
                verified: self.compared.contains(member) || known(member).is_some_and(|peer| peer.verified),
                first_seq: self.first_seq(seq),
            }),
            Body::Removed { member } => known(member).map(|peer| Peer { member: false, ..peer }),
            Body::Renamed { name } => known(author).map(|peer| Peer {
                name: name.as_ref().to_owned(),
                ..peer
            }),
            _ => None,
        }
    }

    /// The first place that somebody may see who is admitted at `seq`.
    fn first_seq(&self, seq: u64) -> u64 {
        match self.kept.settings.history {
            History::None if !self.makes(Mistake::IgnoreFloor) => seq,
            History::None => 1,
            History::All => 1,
        }
    }
}

/// The history that begins with a batch.
fn epoch_of(flight: &Flight) -> Option<&Kept> {
    match flight.steps.first() {
        Some(Step::Begun { kept, .. }) => Some(kept),
        _ => None,
    }
}

/// Whether what waits must be judged by what comes of this.
fn ends_a_batch(step: &Step) -> bool {
    match step {
        Step::Entry(landing) => matches!(
            landing.body,
            Body::Admitted { .. } | Body::Removed { .. } | Body::Renamed { .. } | Body::Settings(_)
        ),
        Step::Kept(_) | Step::Told(_) | Step::Repeated { .. } | Step::Begun { .. } => false,
    }
}
