//! How a room ended, in both languages: what happened, and what to do about it.

use crate::gui::words::failures::Advice;
use crate::gui::words::strings::Strings;
use crate::proto::log::StoreError;
use crate::proto::message::DenyReason;
use crate::proto::{CloseReason, LineEnd};
use crate::worker::EndReason;

impl Strings {
    /// The line is lost, and another is tried.
    pub(crate) fn line_lost(&self, end: LineEnd) -> String {
        let why = self.line_end(end);
        self.pick(format!("Line lost: {why}"), format!("线路断开：{why}"))
    }

    /// How a room ended, and what to do.
    pub(crate) fn ended(&self, reason: &EndReason) -> Advice {
        match reason {
            EndReason::Closed(reason) => self.closed(*reason),
            EndReason::Cancelled => self.advice(
                ("Connecting was cancelled", "已取消连接"),
                ("Rejoin when you like", "可以随时重新加入"),
            ),
            EndReason::Failed(failure) => self.failure(failure),
        }
    }

    fn advice(&self, what: (&str, &str), remedy: (&str, &str)) -> Advice {
        Advice::new(self.pick(what.0, what.1), self.pick(remedy.0, remedy.1))
    }

    fn closed(&self, reason: CloseReason) -> Advice {
        const REJOIN: (&str, &str) = ("What was said stays here. Rejoin to go on", "聊天内容仍在，可重新加入");
        match reason {
            CloseReason::Left => self.advice(
                ("You left the room", "你离开了房间"),
                (
                    "What was said stays here until you close it",
                    "关闭之前，聊天内容仍保留在这里",
                ),
            ),
            CloseReason::HostLeft => self.advice(
                ("The host said goodbye: the room is over", "主持人道别了：房间已结束"),
                ("Rejoin when the host has opened it again", "主持人重新打开后可再加入"),
            ),
            CloseReason::Lost(end) => {
                let why = self.line_end(end);
                Advice::new(
                    self.pick(format!("The line was lost: {why}"), format!("线路断开：{why}")),
                    self.pick(REJOIN.0, REJOIN.1),
                )
            }
            CloseReason::TooSlow => self.advice(
                (
                    "The line was closed: the host did not read what you said",
                    "线路已关闭：主持人没有接收你的消息",
                ),
                REJOIN,
            ),
            CloseReason::Endless => self.advice(
                (
                    "The line was closed: the host sent a message without an end",
                    "线路已关闭：主持人发送了没有结尾的消息",
                ),
                (
                    "Check that the address belongs to a chat program",
                    "请确认该地址是聊天程序",
                ),
            ),
            CloseReason::Denied(reason) => self.denied(reason),
            CloseReason::Disk(error) => self.disk(error),
            CloseReason::Unreachable | CloseReason::NotLandline | CloseReason::Version => self.no_way_in(reason),
            _ => self.closed_by_host(reason),
        }
    }

    /// What the host did that ended the room.
    fn closed_by_host(&self, reason: CloseReason) -> Advice {
        match reason {
            CloseReason::Removed => self.advice(
                ("The host removed you from the room", "主持人把你移出了房间"),
                (
                    "What was said stays here. Ask the host for an invite to come back",
                    "聊天内容仍在。想回来请向主持人索取邀请",
                ),
            ),
            CloseReason::Replaced => self.advice(
                (
                    "You came in from another computer with the same key",
                    "你用同一密钥从另一台电脑进入了房间",
                ),
                (
                    "Use one computer at a time. If it was not you, make a new key",
                    "请同时只用一台电脑。如果不是你，请更换密钥",
                ),
            ),
            CloseReason::HostKeyChanged { .. } => self.advice(
                (
                    "Whoever answers is not the host you know: the key is another one",
                    "回应者不是你认识的主持人：密钥不同",
                ),
                (
                    "Nothing was sent. Ask the host in person for a new invite: there is no other way in",
                    "没有发送任何内容。请当面向主持人索取新的邀请，没有其他办法进入",
                ),
            ),
            CloseReason::OtherRoom => self.denied(DenyReason::OtherRoom),
            CloseReason::Forged { .. } => self.advice(
                (
                    "The host passed on something forged, so the line was closed",
                    "主持人转发了伪造的内容，线路已关闭",
                ),
                ("Speak to the host before you rejoin", "重新加入前请先与主持人联系"),
            ),
            _ => self.advice(
                (
                    "The host shows another history than before",
                    "主持人给出的记录与之前不同",
                ),
                (
                    "Speak to the host: the log was lost or altered",
                    "请与主持人联系：记录丢失或被改动",
                ),
            ),
        }
    }

    fn denied(&self, reason: DenyReason) -> Advice {
        self.advice(why_denied(reason), after_denied(reason))
    }

    fn disk(&self, error: StoreError) -> Advice {
        match error {
            StoreError::Full => self.advice(
                (
                    "This computer's disk is full: nothing more can be kept",
                    "这台电脑的磁盘已满：无法再保存内容",
                ),
                (
                    "Make room on the disk, then open the room again",
                    "请腾出磁盘空间，然后重新打开房间",
                ),
            ),
            StoreError::Failed | StoreError::Conflict => self.advice(
                ("This computer's disk failed", "这台电脑的磁盘出错"),
                (
                    "Check the disk, then open the room again",
                    "请检查磁盘，然后重新打开房间",
                ),
            ),
        }
    }

    /// What is wrong with what answers.
    fn no_way_in(&self, reason: CloseReason) -> Advice {
        match reason {
            CloseReason::Unreachable => self.advice(
                ("Nobody answers there", "那里没有回应"),
                (
                    "Check the address, that the host is on, and that its firewall lets Landline in",
                    "请检查地址，确认主持人在线，并且防火墙允许 Landline",
                ),
            ),
            CloseReason::NotLandline => self.advice(
                (
                    "Another program answers there, and it is not Landline",
                    "那里回应的是别的程序，不是 Landline",
                ),
                (
                    "Check the address, or switch plain text on",
                    "请检查地址，或打开明文开关",
                ),
            ),
            _ => self.advice(
                ("The host has another version of Landline", "主持人的 Landline 版本不同"),
                ("Bring both to the same version", "请双方使用相同的版本"),
            ),
        }
    }
}

type Both = (&'static str, &'static str);

fn why_denied(reason: DenyReason) -> Both {
    match reason {
        DenyReason::NotInvited => ("This room lets in only who was invited", "这个房间只允许受邀的人进入"),
        DenyReason::Refused => ("The host did not let you in", "主持人没有让你进入"),
        DenyReason::Removed => ("The host has removed you from this room", "主持人已把你移出这个房间"),
        DenyReason::InviteUsed => (
            "This invite has been used: it lets in one person, once",
            "这份邀请已被使用：它只让一个人进入一次",
        ),
        DenyReason::InviteExpired => ("This invite has expired", "这份邀请已过期"),
        DenyReason::InviteUnknown => ("The host does not know this invite", "主持人不认识这份邀请"),
        DenyReason::TooManyTries => (
            "Too many wrong invites have come from this network address",
            "来自这个网络地址的错误邀请太多",
        ),
        DenyReason::NoAnswer => ("Nobody answered your knock", "没有人回应你的敲门"),
        DenyReason::Busy => ("Too many people are knocking", "敲门的人太多"),
        DenyReason::Full => ("The room is full", "房间已满"),
        DenyReason::DiskFull => (
            "The disk of the host's computer is full, so nobody new can come in",
            "主持人的电脑磁盘已满，暂时无法让新人进入",
        ),
        DenyReason::OtherRoom => ("The host has another room open", "主持人打开的是另一个房间"),
        DenyReason::Other => (
            "The host does not let you in, for a reason that only a newer Landline knows",
            "主持人没有让你进入，原因需要新版 Landline 才能识别",
        ),
    }
}

fn after_denied(reason: DenyReason) -> Both {
    match reason {
        DenyReason::NotInvited => ("Ask the host for an invite", "请向主持人索取邀请"),
        DenyReason::Refused => ("Speak to the host, then knock again", "请与主持人联系后再敲门"),
        DenyReason::Removed => ("Ask the host for a new invite", "请向主持人索取新的邀请"),
        DenyReason::InviteUsed => (
            "If it was not you, tell the host. Ask for another invite",
            "如果不是你用的，请告诉主持人，并索取新的邀请",
        ),
        DenyReason::InviteExpired | DenyReason::InviteUnknown => {
            ("Ask the host for another one", "请向主持人索取新的邀请")
        }
        DenyReason::TooManyTries => (
            "Ask the host for another one, and try again in ten minutes",
            "请向主持人索取新的邀请，十分钟后再试",
        ),
        DenyReason::NoAnswer => (
            "Make sure that the host looks at the window, then knock again",
            "请确认主持人在看窗口，然后再敲门",
        ),
        DenyReason::Busy => (
            "Try again in a minute, or ask for an invite",
            "请过一分钟再试，或索取邀请",
        ),
        DenyReason::Full => ("Try again when somebody has left", "请等有人离开后再试"),
        DenyReason::DiskFull => ("Tell the host, and try again", "请告诉主持人，然后再试"),
        DenyReason::OtherRoom => (
            "Ask the host to open this one, or for an invite to the other",
            "请主持人打开这个房间，或索取另一个房间的邀请",
        ),
        DenyReason::Other => ("Update Landline, or ask the host", "请更新 Landline，或询问主持人"),
    }
}
