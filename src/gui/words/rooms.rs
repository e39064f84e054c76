//! Phrases of encrypted rooms with a number, a name or a time in them, in both languages.

use std::time::{Duration, SystemTime};

use jiff::tz::TimeZone;

use crate::gui::words::phrases::{clock, local};
use crate::gui::words::strings::Strings;
use crate::profile::{Holder, InUse, Language, Program};
use crate::proto::Admit;
use crate::proto::identity::MemberKey;
use crate::proto::invite::InviteError;
use crate::proto::words::Words;

impl Strings {
    /// Four safety words, in this language first. Both are shown: the other side may have its window in the other one.
    pub(crate) fn safety_words(&self, words: &Words) -> (String, String) {
        let (english, chinese) = (words.english().join(" "), words.chinese().join(" "));
        match self.language {
            Language::English => (english, chinese),
            Language::Chinese => (chinese, english),
        }
    }

    /// The fingerprint of a key as words.
    pub(crate) fn key_words(&self, key: &MemberKey) -> String {
        match self.language {
            Language::English => key.fingerprint().english(),
            Language::Chinese => key.fingerprint().chinese(),
        }
    }

    /// The key that a host had and the one that was shown instead.
    pub(crate) fn two_keys(&self, known: &MemberKey, shown: &MemberKey) -> [String; 2] {
        let (known, shown) = (self.key_words(known), self.key_words(shown));
        [
            self.pick(format!("The host's key: {known}"), format!("主持人的密钥：{known}")),
            self.pick(format!("Shown instead: {shown}"), format!("对方出示的：{shown}")),
        ]
    }

    /// Who may come in, in a word or two.
    pub(crate) fn admit(&self, admit: Admit) -> &'static str {
        match admit {
            Admit::Ask => self.admit_ask,
            Admit::Invited => self.admit_invited,
            Admit::Anyone => self.admit_anyone,
        }
    }

    /// Who may come in, as a sentence.
    pub(crate) fn admit_explained(&self, admit: Admit) -> &'static str {
        match admit {
            Admit::Ask => self.admit_ask_explained,
            Admit::Invited => self.admit_invited_explained,
            Admit::Anyone => self.admit_anyone_explained,
        }
    }

    /// Who may come in, as guests see it.
    pub(crate) fn admit_elsewhere(&self, admit: Admit) -> &'static str {
        match admit {
            Admit::Ask => self.admit_ask_elsewhere,
            Admit::Invited => self.admit_invited,
            Admit::Anyone => self.admit_anyone,
        }
    }

    /// What the panel about a room is called.
    pub(crate) fn about_room(&self, hosting: bool) -> &'static str {
        if hosting { self.room_settings } else { self.room_about }
    }

    /// The fingerprint of a key as words of the other language, then in hexadecimal: what somebody with another window sees.
    pub(crate) fn key_otherwise(&self, key: &MemberKey) -> String {
        let fingerprint = key.fingerprint();
        let words = match self.language {
            Language::English => fingerprint.chinese(),
            Language::Chinese => fingerprint.english(),
        };
        format!("{words}\n{fingerprint}")
    }

    /// A few signs of a key, to tell two people of one name apart.
    pub(crate) fn key_tag(&self, key: &MemberKey) -> String {
        let fingerprint = key.fingerprint().to_string();
        let tag: String = fingerprint.chars().filter(|c| !c.is_whitespace()).take(4).collect();
        self.pick(format!("key {tag}"), format!("密钥 {tag}"))
    }

    /// Why a text is no invite.
    pub(crate) fn invite_error(&self, error: InviteError) -> &'static str {
        match error {
            InviteError::Newer => self.invite_newer,
            InviteError::NotAnInvite | InviteError::Damaged | InviteError::TooLong => self.invite_damaged,
        }
    }

    /// When an invite ends.
    pub(crate) fn invite_ends(&self, at: SystemTime, now: SystemTime, zone: &TimeZone) -> String {
        if at <= now {
            return self.pick("Expired: make another one", "已过期：请再生成一份");
        }
        let (at, today) = (local(at, zone), local(now, zone).date());
        let (day, time) = (self.day(at.date(), today), clock(&at));
        self.pick(
            format!("Good until {day}, {time}, for one person"),
            format!("有效至 {day} {time}，限一人使用"),
        )
    }

    /// A line is lost, and when it is tried again.
    pub(crate) fn trying_again(&self, what: &str, left: Duration) -> String {
        match left.as_secs() + u64::from(left.subsec_nanos() > 0) {
            0 => self.pick(format!("{what}. Trying again now…"), format!("{what}。正在重试…")),
            seconds => self.pick(
                format!("{what}. Trying again in {seconds} s"),
                format!("{what}。{seconds} 秒后重试"),
            ),
        }
    }

    /// How many people stand at the door.
    pub(crate) fn knocking(&self, count: usize) -> String {
        match count {
            1 => self.pick("Somebody knocks", "有人敲门"),
            _ => self.pick(format!("{count} people knock"), format!("{count} 人敲门")),
        }
    }

    /// Somebody knocks at a room that is not shown.
    pub(crate) fn knock_at(&self, room: &str) -> String {
        self.pick(format!("Somebody knocks at {room}"), format!("有人在敲 {room} 的门"))
    }

    /// Somebody wants to come in.
    pub(crate) fn wants_in(&self, name: &str) -> String {
        self.pick(format!("{name} wants to come in"), format!("{name} 想进来"))
    }

    /// The name of the button that refuses somebody.
    pub(crate) fn refuse_somebody(&self, name: &str) -> String {
        self.pick(format!("Refuse {name}"), format!("拒绝 {name}"))
    }

    /// The name of the button that unfolds a knock.
    pub(crate) fn compare_with(&self, name: &str) -> String {
        self.pick(format!("Compare words with {name}"), format!("与 {name} 核对词语"))
    }

    /// The name of the button that verifies a member.
    pub(crate) fn verify_member(&self, name: &str) -> String {
        self.pick(format!("Verify {name}"), format!("核对 {name}"))
    }

    /// Above a member's key.
    pub(crate) fn key_of(&self, name: &str) -> String {
        self.pick(format!("{name}'s key"), format!("{name} 的密钥"))
    }

    /// A room is open, and so many are in it.
    pub(crate) fn people_here(&self, here: usize, members: usize) -> String {
        let people = self.people(members);
        if here >= members {
            return people;
        }
        self.pick(format!("{people}, {here} here"), format!("{people}，{here} 人在线"))
    }

    /// Who has an own message on disk.
    pub(crate) fn delivered(&self, to: usize, of: usize) -> String {
        self.pick(format!("Delivered to {to} of {of}"), format!("已送达 {to} / {of} 人"))
    }

    /// Who has read an own message.
    pub(crate) fn read_by(&self, by: usize, of: usize) -> String {
        self.pick(format!("Read by {by} of {of}"), format!("{by} / {of} 人已读"))
    }

    /// Names after a heading.
    pub(crate) fn listed(&self, what: &str, names: &str) -> String {
        self.pick(format!("{what}: {names}"), format!("{what}：{names}"))
    }

    /// A message is no more.
    pub(crate) fn taken_back(&self, name: &str) -> String {
        self.pick(format!("Taken back by {name}"), format!("{name} 撤回了这条消息"))
    }

    /// A sign on a message, and whose.
    pub(crate) fn reacted(&self, emoji: &str, names: &str) -> String {
        self.pick(format!("{emoji} {names}"), format!("{emoji} {names}"))
    }

    /// What is being answered.
    pub(crate) fn replying_to(&self, name: &str) -> String {
        self.pick(format!("Replying to {name}"), format!("回复 {name}"))
    }

    /// What a message answers, for people who hear the window.
    pub(crate) fn in_reply_to(&self, name: &str, text: &str) -> String {
        self.pick(format!("in reply to {name}: {text}"), format!("回复 {name}：{text}"))
    }

    /// Who has the profile.
    pub(crate) fn in_use(&self, in_use: &InUse) -> String {
        match in_use.holder {
            None => self.pick(
                "Another Landline has your profile",
                "另一个 Landline 正在使用你的个人资料",
            ),
            Some(Holder {
                pid,
                program: Program::Window,
                ..
            }) => self.pick(
                format!("Its window is open on this computer (process {pid})"),
                format!("它的窗口已在这台电脑上打开（进程 {pid}）"),
            ),
            Some(Holder {
                pid,
                program: Program::Terminal,
                ..
            }) => self.pick(
                format!("landline-cli has your profile in a terminal (process {pid})"),
                format!("终端里的 landline-cli 正在使用你的个人资料（进程 {pid}）"),
            ),
        }
    }

    /// Rooms that cannot be read.
    pub(crate) fn rooms_unreadable(&self, count: usize) -> String {
        match count {
            1 => self.pick(
                "1 room cannot be read. Its file stays where it is",
                "1 个房间无法读取，文件保留在原处",
            ),
            _ => self.pick(
                format!("{count} rooms cannot be read. Their files stay where they are"),
                format!("{count} 个房间无法读取，文件保留在原处"),
            ),
        }
    }

    /// Names, the first of them if there are many.
    pub(crate) fn names_listed<S: AsRef<str>>(&self, names: &[S]) -> String {
        /// More would fill the window.
        const MANY: usize = 12;
        let comma = self.pick(", ", "、");
        let shown: Vec<&str> = names.iter().take(MANY).map(AsRef::as_ref).collect();
        let rest = names.len() - shown.len();
        let mut text = shown.join(&comma);
        if rest > 0 {
            text.push_str(&self.pick(format!(" and {rest} more"), format!(" 等 {} 人", names.len())));
        }
        text
    }
}
