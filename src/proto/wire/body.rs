//! Bodies of entries, between bytes and the log.

use super::schema::Content;
use super::{WireError, check, copied, schema};
use crate::proto::identity::MemberKey;
use crate::proto::log::{Admission, Admit, Body, History, Settings, Target};
use crate::proto::{Encoding, EntryId};

const HISTORY_NONE: u32 = 1;
const HISTORY_ALL: u32 = 2;

const PLAIN_OFF: u32 = 0;
const PLAIN_AUTO: u32 = 1;
const PLAIN_UTF_8: u32 = 2;
const PLAIN_GBK: u32 = 3;

const ADMIT_ASK: u32 = 0;
const ADMIT_INVITED: u32 = 1;
const ADMIT_ANYONE: u32 = 2;

const ADMISSION_HOST: u32 = 1;
const ADMISSION_INVITED: u32 = 2;
const ADMISSION_KNOCKED: u32 = 3;
const ADMISSION_ANYONE: u32 = 4;

impl From<&Body> for schema::Body {
    fn from(body: &Body) -> Self {
        Self { content: content(body) }
    }
}

/// `None`: a body that this version does not understand cannot be written by it.
fn content(body: &Body) -> Option<Content> {
    Some(match body {
        Body::Message { text, reply_to } => Content::Message(schema::Words {
            text: text.to_string(),
            target: reply_to.as_ref().map(Into::into),
        }),
        Body::Edit { target, text } => Content::Edit(schema::Words {
            text: text.to_string(),
            target: Some(target.into()),
        }),
        Body::Delete { target } => Content::Delete(schema::Delete {
            target: Some(target.into()),
        }),
        Body::Reaction { target, emoji, on } => Content::Reaction(schema::Reaction {
            target: Some(target.into()),
            emoji: emoji.to_string(),
            on: *on,
        }),
        Body::Renamed { name } => Content::Renamed(schema::Renamed { name: name.to_string() }),
        Body::Admitted { member, id, name, how } => Content::Admitted(schema::Admitted {
            member: copied(&member.0),
            id: id.0,
            name: name.to_string(),
            how: admission_number(*how),
        }),
        Body::Removed { member } => Content::Removed(schema::Removed {
            member: copied(&member.0),
        }),
        Body::Settings(settings) => Content::Settings(settings.into()),
        Body::Vouched { id, name, text } => Content::Vouched(schema::Vouched {
            id: id.0,
            name: name.to_string(),
            text: text.to_string(),
        }),
        Body::Unknown => return None,
    })
}

impl TryFrom<schema::Body> for Body {
    type Error = WireError;

    fn try_from(body: schema::Body) -> Result<Self, WireError> {
        let Some(content) = body.content else {
            return Ok(Self::Unknown);
        };
        Ok(match content {
            Content::Message(words) => Self::Message {
                text: check::text(words.text)?,
                reply_to: words.target.map(Target::try_from).transpose()?,
            },
            Content::Edit(words) => Self::Edit {
                target: target(words.target)?,
                text: check::text(words.text)?,
            },
            Content::Delete(delete) => Self::Delete {
                target: target(delete.target)?,
            },
            Content::Reaction(reaction) => Self::Reaction {
                target: target(reaction.target)?,
                emoji: check::emoji(reaction.emoji)?,
                on: reaction.on,
            },
            Content::Renamed(renamed) => Self::Renamed {
                name: check::name(renamed.name)?,
            },
            Content::Admitted(admitted) => Self::Admitted {
                member: MemberKey(check::exact(&admitted.member)?),
                id: check::member(admitted.id)?,
                name: check::name(admitted.name)?,
                how: admission(admitted.how),
            },
            Content::Removed(removed) => Self::Removed {
                member: MemberKey(check::exact(&removed.member)?),
            },
            Content::Settings(settings) => Self::Settings(settings.try_into()?),
            Content::Vouched(vouched) => Self::Vouched {
                id: check::member(vouched.id)?,
                name: check::name(vouched.name)?,
                text: check::text(vouched.text)?,
            },
        })
    }
}

impl From<&Target> for schema::Target {
    fn from(target: &Target) -> Self {
        Self {
            seq: target.seq,
            id: copied(&target.id.0),
        }
    }
}

impl TryFrom<schema::Target> for Target {
    type Error = WireError;

    fn try_from(target: schema::Target) -> Result<Self, WireError> {
        Ok(Self {
            seq: check::number(target.seq)?,
            id: EntryId(check::exact(&target.id)?),
        })
    }
}

fn target(target: Option<schema::Target>) -> Result<Target, WireError> {
    target.ok_or(WireError::Missing)?.try_into()
}

impl From<&Settings> for schema::Settings {
    fn from(settings: &Settings) -> Self {
        Self {
            name: settings.name.to_string(),
            history: match settings.history {
                History::None => HISTORY_NONE,
                History::All => HISTORY_ALL,
            },
            plain: match settings.plain {
                None => PLAIN_OFF,
                Some(Encoding::Auto) => PLAIN_AUTO,
                Some(Encoding::Utf8) => PLAIN_UTF_8,
                Some(Encoding::Gbk) => PLAIN_GBK,
            },
            admit: match settings.admit {
                Admit::Ask => ADMIT_ASK,
                Admit::Invited => ADMIT_INVITED,
                Admit::Anyone => ADMIT_ANYONE,
            },
        }
    }
}

impl TryFrom<schema::Settings> for Settings {
    type Error = WireError;

    fn try_from(settings: schema::Settings) -> Result<Self, WireError> {
        Ok(Self {
            name: check::name(settings.name)?,
            // What is unknown shows newcomers no less than people were told.
            history: match settings.history {
                HISTORY_NONE => History::None,
                _ => History::All,
            },
            // Another encoding is plain text all the same, and people must be warned.
            plain: match settings.plain {
                PLAIN_OFF => None,
                PLAIN_UTF_8 => Some(Encoding::Utf8),
                PLAIN_GBK => Some(Encoding::Gbk),
                _ => Some(Encoding::Auto),
            },
            // What is unknown lets nobody in whom no person has let in.
            admit: match settings.admit {
                ADMIT_INVITED => Admit::Invited,
                ADMIT_ANYONE => Admit::Anyone,
                _ => Admit::Ask,
            },
        })
    }
}

fn admission_number(how: Admission) -> u32 {
    match how {
        Admission::Host => ADMISSION_HOST,
        Admission::Invited => ADMISSION_INVITED,
        Admission::Knocked => ADMISSION_KNOCKED,
        Admission::Anyone => ADMISSION_ANYONE,
    }
}

/// What is unknown is the way that promises least.
fn admission(number: u32) -> Admission {
    match number {
        ADMISSION_HOST => Admission::Host,
        ADMISSION_INVITED => Admission::Invited,
        ADMISSION_KNOCKED => Admission::Knocked,
        _ => Admission::Anyone,
    }
}
