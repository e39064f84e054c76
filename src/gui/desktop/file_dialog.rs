//! The save dialog; the only file that names rfd.
//!
//! The dialog is made on the window's thread (macOS wants that), awaited on a thread of its own, and answered through a
//! channel; writing happens on that thread, too. Where no dialog service exists, a field in the window asks instead.

use std::future::Future;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender};
use egui::{Context, Id, Modal};

use crate::chat::Chat;
use crate::gui::action::Action;
use crate::gui::desktop::transcript_file;
use crate::gui::desktop::wake::Wake;
use crate::gui::look::controls::{self, Weight};
use crate::gui::look::icons::Icon;
use crate::gui::look::theme::{self, palette, size, space};
use crate::gui::look::widgets::{self, Field};
use crate::gui::room::open_room::RoomKey;
use crate::gui::words::strings::Strings;

/// A person needs longer to cancel a dialog; an answer within this means that there was none.
const NO_SERVICE: Duration = Duration::from_millis(50);
/// Answers under way: one dialog and one file at a time, and one to spare.
const ANSWERS: usize = 3;

/// How saving ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The file is there.
    Saved(PathBuf),
    /// It is not, and why.
    Failed(String),
}

#[derive(Debug)]
enum Answer {
    Done(Outcome),
    Cancelled,
    NoService,
}

/// The field that asks in the window.
#[derive(Debug)]
struct Asking {
    room: RoomKey,
    path: String,
    wants_focus: bool,
}

/// Saving transcripts.
#[derive(Debug)]
pub(crate) struct FileDialog {
    wake: Wake,
    answers: Receiver<Answer>,
    answer: Sender<Answer>,
    /// For which room, and the file name to offer.
    running: Option<(RoomKey, String)>,
    asking: Option<Asking>,
}

impl FileDialog {
    /// Nothing is being saved.
    pub(crate) fn new(wake: Wake) -> Self {
        let (answer, answers) = crossbeam_channel::bounded(ANSWERS);
        Self {
            wake,
            answers,
            answer,
            running: None,
            asking: None,
        }
    }

    /// Whether saving is under way.
    pub(crate) fn busy(&self) -> bool {
        self.running.is_some() || self.asking.is_some()
    }

    /// Whether the window itself asks for a path.
    pub(crate) fn asking_here(&self) -> bool {
        self.asking.is_some()
    }

    /// Opens the system's dialog.
    pub(crate) fn ask(
        &mut self,
        frame: Option<&eframe::Frame>,
        words: &'static Strings,
        room: RoomKey,
        chat: Chat,
        name: &str,
    ) {
        if self.busy() {
            return;
        }
        let mut dialog = rfd::AsyncFileDialog::new()
            .set_title(words.save_transcript)
            .set_file_name(name)
            .add_filter(words.text_file, &["txt"])
            .add_filter("JSON", &["json"]);
        if let Some(frame) = frame {
            dialog = dialog.set_parent(frame);
        }
        let chosen = dialog.save_file();
        self.running = Some((room, name.to_owned()));
        self.spawn(move || wait_and_write(chosen, &chat, words));
    }

    /// Asks in the window.
    pub(crate) fn ask_here(&mut self, room: RoomKey, name: &str) {
        let folder = directories::UserDirs::new().map(|folders| {
            let documents = folders.document_dir().unwrap_or_else(|| folders.home_dir());
            documents.to_owned()
        });
        self.asking = Some(Asking {
            room,
            path: folder.unwrap_or_default().join(name).display().to_string(),
            wants_focus: true,
        });
    }

    /// Closes the field.
    pub(crate) fn close(&mut self) {
        self.asking = None;
    }

    /// Writes without asking.
    pub(crate) fn write(&mut self, words: &'static Strings, chat: Chat, path: PathBuf) {
        self.asking = None;
        self.spawn(move || Answer::Done(write(&chat, words, path)));
    }

    /// How saving ended, once.
    pub(crate) fn poll(&mut self) -> Option<Outcome> {
        let answer = self.answers.try_recv().ok()?;
        let asked = self.running.take();
        match (answer, asked) {
            (Answer::Done(outcome), _) => Some(outcome),
            (Answer::NoService, Some((room, name))) => {
                self.ask_here(room, &name);
                None
            }
            _ => None,
        }
    }

    fn spawn(&self, work: impl FnOnce() -> Answer + Send + 'static) {
        let (answer, wake) = (self.answer.clone(), self.wake.clone());
        let spawned = std::thread::Builder::new().name("save".to_owned()).spawn(move || {
            let result = work();
            if answer.try_send(result).is_ok() {
                wake.wake();
            }
        });
        // The handle is let go: an open dialog must not hold up closing the window.
        if let Err(error) = spawned {
            let failed = Answer::Done(Outcome::Failed(error.to_string()));
            if self.answer.try_send(failed).is_err() {
                tracing::warn!(%error, "no thread to save on");
            }
        }
    }

    /// Draws the field, if the window itself has to ask.
    pub(crate) fn ui(&mut self, ctx: &Context, words: &Strings, actions: &mut Vec<Action>) {
        let Some(asking) = &mut self.asking else { return };
        let width = (ctx.content_rect().width() - 80.0).min(480.0);
        let modal = Modal::new(Id::unique("save")).show(ctx, |ui| {
            ui.set_width(width);
            ui.spacing_mut().item_spacing.y = 14.0;
            asking_ui(ui, words, asking, actions);
        });
        if modal.should_close() {
            actions.push(Action::SaveCancelled);
        }
    }
}

fn asking_ui(ui: &mut egui::Ui, words: &Strings, asking: &mut Asking, actions: &mut Vec<Action>) {
    let color = palette(ui).text;
    widgets::label(ui, words.save_transcript, theme::semibold(size::HEADING), color);
    widgets::hint(ui, words.save_no_dialog);
    let path = PathBuf::from(asking.path.trim());
    let usable = path.file_name().is_some();
    let field = Field {
        id: Id::unique("save path"),
        name: words.save_path,
        hint: "",
        error: (!usable).then_some(words.save_path_needed),
        enabled: true,
    };
    if std::mem::take(&mut asking.wants_focus) {
        ui.memory_mut(|memory| memory.request_focus(field.id));
    }
    let edit = widgets::field(ui, &field, &mut asking.path);
    let entered = edit.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::ONE;
        let save = controls::button(ui, Some(Icon::Download), words.save, Weight::Primary, usable).clicked();
        if (save || entered) && usable {
            actions.push(Action::SaveTo(asking.room, path));
        }
        if controls::button(ui, None, words.cancel, Weight::Plain, true).clicked() {
            actions.push(Action::SaveCancelled);
        }
    });
}

fn wait_and_write(
    chosen: impl Future<Output = Option<rfd::FileHandle>>,
    chat: &Chat,
    words: &'static Strings,
) -> Answer {
    let asked = Instant::now();
    match pollster::block_on(chosen) {
        Some(file) => Answer::Done(write(chat, words, file.path().to_owned())),
        None if cfg!(target_os = "linux") && asked.elapsed() < NO_SERVICE => Answer::NoService,
        None => Answer::Cancelled,
    }
}

fn write(chat: &Chat, words: &Strings, path: PathBuf) -> Outcome {
    match transcript_file::save(chat, words, &path) {
        Ok(()) => Outcome::Saved(path),
        Err(error) => Outcome::Failed(error.to_string()),
    }
}
