//! Rules of the house that a compiler does not know.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Lines of a source file; beyond it a file has a second reason to change.
const MAX_LINES: usize = 500;

/// The storeys from the ground up. A file may use its own storey and those below it.
const STOREYS: [&[&str]; 8] = [
    &["text"],
    &["proto"],
    &["profile"],
    &["store"],
    &["worker"],
    &["chat"],
    &["cli", "gui"],
    &["main", "bin"],
];

/// What the core must not name: clocks, sockets, files, threads, chance.
const IMPURE: [&str; 18] = [
    "Instant::now",
    "SystemTime::now",
    ".elapsed()",
    "std::net::Tcp",
    "std::net::Udp",
    "ToSocketAddrs",
    "std::io::",
    "std::fs",
    "std::env",
    "std::thread",
    "std::process",
    "crossbeam",
    "socket2",
    "rand::rng",
    "fastrand::Rng::new()",
    "fastrand::u",
    "tracing::",
    "RandomState",
];

/// What the window must not name: it draws and sends commands.
const NOT_IN_THE_WINDOW: [&str; 8] = [
    "std::net::Tcp",
    "std::net::Udp",
    "TcpStream",
    "TcpListener",
    "std::fs",
    "rusqlite",
    "snow::",
    "socket2",
];

/// Who may all the same, with the reason.
const WINDOW_EXCEPTIONS: [(&str, &str); 2] = [
    ("src/gui/desktop/file_dialog.rs", "std::fs"), // saves where the person said
    ("src/gui/desktop/transcript_file.rs", "std::fs"), // what it saves
];

struct Source {
    /// From the repository's root, with `/`.
    path: String,
    text: String,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every file that is or will be in the repository, as long as it is text.
fn tracked() -> Vec<Source> {
    let output = Command::new("git")
        .args(["ls-files", "-co", "--exclude-standard"])
        .current_dir(root())
        .output();
    let names = match output {
        Ok(output) if output.status.success() => String::from_utf8(output.stdout).unwrap(),
        _ => return rust_files(), // a source archive without git
    };
    names
        .lines()
        .filter_map(|name| read(&root().join(name), name.to_owned()))
        .collect()
}

fn rust_files() -> Vec<Source> {
    ["src", "tests", "benches"]
        .iter()
        .flat_map(|folder| walk(&root().join(folder)))
        .collect()
}

fn walk(folder: &Path) -> Vec<Source> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(walk(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
            files.extend(read(&path, name));
        }
    }
    files.sort_by(|left, right| left.path.cmp(&right.path));
    files
}

fn read(path: &Path, name: String) -> Option<Source> {
    let text = fs::read_to_string(path).ok()?; // pictures and fonts are no text
    Some(Source { path: name, text })
}

fn sources() -> Vec<Source> {
    let sources = walk(&root().join("src"));
    assert!(sources.len() > 20, "only {} source files were found", sources.len());
    sources
}

/// Without comments, and without the tests at a file's end.
fn code(source: &Source) -> impl Iterator<Item = (usize, &str)> {
    source
        .text
        .lines()
        .enumerate()
        .take_while(|(_, line)| *line != "#[cfg(test)]")
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(index, line)| (index + 1, line.split(" // ").next().unwrap_or(line)))
}

#[track_caller]
fn none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

/// Where the code of `sources` names one of `words`.
fn namings(sources: &[Source], words: &[&str]) -> Vec<(String, usize, String)> {
    let mut found = Vec::new();
    for source in sources {
        for (number, line) in code(source) {
            for word in words.iter().filter(|word| line.contains(**word)) {
                found.push((source.path.clone(), number, (*word).to_owned()));
            }
        }
    }
    found
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<String> = rust_files()
        .into_iter()
        .filter(|source| !source.text.starts_with("//! "))
        .map(|source| source.path)
        .collect();
    none(&silent);
}

#[test]
fn files_have_one_reason_to_change() {
    let long: Vec<String> = rust_files()
        .iter()
        .map(|source| (source.text.lines().count(), &source.path))
        .filter(|(lines, _)| *lines > MAX_LINES)
        .map(|(lines, path)| format!("{path}: {lines} lines"))
        .collect();
    none(&long);
}

#[test]
fn the_core_is_pure() {
    let core: Vec<Source> = sources()
        .into_iter()
        .filter(|source| source.path.starts_with("src/proto/") || source.path.starts_with("src/text"))
        .filter(|source| !source.path.ends_with("/tests.rs")) // a test owns its clock
        .collect();
    assert!(core.len() > 5);
    let found = namings(&core, &IMPURE);
    none(&found.iter().map(|found| format!("{found:?}")).collect::<Vec<_>>());
}

#[test]
fn the_window_only_draws_and_asks() {
    let window: Vec<Source> = sources()
        .into_iter()
        .filter(|source| source.path.starts_with("src/gui/"))
        .collect();
    let mut found = namings(&window, &NOT_IN_THE_WINDOW);
    found.retain(|(path, _, word)| !WINDOW_EXCEPTIONS.contains(&(path.as_str(), word.as_str())));
    let dialogs = namings(&window, &["rfd::"]);
    found.extend(
        dialogs
            .into_iter()
            .filter(|(path, ..)| path != "src/gui/desktop/file_dialog.rs"),
    );
    none(&found.iter().map(|found| format!("{found:?}")).collect::<Vec<_>>());
}

/// What another way to keep rooms would have to replace.
#[test]
fn only_the_store_knows_sqlite() {
    let others: Vec<Source> = sources()
        .into_iter()
        .filter(|source| !source.path.starts_with("src/store/sqlite"))
        .collect();
    let found = namings(&others, &["rusqlite"]);
    none(&found.iter().map(|found| format!("{found:?}")).collect::<Vec<_>>());
}

#[test]
fn nothing_looks_up_the_stairs() {
    let storeys: BTreeMap<&str, usize> = STOREYS
        .iter()
        .enumerate()
        .flat_map(|(storey, modules)| modules.iter().map(move |module| (*module, storey)))
        .collect();
    let mut complaints = Vec::new();
    for source in sources() {
        let own = module(&source.path);
        if own == "lib" {
            continue;
        }
        let Some(storey) = storeys.get(own) else {
            complaints.push(format!("{}: a module without a storey", source.path));
            continue;
        };
        for (number, line) in code(&source) {
            for used in uses(line) {
                let allowed = used == own || storeys.get(used).is_none_or(|other| other < storey);
                if !allowed || own == "worker" && used == "profile" {
                    complaints.push(format!("{}:{number}: {own} uses {used}", source.path));
                }
            }
        }
    }
    none(&complaints);
}

/// `src/worker/driver.rs` is of the module `worker`.
fn module(path: &str) -> &str {
    let path = path.trim_start_matches("src/").trim_end_matches(".rs");
    path.split('/').next().unwrap_or(path)
}

/// The modules of this crate that a line names.
fn uses(line: &str) -> Vec<&str> {
    ["crate::", "landline::"]
        .iter()
        .flat_map(|root| line.match_indices(root).map(move |(at, _)| &line[at + root.len()..]))
        .flat_map(|rest| match rest.strip_prefix('{') {
            Some(group) => group.split(',').map(str::trim).collect(),
            None => vec![rest],
        })
        .map(|rest| {
            rest.split(|c: char| !c.is_alphanumeric() && c != '_')
                .next()
                .unwrap_or(rest)
        })
        .collect()
}

#[test]
fn exceptions_from_lints_have_a_reason() {
    let allows = namings(&sources(), &["#[allow(", "#![allow("]);
    none(&allows.iter().map(|found| format!("{found:?}")).collect::<Vec<_>>());
    let unexplained: Vec<String> = rust_files()
        .iter()
        .flat_map(|source| {
            let squeezed: Vec<&str> = source.text.split(concat!("#[", "expect(")).skip(1).collect();
            let bare = squeezed
                .iter()
                .any(|rest| !rest.split(")]").next().unwrap_or(rest).contains("reason"));
            bare.then(|| source.path.clone())
        })
        .collect();
    none(&unexplained);
}

#[test]
fn lines_are_clean() {
    let mut complaints = Vec::new();
    for source in tracked() {
        let makes_tabs = source.path.ends_with("Makefile") || source.path == "Cargo.lock";
        for (index, line) in source.text.lines().enumerate() {
            if line.ends_with([' ', '\t']) || (line.contains('\t') && !makes_tabs) {
                complaints.push(format!("{}:{}: tab or trailing space", source.path, index + 1));
            }
        }
        if source.text.contains('\r') || (!source.text.is_empty() && !source.text.ends_with('\n')) {
            complaints.push(format!("{}: line ends", source.path));
        }
    }
    none(&complaints);
}

#[test]
fn no_file_knows_the_machine_it_was_written_on() {
    let words = [
        concat!("/ro", "ot/"),
        concat!("/wo", "rk/"),
        concat!("/ho", "me/"),
        concat!("C:", "\\Users"),
    ];
    let complaints: Vec<String> = tracked()
        .iter()
        .flat_map(|source| {
            let found = words.iter().filter(|word| source.text.contains(**word));
            found.map(|word| format!("{}: {word}", source.path)).collect::<Vec<_>>()
        })
        .collect();
    none(&complaints);
}

/// What costs nothing and protects nothing must not be in a program that people use.
#[test]
fn only_the_tests_turn_the_simulation_on() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let mentions: Vec<&str> = manifest
        .lines()
        .filter(|line| line.contains("simulation") && !line.starts_with('#'))
        .collect();
    let expected = [
        "simulation = []",
        r#"landline = { path = ".", default-features = false, features = ["simulation"] }"#,
    ];
    assert_eq!(mentions, expected);
    assert!(manifest.find("[dev-dependencies]") < manifest.find(expected[1]));
}

#[test]
fn the_changelog_is_kept() {
    let changelog = fs::read_to_string(root().join("CHANGELOG.md")).unwrap();
    assert!(changelog.contains("\n## Unreleased\n"));
}

/// A script's author reads `docs/cli.md`: no event, code or option without a word there.
#[test]
fn the_terminal_contract_is_written_down() {
    let contract = fs::read_to_string(root().join("docs/cli.md")).unwrap();
    let records = fs::read_to_string(root().join("src/cli/record.rs")).unwrap();
    let enumeration = records.split("pub(super) enum Record").nth(1).unwrap();
    let enumeration = enumeration.split("\n}\n").next().unwrap();
    let events: Vec<String> = enumeration
        .lines()
        .filter_map(|line| line.strip_prefix("    ")?.strip_suffix([',', '{']))
        .map(str::trim_end)
        .filter(|name| name.starts_with(char::is_uppercase))
        .map(kebab)
        .collect();
    assert!(events.len() > 10, "{events:?}");
    let missing: Vec<String> = events
        .into_iter()
        .map(|event| format!("`{event}`"))
        .filter(|event| !contract.contains(event))
        .collect();
    none(&missing);
}

/// `CaughtUp` as scripts read it: `caught-up`.
fn kebab(name: &str) -> String {
    let mut kebab = String::new();
    for sign in name.chars() {
        if sign.is_uppercase() && !kebab.is_empty() {
            kebab.push('-');
        }
        kebab.extend(sign.to_lowercase());
    }
    kebab
}

/// The codes that an `error` can carry, as the sources spell them.
#[test]
fn the_codes_of_errors_are_written_down() {
    let contract = fs::read_to_string(root().join("docs/cli.md")).unwrap();
    let mut codes = Vec::new();
    for path in ["src/worker/failure.rs", "src/cli/setup.rs"] {
        let source = fs::read_to_string(root().join(path)).unwrap();
        let body = source
            .split("fn code(")
            .nth(1)
            .unwrap()
            .split("\n    }\n")
            .next()
            .unwrap();
        codes.extend(body.split('"').skip(1).step_by(2).map(str::to_owned));
    }
    assert!(codes.len() > 10, "{codes:?}");
    codes.retain(|code| code != "stopped" && !contract.contains(&format!("`{code}`")));
    none(&codes);
}
