//! How the second program on a profile calls the window that has it: by a socket in the profile's folder, which is nobody else's.
//!
//! The thread that waits for calls blocks, so a window that nobody calls is not woken. Systems without such sockets have no bell, and the
//! second program says where the first is.

use std::fmt;

/// What the second program asks of the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// Come to the front.
    Raise,
    /// Come to the front, and join a room there: an address or an invite, as typed.
    Join(String),
}

/// One line. What it asks for is the first word.
impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Raise => f.write_str(RAISE),
            Self::Join(place) => write!(f, "{JOIN} {}", place.replace(['\n', '\r'], " ")),
        }
    }
}

const RAISE: &str = "raise";
const JOIN: &str = "join";

#[cfg(unix)]
pub use unix::Bell;
#[cfg(unix)]
pub(super) use unix::ring;

#[cfg(unix)]
mod unix {
    use std::fs;
    use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
    use std::os::unix::fs::PermissionsExt as _;
    use std::os::unix::net::{UnixListener, UnixStream};
    use std::path::{Path, PathBuf};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread::JoinHandle;
    use std::time::Duration;

    use super::{Call, JOIN, RAISE};
    use crate::profile::Profile;

    const SOCKET: &str = "window.socket";
    /// The other side is on this computer, and has nothing else to do.
    const PATIENCE: Duration = Duration::from_secs(1);
    /// An invite is the longest thing that is asked for.
    const MAX_CALL_BYTES: u64 = 16 << 10;
    /// What the window answers when it has understood.
    const ANSWER: &str = "coming\n";

    /// Hears calls as long as it hangs.
    #[derive(Debug)]
    pub struct Bell {
        path: PathBuf,
        over: Arc<AtomicBool>,
        thread: Option<JoinHandle<()>>,
    }

    impl Bell {
        /// Hears calls to the window of `profile`, on a thread of its own.
        ///
        /// # Errors
        ///
        /// When the folder's path is too long for a socket, or its disk takes none.
        pub fn hang(profile: &Profile, answer: impl Fn(Call) + Send + 'static) -> io::Result<Self> {
            let path = profile.folder().join(SOCKET);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {} // who holds the lock is the only one: it was left by a crash
            }
            let listener = UnixListener::bind(&path)?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
            let over = Arc::new(AtomicBool::new(false));
            let heard = Arc::clone(&over);
            let thread = std::thread::Builder::new().name("bell".to_owned()).spawn(move || {
                for stream in listener.incoming() {
                    if heard.load(Ordering::Acquire) {
                        return;
                    }
                    match stream.and_then(hear) {
                        Ok(call) => answer(call),
                        Err(error) => tracing::debug!("a call to the window was not understood: {error}"),
                    }
                }
            })?;
            Ok(Self {
                path,
                over,
                thread: Some(thread),
            })
        }
    }

    impl Drop for Bell {
        fn drop(&mut self) {
            self.over.store(true, Ordering::Release);
            // Only a call wakes the thread. If somebody has removed the socket, it ends with the process.
            if UnixStream::connect(&self.path).is_ok()
                && let Some(thread) = self.thread.take()
            {
                drop(thread.join());
            }
            if let Err(error) = fs::remove_file(&self.path) {
                tracing::debug!("the window's socket stays: {error}");
            }
        }
    }

    fn hear(mut stream: UnixStream) -> io::Result<Call> {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let mut line = String::new();
        BufReader::new((&stream).take(MAX_CALL_BYTES)).read_line(&mut line)?;
        let line = line.trim_end();
        let call = match line.split_once(' ') {
            Some((JOIN, place)) => Call::Join(place.to_owned()),
            None if line == RAISE => Call::Raise,
            _ => return Err(io::ErrorKind::InvalidData.into()),
        };
        stream.write_all(ANSWER.as_bytes())?;
        Ok(call)
    }

    /// Calls the window of the profile in `folder`; whether it heard.
    pub(in crate::profile) fn ring(folder: &Path, call: &Call) -> io::Result<bool> {
        let mut stream = UnixStream::connect(folder.join(SOCKET))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.write_all(format!("{call}\n").as_bytes())?;
        let mut answer = String::new();
        stream.take(ANSWER.len() as u64).read_to_string(&mut answer)?;
        Ok(answer == ANSWER)
    }
}
