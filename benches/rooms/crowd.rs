//! P3 to P7 and P9: one speaker, an audience, and all servers.

use std::ffi::OsStr;
use std::path::Path;
use std::time::Duration;

use crate::dialect::Dialect;
use crate::guest::Guest;
use crate::load::{Load, Paced, Saturated, UNDER_WAY};
use crate::numbers::{Goal, flushes, middle, report, state};
use crate::parts::Parts;
use crate::peers::{MOSQUITTO, NATS, NGIRCD, Peer};
use crate::process::Server;
use crate::sockets::Result;

const ROUNDS: usize = 5;
/// Flushes of the disk in each round.
const FLUSHES: usize = 40;

/// The host with a profile, flushed.
const FULL: &str = "landline";
/// The host that keeps its room in memory.
const MEMORY: &str = "landline in memory";
/// One write per guest, nothing else.
const BARE: &str = "a bare loop";

/// A room of this program; kept in the folder, or in memory.
pub(crate) fn start_room(folder: Option<&Path>) -> Result<Server> {
    let role = OsStr::new("room");
    match folder {
        Some(folder) => Server::start_self(&[role, folder.as_os_str()]),
        None => Server::start_self(&[role]),
    }
}

/// What was measured of one server.
struct Figures {
    load: Load,
    paced: Vec<Paced>,
    saturated: Vec<Saturated>,
}

pub(crate) fn run(audience: usize, parts: &Parts) -> Result {
    let folder = tempfile::tempdir()?;
    let paced = parts.any(&["p3", "p5", "p7"]);
    let saturated = parts.any(&["p4", "p5", "p6"]);
    let mut all = gather(audience, parts, folder.path())?;
    if parts.any(&["p9"]) && audience == 1000 {
        for figures in all.iter().filter(|figures| figures.load.name == FULL) {
            let memory = figures.load.server.memory()?;
            state("P9", "the host with 1000 guests", "MiB", &[memory / 1024.0], Goal::None);
        }
    }
    let mut disk = Vec::new();
    for _ in 0..ROUNDS {
        if paced {
            disk.push(middle(&flushes(folder.path(), FLUSHES)?));
            for figures in &mut all {
                figures.paced.push(figures.load.pace()?);
            }
        }
        for figures in all.iter_mut().filter(|figures| saturated && figures.load.name != BARE) {
            figures.saturated.push(figures.load.saturate()?);
        }
    }
    if parts.own {
        absolutes(audience, &all);
    }
    fan_out(audience, &all);
    deliveries(audience, &all);
    costs(audience, &all);
    history(audience, &all, &disk);
    Ok(())
}

/// All servers with their guests. The slow to fill are first, so that none of our guests is asked in vain whether it is there.
fn gather(audience: usize, parts: &Parts, folder: &Path) -> Result<Vec<Figures>> {
    let mut loads = Vec::new();
    if !parts.own {
        for peer in [NGIRCD, MOSQUITTO, NATS] {
            loads.extend(visit(peer, audience, folder)?);
        }
        let bare = Server::start_self(&[OsStr::new("bare-fan")])?;
        let come = |port, number| Dialect::Bare.come(port, number);
        loads.push(Load::new(BARE, bare, audience, come)?);
    }
    let guest = |port, number| Ok(Box::new(Guest::come(port, number)?) as _);
    if parts.any(&["p6", "p7"]) {
        loads.push(Load::new(MEMORY, start_room(None)?, audience, guest)?);
    }
    let among_others = |port, number| {
        if number % 50 == 0 {
            // Those who are in meanwhile are asked whether they are there.
            loads.iter_mut().try_for_each(|load| load.quiet(Duration::ZERO))?;
        }
        guest(port, number)
    };
    let full = Load::new(FULL, start_room(Some(&folder.join("profile")))?, audience, among_others)?;
    loads.push(full);
    let figures = |mut load: Load| {
        load.warm_up()?;
        Ok(Figures {
            load,
            paced: Vec::new(),
            saturated: Vec::new(),
        })
    };
    loads.into_iter().map(figures).collect()
}

fn visit(peer: Peer, audience: usize, folder: &Path) -> Result<Option<Load>> {
    if !peer.is_installed() {
        return Ok(None);
    }
    let come = |port, number| peer.dialect.come(port, number);
    Load::new(peer.name, peer.start(folder)?, audience, come).map(Some)
}

/// Ours and another one's figures.
fn pairs<'a>(all: &'a [Figures], others: &'a [&'static str]) -> impl Iterator<Item = (&'a Figures, &'a Figures)> {
    let ours = all.iter().filter(|figures| figures.load.name == FULL);
    ours.flat_map(move |ours| {
        let others = all.iter().filter(move |figures| others.contains(&figures.load.name));
        others.map(move |other| (ours, other))
    })
}

fn paced(figures: &Figures, take: impl Fn(&Paced) -> f64) -> Vec<f64> {
    figures.paced.iter().map(take).collect()
}

fn saturated(figures: &Figures, take: impl Fn(&Saturated) -> f64) -> Vec<f64> {
    figures.saturated.iter().map(take).collect()
}

/// What was measured of every room of ours, for whoever looks for what costs.
fn absolutes(audience: usize, all: &[Figures]) {
    for figures in all.iter().filter(|figures| [FULL, MEMORY].contains(&figures.load.name)) {
        let what = |what: &str| format!("{}, {audience} guests: {what}", figures.load.name);
        let rate = saturated(figures, |sample| sample.per_second / 1e3);
        state("OWN", &what("deliveries"), "k/s", &rate, Goal::None);
        let cost = saturated(figures, |sample| sample.cpu_us);
        state("OWN", &what("host CPU of a delivery"), "us", &cost, Goal::None);
        let half = paced(figures, |sample| sample.half);
        state(
            "OWN",
            &what("until the last has a paced message"),
            "us",
            &half,
            Goal::None,
        );
        let cost = paced(figures, |sample| sample.cpu_us);
        state("OWN", &what("host CPU of a paced delivery"), "us", &cost, Goal::None);
    }
}

fn fan_out(audience: usize, all: &[Figures]) {
    for (ours, other) in pairs(all, &[NGIRCD.name, MOSQUITTO.name, NATS.name, BARE, MEMORY]) {
        let name = other.load.name;
        let goal = match name == NGIRCD.name && audience >= 100 {
            true => Goal::AtMost(1.25),
            false => Goal::None,
        };
        let what = format!("until the last of {audience} has a paced message against {name}");
        let half = |sample: &Paced| sample.half;
        report(
            "P3",
            &format!("{what}, p50"),
            "us",
            &paced(ours, half),
            &paced(other, half),
            goal,
        );
        let most = |sample: &Paced| sample.most;
        report(
            "P3",
            &format!("{what}, p99"),
            "us",
            &paced(ours, most),
            &paced(other, most),
            Goal::None,
        );
    }
}

fn deliveries(audience: usize, all: &[Figures]) {
    let row = if audience == 10 { "P4b" } else { "P4" };
    for (ours, other) in pairs(all, &[NGIRCD.name, MOSQUITTO.name, NATS.name]) {
        let name = other.load.name;
        let goal = match (name == NGIRCD.name, name == MOSQUITTO.name) {
            (true, _) if audience == 10 => Goal::AtLeast(0.5),
            (true, _) => Goal::AtLeast(1.0),
            (_, true) if audience >= 100 => Goal::AtLeast(6.0),
            _ => Goal::None,
        };
        let what = format!("deliveries to {audience}, {UNDER_WAY} under way, against {name}");
        let rate = |sample: &Saturated| sample.per_second / 1e3;
        report(row, &what, "k/s", &saturated(ours, rate), &saturated(other, rate), goal);
    }
}

fn costs(audience: usize, all: &[Figures]) {
    for (ours, other) in pairs(all, &[BARE, NGIRCD.name]) {
        let name = other.load.name;
        let goal = match name == BARE && audience == 1000 {
            true => Goal::AtMost(1.6),
            false => Goal::None,
        };
        let what = format!("host CPU of a paced delivery to {audience} against {name}");
        let cost = |sample: &Paced| sample.cpu_us;
        report("P5", &what, "us", &paced(ours, cost), &paced(other, cost), goal);
        let goal = match name == NGIRCD.name && audience >= 100 {
            true => Goal::AtMost(1.25),
            false => Goal::None,
        };
        let what = format!("host CPU of a delivery to {audience}, {UNDER_WAY} under way, against {name}");
        let cost = |sample: &Saturated| sample.cpu_us;
        report("P5", &what, "us", &saturated(ours, cost), &saturated(other, cost), goal);
    }
}

/// What it costs that a room is on the disk before anybody hears of it.
fn history(audience: usize, all: &[Figures], disk: &[f64]) {
    for (full, memory) in pairs(all, &[MEMORY]) {
        let what = format!("deliveries to {audience} with history at FULL against history off");
        let rate = |sample: &Saturated| sample.per_second / 1e3;
        let (on, off) = (saturated(full, rate), saturated(memory, rate));
        report("P6", &what, "k/s", &on, &off, Goal::AtLeast(0.8));
        let added: Vec<f64> = full
            .paced
            .iter()
            .zip(&memory.paced)
            .map(|(full, memory)| full.half - memory.half)
            .collect();
        let goal = if audience == 10 { Goal::AtMost(4.0) } else { Goal::None };
        let what = format!("what FULL adds to the paced p50 at {audience}, in flushes of the disk");
        report("P7", &what, "us", &added, disk, goal);
    }
}
