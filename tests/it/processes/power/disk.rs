//! A disk as it may be after its power was cut: what was flushed is there, of everything else any part.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use fastrand::Rng;

use super::trace::{Act, Event};

/// A disk writes this much at once, or nothing of it.
const SECTOR: usize = 512;
/// A system mostly writes so much at once.
const PAGE: usize = 4096;

/// How likely it is that something is there that was not flushed.
const NOTHING: f64 = 0.0;
const EVERYTHING: f64 = 1.0;

/// How much a disk can be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Honesty {
    /// What it says is flushed is.
    Honest,
    /// It says that a WAL is flushed, and is not at it: so it is without flushes at each commit.
    LiesAboutWal,
}

/// What was done to a file and not flushed.
#[derive(Debug, Clone)]
enum Change<'a> {
    Write(usize, &'a [u8]),
    Truncate(usize),
}

#[derive(Debug, Default)]
struct File<'a> {
    flushed: Vec<u8>,
    pending: Vec<Change<'a>>,
    /// With what is pending.
    length: usize,
}

/// What was done to names and not flushed.
#[derive(Debug, Clone)]
enum Naming {
    Make(PathBuf, usize),
    MakeFolder(PathBuf),
    Rename(PathBuf, PathBuf),
    Remove(PathBuf),
}

/// Names, and what stands behind them.
#[derive(Debug, Default, Clone)]
struct Names {
    files: BTreeMap<PathBuf, usize>,
    folders: Vec<PathBuf>,
}

/// A disk, and what is on its way to it.
#[derive(Debug)]
pub(super) struct Disk<'a> {
    files: Vec<File<'a>>,
    /// As programs see them.
    names: Names,
    flushed: Names,
    pending: Vec<Naming>,
    honesty: Honesty,
}

impl<'a> Disk<'a> {
    /// After these events.
    pub(super) fn after(events: &'a [Event], honesty: Honesty) -> Self {
        let mut disk = Self {
            files: Vec::new(),
            names: Names::default(),
            flushed: Names::default(),
            pending: Vec::new(),
            honesty,
        };
        for event in events {
            disk.take(&event.act);
        }
        disk
    }

    fn take(&mut self, act: &'a Act) {
        match act {
            Act::Make(path) if !self.names.files.contains_key(path) => {
                self.files.push(File::default());
                self.name(Naming::Make(path.clone(), self.files.len() - 1));
            }
            Act::MakeFolder(path) => self.name(Naming::MakeFolder(path.clone())),
            Act::Rename(from, to) => self.name(Naming::Rename(from.clone(), to.clone())),
            Act::Remove(path) => self.name(Naming::Remove(path.clone())),
            Act::Write(path, offset, bytes) => self.change(path, |length| {
                let offset = offset.map_or(length, |offset| usize::try_from(offset).unwrap());
                Change::Write(offset, bytes)
            }),
            Act::Truncate(path, length) => self.change(path, |_| Change::Truncate(usize::try_from(*length).unwrap())),
            Act::Flush(path) => self.flush(path),
            Act::Make(_) | Act::Say(_) => {}
        }
    }

    fn name(&mut self, naming: Naming) {
        self.names.apply(&naming);
        self.pending.push(naming);
    }

    /// What is done to a file that has no name any more does not matter.
    fn change(&mut self, path: &Path, change: impl FnOnce(usize) -> Change<'a>) {
        let Some(file) = self.names.files.get(path) else {
            return;
        };
        let file = &mut self.files[*file];
        let change = change(file.length);
        file.length = match &change {
            Change::Write(offset, bytes) => file.length.max(offset + bytes.len()),
            Change::Truncate(length) => *length,
        };
        file.pending.push(change);
    }

    fn flush(&mut self, path: &Path) {
        let is_wal = path.to_string_lossy().ends_with("-wal");
        if is_wal && self.honesty == Honesty::LiesAboutWal {
            return;
        }
        if let Some(file) = self.names.files.get(path) {
            let file = &mut self.files[*file];
            for change in std::mem::take(&mut file.pending) {
                change.apply(&mut file.flushed);
            }
        }
        let (in_it, rest) = std::mem::take(&mut self.pending)
            .into_iter()
            .partition(|naming| naming.folder() == Some(path));
        self.pending = rest;
        let in_it: Vec<Naming> = in_it;
        in_it.iter().for_each(|naming| self.flushed.apply(naming));
    }

    /// Cuts the power, and writes what is left of `profile` to the folder `to`.
    pub(super) fn cut(&self, chance: &mut Rng, profile: &Path, to: &Path) {
        // Everything, nothing, or some of it; names and what stands behind them for themselves.
        let luck = [NOTHING, EVERYTHING, chance.f64()][chance.usize(..3)];
        let mut names = self.flushed.clone();
        for naming in &self.pending {
            if chance.f64() < luck {
                names.apply(naming);
            }
        }
        names.write(profile, to, |file| self.left_of(file, chance, luck));
    }

    /// Writes all of it, as programs see it.
    pub(super) fn write(&self, profile: &Path, to: &Path) {
        self.names
            .write(profile, to, |file| self.left_of(file, &mut Rng::new(), EVERYTHING));
    }

    fn left_of(&self, file: usize, chance: &mut Rng, luck: f64) -> Vec<u8> {
        let file = &self.files[file];
        let mut left = file.flushed.clone();
        for change in &file.pending {
            match change {
                Change::Write(offset, bytes) if chance.f64() >= luck => tear(*offset, bytes, chance, luck, &mut left),
                Change::Truncate(_) if chance.f64() >= luck => {}
                change => change.apply(&mut left),
            }
        }
        left
    }
}

/// Of a write that was not done, some parts may be all the same.
fn tear(offset: usize, bytes: &[u8], chance: &mut Rng, luck: f64, left: &mut Vec<u8>) {
    if chance.bool() {
        return;
    }
    let unit = [SECTOR, PAGE][chance.usize(..2)];
    let mut at = 0;
    while at < bytes.len() {
        let end = bytes.len().min(at + unit - (offset + at) % unit);
        if chance.f64() < luck {
            Change::Write(offset + at, &bytes[at..end]).apply(left);
        }
        at = end;
    }
}

/// Nobody else's to read, as all that the program makes.
fn write_private(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
}

impl Change<'_> {
    fn apply(&self, file: &mut Vec<u8>) {
        match self {
            Self::Write(offset, bytes) => {
                let end = offset + bytes.len();
                if file.len() < end {
                    file.resize(end, 0);
                }
                file[*offset..end].copy_from_slice(bytes);
            }
            Self::Truncate(length) => file.resize(*length, 0),
        }
    }
}

impl Naming {
    /// The folder in which a name changes.
    fn folder(&self) -> Option<&Path> {
        match self {
            Self::Make(path, _) | Self::MakeFolder(path) | Self::Rename(path, _) | Self::Remove(path) => path.parent(),
        }
    }
}

impl Names {
    /// Writes what is in `profile` to the folder `to`. Without its folder a file is nowhere.
    fn write(&self, profile: &Path, to: &Path, mut bytes: impl FnMut(usize) -> Vec<u8>) {
        let has_profile = self.folders.iter().any(|folder| folder == profile);
        let folders = self
            .folders
            .iter()
            .filter_map(|folder| folder.strip_prefix(profile).ok());
        for folder in folders.filter(|_| has_profile) {
            fs::create_dir_all(to.join(folder)).unwrap();
        }
        for (path, file) in &self.files {
            if let Ok(path) = path.strip_prefix(profile)
                && has_profile
                && to.join(path).parent().unwrap().exists()
            {
                write_private(&to.join(path), &bytes(*file));
            }
        }
    }

    fn apply(&mut self, naming: &Naming) {
        match naming {
            Naming::Make(path, file) => {
                self.files.insert(path.clone(), *file);
            }
            Naming::MakeFolder(path) => self.folders.push(path.clone()),
            Naming::Rename(from, to) => {
                if let Some(file) = self.files.remove(from) {
                    self.files.insert(to.clone(), file);
                }
            }
            Naming::Remove(path) => {
                self.files.remove(path);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disk_of(acts: Vec<Act>) -> Vec<Event> {
        acts.into_iter().map(|act| Event { at: 0, act }).collect()
    }

    fn left(events: &[Event], honesty: Honesty, seed: u64) -> Option<Vec<u8>> {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::after(events, honesty);
        disk.cut(&mut Rng::with_seed(seed), Path::new("/p"), folder.path());
        fs::read(folder.path().join("f-wal")).ok()
    }

    #[test]
    fn what_was_flushed_is_there_and_what_was_not_may_be() {
        let file = || PathBuf::from("/p/f-wal");
        let mut acts = vec![
            Act::MakeFolder("/p".into()),
            Act::Make(file()),
            Act::Flush("/".into()),
            Act::Flush("/p".into()),
        ];
        acts.extend([Act::Write(file(), Some(0), vec![1; 2_000]), Act::Flush(file())]);
        acts.extend([
            Act::Write(file(), Some(1_000), vec![2; 2_000]),
            Act::Truncate(file(), 2_500),
        ]);
        let events = disk_of(acts);
        let lefts: Vec<_> = (0..200)
            .map(|seed| left(&events, Honesty::Honest, seed).unwrap())
            .collect();
        assert!(lefts.iter().all(|left| left[..1_000] == [1; 1_000]));
        for whole in [vec![1; 2_000], [[1; 1_000].as_slice(), &[2; 1_500]].concat()] {
            assert!(lefts.contains(&whole), "all or nothing is possible");
        }
        assert!(
            lefts
                .iter()
                .any(|left| left[1_000..1_024] == [1; 24] && left[1_024..1_536] == [2; 512]),
            "torn"
        );
        let lied: Vec<_> = (0..200)
            .map(|seed| left(&events, Honesty::LiesAboutWal, seed).unwrap())
            .collect();
        assert!(lied.iter().any(Vec::is_empty));
    }

    #[test]
    fn a_name_is_there_when_its_folder_was_flushed() {
        let file = || PathBuf::from("/p/f-wal");
        let acts = vec![
            Act::MakeFolder("/p".into()),
            Act::Flush("/".into()),
            Act::Make("/p/new".into()),
            Act::Write("/p/new".into(), None, vec![1]),
            Act::Flush("/p/new".into()),
            Act::Rename("/p/new".into(), file()),
        ];
        let mut events = disk_of(acts);
        let found: Vec<_> = (0..50).map(|seed| left(&events, Honesty::Honest, seed)).collect();
        assert!(found.contains(&None) && found.contains(&Some(vec![1])));
        events.extend(disk_of(vec![Act::Flush("/p".into())]));
        assert!((0..50).all(|seed| left(&events, Honesty::Honest, seed) == Some(vec![1])));
    }
}
