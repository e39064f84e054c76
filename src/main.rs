//! The window program: arguments, logging, profile, run.

#![cfg_attr(all(windows, not(debug_assertions)), windows_subsystem = "windows")]

use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand, ValueEnum};
use landline::gui::{self, Start};
use landline::profile::{Profile, ProfileError, Program};
use landline::proto::Encoding;
use landline::proto::invite::Invite;
use tracing_subscriber::filter::LevelFilter;

/// What `landline-cli` also answers when another process has the profile.
const PROFILE_IN_USE: u8 = 3;

/// Talk with people whose computers can reach yours: host a room, or join one.
#[derive(Debug, Parser)]
#[command(name = "landline", version, about)]
struct Arguments {
    /// The folder of the profile; else LANDLINE_PROFILE, else the platform's data directory
    #[arg(long, global = true, value_name = "DIR")]
    profile: Option<PathBuf>,
    /// How much to tell on standard error: off, error, warn, info, debug or trace
    #[arg(long, global = true, value_name = "LEVEL", default_value_t = LevelFilter::ERROR)]
    log: LevelFilter,
    /// What to do first; without it the window asks
    #[command(subcommand)]
    action: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Open a room at once
    Host {
        /// The port to listen at
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
        port: Option<u16>,
        /// What to call the room
        #[arg(long, value_name = "R")]
        room: Option<String>,
        /// What you are called
        #[arg(long, value_name = "N")]
        name: Option<String>,
    },
    /// Join a room at once
    Join {
        /// HOST, HOST:PORT, [IPV6]:PORT or an invite (landline:…); without it the window asks
        #[arg(value_name = "WHERE")]
        address: Option<String>,
        /// The other side is a plain-text program (the tutorial's server, netcat), in this encoding
        #[arg(long, value_name = "ENCODING")]
        plain: Option<Plain>,
        /// What you are called
        #[arg(long, value_name = "N")]
        name: Option<String>,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Plain {
    #[value(name = "utf-8")]
    Utf8,
    Gbk,
    Auto,
}

impl From<Plain> for Encoding {
    fn from(plain: Plain) -> Self {
        match plain {
            Plain::Utf8 => Self::Utf8,
            Plain::Gbk => Self::Gbk,
            Plain::Auto => Self::Auto,
        }
    }
}

impl From<What> for Start {
    fn from(what: What) -> Self {
        match what {
            What::Host { port, room, name } => Self::Host { room, port, name },
            What::Join { address, plain, name } => Self::Join {
                address,
                program: plain.map(Encoding::from),
                name,
            },
        }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse_from(spelled_out(std::env::args_os()));
    log(arguments.log);
    let start = arguments.action.map(Start::from).unwrap_or_default();
    let profile = match Profile::open(arguments.profile.as_deref(), Program::Window) {
        Ok(profile) => Arc::new(profile),
        Err(error) => {
            let ProfileError::InUse(in_use) = &error else {
                return give_up(&error, 1);
            };
            let code = give_up(&error, PROFILE_IN_USE);
            if !in_use.call(&start.call()) {
                gui::say_in_use(in_use);
            }
            return code;
        }
    };
    match gui::run(&profile, &start) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => give_up(&error, 1),
    }
}

/// An invite by itself means to join: desktops hand links over like that.
fn spelled_out(arguments: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = arguments.collect();
    let invite = arguments
        .iter()
        .position(|argument| argument.to_str().is_some_and(Invite::is_meant_by));
    if let Some(place) = invite.filter(|place| !arguments[..*place].iter().any(|argument| argument == "join")) {
        arguments.insert(place, "join".into());
    }
    arguments
}

/// One sentence, where people who started the program from a terminal see it.
fn give_up(error: &dyn std::error::Error, code: u8) -> ExitCode {
    use std::io::Write as _;
    // Without a standard error there is nobody to tell.
    drop(writeln!(std::io::stderr(), "landline: {error}"));
    ExitCode::from(code)
}

fn log(level: LevelFilter) {
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
}
