//! The key file: made once, kept well, refused when it cannot be trusted.

use std::fs;
use std::path::{Path, PathBuf};

use landline::profile::{IdentityError, Profile, ProfileError, Program};
use landline::proto::identity::{Identity, MemberKey};

use super::open;

fn key_file(folder: &Path) -> PathBuf {
    folder.join("identity.key")
}

fn key(folder: &Path) -> MemberKey {
    open(folder).unwrap().identity().key()
}

/// What the seed of 32 bytes 07 looks like on disk.
fn sevens() -> String {
    let key = Identity::from_seed(&[7; 32]).key();
    format!("landline identity 1\nseed {}\nkey {key}\n", "07".repeat(32))
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Puts a key file there as this program would have.
fn write_key(folder: &Path, content: &[u8]) {
    fs::write(key_file(folder), content).unwrap();
    #[cfg(unix)]
    set_mode(&key_file(folder), 0o600);
}

fn refusal(folder: &Path) -> IdentityError {
    match open(folder) {
        Err(ProfileError::Identity(error)) => error,
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn a_key_is_made_once_and_stays() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let first = key(one.path());
    let content = fs::read(key_file(one.path())).unwrap();
    assert_eq!(key(one.path()), first);
    assert_eq!(fs::read(key_file(one.path())).unwrap(), content);
    assert_ne!(key(other.path()), first);
    #[cfg(unix)]
    assert_eq!(mode(&key_file(one.path())), 0o600);
}

#[test]
fn the_file_is_what_the_documentation_says() {
    let folder = tempfile::tempdir().unwrap();
    write_key(folder.path(), sevens().as_bytes());
    assert_eq!(key(folder.path()), Identity::from_seed(&[7; 32]).key());
    write_key(folder.path(), sevens().replace('\n', "\r\n").as_bytes());
    assert_eq!(key(folder.path()), Identity::from_seed(&[7; 32]).key());
}

#[cfg(unix)]
#[test]
fn a_key_that_others_can_read_is_refused_with_the_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let first = key(folder.path());
    for bits in [0o640, 0o604, 0o620, 0o644, 0o666, 0o610] {
        set_mode(&key_file(folder.path()), bits);
        let said = refusal(folder.path()).to_string();
        assert!(said.contains("chmod 600") && said.contains("identity.key"), "{said}");
    }
    set_mode(&key_file(folder.path()), 0o400);
    assert_eq!(key(folder.path()), first);
}

/// Every way in which a file can be less than whole, and it is still there afterwards.
#[test]
fn a_damaged_key_is_refused_and_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let good = sevens();
    let mut damaged: Vec<Vec<u8>> = (0..good.len() - 1)
        .map(|length| good.as_bytes()[..length].to_vec())
        .collect();
    for at in 0..good.len() - 1 {
        let mut flipped = good.clone().into_bytes();
        flipped[at] ^= 1;
        damaged.push(flipped);
    }
    damaged.push(good.replace("07", "0707").into_bytes());
    damaged.push(good.replace("seed 07", "seed ").into_bytes());
    damaged.push(format!("{good}more\n").into_bytes());
    damaged.push(vec![0xFF; 100]);
    damaged.push(vec![b'x'; 1 << 20]);
    for content in damaged {
        write_key(folder.path(), &content);
        match refusal(folder.path()) {
            IdentityError::Damaged { path } => assert_eq!(path, key_file(folder.path())),
            other => panic!("{other}"),
        }
        assert_eq!(fs::read(key_file(folder.path())).unwrap(), content);
    }
}

#[test]
fn a_key_of_a_newer_version_is_told_from_a_damaged_one() {
    let folder = tempfile::tempdir().unwrap();
    write_key(folder.path(), b"landline identity 2\nanything\n");
    assert!(matches!(refusal(folder.path()), IdentityError::Newer { .. }));
}

#[test]
fn what_an_interrupted_start_left_is_no_key() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("identity.key.new"), "landline ident").unwrap();
    let first = key(folder.path());
    assert_eq!(key(folder.path()), first);
    assert!(!folder.path().join("identity.key.new").exists());
}

#[test]
fn a_key_goes_to_another_computer_and_back() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let copy = here.path().join("copy.key");
    let profile = open(here.path()).unwrap();
    profile.export_identity(&copy).unwrap();
    #[cfg(unix)]
    assert_eq!(mode(&copy), 0o600);
    let again = profile.export_identity(&copy).unwrap_err();
    assert!(matches!(again, IdentityError::Exists { path } if path == copy));

    let import = |replace| Profile::import_identity(Some(there.path()), Program::Terminal, &copy, replace);
    assert_eq!(import(false).unwrap(), profile.identity().key());
    assert_eq!(key(there.path()), profile.identity().key());
    #[cfg(unix)]
    assert_eq!(mode(&key_file(there.path())), 0o600);
}

#[test]
fn another_key_is_replaced_only_when_asked_and_is_kept() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let copy = here.path().join("copy.key");
    let profile = open(here.path()).unwrap();
    profile.export_identity(&copy).unwrap();
    let import = |replace| Profile::import_identity(Some(there.path()), Program::Terminal, &copy, replace);

    let former = key(there.path());
    let before = fs::read(key_file(there.path())).unwrap();
    let refused = import(false).unwrap_err();
    assert!(
        matches!(refused, ProfileError::Identity(IdentityError::Exists { .. })),
        "{refused}"
    );
    assert_eq!(key(there.path()), former);
    assert_eq!(import(true).unwrap(), profile.identity().key());
    assert_eq!(fs::read(there.path().join("identity.former")).unwrap(), before);

    write_key(there.path(), b"damaged");
    assert_eq!(import(true).unwrap(), profile.identity().key());
    assert_eq!(fs::read(there.path().join("identity.former.2")).unwrap(), b"damaged");
    #[cfg(unix)]
    assert_eq!(mode(&there.path().join("identity.former.2")), 0o600);
    assert_eq!(key(there.path()), profile.identity().key());
}

#[test]
fn what_is_imported_must_be_a_key_and_the_profile_free() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = here.path().join("file");
    let import = || Profile::import_identity(Some(there.path()), Program::Terminal, &file, true);
    let missing = import().unwrap_err().to_string();
    assert!(missing.contains(file.to_str().unwrap()), "{missing}");
    fs::write(&file, "no key").unwrap();
    assert!(matches!(
        import(),
        Err(ProfileError::Identity(IdentityError::Damaged { .. }))
    ));
    assert!(!key_file(there.path()).exists());

    fs::write(&file, sevens()).unwrap();
    let open = open(there.path()).unwrap();
    assert!(matches!(import(), Err(ProfileError::InUse(_))));
    drop(open);
    assert_eq!(import().unwrap(), Identity::from_seed(&[7; 32]).key());
}

#[test]
fn the_seed_is_not_in_what_developers_print() {
    let folder = tempfile::tempdir().unwrap();
    write_key(folder.path(), sevens().as_bytes());
    let printed = format!("{:?}", open(folder.path()).unwrap());
    assert!(!printed.contains("0707") && !printed.contains("7, 7"), "{printed}");
}
