//! Rooms of encrypted guests beside what they can be compared with, as ratios within one run, each with its goal.
//!
//! `cargo bench --no-default-features --bench rooms [-- PART …]`; the parts are `p1` to `p9`, `ack` and `resume`, a number (`10`, `100`,
//! `1000`) narrows the crowds, and `own` leaves the other servers out. `TMPDIR` says which disk. Every server is a process of its own; rounds
//! are interleaved (A, B, A, B …), ratios are taken round by round, and what is printed is their median and range. Absolutes say
//! something about this computer only.
//!
//! The host is the real thing: a worker with a profile's folder, every batch flushed ("FULL"), and once more with a room that is kept in
//! memory. Its limits are raised so that one guest can say as much as a host takes: other servers have no such limits, or theirs are raised too.
//!
//! One load client, one thread, speaks to all servers: IRC, MQTT with QoS 0, NATS, and native lines, each with an identity and a session of its
//! own. On a native line it opens every frame, reads the entries in it and says how far it has them, as a guest does, but neither checks their
//! signatures nor keeps them; and the speaker signs its messages before the clock starts. What a guest's computer has to do is not what a
//! host has to do. Deliveries a second contain the client's own core, for all servers; the CPU of a delivery is the server's alone.

#![expect(clippy::print_stdout, reason = "a benchmark prints its result")]

#[cfg(target_os = "linux")]
mod coming;
#[cfg(target_os = "linux")]
mod crowd;
#[cfg(target_os = "linux")]
mod dialect;
#[cfg(target_os = "linux")]
mod guest;
#[cfg(target_os = "linux")]
mod hosts;
#[cfg(target_os = "linux")]
mod load;
#[cfg(target_os = "linux")]
mod numbers;
#[cfg(target_os = "linux")]
mod parts;
#[cfg(target_os = "linux")]
mod peers;
#[cfg(target_os = "linux")]
mod pipes;
#[cfg(target_os = "linux")]
mod process;
#[cfg(target_os = "linux")]
mod round_trip;
#[cfg(target_os = "linux")]
#[path = "../common/sockets.rs"]
mod sockets;

#[cfg(target_os = "linux")]
fn main() -> anyhow::Result<()> {
    parts::main()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("skipped: the load client waits with epoll, which only Linux has");
}
