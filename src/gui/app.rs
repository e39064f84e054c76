//! The window's state. Events come in by `events`, are drawn by `view`, and what people ask for is done by `execute`.

use std::fmt;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Instant, SystemTime};

use egui::{Context, ThemePreference};
use jiff::tz::TimeZone;

use crate::gui::action::Card;
use crate::gui::action::Side;
use crate::gui::connection::ConnectionPanel;
use crate::gui::desktop::file_dialog::FileDialog;
use crate::gui::desktop::saver::Saver;
use crate::gui::desktop::shelf::Shelf;
use crate::gui::desktop::wake::Wake;
use crate::gui::look::fonts::{self, SystemFonts};
use crate::gui::look::theme;
use crate::gui::room::ime::Ime;
use crate::gui::room::members::Members;
use crate::gui::room::open_room::{OpenRoom, RoomKey};
use crate::gui::room::room_settings::RoomSettings;
use crate::gui::rooms::RoomList;
use crate::gui::toasts::Toasts;
use crate::gui::words::strings::{self, Strings};
use crate::profile::{Call, Language, Place, Profile, Settings, Theme};
use crate::proto::Encoding;
use crate::store::Summary;
use crate::worker::{Config, Worker};

mod events;
mod execute;
mod known;
mod raise;
mod view;

/// Opens a room: [`Worker::spawn`], or something scripted in a test. The second argument is the worker's wake callback.
pub type Factory = Box<dyn Fn(Config, Box<dyn Fn() + Send + Sync>) -> io::Result<Worker>>;

/// What the window does first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Start {
    /// Show the connection panel.
    #[default]
    Panel,
    /// Open a room at once; what is `None` is as the last time.
    Host {
        /// The room's name.
        room: Option<String>,
        /// The port.
        port: Option<u16>,
        /// What the person is called.
        name: Option<String>,
    },
    /// Join a room at once; without an address the card asks for it.
    Join {
        /// Where it is, as typed.
        address: Option<String>,
        /// The encoding, if the other side is a plain-text program.
        program: Option<Encoding>,
        /// What the person is called.
        name: Option<String>,
    },
}

impl Start {
    /// Joins what was typed, as the last time.
    pub(super) fn join(place: String) -> Self {
        Self::Join {
            address: Some(place),
            program: None,
            name: None,
        }
    }

    /// What the window that is open already is asked for instead. What else was said on the command line is for a window of its own.
    #[must_use]
    pub fn call(&self) -> Call {
        match self {
            Self::Join {
                address: Some(place),
                program: None,
                ..
            } => Call::Join(place.clone()),
            Self::Panel | Self::Host { .. } | Self::Join { .. } => Call::Raise,
        }
    }
}

/// The window: all rooms, what is typed, what is shown.
pub struct App {
    settings: Settings,
    words: &'static Strings,
    factory: Factory,
    wake: Wake,
    saver: Option<Saver>,
    shelf: Option<Shelf>,
    /// Rooms of the profile, open ones included.
    kept: Vec<Summary>,
    start: Option<Start>,
    rooms: Vec<OpenRoom>,
    /// Rooms that are being opened, by card.
    hosting: Option<OpenRoom>,
    joining: Option<OpenRoom>,
    /// Rooms that people are done with, until their workers are.
    leaving: Vec<OpenRoom>,
    selected: Option<RoomKey>,
    next_key: u64,
    turn: usize,
    panel: ConnectionPanel,
    list: RoomList,
    members: Members,
    room_settings: RoomSettings,
    side: Option<Side>,
    keys_shown: bool,
    rooms_shown: bool,
    narrow: bool,
    /// The list of rooms makes room for what stands on the right.
    crowded: bool,
    /// What the window's title counts.
    titled: usize,
    toasts: Toasts,
    dialog: FileDialog,
    native_dialogs: bool,
    ime: Ime,
    zone: TimeZone,
    /// The wall clock, read once a frame.
    now: SystemTime,
    /// When there was input last, by the window's clock.
    touched_at: f64,
    quit: Arc<AtomicBool>,
    /// What other programs have called for since the last frame.
    calls: Arc<Mutex<Vec<Call>>>,
    /// The window tries to come to the front until then.
    raising: Option<Instant>,
    farewell: Option<Instant>,
    /// How many messages came in last, and where, for screen readers.
    news: Option<(usize, String)>,
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("rooms", &self.rooms.len())
            .finish_non_exhaustive()
    }
}

impl App {
    /// A window without a room, which keeps no settings.
    #[must_use]
    pub fn new(settings: Settings, factory: Factory) -> Self {
        let wake = Wake::default();
        Self {
            words: strings::strings(language(&settings)),
            panel: ConnectionPanel::new(&settings),
            dialog: FileDialog::new(wake.clone()),
            settings,
            factory,
            wake,
            saver: None,
            shelf: None,
            kept: Vec::new(),
            start: None,
            rooms: Vec::new(),
            hosting: None,
            joining: None,
            leaving: Vec::new(),
            selected: None,
            next_key: 0,
            turn: 0,
            list: RoomList::default(),
            members: Members::default(),
            room_settings: RoomSettings::default(),
            side: None,
            keys_shown: false,
            rooms_shown: false,
            narrow: false,
            crowded: false,
            titled: 0,
            toasts: Toasts::default(),
            native_dialogs: false,
            ime: Ime::default(),
            zone: TimeZone::system(),
            now: SystemTime::now(),
            touched_at: 0.0,
            quit: Arc::default(),
            calls: Arc::default(),
            raising: None,
            farewell: None,
            news: None,
        }
    }

    /// Keeps settings in a profile from now on, lists its rooms, and asks the system where to save files.
    ///
    /// # Errors
    ///
    /// When the operating system gives no thread.
    pub fn with_profile(mut self, profile: Arc<Profile>) -> io::Result<Self> {
        self.shelf = Some(Shelf::spawn(Arc::clone(&profile), self.wake.clone())?);
        self.saver = Some(Saver::spawn(profile, self.wake.clone())?);
        self.native_dialogs = true;
        Ok(self)
    }

    /// Does that first.
    #[must_use]
    pub fn with_start(mut self, start: Start) -> Self {
        self.start = Some(start);
        self
    }

    /// Gives the window its looks, with the program's fonts alone: the same pixels everywhere.
    pub fn attach(&mut self, ctx: &Context) {
        fonts::install_bundled(ctx);
        self.attach_to(ctx);
    }

    /// Gives the window its looks, with the program's fonts and then the system's.
    pub(super) fn attach_with(&mut self, ctx: &Context, fonts: Arc<SystemFonts>) {
        fonts::install(ctx, fonts);
        self.attach_to(ctx);
    }

    /// Remembers the window as the one to wake.
    fn attach_to(&mut self, ctx: &Context) {
        theme::install(ctx);
        ctx.options_mut(|options| {
            options.zoom_with_keyboard = false; // so that the settings and the keys agree
            options.fallback_theme = egui::Theme::Light;
        });
        self.wake.attach(ctx);
        self.apply(ctx);
    }

    /// What the window remembers.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Closes the window from any thread, as its own button would.
    pub fn quitter(&self) -> impl Fn() + Send + Sync + 'static {
        let (quit, wake) = (Arc::clone(&self.quit), self.wake.clone());
        move || {
            quit.store(true, Ordering::Release);
            wake.wake();
        }
    }

    /// What asks for a frame of this window.
    pub(super) fn wake(&self) -> Wake {
        self.wake.clone()
    }

    /// Makes language, theme and zoom hold.
    fn apply(&mut self, ctx: &Context) {
        self.words = strings::strings(language(&self.settings));
        ctx.set_theme(match self.settings.theme {
            Theme::System => ThemePreference::System,
            Theme::Light => ThemePreference::Light,
            Theme::Dark => ThemePreference::Dark,
        });
        ctx.set_zoom_factor(self.settings.zoom);
    }

    /// Remembers the settings as they are now.
    fn save_settings(&mut self) {
        if let Some(saver) = &mut self.saver {
            saver.save(self.settings.clone());
        }
    }

    /// Remembers where the window is; it is being closed.
    pub(super) fn remember_place(&mut self, place: Option<Place>) {
        if self.settings.place != place {
            self.settings.place = place;
            self.save_settings();
        }
    }

    fn new_key(&mut self) -> RoomKey {
        self.next_key += 1;
        RoomKey(self.next_key)
    }

    fn spawn(&self, config: Config) -> io::Result<Worker> {
        let wake = self.wake.clone();
        (self.factory)(config, Box::new(move || wake.wake()))
    }

    fn room(&self, key: RoomKey) -> Option<&OpenRoom> {
        self.rooms.iter().find(|room| room.key == key)
    }

    fn room_mut(&mut self, key: RoomKey) -> Option<&mut OpenRoom> {
        self.rooms.iter_mut().find(|room| room.key == key)
    }

    fn shown(&self) -> Option<&OpenRoom> {
        self.room(self.selected?)
    }

    fn shown_mut(&mut self) -> Option<&mut OpenRoom> {
        let key = self.selected?;
        self.room_mut(key)
    }

    fn attempt_mut(&mut self, card: Card) -> &mut Option<OpenRoom> {
        match card {
            Card::Host => &mut self.hosting,
            Card::Join => &mut self.joining,
        }
    }
}

/// The language that the window speaks.
pub(super) fn language(settings: &Settings) -> Language {
    settings.language.unwrap_or_else(strings::system_language)
}
