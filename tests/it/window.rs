//! The real window, on an X server of the test's own: what no test without one can see, such as that it is shown at all.

use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, after, bounded, select};
use landline::profile::{Place, Profile, Program, Settings};
use rustix::process::{Pid, Signal, kill_process};
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{ChangeWindowAttributesAux, ConnectionExt as _, EventMask, GetGeometryReply};

/// Nothing takes longer, unless it is broken; a machine that builds at the same time is slow.
const SOON: Duration = Duration::from_secs(60);
const SCREEN: &str = "1280x900x24";

/// A virtual screen; gone with this handle.
struct Screen {
    server: Child,
    name: String,
}

impl Screen {
    /// `None` where there is no Xvfb.
    fn start() -> Option<Self> {
        let spawned = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", SCREEN, "-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut server = match spawned {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            other => other.unwrap(),
        };
        let mut number = String::new();
        let output = server.stdout.take().unwrap();
        BufReader::new(output).read_line(&mut number).unwrap();
        let name = format!(":{}", number.trim());
        Some(Self { server, name })
    }

    /// Tells of the first window that is shown.
    fn shown(&self) -> Receiver<GetGeometryReply> {
        let (connection, number) = x11rb::connect(Some(&self.name)).unwrap();
        let root = connection.setup().roots[number].root;
        let wanted = ChangeWindowAttributesAux::new().event_mask(EventMask::SUBSTRUCTURE_NOTIFY);
        connection
            .change_window_attributes(root, &wanted)
            .unwrap()
            .check()
            .unwrap();
        let (tell, shown) = bounded(1);
        in_background("screen", move || {
            // It fails when the screen is gone: then the test is over.
            while let Ok(event) = connection.wait_for_event() {
                if let Event::MapNotify(mapped) = event {
                    let geometry = connection.get_geometry(mapped.window).unwrap().reply().unwrap();
                    return tell.send(geometry).unwrap_or_default(); // unless the test is over
                }
            }
        });
        shown
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        drop(self.server.kill());
        drop(self.server.wait());
    }
}

/// Opens the window and closes it again as soon as it is shown; `None` where there is no graphics driver.
fn open_and_close(screen: &Screen, profile: &Path) -> Option<GetGeometryReply> {
    let shown = screen.shown();
    let mut program = Command::new(env!("CARGO_BIN_EXE_landline"))
        .arg("--profile")
        .arg(profile)
        .env("DISPLAY", &screen.name)
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (tell, ended) = bounded(1);
    let mut errors = program.stderr.take().unwrap();
    in_background("errors", move || {
        let mut said = String::new();
        errors.read_to_string(&mut said).unwrap();
        tell.send(said).unwrap_or_default();
    });
    let geometry = select! {
        recv(shown) -> geometry => geometry.unwrap(),
        recv(ended) -> said => {
            let said = said.unwrap();
            assert!(said.contains("driver") || said.contains("install"), "{said}");
            eprintln!("skipped: {said}");
            drop(program.wait());
            return None;
        }
        recv(after(SOON)) -> _ => {
            drop(program.kill());
            panic!("no window is shown");
        }
    };
    kill_process(Pid::from_child(&program), Signal::TERM).unwrap();
    if ended.recv_timeout(SOON).is_err() {
        drop(program.kill());
        panic!("the window does not close");
    }
    assert_eq!(program.wait().unwrap().code(), Some(0));
    Some(geometry)
}

fn in_background(name: &str, work: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new().name(name.to_owned()).spawn(work);
    drop(thread.unwrap());
}

fn remembered(profile: &Path) -> Option<Place> {
    let profile = Profile::open(Some(profile), Program::Terminal).unwrap();
    profile.settings().place
}

#[test]
fn a_window_is_shown_closed_and_shown_where_it_was() {
    let Some(screen) = Screen::start() else {
        eprintln!("skipped: Xvfb is not installed, so no real window is opened");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let Some(first) = open_and_close(&screen, folder.path()) else {
        return;
    };
    let place = remembered(folder.path()).expect("it was shown");
    assert_eq!(place.size, [f32::from(first.width), f32::from(first.height)]);
    assert!(!place.maximized);

    let moved = Place {
        corner: Some([130.0, 70.0]),
        size: [700.0, 520.0],
        maximized: false,
    };
    let settings = Settings {
        place: Some(moved),
        ..Settings::default()
    };
    let profile = Profile::open(Some(folder.path()), Program::Terminal).unwrap();
    profile.save(&settings).unwrap();
    drop(profile);
    let again = open_and_close(&screen, folder.path()).unwrap();
    assert_eq!((again.x, again.y, again.width, again.height), (130, 70, 700, 520));
    assert_eq!(remembered(folder.path()), Some(moved));
}
