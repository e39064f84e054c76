//! The network, as ratios within one run: a round trip, a fan-out, and a saturated room beside `ngircd`.
//!
//! `cargo bench --bench network`. Every server is a process of its own; rounds are interleaved (A, B, A, B …), ratios are
//! taken round by round, and what is printed is their median. Absolutes say something about this computer only.
//!
//! The round trip is ours at its longest, program to program: a program says a line to its worker, the other program hears it
//! from its worker and answers in the same way. Bare TCP is one thread on each side that writes and reads. Where the threads run
//! decides more than what they do, so there are three placements:
//!
//! - *One core for each side* is two computers, without the way between them. Waking a sleeping core is most of bare TCP here;
//!   ours takes less because both sides look for a moment before they sleep, and the answer comes within it. Over a cable it does
//!   not: with 0.1 ms added each way ours took 1.13 times as long as bare TCP, which slept, too.
//! - *Wherever the system puts it* is two programs on one computer.
//! - *All on one core* adds up what all threads do. Of 35 us (bare TCP: 15.6 us) some 10 us are the same two sends and reads, 5 us
//!   our own work, and 20 us twelve changes of thread at 1.7 us: the two programs and the two drivers take turns. Six of the twelve
//!   carry the line (driver to driver, to the program, and back to its driver, each way); six look in vain, because nobody can
//!   tell the system whose turn it is. To sleep instead costs more: a wake and a sleep are some 5 us. So twice bare TCP is just out of
//!   reach there while a worker has a thread of its own.

#![expect(clippy::print_stdout, reason = "a benchmark prints its result")]

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
mod load;
#[cfg(target_os = "linux")]
mod servers;

#[cfg(target_os = "linux")]
fn main() -> anyhow::Result<()> {
    linux::main()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("skipped: the load client waits with epoll, which only Linux has");
}
