//! Every word of the window, in English and 中文; the compiler finds what is missing.
//!
//! Fixed words stand in the table, side by side. What carries a number, a name or a cause is a function in
//! [`crate::gui::words::sentences`].

use crate::profile::Language;

macro_rules! strings {
    ($($name:ident: $english:literal, $chinese:literal;)*) => {
        /// The window's words in one language.
        pub(crate) struct Strings {
            pub(crate) language: Language,
            $(pub(crate) $name: &'static str,)*
        }

        /// English.
        pub(crate) static EN: Strings = Strings { language: Language::English, $($name: $english,)* };

        /// 中文.
        pub(crate) static ZH: Strings = Strings { language: Language::Chinese, $($name: $chinese,)* };

        impl Strings {
            /// Every fixed word with its key, for tests.
            #[cfg(test)]
            fn all(&self) -> Vec<(&'static str, &'static str)> {
                vec![$((stringify!($name), self.$name),)*]
            }
        }
    };
}

strings! {
    // The list of rooms.
    rooms: "Rooms", "房间";
    search_rooms: "Search rooms", "搜索房间";
    new_room: "New room", "新房间";
    settings: "Settings", "设置";
    no_rooms_title: "No rooms yet", "还没有房间";
    no_rooms_hint: "Host a room or join one: it appears here", "开房间或加入房间后，会显示在这里";
    no_room_found: "No room matches", "没有匹配的房间";
    you: "You", "你";
    draft: "Draft", "草稿";
    show_rooms: "Show rooms", "显示房间列表";
    me: "Me", "我";

    // The connection panel.
    connect_title: "Talk with people near you", "与身边的人对话";
    connect_subtitle: "No server, no account: one person hosts a room, others join it", "没有服务器，也无需账号：一个人开房间，其他人加入";
    host_title: "Host a room", "开房间";
    host_subtitle: "Your computer is the meeting point", "由你的电脑接待大家";
    join_title: "Join a room", "加入房间";
    join_subtitle: "Somebody near you hosts it", "房间由你身边的人开";
    room_name: "Room name", "房间名称";
    your_name: "Your name", "你的名字";
    port: "Port", "端口";
    guest_encoding: "Encoding of guests", "访客的编码";
    host_encoding: "Encoding of the program", "程序的编码";
    encoding_auto: "Automatic", "自动";
    plain_title: "Plain text", "明文";
    plain_explained: "Anybody on the network can read and forge what plain-text programs say and are told", "同一网络中的任何人都能看到并伪造明文程序收发的内容";
    plain_switch: "Let in plain-text programs", "允许明文程序";
    plain_switch_explained: "netcat, telnet, the tutorial's client. Everybody in the room sees a red notice as long as it is on", "netcat、telnet、教程里的客户端。开启期间，房间里所有人都会看到红色提示";
    admit_title: "Who may come in", "谁可以进来";
    admit_ask: "Ask me", "先问我";
    admit_invited: "Invited only", "仅限受邀";
    admit_anyone: "Anyone", "任何人";
    admit_ask_elsewhere: "Who is invited, and whom the host lets in", "受邀的人，以及主持人允许的人";
    admit_ask_explained: "An invite lets in at once; others knock, and you compare four words with them", "有邀请的人直接进来；其他人敲门，由你核对四个词";
    admit_invited_explained: "Only with an invite, or who has been let in before", "只有持有邀请的人，或以前已获允许的人";
    admit_anyone_explained: "Anybody who reaches this computer comes in and reads along, unasked", "任何能连到这台电脑的人都可以直接进来并看到内容";
    history_title: "What newcomers see of the time before", "新成员能看到之前的内容";
    history_none: "Nothing", "看不到";
    history_all: "Everything", "全部";
    more_options: "More options", "更多选项";
    fewer_options: "Fewer options", "收起选项";
    welcome_line: "Welcome line", "欢迎语";
    welcome_placeholder: "What a newcomer reads first", "新来的人最先看到的话";
    open_already: "This room is open already", "这个房间已经打开";
    own_again: "You have this room: it opens again, with all that was said", "你已有这个房间：将重新打开，保留之前的内容";
    start: "Start", "开始";
    where_to: "Invite, address or room", "邀请、地址或房间";
    where_placeholder: "landline:…, 192.168.1.20, name:port", "landline:…、192.168.1.20、名称:8888";
    where_invite: "An invite: it says where the room is and whose it is", "这是邀请：其中有房间的位置和主持人的身份";
    where_known: "A room you have been in", "你去过的房间";
    join_encrypted: "The line is encrypted, and the host's key is checked", "线路加密，并核对主持人的密钥";
    join: "Join", "加入";
    program_switch: "The other side is a plain-text program", "对方是明文程序";
    program_explained: "The tutorial's server, netcat, telnet: nothing is sent that you did not type", "教程里的服务器、netcat、telnet：只发送你输入的内容";
    recent: "Recent", "最近";
    retry: "Retry", "重试";
    cancel: "Cancel", "取消";
    starting: "Starting…", "正在开启…";
    connecting: "Connecting…", "正在连接…";
    name_needed: "A name is needed, at most 32 characters", "请填写名字，最多 32 个字符";
    room_name_needed: "The room needs a name, at most 32 characters", "请填写房间名称，最多 32 个字符";
    port_invalid: "The port must be a number from 1 to 65535", "端口必须是 1 到 65535 之间的数字";
    invite_damaged: "The invite is damaged: copy all of it, or ask for it again", "邀请不完整或有误：请完整复制，或重新索取";
    invite_newer: "The invite was made by a newer Landline: update this one", "邀请来自更新的 Landline：请先更新";
    invite_over: "The invite has expired: ask the host for another one", "邀请已过期：请向主持人索取新的";
    invite_no_address: "The invite does not say where the room is: ask the host for another one", "邀请里没有房间的地址：请向主持人索取新的";
    no_worker: "This computer gives no thread for another room: close other programs and try again", "这台电脑无法再开新的线程，请关闭其他程序后重试";
    advice: "Ctrl+N new room · Ctrl+K search · Ctrl+/ keys", "Ctrl+N 新房间 · Ctrl+K 搜索 · Ctrl+/ 快捷键";

    // The room.
    plain_notice: "Plain text: anybody on the network can read and forge this", "明文：网络中的任何人都能看到并伪造这里的内容";
    anyone_notice: "Anyone who reaches the host comes in unasked and reads along", "任何能连到主持人的人都可以直接进来并看到内容";
    search_room: "Search in this room", "在此房间中搜索";
    search_next: "Next match", "下一个匹配";
    search_previous: "Previous match", "上一个匹配";
    no_match: "Nothing found", "没有找到";
    close_search: "Close search", "关闭搜索";
    members: "Members", "成员";
    save_transcript: "Save transcript", "保存聊天记录";
    leaving: "Saying goodbye…", "正在道别…";
    leave_room: "Leave room", "离开房间";
    close_room: "Close room", "关闭房间";
    rejoin: "Rejoin", "重新加入";
    reopen: "Open again", "重新开房间";
    copy: "Copy", "复制";
    state_starting: "Starting", "正在开启";
    state_connecting: "Connecting", "正在连接";
    state_connected: "Connected", "已连接";
    state_hosting: "Hosting", "主持中";
    retry_now: "Retry now", "立即重试";
    lost_hint: "What you write now waits on this computer and goes out by itself", "现在写的内容会留在本机，恢复后自动发出";
    knock_again: "Knock again", "再次敲门";
    new_invite: "Use a new invite", "使用新的邀请";
    log_lost_title: "This computer has lost the end of the room's history", "这台电脑丢失了房间最近的记录";
    log_lost_hint: "Guests have it and send it back when they come in. Until then nothing can be said", "访客那里还有，他们进来时会送回。在此之前无法发言";
    new_epoch_ask: "Give it up…", "放弃找回…";
    new_epoch_title: "Begin a new history?", "要开始新的记录吗？";
    new_epoch_hint: "What was said after the loss stays at the guests, apart from the room; it cannot be put back later", "丢失的内容只留在访客那里，与房间分开；之后无法再合并";
    new_epoch_do: "Begin a new history", "开始新的记录";
    state_kept: "Not open", "未打开";
    hosted_here: "Your room", "你的房间";
    state_waiting: "Waiting to be let in", "等待允许进入";
    state_lost: "Line lost", "线路断开";
    state_ended: "Ended", "已结束";

    // What is encrypted, and what is not.
    encrypted: "Encrypted", "加密";
    encrypted_hint: "Encrypted on the way; the host's computer and every member's reads it", "传输途中加密；主持人和每位成员的电脑可以阅读";
    room_settings: "Room and invites", "房间与邀请";
    room_about: "About this room", "关于房间";
    close_room_settings: "Close room settings", "关闭房间设置";
    settings_guest: "Only the host can change these", "只有主持人可以更改";
    plain_on: "Let in", "允许";
    plain_off: "Not let in", "不允许";
    apply: "Apply", "应用";
    undo: "Undo", "撤销";
    key_of_host: "The host's key", "主持人的密钥";

    // Invites.
    invite_title: "Invite somebody", "邀请别人";
    invite_explained: "Give it to one person, by a way that nobody else reads: it lets in whoever has it first, without asking", "请通过别人看不到的方式交给一个人：谁先用谁就能直接进来";
    invite_copy: "Copy invite", "复制邀请";
    invite_another: "Another invite", "再来一份邀请";
    invite_maybe_used: "Somebody has come in since it was made: make another one for the next person", "生成之后已有人进来：请为下一个人再生成一份";
    invite_picture: "The invite as a QR code", "邀请的二维码";

    // Knocking.
    knock_hint: "Ask them to read out their words. Which of these do you hear?", "请对方读出他们的词。你听到的是哪一组？";
    knock_none: "None of these", "都不是";
    knock_wrong: "These are not their words: somebody may be between you and them. Refuse, and let them knock again", "这不是对方的词：你们之间可能有人冒充。请拒绝，并让对方重新敲门";
    refuse: "Refuse", "拒绝";
    compare: "Compare words", "核对词语";
    waiting_title: "Waiting to be let in", "等待允许进入";
    waiting_words: "Read these words to the host, aloud or on the phone", "请把这些词读给主持人听，当面或打电话";
    waiting_confirm_hint: "Let the host read them back. If they are other words, somebody is between you: cancel", "请主持人也读一遍。如果不一样，说明你们之间有人冒充：请取消";
    confirm: "The host read the same words", "主持人读出的词相同";
    confirmed: "Confirmed: waiting for the host", "已确认：正在等待主持人";
    unconfirmed: "You are in. Did the host read these words?", "你已进入。主持人读出的是这些词吗？";
    unconfirmed_hint: "What you write waits on this computer until you say so", "在你确认之前，你写的内容只留在本机";
    not_the_same: "Other words: leave", "词不同：离开";

    // The welcome card of a room that is open.
    welcome_title: "Your room is open", "房间已开";
    welcome_addresses: "Tell people one of these addresses", "把下面的一个地址告诉别人";
    welcome_this_computer: "this computer only", "仅限本机";
    welcome_with_landline: "In Landline they choose Join a room and type it", "对方在 Landline 中点“加入房间”并输入它";
    welcome_with_netcat: "With netcat", "用 netcat";
    welcome_with_tutorial: "With the tutorial's client", "用教程里的客户端";
    welcome_nobody: "Nobody here yet. Messages show up as soon as somebody says something", "还没有人。有人说话时，消息会立即出现";
    joined_title: "You are in", "你已加入";
    joined_hint: "Nothing has been said since you came in: say hello", "你进来后还没有人说话，打个招呼吧";

    // The composer.
    message: "Message", "消息";
    send: "Send", "发送";
    emoji: "Emoji", "表情";
    hint_enter_sends: "Enter sends · Shift+Enter new line · bye leaves", "Enter 发送 · Shift+Enter 换行 · 输入 bye 离开";
    hint_ctrl_enter_sends: "Ctrl+Enter sends · Enter new line · bye leaves", "Ctrl+Enter 发送 · Enter 换行 · 输入 bye 离开";
    composing: "Finish the word in the input method first", "请先在输入法中选定文字";
    busy: "The room is busy: your text is kept, send it again in a moment", "房间正忙：文字已保留，请稍后再发送";
    not_open_yet: "You can write now and send once the room is open", "可以先写，房间打开后再发送";
    room_over: "This room is over", "这个房间已结束";

    // The members panel.
    ways_in: "How people come in", "别人怎样进来";
    host: "Host", "主持人";
    guest: "Guest", "访客";
    plain_guest: "Plain guest", "明文访客";
    this_is_you: "you", "你";
    remove: "Remove", "移除";
    away: "Away", "不在";
    here: "Here", "在线";
    verified: "Verified", "已核对";
    verify_hint: "Read these words to each other, by a way on which you know each other's voice or face. Both computers must show the same", "请通过能认出对方声音或面孔的方式互相读出这些词。两台电脑显示的必须相同";
    your_key: "Your key", "你的密钥";
    verify_same: "They are the same", "完全相同";
    close: "Close", "关闭";
    close_members: "Close members", "关闭成员列表";

    // The settings panel.
    name: "Name", "名字";
    name_hint: "Used for rooms that you open or join from now on", "用于之后开的或加入的房间";
    language_title: "Language", "语言";
    theme: "Theme", "主题";
    as_system: "System", "跟随系统";
    light: "Light", "浅色";
    dark: "Dark", "深色";
    zoom: "Zoom", "缩放";
    zoom_in: "Zoom in", "放大";
    zoom_out: "Zoom out", "缩小";
    zoom_reset: "Zoom to 100 %", "恢复 100 %";
    enter_key: "Enter key", "Enter 键";
    enter_sends: "Sends", "发送";
    enter_new_line: "New line", "换行";
    keys: "Keys", "快捷键";
    show_keys: "Show the list of keys", "查看快捷键列表";
    close_settings: "Close settings", "关闭设置";
    close_keys: "Close the list of keys", "关闭快捷键列表";

    // The list of keys.
    key_go_to: "Search rooms", "搜索房间";
    key_new: "New room", "新房间";
    key_find: "Search in this room", "在此房间中搜索";
    key_escape: "Close what is on top, then go to the latest message", "关闭最上层，再回到最新消息";
    key_next_room: "Next and previous room", "下一个和上一个房间";
    key_nth_room: "Room 1 to 9", "第 1 到第 9 个房间";
    key_menu: "Menu of a message (arrows choose it, Enter opens its link)", "消息菜单（方向键选消息，Enter 打开链接）";
    key_settings: "Settings", "设置";
    key_keys: "This list", "本列表";
    key_zoom: "Zoom in, out, 100 %", "放大、缩小、100 %";
    key_quit: "Leave all rooms and quit", "离开所有房间并退出";
    key_send: "Send", "发送";
    key_new_line: "New line", "换行";

    // The profile is in use.
    in_use_title: "Landline is open already", "Landline 已经打开";
    in_use_hint: "Two programs never share a profile: use the one that is open, or close it first", "同一份个人资料不能同时使用：请使用已打开的那个，或先关闭它";

    // Saving and notes.
    save_path: "File to write", "要写入的文件";
    save: "Save", "保存";
    text_file: "Text", "文本";
    save_no_dialog: "No file dialog service was found on this computer: type where to save. A name that ends in .json is saved as JSON", "这台电脑上没有找到文件对话框服务：请输入保存位置。以 .json 结尾的文件名保存为 JSON";
    save_no_answer: "The desktop's file dialog does not answer: type where to save. A name that ends in .json is saved as JSON", "桌面的文件对话框没有回应：请输入保存位置。以 .json 结尾的文件名保存为 JSON";
    save_path_needed: "A file name is needed", "请输入文件名";
    dismiss: "Dismiss", "关闭提示";
    copied: "Copied", "已复制";
    saying_goodbye: "Leaving the rooms…", "正在离开房间…";

    // The transcript.
    delete: "Delete", "删除";
    reply: "Reply", "回复";
    edit: "Edit", "编辑";
    take_back: "Take back", "撤回";
    react: "React", "回应";
    edited: "edited", "已编辑";
    quoted_gone: "A message that is not here any more", "已不在这里的消息";
    editing: "Editing your message", "正在编辑你的消息";
    stop_replying: "Stop replying", "取消回复";
    stop_editing: "Stop editing", "取消编辑";
    new_epoch: "A new history begins here: what was said before is kept aside", "从这里开始新的记录：之前的内容已另行保存";
    on_this_computer: "On this computer, waits for the host", "在本机，等待主持人";
    kept_here: "Kept in the room", "已存入房间";
    taken_back_short: "taken back", "已撤回";
    taken_back_mine: "You took this back", "你撤回了这条消息";
    with_host: "With the host", "已到主持人处";
    transcript: "Messages of this room", "这个房间的消息";
    scroll_bar: "Scroll through the messages", "滚动消息";
    jump_to_latest: "Jump to latest", "跳到最新消息";
    today: "Today", "今天";
    yesterday: "Yesterday", "昨天";
    older_gone: "Older messages are no longer kept here", "更早的消息已不再保留";
    sending: "On its way", "正在发出";
    sent: "Handed to the network", "已交给网络";
    show_all: "Show all", "显示全部";
    show_less: "Show less", "收起";
    copy_message: "Copy message", "复制消息";
    copy_selection: "Copy selection", "复制选中内容";
    copy_everything: "Copy everything", "复制全部消息";
    copy_link: "Copy link", "复制链接";
    open_link: "Open", "打开";
    open_link_title: "Open this page in your browser?", "在浏览器中打开这个网页？";
}

/// The words for a language.
pub(crate) fn strings(language: Language) -> &'static Strings {
    match language {
        Language::English => &EN,
        Language::Chinese => &ZH,
    }
}

/// The language of the system: Chinese where its locale is Chinese, else English.
pub(crate) fn system_language() -> Language {
    match sys_locale::get_locale() {
        Some(locale) if locale.to_ascii_lowercase().starts_with("zh") => Language::Chinese,
        _ => Language::English,
    }
}

#[cfg(test)]
mod tests {
    use super::{EN, ZH};

    #[test]
    fn no_word_is_missing_or_untranslated() {
        for ((key, english), (_, chinese)) in EN.all().into_iter().zip(ZH.all()) {
            assert!(!english.trim().is_empty(), "{key} has no English");
            assert!(!chinese.trim().is_empty(), "{key} has no Chinese");
            assert_ne!(english, chinese, "{key} is not translated");
            assert!(chinese.chars().any(is_han), "{key} has no Chinese character: {chinese}");
            assert!(
                !english.chars().any(is_han),
                "{key} has Chinese in the English: {english}"
            );
        }
    }

    #[test]
    fn a_single_sentence_has_no_full_stop() {
        for (key, word) in EN.all().into_iter().chain(ZH.all()) {
            assert!(!word.ends_with('.') && !word.ends_with('。'), "{key}: {word}");
        }
    }

    fn is_han(c: char) -> bool {
        ('\u{4E00}'..='\u{9FFF}').contains(&c)
    }
}
