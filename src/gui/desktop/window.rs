//! The native window: eframe's options, the renderers one after another, and what is said when none works.

use std::sync::Arc;

use eframe::{CreationContext, NativeOptions, Renderer};
use egui::{Context, IconData, RawInput, Ui, ViewportBuilder, ViewportCommand, Visuals};

use crate::gui::app::{App, Factory, Start, language};
use crate::gui::desktop::placement;
use crate::gui::desktop::system_theme::SystemTheme;
use crate::gui::look::fonts::SystemFonts;
use crate::gui::look::theme::Palette;
#[cfg(unix)]
use crate::profile::Bell;
use crate::profile::{Place, Profile, Settings};
use crate::worker::{Home, Worker};

/// The name by which desktops know the window; the `.desktop` file has the same.
pub const APP_ID: &str = "org.landline.Landline";
/// Of a window that is opened for the first time.
const SIZE: [f32; 2] = [1100.0, 760.0];
/// Below this the composer and a bubble no longer fit.
const MIN_SIZE: [f32; 2] = [480.0, 400.0];

const ICON: &[u8] = include_bytes!("../../../assets/icon.png");

/// Why there is no window.
#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    /// Nothing says where a display server is.
    #[error("no display was found: start Landline from a desktop session, or set DISPLAY or WAYLAND_DISPLAY")]
    Display,
    /// The display server cannot be reached, or the libraries to talk to it are missing.
    #[error("no window can be opened on this display ({cause}): {REMEDY_DISPLAY}")]
    Window {
        /// What the system says.
        cause: String,
    },
    /// No graphics driver works.
    #[error("no working graphics driver was found ({cause}): {REMEDY_DRIVER}")]
    Driver {
        /// What the last renderer said.
        cause: String,
    },
}

/// Shows the window until it is closed.
///
/// # Errors
///
/// [`WindowError`], with one sentence that says what is missing and how to get it.
pub fn run(profile: &Arc<Profile>, start: &Start) -> Result<(), WindowError> {
    let fonts = Arc::new(SystemFonts::find(language(&profile.settings())));
    let mut last = None;
    for renderer in renderers() {
        let (profile, start, fonts) = (Arc::clone(profile), start.clone(), Arc::clone(&fonts));
        let options = options(renderer, &profile);
        let created = eframe::run_native(
            "Landline",
            options,
            Box::new(move |creation| Ok(Box::new(Window::new(creation, profile, start, fonts)?))),
        );
        match created {
            Ok(()) => return Ok(()),
            Err(error) => {
                tracing::debug!(%error, ?renderer, "this renderer does not work here");
                last = Some(error);
            }
        }
    }
    Err(explain(last.as_ref()))
}

/// OpenGL first: smaller, and enough. The second rescues machines without it.
fn renderers() -> Vec<Renderer> {
    vec![
        Renderer::Glow,
        #[cfg(feature = "wgpu")]
        Renderer::Wgpu,
    ]
}

fn options(renderer: Renderer, profile: &Profile) -> NativeOptions {
    let settings = profile.settings();
    let mut viewport = ViewportBuilder::default()
        .with_title("Landline")
        .with_app_id(APP_ID)
        .with_inner_size(size(&settings))
        .with_min_inner_size(MIN_SIZE);
    if let Some(icon) = icon() {
        viewport = viewport.with_icon(icon);
    }
    // X11 places a window only that was made somewhere; `placement` knows the display's scale, and moves it.
    if let Some(corner) = settings.place.and_then(|place| place.corner) {
        viewport = viewport.with_position(corner);
    }
    modest(NativeOptions {
        viewport,
        renderer,
        ..NativeOptions::default()
    })
}

/// In points of a zoom of 1: the window is made before any zoom is set.
fn size(settings: &Settings) -> [f32; 2] {
    let remembered = settings.place.map(|place| place.size);
    remembered.unwrap_or_else(|| SIZE.map(|length| length * settings.zoom))
}

/// A chat needs no fast graphics card, and must not wake one.
#[cfg(feature = "wgpu")]
fn modest(mut options: NativeOptions) -> NativeOptions {
    if let eframe::egui_wgpu::WgpuSetup::CreateNew(setup) = &mut options.wgpu_options.wgpu_setup {
        setup.power_preference = eframe::wgpu::PowerPreference::LowPower;
    }
    options
}

#[cfg(not(feature = "wgpu"))]
fn modest(options: NativeOptions) -> NativeOptions {
    options
}

fn icon() -> Option<IconData> {
    match eframe::icon_data::from_png_bytes(ICON) {
        Ok(icon) => Some(icon),
        Err(error) => {
            tracing::warn!(%error, "the icon cannot be read");
            None
        }
    }
}

fn explain(error: Option<&eframe::Error>) -> WindowError {
    let cause = error.map_or_else(|| "no renderer was built in".to_owned(), ToString::to_string);
    match error {
        Some(eframe::Error::Winit(_) | eframe::Error::WinitEventLoop(_)) if !display_named() => WindowError::Display,
        Some(eframe::Error::Winit(_) | eframe::Error::WinitEventLoop(_)) => {
            // winit puts a place in its source before what the system says.
            let cause = cause.rsplit(": ").next().unwrap_or(&cause).trim_end_matches([')', '.']);
            WindowError::Window {
                cause: cause.to_owned(),
            }
        }
        _ => WindowError::Driver { cause },
    }
}

/// Whether the session says where its display server is.
fn display_named() -> bool {
    let named = |variable| std::env::var_os(variable).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"].into_iter().any(named)
}

#[cfg(target_os = "linux")]
const REMEDY_DISPLAY: &str = "check that it is yours, and install what is missing, on Debian and Ubuntu with `apt install libx11-6 \
     libx11-xcb1 libxcursor1 libxi6 libxrandr2 libxkbcommon-x11-0 libwayland-client0`, on Fedora with `dnf install libX11 \
     libXcursor libXi libXrandr libxkbcommon-x11 libwayland-client`";
#[cfg(not(target_os = "linux"))]
const REMEDY_DISPLAY: &str = "start Landline from a desktop session";

#[cfg(target_os = "linux")]
const REMEDY_DRIVER: &str = "install one, on Debian and Ubuntu with `apt install libgl1 libgl1-mesa-dri libegl1`, on Fedora \
     with `dnf install mesa-libGL mesa-libEGL mesa-dri-drivers`";
#[cfg(not(target_os = "linux"))]
const REMEDY_DRIVER: &str = "install the driver of your graphics card's maker";

/// What eframe runs.
struct Window {
    app: App,
    /// Held for its `Drop`.
    #[cfg(unix)]
    _bell: Option<Bell>,
    system: SystemTheme,
    place: Option<Place>,
    /// It is to fill the screen as soon as it is shown: X11 forgets what it was asked before.
    fills: bool,
}

impl Window {
    fn new(
        creation: &CreationContext<'_>,
        profile: Arc<Profile>,
        start: Start,
        fonts: Arc<SystemFonts>,
    ) -> std::io::Result<Self> {
        let home = Home::in_folder(profile.identity().clone(), profile.folder().to_path_buf());
        let factory: Factory = Box::new(move |config, wake| Worker::spawn(home.clone(), config, wake));
        let settings = profile.settings();
        let place = settings.place;
        let mut app = App::new(settings, factory)
            .with_profile(Arc::clone(&profile))?
            .with_start(start);
        app.attach_with(&creation.egui_ctx, fonts);
        placement::restore(creation, place);
        let system = SystemTheme::watch(app.wake());
        // Whoever ends the session or the terminal closes the window; the rooms are left properly.
        if let Err(error) = ctrlc::set_handler(app.quitter()) {
            tracing::debug!(%error, "signals end the program at once");
        }
        #[cfg(unix)]
        let _bell = Bell::hang(&profile, app.answerer())
            .inspect_err(|error| tracing::debug!("the window cannot be called to the front: {error}"))
            .ok();
        Ok(Self {
            app,
            #[cfg(unix)]
            _bell,
            system,
            place,
            fills: place.is_some_and(|place| place.maximized),
        })
    }

    fn follow(&mut self, ctx: &Context) {
        if self.fills && ctx.cumulative_pass_nr() > 0 {
            self.fills = false;
            ctx.send_viewport_cmd(ViewportCommand::Maximized(true));
        } else if self.fills {
            ctx.request_repaint(); // it is shown after the first frame
        } else {
            let (zoom, before) = (ctx.zoom_factor(), self.place);
            self.place = ctx.input(|input| placement::place(input.viewport(), zoom, before));
        }
    }
}

impl eframe::App for Window {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        self.follow(ctx);
        self.app.logic(ctx);
    }

    fn ui(&mut self, ui: &mut Ui, frame: &mut eframe::Frame) {
        self.app.ui(ui, Some(frame));
    }

    fn clear_color(&self, visuals: &Visuals) -> [f32; 4] {
        Palette::of(visuals).bg.to_normalized_gamma_f32()
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.app.remember_place(self.place);
    }

    fn raw_input_hook(&mut self, _ctx: &Context, raw_input: &mut RawInput) {
        if let Some(theme) = self.system.theme() {
            raw_input.system_theme = Some(theme);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{SIZE, size};
    use crate::profile::{Place, Settings};

    #[test]
    fn a_zoomed_window_keeps_its_size_from_start_to_start() {
        let mut settings = Settings {
            zoom: 1.5,
            ..Settings::default()
        };
        assert_eq!(
            size(&settings),
            SIZE.map(|length| length * 1.5),
            "as much as ever fits in"
        );
        settings.place = Some(Place {
            corner: None,
            size: [800.0, 600.0],
            maximized: false,
        });
        assert_eq!(size(&settings), [800.0, 600.0]);
    }
}
