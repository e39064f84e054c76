//! The transcript by itself, for benchmarks, tests and pictures.

use std::time::SystemTime;

use jiff::tz::TimeZone;

use crate::chat::Chat;
use crate::gui::look::{fonts, theme};
use crate::gui::transcript::{Transcript, TranscriptAction, View};
use crate::gui::words::strings;
use crate::profile::Language;
use crate::proto::Command;

/// A room's transcript without a window around it. The same input draws the same picture on every computer.
#[derive(Debug)]
pub struct Stage {
    /// What has been said.
    pub chat: Chat,
    /// The language of the words around it.
    pub language: Language,
    /// The day that is today.
    pub now: SystemTime,
    /// Whether the window has the focus.
    pub focused: bool,
    /// What is searched for.
    pub find: String,
    /// What the transcript asked for, oldest first.
    pub asked: Vec<String>,
    zone: TimeZone,
    transcript: Transcript,
}

impl Stage {
    /// A room seen at `now`, in UTC.
    #[must_use]
    pub fn new(chat: Chat, language: Language, now: SystemTime) -> Self {
        Self {
            chat,
            language,
            now,
            focused: true,
            find: String::new(),
            asked: Vec::new(),
            zone: TimeZone::UTC,
            transcript: Transcript::default(),
        }
    }

    /// Gives a context the window's colours and type, with the bundled fonts alone.
    pub fn prepare(ctx: &egui::Context) {
        theme::install(ctx);
        fonts::install_bundled(ctx);
    }

    /// Draws the transcript into the rest of `ui`.
    pub fn ui(&mut self, ui: &mut egui::Ui) {
        let view = View {
            strings: strings::strings(self.language),
            zone: &self.zone,
            now: self.now,
            focused: self.focused,
            find: Some(self.find.as_str()),
        };
        for action in self.transcript.ui(ui, &self.chat, view) {
            self.asked.push(match action {
                TranscriptAction::Ask(Command::Say { text, .. }) => format!("retry {text}"),
                TranscriptAction::Ask(command) => format!("{command:?}"),
                TranscriptAction::Reply { seq } => format!("reply {seq}"),
                TranscriptAction::Edit { seq } => format!("edit {seq}"),
                TranscriptAction::Forget { id } => {
                    self.chat.forget(id);
                    "forget".to_owned()
                }
                TranscriptAction::Copied => "copied".to_owned(),
                TranscriptAction::OpenLink { url } => format!("open {url}"),
                TranscriptAction::Typed(text) => format!("typed {text}"),
            });
        }
    }

    /// Goes to a row at once or by gliding, as the search does.
    pub fn go_to(&mut self, row: u64) {
        self.transcript.go_to(row);
    }

    /// Goes to the newest message.
    pub fn go_to_latest(&mut self) {
        self.transcript.go_to_latest();
    }

    /// How many messages wait to be read.
    #[must_use]
    pub fn unread(&self) -> usize {
        self.transcript.unread()
    }

    /// The row at the top edge, by its number, and how many points of it are above the edge.
    #[must_use]
    pub fn position(&self) -> (u64, f64) {
        self.transcript.position()
    }

    /// How many rows were drawn in the last frame.
    #[must_use]
    pub fn rows_in_sight(&self) -> usize {
        self.transcript.rows_in_sight()
    }

    /// Whether the newest message is in sight and stays so.
    #[must_use]
    pub fn at_latest(&self) -> bool {
        self.transcript.at_latest()
    }
}
