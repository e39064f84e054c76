//! Sentences with a number, a name or a cause in them, in both languages. Every failure says what happened and what to do.

use std::time::SystemTime;

use jiff::tz::TimeZone;

use crate::gui::words::phrases::{clock, local};
use crate::gui::words::strings::Strings;
use crate::profile::Language;
use crate::proto::message::SubmitRefusal;
use crate::proto::{AddressError, Encoding, LeaveReason, LineEnd, Notice, RefuseReason};
use crate::text::MAX_MESSAGE_BYTES;

impl Strings {
    /// Takes the sentence of this language.
    pub(super) fn pick(&self, english: impl Into<String>, chinese: impl Into<String>) -> String {
        match self.language {
            Language::English => english.into(),
            Language::Chinese => chinese.into(),
        }
    }

    /// A phrase and a half-sentence after it.
    pub(crate) fn and_then(&self, first: &str, second: &str) -> String {
        self.pick(format!("{first}. {second}"), format!("{first}。{second}"))
    }

    /// Why a text is no address.
    pub(crate) fn address_error(&self, error: AddressError) -> String {
        match error {
            AddressError::Empty => self.pick(
                "Paste an invite, or type the address that the host's window shows",
                "请粘贴邀请，或输入主持人窗口中显示的地址",
            ),
            AddressError::Port => self.pick(
                "The port after the colon must be a number from 1 to 65535",
                "冒号后的端口必须是 1 到 65535 之间的数字",
            ),
            AddressError::Host => self.pick(
                "This is neither an invite, a computer's name nor an address: check the spelling",
                "这既不是邀请，也不是电脑名称或地址，请检查拼写",
            ),
        }
    }

    /// Why a message did not go out, and what to do.
    pub(crate) fn refused(&self, reason: RefuseReason) -> String {
        match reason {
            RefuseReason::Empty => self.pick("Not sent: there was nothing to send", "未发送：没有内容"),
            RefuseReason::TooLong { bytes } => self.too_long(bytes),
            RefuseReason::LineLost => self.pick(
                "Not sent: the line was lost. Rejoin, then retry",
                "未发送：线路断开。请重新加入后重试",
            ),
            RefuseReason::NotConnected => self.pick(
                "Not sent: the room is not open. Rejoin, then retry",
                "未发送：房间没有打开。请重新加入后重试",
            ),
            RefuseReason::DiskFull => self.pick(
                "Not sent: this computer's disk is full. Make room, then retry",
                "未发送：这台电脑的磁盘已满。请腾出空间后重试",
            ),
            RefuseReason::DiskFailed => {
                self.pick("Not sent: this computer's disk failed", "未发送：这台电脑的磁盘出错")
            }
            RefuseReason::OutboxFull => self.pick(
                "Not sent: too much waits for the host already. Retry later",
                "未发送：待发的消息太多。请稍后重试",
            ),
            RefuseReason::Host(SubmitRefusal::DiskFull) => self.pick(
                "Not sent: the host's disk is full. Retry later",
                "未发送：主持人的磁盘已满。请稍后重试",
            ),
            RefuseReason::Host(refusal) if refusal.retry() => self.pick(
                "Not sent: the host is busy. Retry later",
                "未发送：主持人忙。请稍后重试",
            ),
            RefuseReason::Host(_) => self.pick("Not sent: the host does not take it", "未发送：主持人不接受"),
        }
    }

    /// An entry that this version does not understand.
    pub(crate) fn newer(&self, name: &str) -> String {
        self.pick(
            format!("{name} sent something that only a newer Landline understands: update to see it"),
            format!("{name} 发送了只有新版 Landline 才能识别的内容：请更新后查看"),
        )
    }

    /// What came while the line was lost.
    pub(crate) fn caught_up(&self, messages: u64) -> String {
        match messages {
            1 => self.pick("Back. 1 message came meanwhile", "已恢复。期间有 1 条新消息"),
            _ => self.pick(
                format!("Back. {messages} messages came meanwhile"),
                format!("已恢复。期间有 {messages} 条新消息"),
            ),
        }
    }

    /// A text is longer than a message may be.
    pub(crate) fn too_long(&self, bytes: usize) -> String {
        self.pick(
            format!("{bytes} of {MAX_MESSAGE_BYTES} bytes: shorten it or send it in parts"),
            format!("{bytes} / {MAX_MESSAGE_BYTES} 字节：请缩短或分几次发送"),
        )
    }

    /// How somebody's going is told, after their name.
    pub(crate) fn left(&self, name: &str, reason: LeaveReason) -> String {
        match reason {
            LeaveReason::Bye => self.pick(format!("{name} left"), format!("{name} 离开了")),
            LeaveReason::Lost(end) => {
                let why = self.line_end(end);
                self.pick(
                    format!("{name} is gone: {why}. They can join again"),
                    format!("{name} 断开了：{why}。对方可以重新加入"),
                )
            }
            LeaveReason::Removed => self.pick(
                format!("{name} was removed by the host"),
                format!("{name} 被主持人移除"),
            ),
            LeaveReason::TooSlow => self.pick(
                format!("{name} was disconnected: they did not read what was sent. They can join again"),
                format!("{name} 被断开：对方没有接收消息。对方可以重新加入"),
            ),
            LeaveReason::Endless => self.pick(
                format!("{name} was disconnected: they sent a message without an end"),
                format!("{name} 被断开：对方发送了没有结尾的消息"),
            ),
        }
    }

    /// Somebody came in.
    pub(crate) fn joined(&self, name: &str) -> String {
        self.pick(format!("{name} joined"), format!("{name} 加入了"))
    }

    /// Somebody took another name.
    pub(crate) fn renamed(&self, previous: &str, name: &str) -> String {
        self.pick(
            format!("{previous} is now called {name}"),
            format!("{previous} 改名为 {name}"),
        )
    }

    /// How a connection ended, as a phrase.
    pub(crate) fn line_end(&self, end: LineEnd) -> &'static str {
        match (self.language, end) {
            (Language::English, LineEnd::Finished) => "the other side hung up",
            (Language::English, LineEnd::Reset) => "the connection was cut",
            (Language::English, LineEnd::TimedOut) => "nothing came through any more",
            (Language::English, LineEnd::Failed) => "the connection failed",
            (Language::Chinese, LineEnd::Finished) => "对方挂断了",
            (Language::Chinese, LineEnd::Reset) => "连接被切断",
            (Language::Chinese, LineEnd::TimedOut) => "线路没有响应",
            (Language::Chinese, LineEnd::Failed) => "连接出错",
        }
    }

    /// Something people in the room should know.
    pub(crate) fn notice(&self, notice: &Notice) -> String {
        match notice {
            Notice::PlainText => self.plain_notice.to_owned(),
            Notice::MessageCut { member } => {
                let name = self.called(&member.author);
                self.pick(
                    format!("A message of {name} was too long and was cut: ask them to send it in parts"),
                    format!("{name} 的一条消息过长，已被截断：请对方分几次发送"),
                )
            }
            Notice::NameRefused { member } => {
                let name = self.called(&member.author);
                self.pick(
                    format!("{name} asked for a name that is empty, taken or too like another, and was told so"),
                    format!("{name} 想用的名字为空、已被占用或与别人太像，已告知对方"),
                )
            }
            Notice::RoomFull { address } => self.pick(
                format!("{address} could not come in: the room is full until somebody leaves"),
                format!("{address} 无法进入：房间已满，有人离开后才能进入"),
            ),
            Notice::PlainRefused { address } => self.pick(
                format!("{address} could not come in: this room takes no plain text"),
                format!("{address} 无法进入：这个房间不接受明文"),
            ),
            Notice::InvitesGuessed { address } => self.pick(
                format!("{address} has shown wrong invites again and again: no more are looked at from there for ten minutes"),
                format!("{address} 多次出示错误的邀请：十分钟内不再查看来自该地址的邀请"),
            ),
            Notice::LogLost { from } => self.pick(
                format!("The log is lost from place {from} on: nothing is taken until guests have sent it back"),
                format!("记录从第 {from} 条起丢失：在访客送回之前不接受新内容"),
            ),
            Notice::TwoStories { .. } => self.pick(
                "The host has signed two different histories of this room",
                "主持人为这个房间签署了两份不同的记录",
            ),
            Notice::LogWhole => self.pick("Guests have sent back what was lost", "访客已送回丢失的内容"),
            Notice::DiskFull => self.pick(
                "This computer's disk is full: nothing more can be said until there is room",
                "这台电脑的磁盘已满：腾出空间之前不能再发送",
            ),
            Notice::CopyHeldUp => self.pick(
                "This computer's disk is full: what others say is shown when there is room",
                "这台电脑的磁盘已满：腾出空间后才能显示其他人的消息",
            ),
        }
    }

    /// The label of an encoding.
    pub(crate) fn encoding(&self, encoding: Encoding) -> &'static str {
        match encoding {
            Encoding::Auto => self.encoding_auto,
            Encoding::Utf8 => "UTF-8",
            Encoding::Gbk => "GBK",
        }
    }

    /// So many people.
    pub(crate) fn people(&self, count: usize) -> String {
        match count {
            1 => self.pick("1 person", "1 人"),
            _ => self.pick(format!("{count} people"), format!("{count} 人")),
        }
    }

    /// The status line of an open room of one's own.
    pub(crate) fn hosting(&self, port: u16, count: usize) -> String {
        let people = self.people(count);
        self.pick(
            format!("Hosting at port {port} · {people}"),
            format!("在端口 {port} 主持 · {people}"),
        )
    }

    /// The status line of somebody else's open room.
    pub(crate) fn connected(&self, count: usize) -> String {
        let people = self.people(count);
        self.pick(format!("Connected · {people}"), format!("已连接 · {people}"))
    }

    /// What is being tried.
    pub(crate) fn connecting_to(&self, address: &str) -> String {
        self.pick(format!("Connecting to {address}…"), format!("正在连接 {address}…"))
    }

    /// What is being opened.
    pub(crate) fn opening_port(&self, port: u16) -> String {
        self.pick(format!("Opening port {port}…"), format!("正在打开端口 {port}…"))
    }

    /// Offers a port that is free.
    pub(crate) fn use_port(&self, port: u16) -> String {
        self.pick(format!("Use port {port}"), format!("改用端口 {port}"))
    }

    /// The name of a room of one's own, before one is chosen.
    pub(crate) fn room_of(&self, name: &str) -> String {
        self.pick(format!("{name}'s room"), format!("{name}的房间"))
    }

    /// The placeholder of the composer.
    pub(crate) fn write_to(&self, room: &str) -> String {
        self.pick(format!("Message {room}"), format!("给 {room} 发消息"))
    }

    /// The last message's author before its text.
    pub(crate) fn preview(&self, author: &str, text: &str) -> String {
        self.pick(format!("{author}: {text}"), format!("{author}：{text}"))
    }

    /// A moment in a row of a list: the time today, else the day.
    pub(crate) fn when(&self, at: SystemTime, now: SystemTime, zone: &TimeZone) -> String {
        let (at, today) = (local(at, zone), local(now, zone).date());
        if at.date() == today {
            clock(&at)
        } else {
            self.day(at.date(), today)
        }
    }

    /// How many messages wait, for screen readers.
    pub(crate) fn unread(&self, count: usize) -> String {
        self.pick(format!("{count} unread"), format!("{count} 条未读"))
    }

    /// Which match of how many.
    pub(crate) fn match_of(&self, current: usize, count: usize) -> String {
        self.pick(
            format!("{current} of {count}"),
            format!("第 {current} 个，共 {count} 个"),
        )
    }

    /// Asks before somebody is removed.
    pub(crate) fn remove_question(&self, name: &str, plain: bool) -> String {
        if plain {
            return self.pick(
                format!("Remove {name}? They can join again"),
                format!("移除 {name}？对方可以重新加入"),
            );
        }
        self.pick(
            format!("Remove {name}? They come in again only with a new invite, or if you let them in"),
            format!("移除 {name}？之后对方需要新的邀请，或由你允许，才能再进来"),
        )
    }

    /// The name of the button that removes somebody.
    pub(crate) fn remove_member(&self, name: &str) -> String {
        self.pick(format!("Remove {name}"), format!("移除 {name}"))
    }

    /// The name of a button that copies something short.
    pub(crate) fn copy_of(&self, what: &str) -> String {
        self.pick(format!("Copy {what}"), format!("复制 {what}"))
    }

    /// The name of a button that fills in an earlier address.
    pub(crate) fn join_again(&self, address: &str) -> String {
        self.pick(format!("Use {address}"), format!("使用 {address}"))
    }

    /// A transcript has been saved.
    pub(crate) fn saved(&self, path: &str) -> String {
        self.pick(format!("Saved to {path}"), format!("已保存到 {path}"))
    }

    /// A transcript could not be saved.
    pub(crate) fn not_saved(&self, cause: &str) -> String {
        self.pick(
            format!("Not saved: {cause}. Choose another folder"),
            format!("未保存：{cause}。请选择其他文件夹"),
        )
    }

    /// The settings could not be saved.
    pub(crate) fn settings_not_saved(&self, cause: &str) -> String {
        self.pick(
            format!("The settings could not be saved: {cause}. They hold until you quit"),
            format!("设置未能保存：{cause}。退出前仍然有效"),
        )
    }

    /// For screen readers: messages came in.
    pub(crate) fn new_messages(&self, count: usize, room: &str) -> String {
        match count {
            1 => self.pick(format!("1 new message in {room}"), format!("{room} 有 1 条新消息")),
            _ => self.pick(
                format!("{count} new messages in {room}"),
                format!("{room} 有 {count} 条新消息"),
            ),
        }
    }
}
