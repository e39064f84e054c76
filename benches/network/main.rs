//! The network, as ratios within one run: a round trip, a fan-out, and a saturated room beside `ngircd`.
//!
//! `cargo bench --bench network`. Every server is a process of its own; rounds are interleaved (A, B, A, B …), ratios are
//! taken round by round, and what is printed is their median. Absolutes say something about this computer only.
//!
//! The round trip is that of a plain guest, a bare socket, with a room whose program above the worker answers. Every word is an entry of
//! the room's log before anybody hears it: signed, hashed and kept (here in memory, for which no thread is needed), twice for each
//! round trip. That, and not the way through the threads, is most of it: before rooms had a log, the same way took 0.4 to 0.6 times
//! as long as bare TCP with one core for each side, and 2.3 times on one core. Bare TCP is one thread on each side that writes
//! and reads. Where the threads run decides much, so there are three placements:
//!
//! - *One core for each side* is two computers, without the way between them. Waking a sleeping core is most of bare TCP here.
//! - *Wherever the system puts it* is two programs on one computer.
//! - *All on one core* adds up what all threads do.

#![expect(clippy::print_stdout, reason = "a benchmark prints its result")]

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
mod load;
#[cfg(target_os = "linux")]
mod servers;
#[cfg(target_os = "linux")]
#[path = "../common/sockets.rs"]
mod sockets;

#[cfg(target_os = "linux")]
fn main() -> anyhow::Result<()> {
    linux::main()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("skipped: the load client waits with epoll, which only Linux has");
}
