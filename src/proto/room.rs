//! Who is in the room, and what they are called.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use super::identity::MemberKey;
use crate::text;

/// A member of one room while it is open. The host is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct MemberId(pub u64);

impl MemberId {
    /// The host of every room.
    pub const HOST: Self = Self(0);
    /// Plain guests of an encrypted room have numbers above this one while they are here; members stay below it for ever.
    pub const PLAIN: Self = Self(1 << 32);
}

impl fmt::Display for MemberId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "m{}", self.0)
    }
}

/// A member, as an entry remembers them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// Who.
    pub id: MemberId,
    /// Their name at that time; for somebody without a name `plain guest ADDRESS`.
    pub name: Arc<str>,
    /// Whether they are on plain text.
    pub plain: bool,
}

impl Author {
    /// The address that stands for the name of somebody without one: what follows `plain guest` in [`Author::name`].
    /// Nobody else can be called so: such a wish is refused.
    #[must_use]
    pub fn address_as_name(&self) -> Option<&str> {
        let unnamed = self.name.strip_prefix(Room::UNNAMED)?.strip_prefix(' ')?;
        (self.plain && self.id != MemberId::HOST).then_some(unnamed)
    }
}

/// A member, as the members list shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Id, name and kind.
    pub author: Author,
    /// Whether they chose the name; otherwise it was made from the address.
    pub named: bool,
    /// Whether this is the person at this computer.
    pub me: bool,
    /// Where they are; `None` for the person at this computer, and for whom only the host knows it.
    pub address: Option<SocketAddr>,
    /// Their key; `None`: they are on plain text.
    pub key: Option<MemberKey>,
    /// Whether they are in the room now.
    pub here: bool,
    /// Whether the person at this computer has compared words with them.
    pub verified: bool,
}

/// Why somebody cannot be called what they asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NameRefusal {
    /// Nothing that can be seen.
    Empty,
    /// It would make others believe something that is not so.
    Misleading,
    /// Somebody is called so, or nearly so.
    Taken,
}

/// The members of a room and their names. No two names can be taken for each other.
#[derive(Debug, Default)]
pub(super) struct Room {
    members: BTreeMap<MemberId, Member>,
    /// What every name looks like, and whose it is.
    looks: BTreeMap<String, MemberId>,
    /// What the names look like of members with keys.
    reserved: BTreeMap<MemberId, [String; 2]>,
    /// The numbers of those who have no name but their address.
    numbers: BTreeMap<IpAddr, BTreeSet<u32>>,
    last_id: u64,
}

impl Room {
    /// Words by which the host's program speaks.
    const RESERVED: &str = "landline";
    /// How those without a name are called, before the address.
    const UNNAMED: &str = "plain guest";

    /// The plain guests of an encrypted room, and the names that they cannot have.
    pub(super) fn of_plain_guests() -> Self {
        Self {
            last_id: MemberId::PLAIN.0,
            ..Self::default()
        }
    }

    pub(super) fn member(&self, id: MemberId) -> Option<&Member> {
        self.members.get(&id)
    }

    /// Puts somebody in under a name that is not looked at: the person at this computer, or a guest's host.
    pub(super) fn add(&mut self, member: Member) {
        self.last_id = self.last_id.max(member.author.id.0);
        self.claim(member.author.id, &member.author.name);
        self.members.insert(member.author.id, member);
    }

    /// Puts a plain guest in, named by its address.
    pub(super) fn add_plain_guest(&mut self, address: SocketAddr) -> Member {
        self.last_id += 1;
        let id = MemberId(self.last_id);
        let member = Member {
            author: Author {
                id,
                name: self.number(address.ip().to_canonical()).into(),
                plain: true,
            },
            named: false,
            me: false,
            address: Some(address),
            key: None,
            here: true,
            verified: false,
        };
        self.claim(id, &member.author.name);
        self.members.insert(id, member.clone());
        member
    }

    /// Takes somebody out. The id is not used again, the name may be.
    pub(super) fn remove(&mut self, id: MemberId) -> Option<Member> {
        let member = self.members.remove(&id)?;
        self.release(&member);
        Some(member)
    }

    /// Calls a member what they asked for; gives the old name if that changed something.
    pub(super) fn rename(&mut self, id: MemberId, wish: &str) -> Result<Option<Arc<str>>, NameRefusal> {
        let name = text::clean_name(wish).ok_or(NameRefusal::Empty)?;
        let looks = text::skeletons(&name);
        if looks.iter().any(|look| is_misleading(look)) {
            return Err(NameRefusal::Misleading);
        }
        if looks
            .iter()
            .any(|look| self.looks.get(look).is_some_and(|owner| *owner != id))
        {
            return Err(NameRefusal::Taken);
        }
        let Some(member) = self.members.get(&id).filter(|member| *member.author.name != *name) else {
            return Ok(None);
        };
        let before = member.clone();
        self.release(&before);
        self.claim(id, &name);
        self.members.insert(
            id,
            Member {
                author: Author {
                    name: name.into(),
                    ..before.author.clone()
                },
                named: true,
                ..before.clone()
            },
        );
        Ok(Some(before.author.name))
    }

    /// A member with a key is called so from now on, and nobody else, nor nearly so. Whoever was loses the name: under which new one, and what the
    /// old one was.
    pub(super) fn reserve(&mut self, id: MemberId, name: &str) -> Vec<(Member, Arc<str>)> {
        for look in self.reserved.remove(&id).into_iter().flatten() {
            if self.looks.get(&look) == Some(&id) {
                self.looks.remove(&look);
            }
        }
        let looks = text::skeletons(name);
        let losers: BTreeSet<MemberId> = looks.iter().filter_map(|look| self.looks.get(look).copied()).collect();
        let renamed = losers.into_iter().filter_map(|loser| self.unname(loser)).collect();
        self.claim(id, name);
        self.reserved.insert(id, looks);
        renamed
    }

    /// A plain guest has no name but its address any more.
    fn unname(&mut self, id: MemberId) -> Option<(Member, Arc<str>)> {
        let before = self.members.get(&id).filter(|member| member.author.plain)?.clone();
        let address = before.address?.ip().to_canonical();
        self.release(&before);
        let name = self.number(address);
        self.claim(id, &name);
        let member = self.members.get_mut(&id)?;
        member.author.name = name.into();
        member.named = false;
        Some((member.clone(), before.author.name))
    }

    fn claim(&mut self, id: MemberId, name: &str) {
        for look in text::skeletons(name) {
            self.looks.entry(look).or_insert(id);
        }
    }

    fn release(&mut self, member: &Member) {
        for look in text::skeletons(&member.author.name) {
            if self.looks.get(&look) == Some(&member.author.id) {
                self.looks.remove(&look);
            }
        }
        if !member.named
            && let Some(address) = member.address
        {
            self.free_number(address.ip().to_canonical(), &member.author.name);
        }
    }

    /// A name for somebody who has only an address: the first number of that address that is free.
    fn number(&mut self, ip: IpAddr) -> String {
        let used = self.numbers.entry(ip).or_default();
        let free = (1..).zip(used.iter()).find(|(number, used)| number != *used);
        let mut number = free.map_or(used.len() as u32 + 1, |(number, _)| number);
        let mut name = numbered(ip, number);
        // Nobody but the host can be called so already; the numbers after it are free.
        while text::skeletons(&name).iter().any(|look| self.looks.contains_key(look)) {
            number = used.last().map_or(number, |last| number.max(*last)) + 1;
            name = numbered(ip, number);
        }
        used.insert(number);
        name
    }

    fn free_number(&mut self, ip: IpAddr, name: &str) {
        let number = name.rsplit_once(" #").and_then(|(_, number)| number.parse().ok());
        if let Some(used) = self.numbers.get_mut(&ip) {
            used.remove(&number.unwrap_or(1));
            if used.is_empty() {
                self.numbers.remove(&ip);
            }
        }
    }
}

fn numbered(ip: IpAddr, number: u32) -> String {
    let unnamed = Room::UNNAMED;
    match number {
        1 => format!("{unnamed} {ip}"),
        _ => format!("{unnamed} {ip} #{number}"),
    }
}

/// Names that look like the program's own words, like somebody without a name, or like `Name: text`.
fn is_misleading(look: &str) -> bool {
    let starts_like = |words: &str| {
        text::skeletons(words)
            .iter()
            .any(|words| look.starts_with(words.as_str()))
    };
    look.contains(':') || starts_like(Room::RESERVED) || starts_like(Room::UNNAMED)
}
