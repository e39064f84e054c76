//! The save dialog; the only file that names rfd.
//!
//! The dialog is made on the window's thread (macOS wants that), awaited on a thread of its own, and answered through a
//! channel; writing happens on that thread, too. Where no dialog service exists or it does not answer, a field in the window
//! asks instead.

use std::future::Future;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender};
use egui::Context;

use crate::chat::Chat;
use crate::gui::action::Action;
use crate::gui::desktop::path_field::{PathField, Why};
use crate::gui::desktop::transcript_file;
use crate::gui::desktop::wake::Wake;
use crate::gui::room::open_room::RoomKey;
use crate::gui::words::strings::Strings;

/// A person needs longer to cancel a dialog; an answer within this means that there was none.
const NO_SERVICE: Duration = Duration::from_millis(50);
/// Seconds that people wait before this window with no dialog in sight: a desktop that is busy shows one within three.
const PATIENCE: f64 = 10.0;
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
    /// The desktop's dialog is closed; nothing if people chose no file.
    Dialog(Option<Outcome>),
    /// There was no dialog.
    NoService,
    /// The path that was typed in the window.
    Written(Outcome),
}

/// The desktop's dialog.
#[derive(Debug)]
struct Running {
    room: RoomKey,
    /// The file name to offer.
    name: String,
    /// Since when this window has had the focus, which a dialog that is there would have.
    alone_since: Option<f64>,
    /// The window asks instead; the dialog may still answer.
    given_up: bool,
}

/// Saving transcripts.
#[derive(Debug)]
pub(crate) struct FileDialog {
    wake: Wake,
    answers: Receiver<Answer>,
    answer: Sender<Answer>,
    running: Option<Running>,
    asking: Option<PathField>,
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
        self.asking.is_some() || self.running.as_ref().is_some_and(|dialog| !dialog.given_up)
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
        if self.running.is_some() {
            self.ask_because(Why::NoAnswer, room, name); // a second dialog would not answer either
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
        self.wait_for(room, name, move || wait_and_write(chosen, &chat, words));
    }

    fn wait_for(&mut self, room: RoomKey, name: &str, dialog: impl FnOnce() -> Answer + Send + 'static) {
        self.running = Some(Running {
            room,
            name: name.to_owned(),
            alone_since: None,
            given_up: false,
        });
        self.spawn(dialog);
    }

    /// Asks in the window.
    pub(crate) fn ask_here(&mut self, room: RoomKey, name: &str) {
        self.ask_because(Why::NoService, room, name);
    }

    fn ask_because(&mut self, why: Why, room: RoomKey, name: &str) {
        self.asking = Some(PathField::new(why, room, name));
    }

    /// Closes the field.
    pub(crate) fn close(&mut self) {
        self.asking = None;
    }

    /// Writes without asking.
    pub(crate) fn write(&mut self, words: &'static Strings, chat: Chat, path: PathBuf) {
        self.asking = None;
        self.spawn(move || Answer::Written(write(&chat, words, path)));
    }

    /// How saving ended, once.
    pub(crate) fn poll(&mut self) -> Option<Outcome> {
        match self.answers.try_recv().ok()? {
            Answer::Written(outcome) => Some(outcome),
            Answer::NoService => {
                let asked = self.running.take().filter(|dialog| !dialog.given_up)?;
                self.ask_here(asked.room, &asked.name);
                None
            }
            Answer::Dialog(outcome) => {
                let late = self.running.take().is_some_and(|dialog| dialog.given_up);
                if late && outcome.is_some() {
                    self.asking = None; // people have answered elsewhere
                }
                outcome
            }
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
            let failed = Answer::Dialog(Some(Outcome::Failed(error.to_string())));
            if self.answer.try_send(failed).is_err() {
                tracing::warn!(%error, "no thread to save on");
            }
        }
    }

    /// Asks in the window once the desktop has had its time.
    fn lose_patience(&mut self, ctx: &Context) {
        let Some(dialog) = self.running.as_mut().filter(|dialog| !dialog.given_up) else {
            return;
        };
        let (now, focused) = ctx.input(|input| (input.time, input.focused));
        if !focused {
            dialog.alone_since = None; // probably it is there, and people may take their time
            return;
        }
        let left = PATIENCE - (now - *dialog.alone_since.get_or_insert(now));
        if left > 0.0 {
            ctx.request_repaint_after(Duration::from_secs_f64(left));
            return;
        }
        dialog.given_up = true;
        let (room, name) = (dialog.room, dialog.name.clone());
        tracing::info!("the desktop's file dialog does not answer");
        self.ask_because(Why::NoAnswer, room, &name);
    }

    /// Draws the field, if the window itself has to ask.
    pub(crate) fn ui(&mut self, ctx: &Context, words: &Strings, actions: &mut Vec<Action>) {
        self.lose_patience(ctx);
        if let Some(field) = &mut self.asking {
            field.ui(ctx, words, actions);
        }
    }
}

fn wait_and_write(
    chosen: impl Future<Output = Option<rfd::FileHandle>>,
    chat: &Chat,
    words: &'static Strings,
) -> Answer {
    let asked = Instant::now();
    match pollster::block_on(chosen) {
        Some(file) => Answer::Dialog(Some(write(chat, words, file.path().to_owned()))),
        None if cfg!(target_os = "linux") && asked.elapsed() < NO_SERVICE => Answer::NoService,
        None => Answer::Dialog(None),
    }
}

fn write(chat: &Chat, words: &Strings, path: PathBuf) -> Outcome {
    match transcript_file::save(chat, words, &path) {
        Ok(()) => Outcome::Saved(path),
        Err(error) => Outcome::Failed(words.not_written(&error)),
    }
}

#[cfg(test)]
mod tests {
    use crossbeam_channel::Sender;
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::{Answer, FileDialog, Outcome, PATIENCE};
    use crate::gui::desktop::wake::Wake;
    use crate::gui::room::open_room::RoomKey;
    use crate::gui::stage::Stage;
    use crate::gui::words::strings::EN;

    /// The title of the field in the window.
    const FIELD: &str = "Save transcript";

    struct Window {
        harness: Harness<'static, FileDialog>,
        desktop: Sender<Answer>,
    }

    /// A desktop that has been asked and answers when the test says so.
    fn asked() -> Window {
        let (desktop, answer) = crossbeam_channel::bounded(1);
        let mut dialog = FileDialog::new(Wake::default());
        dialog.wait_for(RoomKey(1), "Workshop.txt", move || {
            answer.recv().unwrap_or(Answer::Dialog(None))
        });
        let mut harness = Harness::builder().with_step_dt(PATIENCE as f32 / 4.0).build_ui_state(
            |ui, dialog: &mut FileDialog| dialog.ui(ui.ctx(), &EN, &mut Vec::new()),
            dialog,
        );
        Stage::prepare(&harness.ctx);
        harness.step();
        Window { harness, desktop }
    }

    impl Window {
        fn wait(&mut self) {
            for _ in 0..5 {
                self.harness.step();
            }
        }

        fn asks_here(&self) -> bool {
            self.harness.query_by_label(FIELD).is_some()
        }

        /// Lets the desktop answer, and waits for it to be heard.
        fn answer(&mut self, answer: Answer) -> Option<Outcome> {
            let dialog = self.harness.state_mut();
            self.desktop.send(answer).expect("the thread waits");
            let heard = dialog.answers.recv_timeout(std::time::Duration::from_secs(20));
            dialog.answer.send(heard.expect("it answers")).expect("there is room");
            dialog.poll()
        }
    }

    #[test]
    fn a_desktop_that_does_not_answer_is_not_waited_for() {
        let mut window = asked();
        assert!(window.harness.state().busy() && !window.asks_here());
        window.wait();
        assert!(window.asks_here());
        assert!(window.harness.query_by_label_contains("does not answer").is_some());
        let dialog = window.harness.state_mut();
        dialog.close();
        assert!(!dialog.busy(), "people may save again");
        let late = window.answer(Answer::Dialog(Some(Outcome::Saved("late.txt".into()))));
        assert!(
            matches!(late, Some(Outcome::Saved(_))),
            "and what they chose there is told"
        );
    }

    #[test]
    fn a_dialog_that_is_there_has_the_focus_and_may_take_its_time() {
        let mut window = asked();
        window.harness.input_mut().focused = false;
        window.wait();
        assert!(window.harness.state().busy() && !window.asks_here());
        assert!(window.answer(Answer::Dialog(None)).is_none());
        assert!(!window.harness.state().busy() && !window.asks_here());
    }

    #[test]
    fn an_answer_that_comes_late_closes_the_field() {
        let mut window = asked();
        window.wait();
        assert!(
            window
                .answer(Answer::Dialog(Some(Outcome::Saved("late.txt".into()))))
                .is_some()
        );
        assert!(!window.harness.state().asking_here());
        let mut window = asked();
        window.wait();
        assert!(window.answer(Answer::NoService).is_none());
        assert!(window.harness.state().asking_here(), "what is being typed stays");
    }

    #[test]
    fn without_a_dialog_the_field_takes_the_focus_at_once() {
        let mut window = asked();
        assert!(window.answer(Answer::NoService).is_none());
        window.harness.run();
        let field = window.harness.get_by_role(egui::accesskit::Role::TextInput);
        assert!(field.is_focused());
        assert!(field.value().is_some_and(|path| path.ends_with("Workshop.txt")));
    }
}
