//! What people see of the log: entries become events, and every entry is judged by who was a member when it was written.
//!
//! Host and guests use the same, so that all see the same. Texts and names are cleaned here, and nowhere below.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use data_encoding::HEXLOWER;

use super::identity::MemberKey;
use super::index::Index;
use super::log::{Body, Peer, PlacedEntry, Target};
use super::message::SubmitRefusal;
use super::wire::MAX_TIME_MS;
use super::{Author, Entry, Event, Member, MemberId};
use crate::text;

/// Bytes of a key that tell its owner from somebody whose name looks alike.
const TAG_BYTES: usize = 3;

/// Members, entries, and what they look like. As of the newest entry that was taken.
#[derive(Debug)]
pub(super) struct Projection {
    me: MemberKey,
    host: MemberKey,
    people: BTreeMap<MemberId, Person>,
    keys: BTreeMap<MemberKey, MemberId>,
    /// What names look like. Each look is that of whoever had it first.
    looks: BTreeSet<String>,
    /// Who is in the room now, with the address where that is known.
    here: BTreeMap<MemberId, Option<SocketAddr>>,
    index: Index,
}

/// What an entry does.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// What people see of it.
    pub(super) event: Option<Event>,
    /// What is to be kept of a member.
    pub(super) peer: Option<Peer>,
}

#[derive(Debug)]
struct Person {
    /// As it is kept; the name as it was written.
    peer: Peer,
    /// The name as it is shown.
    shown: Arc<str>,
    /// What it looks like, as far as that is theirs.
    looks: Vec<String>,
}

impl Projection {
    /// The projection of a copy that begins with `index` and knows `peers`.
    pub(super) fn new(me: MemberKey, host: MemberKey, peers: &[Peer], index: Index) -> Self {
        let mut projection = Self {
            me,
            host,
            people: BTreeMap::new(),
            keys: BTreeMap::new(),
            looks: BTreeSet::new(),
            here: BTreeMap::new(),
            index,
        };
        // Members last: a number that was given twice, in two histories, is theirs.
        let (members, others): (Vec<&Peer>, Vec<&Peer>) = peers.iter().partition(|peer| peer.member);
        for peer in others.into_iter().chain(members) {
            projection.put(peer.clone());
        }
        projection
    }

    /// Which entry stands where.
    pub(super) fn index(&self) -> &Index {
        &self.index
    }

    /// Whose number a key is.
    pub(super) fn id_of(&self, key: &MemberKey) -> Option<MemberId> {
        if *key == self.host {
            return Some(MemberId::HOST);
        }
        self.keys.get(key).copied()
    }

    /// What is kept of somebody.
    pub(super) fn peer(&self, id: MemberId) -> Option<&Peer> {
        self.people.get(&id).map(|person| &person.peer)
    }

    /// How many people there are.
    pub(super) fn len(&self) -> usize {
        self.people.len()
    }

    /// All that is kept of everybody, by number.
    pub(super) fn peers(&self) -> impl Iterator<Item = &Peer> {
        self.people.values().map(|person| &person.peer)
    }

    /// Whether somebody is a member as of the newest entry. The host always is.
    pub(super) fn is_member(&self, key: &MemberKey) -> bool {
        *key == self.host
            || self
                .keys
                .get(key)
                .and_then(|id| self.people.get(id))
                .is_some_and(|person| person.peer.member)
    }

    /// Notes somebody, also who is no member yet.
    pub(super) fn put(&mut self, peer: Peer) {
        if let Some(other) = self.people.get(&peer.id).filter(|other| other.peer.key != peer.key) {
            self.keys.remove(&other.peer.key);
        }
        if let Some(other) = self.keys.insert(peer.key, peer.id).filter(|other| *other != peer.id) {
            self.forget(other);
        }
        let (shown, looks) = self.claim(&peer);
        self.people.insert(peer.id, Person { peer, shown, looks });
    }

    /// Words were compared with somebody; what is to be kept of that.
    pub(super) fn verify(&mut self, id: MemberId) -> Option<Peer> {
        let person = self.people.get_mut(&id)?;
        person.peer.verified = true;
        Some(person.peer.clone())
    }

    /// Somebody is here from now on. Whether that is new.
    pub(super) fn arrive(&mut self, id: MemberId, address: Option<SocketAddr>) -> bool {
        self.here.insert(id, address).is_none()
    }

    /// Somebody is not here any more. Whether they were.
    pub(super) fn depart(&mut self, id: MemberId) -> bool {
        self.here.remove(&id).is_some()
    }

    /// Who is here.
    pub(super) fn here(&self) -> BTreeSet<MemberId> {
        self.here.keys().copied().collect()
    }

    /// Somebody, as the members list shows them.
    pub(super) fn member(&self, id: MemberId) -> Option<Member> {
        let person = self.people.get(&id)?;
        let me = person.peer.key == self.me;
        Some(Member {
            author: Author {
                id,
                name: Arc::clone(&person.shown),
                plain: false,
            },
            named: true,
            me,
            address: self.here.get(&id).copied().flatten(),
            key: Some(person.peer.key),
            here: self.here.contains_key(&id),
            verified: person.peer.verified,
        })
    }

    /// Somebody, as an entry of theirs remembers them.
    pub(super) fn author(&self, key: &MemberKey) -> Option<Author> {
        let id = self.id_of(key)?;
        let name = self.people.get(&id).map(|person| Arc::clone(&person.shown));
        Some(Author {
            id,
            name: name.unwrap_or_else(|| tag(key).into()),
            plain: false,
        })
    }

    /// Whether `author` may write `body` as the next entry.
    pub(super) fn judge(&self, author: &MemberKey, body: &Body) -> Result<(), SubmitRefusal> {
        if !self.is_member(author) {
            return Err(SubmitRefusal::NotMember);
        }
        let host = *author == self.host;
        let own = self.id_of(author);
        match body {
            Body::Edit { target, .. } if !self.is_of(*target, own) => Err(SubmitRefusal::BadTarget),
            Body::Delete { target } if !host && !self.is_of(*target, own) => Err(SubmitRefusal::BadTarget),
            Body::Delete { target } | Body::Reaction { target, .. } if !self.is_there(*target) => {
                Err(SubmitRefusal::BadTarget)
            }
            Body::Admitted { member, id, .. } if !host || !self.may_be(member, *id) => Err(SubmitRefusal::NotAllowed),
            Body::Removed { .. } | Body::Settings(_) | Body::Vouched { .. } if !host => Err(SubmitRefusal::NotAllowed),
            _ => Ok(()),
        }
    }

    /// Takes the next entry, which was judged.
    pub(super) fn take(&mut self, placed: &PlacedEntry, body: &Body) -> Taken {
        let author = placed.entry.author;
        if let Some(id) = self.id_of(&author) {
            self.index.push(placed.seq, id, placed.entry.id);
        }
        match body {
            Body::Admitted { member, id, name, .. } => self.admitted(placed.seq, *member, *id, name),
            Body::Removed { member } => self.removed(member),
            Body::Renamed { name } => self.renamed(&author, name),
            _ => Taken {
                event: self.event(placed, body),
                peer: None,
            },
        }
    }

    /// What people see of an entry that says something. Changes nothing: also for entries of the time before.
    pub(super) fn event(&self, placed: &PlacedEntry, body: &Body) -> Option<Event> {
        let seq = placed.seq;
        let author = self.author(&placed.entry.author)?;
        Some(match body {
            Body::Message { text, reply_to } => Event::Said {
                entry: self.entry(placed, author, text, *reply_to),
            },
            Body::Vouched { id, name, text } => Event::Said {
                entry: Entry {
                    mine: false,
                    ..self.entry(placed, vouched(*id, name), text, None)
                },
            },
            Body::Edit { target, text } => Event::Edited {
                seq,
                target: self.index.target(target.seq)?.seq,
                text: text::clean_message(text).into(),
            },
            Body::Delete { target } => Event::Deleted {
                seq,
                target: self.index.target(target.seq)?.seq,
                author,
            },
            Body::Reaction { target, emoji, on } => Event::Reacted {
                seq,
                target: self.index.target(target.seq)?.seq,
                author,
                emoji: text::clean_emoji(emoji)?.into(),
                on: *on,
            },
            Body::Settings(settings) => Event::Settings {
                room: placed.entry.room,
                host: self.host,
                settings: settings.clone(),
            },
            Body::Unknown => Event::Newer { seq, author },
            Body::Admitted { .. } | Body::Removed { .. } | Body::Renamed { .. } => return None,
        })
    }

    fn entry(&self, placed: &PlacedEntry, author: Author, text: &str, reply_to: Option<Target>) -> Entry {
        let known = reply_to.filter(|target| self.index.author_of(*target).is_some());
        Entry {
            seq: placed.seq,
            id: placed.entry.id,
            author,
            mine: placed.entry.author == self.me,
            text: text::clean_message(text).into(),
            reply_to: known.map(|target| target.seq),
            at: time(placed.placed_ms),
        }
    }

    fn admitted(&mut self, seq: u64, key: MemberKey, id: MemberId, name: &str) -> Taken {
        let before = self.keys.get(&key).and_then(|id| self.people.get(id));
        let verified = before.is_some_and(|person| person.peer.verified);
        let peer = Peer {
            key,
            id,
            name: name.to_owned(),
            member: true,
            verified,
            first_seq: seq,
        };
        self.put(peer.clone());
        let absent = !self.here.contains_key(&id);
        Taken {
            event: self.member(id).filter(|_| absent).map(|member| Event::Known { member }),
            peer: Some(peer),
        }
    }

    fn removed(&mut self, key: &MemberKey) -> Taken {
        let person = self.id_of(key).and_then(|id| self.people.get_mut(&id));
        let peer = person.map(|person| {
            person.peer.member = false;
            person.peer.clone()
        });
        Taken { event: None, peer }
    }

    fn renamed(&mut self, key: &MemberKey, name: &str) -> Taken {
        let Some(mut peer) = self.id_of(key).and_then(|id| self.peer(id)).cloned() else {
            return Taken::default();
        };
        let before = self.author(key);
        name.clone_into(&mut peer.name);
        self.put(peer.clone());
        let event = self.member(peer.id).zip(before).and_then(|(member, before)| {
            (member.author.name != before.name).then_some(Event::Renamed {
                member,
                previous: before.name,
            })
        });
        Taken {
            event,
            peer: Some(peer),
        }
    }

    /// A number under which somebody is a member, or has spoken in this history, is nobody else's, and a member has one number. Others may
    /// be known from another history, which the host has lost with its numbers.
    pub(super) fn may_be(&self, key: &MemberKey, id: MemberId) -> bool {
        let is_member = |id: &MemberId| self.peer(*id).is_some_and(|peer| peer.member);
        let in_use = is_member(&id) || self.index.wrote_after(id, self.index.floor());
        self.people
            .get(&id)
            .is_none_or(|person| person.peer.key == *key || !in_use)
            && self.keys.get(key).is_none_or(|known| *known == id || !is_member(known))
            && (id == MemberId::HOST) == (*key == self.host)
    }

    /// Whether there is such an entry. Nobody can tell of what was said before this copy begins; it is nothing that could be shown.
    fn is_there(&self, target: Target) -> bool {
        (1..=self.index.floor()).contains(&target.seq) || self.index.author_of(target).is_some()
    }

    fn is_of(&self, target: Target, author: Option<MemberId>) -> bool {
        let written_by = self.index.author_of(target);
        self.is_there(target) && (written_by.is_none() || written_by == author)
    }

    /// Somebody is nobody any more, and their name is free.
    fn forget(&mut self, id: MemberId) {
        for look in self.people.remove(&id).into_iter().flat_map(|person| person.looks) {
            self.looks.remove(&look);
        }
    }

    /// How somebody is shown: cleaned, and told apart from whoever had a name first that looks alike. And what of those looks is theirs now.
    fn claim(&mut self, peer: &Peer) -> (Arc<str>, Vec<String>) {
        self.forget(peer.id);
        let name = text::clean_name(&peer.name).unwrap_or_else(|| tag(&peer.key));
        let looks = text::skeletons(&name);
        let (taken, free): (Vec<String>, Vec<String>) = looks.into_iter().partition(|look| self.looks.contains(look));
        self.looks.extend(free.iter().cloned());
        match taken.is_empty() {
            true => (name.into(), free),
            false => (format!("{name} ({})", tag(&peer.key)).into(), free),
        }
    }
}

/// A plain guest, as an entry remembers them: what the host calls them, on the host's word.
pub(super) fn vouched(id: MemberId, name: &str) -> Author {
    let name = text::clean_name(name).unwrap_or_else(|| id.to_string());
    Author {
        id,
        name: name.into(),
        plain: true,
    }
}

/// A host's clock, as people read it.
pub(super) fn time(ms: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH
        .checked_add(Duration::from_millis(ms.min(MAX_TIME_MS)))
        .unwrap_or(SystemTime::UNIX_EPOCH)
}

fn tag(key: &MemberKey) -> String {
    HEXLOWER.encode(&key.0[..TAG_BYTES])
}
