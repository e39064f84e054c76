//! The keys of the window. None of them fires while an input method composes.

use egui::{Context, Key, KeyboardShortcut, Modifiers};

use crate::gui::action::{Action, Side, Zoom};
use crate::gui::words::strings::Strings;

const CTRL: Modifiers = Modifiers::COMMAND;
const CTRL_SHIFT: Modifiers = Modifiers {
    shift: true,
    ..Modifiers::COMMAND
};

/// Keys of the rooms 1 to 9.
const DIGITS: [Key; 9] = [
    Key::Num1,
    Key::Num2,
    Key::Num3,
    Key::Num4,
    Key::Num5,
    Key::Num6,
    Key::Num7,
    Key::Num8,
    Key::Num9,
];

/// Takes the shortcuts out of this frame's input, before any widget sees them.
pub(crate) fn take(ctx: &Context) -> Vec<Action> {
    let fixed = [
        (CTRL_SHIFT, Key::Tab, Action::Neighbour { forward: false }),
        (CTRL, Key::Tab, Action::Neighbour { forward: true }),
        (Modifiers::ALT, Key::ArrowUp, Action::Neighbour { forward: false }),
        (Modifiers::ALT, Key::ArrowDown, Action::Neighbour { forward: true }),
        (CTRL, Key::N, Action::NewRoom),
        (CTRL, Key::K, Action::GoTo),
        (CTRL, Key::F, Action::Find),
        (CTRL, Key::Comma, Action::Toggle(Side::Settings)),
        (CTRL, Key::Slash, Action::ToggleKeys),
        (CTRL, Key::Plus, Action::Zoom(Zoom::In)),
        (CTRL, Key::Equals, Action::Zoom(Zoom::In)),
        (CTRL, Key::Minus, Action::Zoom(Zoom::Out)),
        (CTRL, Key::Num0, Action::Zoom(Zoom::Reset)),
    ];
    let rooms = DIGITS
        .into_iter()
        .enumerate()
        .map(|(place, key)| (CTRL, key, Action::Nth(place)));
    ctx.input_mut(|input| {
        fixed
            .into_iter()
            .chain(rooms)
            .filter(|(modifiers, key, _)| input.consume_shortcut(&KeyboardShortcut::new(*modifiers, *key)))
            .map(|(_, _, action)| action)
            .collect()
    })
}

/// Takes Esc out of this frame's input.
pub(crate) fn take_escape(ctx: &Context) -> bool {
    ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape))
}

/// The list of keys: what to press, and what it does.
pub(crate) fn list(words: &Strings, enter_is_newline: bool) -> Vec<(&'static str, &'static str)> {
    let (send, new_line) = if enter_is_newline {
        ("Ctrl+Enter", "Enter")
    } else {
        ("Enter", "Shift+Enter")
    };
    vec![
        (send, words.key_send),
        (new_line, words.key_new_line),
        ("Ctrl+N", words.key_new),
        ("Ctrl+K", words.key_go_to),
        ("Ctrl+F", words.key_find),
        ("Ctrl+Tab  Alt+↑ ↓", words.key_next_room),
        ("Ctrl+1 … 9", words.key_nth_room),
        ("Esc", words.key_escape),
        ("Shift+F10", words.key_menu),
        ("Ctrl+,", words.key_settings),
        ("Ctrl+/", words.key_keys),
        ("Ctrl + − 0", words.key_zoom),
        ("Ctrl+Q", words.key_quit),
    ]
}
