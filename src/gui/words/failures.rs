//! Why a room could not be opened or joined, in both languages: what happened, and what to do about it.

use std::io;
use std::net::SocketAddr;

use crate::gui::words::strings::Strings;
use crate::profile::Language;
use crate::proto::CloseReason;
use crate::worker::{EndReason, Failure};

/// What happened, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Advice {
    pub(crate) what: String,
    pub(crate) remedy: String,
}

impl Advice {
    pub(crate) fn new(what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            remedy: remedy.into(),
        }
    }
}

/// Whether something went wrong, rather than having been asked for.
pub(crate) fn is_bad(reason: &EndReason) -> bool {
    !matches!(reason, EndReason::Closed(CloseReason::Left) | EndReason::Cancelled)
}

impl Strings {
    /// Why a file could not be written, in words where the system's would be English and a number.
    pub(crate) fn not_written(&self, error: &io::Error) -> String {
        use io::ErrorKind::{
            InvalidFilename, IsADirectory, NotADirectory, NotFound, PermissionDenied, ReadOnlyFilesystem, StorageFull,
        };
        let (english, chinese) = match error.kind() {
            NotFound | NotADirectory => ("this folder does not exist", "这个文件夹不存在"),
            PermissionDenied | ReadOnlyFilesystem => ("this folder cannot be written", "这个文件夹不可写"),
            StorageFull => ("the disk is full", "磁盘已满"),
            IsADirectory => ("a folder has this name", "已有同名的文件夹"),
            InvalidFilename => ("no file can have this name", "文件名无效"),
            _ => return error.to_string(),
        };
        match self.language {
            Language::English => english.to_owned(),
            Language::Chinese => chinese.to_owned(),
        }
    }

    /// Why a room could not be opened or joined.
    pub(crate) fn failure(&self, failure: &Failure) -> Advice {
        match self.language {
            Language::English => failure_in_english(failure),
            Language::Chinese => failure_in_chinese(failure),
        }
    }
}

fn failure_in_english(failure: &Failure) -> Advice {
    let remedy = failure.hint();
    let remedy = remedy.trim_end_matches('.');
    let what = failure.to_string();
    let mut letters = what.chars();
    let what: String = letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default();
    Advice::new(what, remedy)
}

fn failure_in_chinese(failure: &Failure) -> Advice {
    match failure {
        Failure::PortTaken { port, free } => Advice::new(
            format!("端口 {port} 已被这台电脑上的其他程序占用"),
            free.map_or_else(
                || "请换一个端口，或关闭那个程序".to_owned(),
                |free| format!("请改用空闲的端口 {free}，或关闭那个程序"),
            ),
        ),
        Failure::PortNotAllowed { port } => Advice::new(
            format!("本程序无权在端口 {port} 上接受连接"),
            "请选择 1024 到 65535 之间的端口",
        ),
        Failure::AddressNotLocal { address } => Advice::new(
            format!("{address} 不是这台电脑的地址"),
            "不指定地址即可在所有地址上接受连接",
        ),
        Failure::Listen { port, cause } => {
            Advice::new(format!("无法在端口 {port} 上接受连接：{cause}"), "请换一个端口或地址")
        }
        Failure::NotResolved { host } => Advice::new(
            format!("找不到名为 {host} 的电脑"),
            "请检查拼写，或向主持人询问数字地址",
        ),
        Failure::Refused { address } => Advice::new(
            format!("{} 可以到达，但这个端口上没有房间", shown(*address)),
            "请检查端口，并确认房间已打开",
        ),
        Failure::Unreachable { address } => Advice::new(
            format!("从这个网络无法到达 {}", shown(*address)),
            "请确认两台电脑在同一网络中",
        ),
        Failure::TimedOut { address } => Advice::new(
            format!("{} 没有回应", shown(*address)),
            "请检查地址，确认对方电脑已开机，并且防火墙允许 Landline",
        ),
        Failure::Connect { address, cause } => {
            Advice::new(format!("无法连接 {}：{cause}", shown(*address)), "请检查地址和网络")
        }
        Failure::NoAddress => Advice::new("邀请里没有房间的地址", "请向主持人询问地址，或索要新的邀请"),
        Failure::UnknownRoom => Advice::new("这台电脑上没有这个房间的记录", "请用邀请或主持人的地址加入"),
        Failure::AlreadyOpen { .. } => Advice::new("这个房间已经打开", "请使用已打开的那个，或先离开它"),
        Failure::OthersRoom => Advice::new("这是别人的房间", "请加入它，而不是打开它"),
        Failure::Disk { cause } => Advice::new(
            format!("无法读取这台电脑上保存的房间：{cause}"),
            "请检查磁盘是否正常、空间是否足够，并先备份配置文件夹",
        ),
        Failure::Resources { cause } => Advice::new(
            format!("这台电脑的资源不足：{cause}"),
            "请关闭其他程序，或提高打开文件数的上限",
        ),
        Failure::Internal => Advice::new(
            "Landline 自身出错，房间已停止",
            "请重新打开房间，并报告标准错误输出的内容",
        ),
    }
}

fn shown(address: SocketAddr) -> String {
    address.to_string()
}
