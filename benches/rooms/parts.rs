//! Which parts run.

use std::path::PathBuf;

use crate::sockets::{Result, raise_file_limit};
use crate::{coming, crowd, hosts, pipes, round_trip};

/// What was asked for on the command line.
pub(crate) struct Parts {
    names: Vec<String>,
    /// No other servers.
    pub(crate) own: bool,
}

impl Parts {
    /// Whether one of these parts runs; without names all do.
    pub(crate) fn any(&self, parts: &[&str]) -> bool {
        let named = |name: &&String| *name != "own" && name.parse::<usize>().is_err();
        let mut named = self.names.iter().filter(named).peekable();
        named.peek().is_none() || named.any(|name| parts.contains(&name.as_str()))
    }

    fn crowds(&self) -> impl Iterator<Item = usize> {
        let numbers: Vec<usize> = self.names.iter().filter_map(|name| name.parse().ok()).collect();
        let all = [10, 100, 1000].into_iter();
        all.filter(move |crowd| numbers.is_empty() || numbers.contains(crowd))
    }
}

pub(crate) fn main() -> Result {
    let mut arguments = std::env::args_os().skip(1);
    // A process that this one has started is told its role; everything else comes from cargo or a person.
    if std::env::var_os(hosts::ROLE).is_some() {
        let role = arguments.next().and_then(|role| role.into_string().ok());
        return hosts::serve(&role.unwrap_or_default(), arguments.next().map(PathBuf::from));
    }
    let names: Vec<String> = arguments
        .filter_map(|argument| argument.into_string().ok())
        .filter(|argument| !argument.starts_with("--")) // cargo adds `--bench`
        .map(|argument| argument.to_lowercase())
        .collect();
    if names.iter().any(|name| name == round_trip::PINNED) {
        return round_trip::on_one_core();
    }
    let mut names = names;
    if names.iter().any(|name| name == "p4b") {
        names.extend(["p4".to_owned(), "10".to_owned()]);
    }
    let own = names.iter().any(|name| name == "own");
    let parts = Parts { names, own };
    raise_file_limit()?;
    if parts.any(&["p1"]) {
        round_trip::pinned()?;
    }
    if parts.any(&["p2"]) {
        pipes::run()?;
    }
    if parts.any(&["ack"]) {
        coming::acknowledged()?;
    }
    if parts.any(&["p3", "p4", "p5", "p6", "p7"]) {
        for audience in parts.crowds() {
            crowd::run(audience, &parts)?;
        }
    }
    if parts.any(&["p8"]) {
        parts.crowds().last().map_or(Ok(()), coming::joins)?;
    }
    if parts.any(&["p9"]) {
        coming::memory()?;
    }
    if parts.any(&["resume"]) {
        coming::resume()?;
    }
    Ok(())
}
