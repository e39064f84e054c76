//! The network, as ratios within one run: a round trip, a fan-out, and a saturated room beside `ngircd`.
//!
//! `cargo bench --bench network`. Every server is a process of its own; rounds are interleaved (A, B, A, B …), ratios are
//! taken round by round, and what is printed is their median. Absolutes say something about this computer only.

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
