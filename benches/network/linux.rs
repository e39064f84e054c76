//! What is compared with what.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command as Process;
use std::time::Instant;

use anyhow::ensure;

use crate::load::{Irc, Load, Raw, Saturated, UNDER_WAY};
use crate::servers::{
    AUDIENCES, LINE_BYTES, NGIRCD, Server, bare_echo, bare_fan, end_with_the_client, room, start_ngircd,
};
use crate::sockets::{Result, connect, raise_file_limit};

const ROUND_TRIPS: usize = 1500;
const ROUND_TRIP_ROUNDS: usize = 7;
const FAN_OUTS: usize = 60;
const FAN_OUT_ROUNDS: usize = 5;
const SATURATED_ROUNDS: usize = 5;

pub(crate) fn main() -> Result {
    match std::env::args().nth(1).as_deref() {
        Some(role @ ("bare-echo" | "bare-fan" | "room" | "echoing-room")) => serve(role),
        Some("round-trip-on-one-core") => round_trip("all on one core", None),
        Some("round-trip-between-cores") => round_trip("on one core for each side", Some("1")),
        _ => all(),
    }
}

fn serve(role: &str) -> Result {
    end_with_the_client()?;
    match role {
        "bare-echo" => bare_echo(),
        "bare-fan" => bare_fan(),
        role => room(role == "echoing-room"),
    }
}

fn all() -> Result {
    raise_file_limit()?;
    round_trip("wherever the system puts it", None)?;
    pinned("round-trip-on-one-core")?;
    pinned("round-trip-between-cores")?;
    for audience in AUDIENCES {
        fan_out(audience)?;
        saturated(audience)?;
    }
    Ok(())
}

/// Runs a part of this with the client on the first core, and its servers wherever the part says.
fn pinned(part: &str) -> Result {
    let program = std::env::current_exe()?;
    match Process::new("taskset")
        .args(["-c", "0"])
        .arg(program)
        .arg(part)
        .status()
    {
        Ok(status) => ensure!(status.success(), "{part} failed"),
        Err(error) => println!("skipped: {part}: taskset: {error}"),
    }
    Ok(())
}

// Round trip

fn round_trip(place: &str, servers_core: Option<&str>) -> Result {
    let echo = Server::start_self("bare-echo", servers_core)?;
    let room = Server::start_self("echoing-room", servers_core)?;
    let mut bare = connect(echo.port)?;
    let mut guest = enter(room.port)?;
    let (mut bares, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..ROUND_TRIP_ROUNDS {
        bares.push(median((0..ROUND_TRIPS).map(|_| timed(|| ping(&mut bare))))?);
        ours.push(median((0..ROUND_TRIPS).map(|_| timed(|| ping(&mut guest))))?);
    }
    let what = format!("round trip of {LINE_BYTES} B {place}, against bare TCP");
    report(&what, "us", &ours, &bares);
    Ok(())
}

fn ping(stream: &mut TcpStream) -> Result {
    let mut line = [b'x'; LINE_BYTES];
    line[LINE_BYTES - 1] = b'\n';
    stream.write_all(&line)?;
    Ok(stream.read_exact(&mut line)?)
}

/// Comes into the room as a plain guest whose messages end in newlines, and reads up to the first answer.
fn enter(port: u16) -> Result<TcpStream> {
    let mut stream = connect(port)?;
    stream.write_all(b"hello\n")?;
    let mut heard = Vec::new();
    let mut byte = [0];
    while !heard.ends_with(b"hello\n") {
        stream.read_exact(&mut byte)?;
        heard.push(byte[0]);
    }
    Ok(stream)
}

// Fan-out and saturation

fn fan_out(audience: usize) -> Result {
    let mut bare = Load::new(Server::start_self("bare-fan", None)?, &Raw, audience)?;
    let mut ours = Load::new(Server::start_self("room", None)?, &Raw, audience)?;
    let (mut bares, mut rooms) = (Vec::new(), Vec::new());
    for _ in 0..FAN_OUT_ROUNDS {
        bares.push(median((0..FAN_OUTS).map(|_| timed(|| bare.say_to_all())))?);
        rooms.push(median((0..FAN_OUTS).map(|_| timed(|| ours.say_to_all())))?);
    }
    let what = format!("until the last of {audience} has a line, against a bare loop of writes");
    report(&what, "us", &rooms, &bares);
    Ok(())
}

fn saturated(audience: usize) -> Result {
    let mut ours = Load::new(Server::start_self("room", None)?, &Raw, audience)?;
    if !std::path::Path::new(NGIRCD).exists() {
        println!("skipped: deliveries a second against ngircd: {NGIRCD} is not installed");
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let mut irc = Load::new(start_ngircd(folder.path())?, &Irc, audience)?;
    let (mut rooms, mut ircs) = (Vec::new(), Vec::new());
    for _ in 0..SATURATED_ROUNDS {
        ircs.push(irc.saturate()?);
        rooms.push(ours.saturate()?);
    }
    let rates = |samples: &[Saturated]| samples.iter().map(|sample| sample.per_second / 1e3).collect::<Vec<_>>();
    let costs = |samples: &[Saturated]| samples.iter().map(|sample| sample.cpu_us).collect::<Vec<_>>();
    let what = format!("deliveries a second to {audience}, {UNDER_WAY} under way, against ngircd");
    report(&what, "k/s", &rates(&rooms), &rates(&ircs));
    let what = format!("host CPU of a delivery to {audience}, against ngircd");
    report(&what, "us", &costs(&rooms), &costs(&ircs));
    Ok(())
}

// Numbers

/// Microseconds.
fn timed(act: impl FnOnce() -> Result) -> Result<f64> {
    let started = Instant::now();
    act()?;
    Ok(started.elapsed().as_secs_f64() * 1e6)
}

fn median(samples: impl Iterator<Item = Result<f64>>) -> Result<f64> {
    Ok(middle(samples.collect::<Result<_>>()?))
}

fn middle(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples[samples.len() / 2]
}

fn report(what: &str, unit: &str, ours: &[f64], theirs: &[f64]) {
    let ratios: Vec<_> = ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect();
    let (low, high) = ratios.iter().fold((f64::MAX, 0.0_f64), |(low, high), ratio| {
        (low.min(*ratio), high.max(*ratio))
    });
    println!(
        "{what}: {:.2}x ({low:.2}-{high:.2}), {:.1} {unit} to {:.1} {unit}",
        middle(ratios),
        middle(ours.to_vec()),
        middle(theirs.to_vec())
    );
}
