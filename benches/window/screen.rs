//! An X server of the bench's own, and what is on it.

use std::ffi::OsStr;
use std::io::{self, BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{ConnectionExt as _, ImageFormat, MapState, Window};
use x11rb::rust_connection::RustConnection;

use super::process::pass;

/// How long a window may take before the bench gives up.
const PATIENCE: Duration = Duration::from_secs(20);
/// How exactly the first frame is seen.
const STEP: Duration = Duration::from_millis(1);

/// A virtual screen; gone with this handle.
pub(super) struct Screen {
    server: Child,
    name: String,
    connection: RustConnection,
    root: Window,
}

impl Screen {
    /// `None` where there is no Xvfb.
    pub(super) fn start() -> io::Result<Option<Self>> {
        let spawned = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut server = match spawned {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other?,
        };
        let mut name = ":".to_owned();
        if let Some(output) = server.stdout.take() {
            BufReader::new(output).read_line(&mut name)?;
        }
        let name = name.trim().to_owned();
        let (connection, number) = x11rb::connect(Some(&name)).map_err(io::Error::other)?;
        let root = connection.setup().roots[number].root;
        Ok(Some(Self {
            server,
            name,
            connection,
            root,
        }))
    }

    /// A program that draws on this screen, and knows no other.
    pub(super) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env("DISPLAY", &self.name).env_remove("WAYLAND_DISPLAY");
        command
    }

    /// The windows that are mapped.
    pub(super) fn windows(&self) -> io::Result<Vec<Window>> {
        let tree = self.connection.query_tree(self.root).map_err(io::Error::other)?;
        let mut mapped = Vec::new();
        for window in tree.reply().map_err(io::Error::other)?.children {
            let cookie = self
                .connection
                .get_window_attributes(window)
                .map_err(io::Error::other)?;
            if cookie
                .reply()
                .is_ok_and(|attributes| attributes.map_state == MapState::VIEWABLE)
            {
                mapped.push(window);
            }
        }
        Ok(mapped)
    }

    /// Until a window that was not there `before` shows something.
    pub(super) fn wait_painted(&self, before: &[Window]) -> io::Result<()> {
        self.wait(|screen| {
            let windows = screen.windows()?;
            Ok(windows
                .iter()
                .any(|window| !before.contains(window) && screen.is_painted(*window)))
        })
    }

    /// Until only the windows of `before` are left.
    pub(super) fn wait_gone(&self, before: &[Window]) -> io::Result<()> {
        self.wait(|screen| Ok(screen.windows()?.iter().all(|window| before.contains(window))))
    }

    /// A window that has not been painted is black; both themes of both programs are not.
    fn is_painted(&self, window: Window) -> bool {
        const AT: i16 = 300;
        const SIDE: u16 = 4;
        self.connection
            .get_image(ImageFormat::Z_PIXMAP, window, AT, AT, SIDE, SIDE, !0)
            .ok()
            .and_then(|cookie| cookie.reply().ok())
            .is_some_and(|image| {
                image
                    .data
                    .chunks(4)
                    .any(|pixel| pixel[..3].iter().any(|channel| *channel != 0))
            })
    }

    fn wait(&self, mut done: impl FnMut(&Self) -> io::Result<bool>) -> io::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while !done(self)? {
            if Instant::now() > deadline {
                return Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    "no window appeared, or it did not go away",
                ));
            }
            pass(STEP);
        }
        Ok(())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.server.kill());
        drop(self.server.wait());
    }
}
