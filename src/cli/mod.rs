//! `landline-cli` without its `main`: arguments, standard input to commands, events to JSON lines.
//!
//! The contract with scripts is `docs/cli.md`. Input is read on one thread and signals on another; a session brings
//! them together with the worker's events in one loop.

use std::io::{self, IsTerminal as _};
use std::process::ExitCode;

use clap::Parser as _;
use tracing::level_filters::LevelFilter;

use crate::chat::Chat;
use crate::profile::{Profile, ProfileError, Program};
use crate::store::rooms;
use crate::worker::{Home, Worker};

mod archive;
mod args;
mod copies;
mod export;
mod input;
mod output;
mod pace;
mod reasons;
mod record;
mod session;
mod setup;
mod signals;

use args::{Args, Command, Host, Identity, Join};
use copies::Copies;
use output::Output;
use record::Record;
use session::{Inputs, Plan, Session};
use setup::SetupError;

/// What the session's view model keeps of the transcript: enough to follow its own messages, since the terminal or the
/// script keeps the rest.
const KEPT_BYTES: usize = 1 << 20;

/// How the program ends, for scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    Done,
    Failed,
    Usage,
    ProfileInUse,
    NotLetIn,
    Unsent,
}

impl Exit {
    fn code(self) -> i32 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::ProfileInUse => 3,
            Self::NotLetIn => 4,
            Self::Unsent => 5,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        u8::try_from(exit.code()).map_or(Self::FAILURE, Self::from)
    }
}

/// Does what the command line asks for, from arguments to exit code.
#[must_use]
pub fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            drop(error.print()); // where help cannot be printed there is nobody to tell
            return u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from);
        }
    };
    log_to_stderr(args.log);
    let typed = io::stdin().is_terminal() && io::stdout().is_terminal();
    let mut output = Output::new(args.json, typed, io::stdout(), io::stderr());
    output.write(&Record::started());
    let exit = run(&args, &mut output).unwrap_or_else(|error| {
        error.records().iter().for_each(|record| output.write(record));
        error.exit()
    });
    exit.into()
}

fn log_to_stderr(level: LevelFilter) {
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .init();
}

fn run(args: &Args, output: &mut Output) -> Result<Exit, SetupError> {
    if let Command::Identity(Identity::Import { file, replace }) = &args.command {
        let key = Profile::import_identity(args.profile.as_deref(), Program::Terminal, file, *replace)?;
        output.write(&Record::me(args.name.as_deref().unwrap_or_default(), key));
        return Ok(Exit::Done);
    }
    let profile = Profile::open(args.profile.as_deref(), Program::Terminal)?; // its lock is held to the end
    match &args.command {
        Command::Host(host) => talk(args, &Place::Host(host), &profile, output),
        Command::Join(join) => talk(args, &Place::Join(join), &profile, output),
        Command::Rooms => Ok(archive::list(&profile, output)),
        Command::History(history) => archive::history(&profile, history, output),
        Command::Export(export) => archive::export(&profile, export, io::stdout().lock()),
        Command::Whoami | Command::Identity(Identity::Import { .. }) => Ok(archive::whoami(&profile, output)),
        Command::Identity(Identity::Export { file }) => {
            profile.export_identity(file).map_err(ProfileError::from)?;
            Ok(archive::whoami(&profile, output))
        }
    }
}

/// Which room is opened.
enum Place<'a> {
    Host(&'a Host),
    Join(&'a Join),
}

fn talk(args: &Args, place: &Place<'_>, profile: &Profile, output: &mut Output) -> Result<Exit, SetupError> {
    let settings = profile.settings();
    let known = rooms(profile.folder(), &profile.identity().key());
    let signals = signals::listen()?;
    let lines = input::read_stdin()?;
    let (config, plan) = match place {
        Place::Host(host) => {
            let config = setup::host(args, host, &known, &settings)?;
            let plan = Plan {
                plain: host.plain.word(),
                admit: setup::admission(&config, &known),
                stay: host.stay,
            };
            (config, plan)
        }
        Place::Join(join) => {
            let target = setup::place(&join.place, &known, &lines, &signals)?;
            let plan = Plan {
                plain: "off",
                admit: None,
                stay: join.stay,
            };
            (setup::join(args, join, &settings, target)?, plan)
        }
    };
    let copies = match place {
        Place::Join(join) if join.copies > 1 => Some(Copies::start(join.copies, &config)?),
        _ => None,
    };
    let chat = Chat::with_limit("", matches!(place, Place::Host(_)), KEPT_BYTES);
    let home = Home::in_folder(profile.identity().clone(), profile.folder().to_path_buf());
    // The session waits on the event channel itself, so nothing needs waking.
    let worker = Worker::spawn(home, config, || {})?;
    let exit = Session::new(worker, chat, plan, Inputs { lines, signals }, output).run();
    drop(copies);
    Ok(exit)
}
