//! What every benchmark with a load client does with sockets.

use std::io::Read as _;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use rustix::event::{Timespec, epoll};

pub(crate) type Result<T = ()> = anyhow::Result<T>;

/// Nothing takes this long unless it is broken.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// Sockets that are looked at together.
const EVENTS: usize = 1024;

/// Binds any port and prints it.
pub(crate) fn announce() -> Result<TcpListener> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    println!("{}", listener.local_addr()?.port());
    Ok(listener)
}

/// A port that was free a moment ago, for programs that do not tell which one they took.
pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

pub(crate) fn connect(port: u16) -> Result<TcpStream> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(stream)
}

pub(crate) fn raise_file_limit() -> Result {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let maximum = getrlimit(Resource::Nofile).maximum;
    let current = maximum;
    Ok(setrlimit(Resource::Nofile, Rlimit { current, maximum })?)
}

/// `number` is told when there is something to read.
pub(crate) fn watch(ready: &OwnedFd, source: impl AsFd, number: u64) -> Result {
    let data = epoll::EventData::new_u64(number);
    Ok(epoll::add(ready, source, data, epoll::EventFlags::IN)?)
}

/// Waits until there is something to read, `None`: however long that takes. Yields the numbers of those that have it.
pub(crate) fn wait_for_any(ready: &OwnedFd, within: Option<Duration>) -> Result<Vec<usize>> {
    let within = within
        .map(Timespec::try_from)
        .transpose()
        .context("a time that poll can wait")?;
    let mut events = Vec::with_capacity(EVENTS);
    epoll::wait(ready, rustix::buffer::spare_capacity(&mut events), within.as_ref())?;
    let numbers = events.iter().map(|event| event.data.u64());
    Ok(numbers
        .map(|number| usize::try_from(number).unwrap_or(usize::MAX))
        .collect())
}

/// What has come; nothing if nothing has.
pub(crate) fn heard<'a>(mut stream: &TcpStream, buffer: &'a mut [u8]) -> Result<&'a [u8]> {
    match stream.read(buffer) {
        Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => Ok(&[]),
        count => {
            let count = count?;
            ensure!(count > 0, "the server closed a line");
            Ok(&buffer[..count])
        }
    }
}
