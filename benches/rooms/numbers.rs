//! Medians, ratios, and whether a goal is met.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use crate::sockets::Result;

/// What a ratio is to be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Goal {
    AtMost(f64),
    AtLeast(f64),
    /// Only to be seen.
    None,
}

/// One row: what, in which unit, ours and theirs round by round.
pub(crate) fn report(row: &str, what: &str, unit: &str, ours: &[f64], theirs: &[f64], goal: Goal) {
    if ours.is_empty() || theirs.is_empty() {
        return;
    }
    let ratios: Vec<f64> = ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect();
    let (low, high) = range(&ratios);
    let ratio = middle(&ratios);
    println!(
        "{row:6} {what}: {ratio:.2}x ({low:.2}-{high:.2}), {} to {} {unit}{}",
        figure(middle(ours)),
        figure(middle(theirs)),
        verdict(ratio, goal)
    );
}

/// A row that has no other to be compared with.
pub(crate) fn state(row: &str, what: &str, unit: &str, samples: &[f64], goal: Goal) {
    if samples.is_empty() {
        return;
    }
    let (low, high) = range(samples);
    let value = middle(samples);
    println!(
        "{row:6} {what}: {} {unit} ({}-{}){}",
        figure(value),
        figure(low),
        figure(high),
        verdict(value, goal)
    );
}

fn verdict(value: f64, goal: Goal) -> String {
    let met = |met: bool| if met { "met" } else { "MISSED" };
    match goal {
        Goal::AtMost(goal) => format!("; goal <= {goal}: {}", met(value <= goal)),
        Goal::AtLeast(goal) => format!("; goal >= {goal}: {}", met(value >= goal)),
        Goal::None => String::new(),
    }
}

fn figure(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

fn range(samples: &[f64]) -> (f64, f64) {
    let (low, high) = (f64::INFINITY, f64::NEG_INFINITY);
    samples
        .iter()
        .fold((low, high), |(low, high), sample| (low.min(*sample), high.max(*sample)))
}

pub(crate) fn middle(samples: &[f64]) -> f64 {
    quantile(samples, 0.5)
}

/// The sample below which so many lie.
pub(crate) fn quantile(samples: &[f64], part: f64) -> f64 {
    let mut samples = samples.to_vec();
    samples.sort_by(f64::total_cmp);
    let at = (samples.len() as f64 * part) as usize;
    samples
        .get(at.min(samples.len().saturating_sub(1)))
        .copied()
        .unwrap_or(f64::NAN)
}

/// Microseconds.
pub(crate) fn timed(act: impl FnOnce() -> Result) -> Result<f64> {
    let started = Instant::now();
    act()?;
    Ok(started.elapsed().as_secs_f64() * 1e6)
}

/// What the disk of `folder` takes to have 4 KiB more, in microseconds.
pub(crate) fn flushes(folder: &Path, count: usize) -> Result<Vec<f64>> {
    let mut file = File::create(folder.join("flushed"))?;
    (0..count)
        .map(|_| {
            timed(|| {
                file.write_all(&[7; 4096])?;
                Ok(file.sync_data()?)
            })
        })
        .collect()
}
