//! The profile folder: settings, damage, lock.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use landline::profile::{Language, MAX_RECENT, Place, Profile, ProfileError, Program, Recent, Settings, Theme};

#[cfg(unix)]
mod bell;
mod identity;

fn open(folder: &Path) -> Result<Profile, ProfileError> {
    Profile::open(Some(folder), Program::Terminal)
}

#[test]
fn the_folder_is_made_and_only_its_owner_can_read_it() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("made").join("profile");
    let profile = open(&folder).unwrap();
    assert_eq!(profile.folder(), folder);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    }
}

#[test]
fn a_second_program_does_not_get_the_profile_until_the_first_has_ended() {
    let folder = tempfile::tempdir().unwrap();
    let first = open(folder.path()).unwrap();
    assert!(matches!(
        open(folder.path()),
        Err(ProfileError::InUse(other)) if other.folder == folder.path()
    ));
    drop(first);
    assert!(open(folder.path()).is_ok());
}

#[test]
fn the_second_program_can_say_where_the_first_is() {
    let folder = tempfile::tempdir().unwrap();
    let refusal = || match open(folder.path()) {
        Err(ProfileError::InUse(other)) => other,
        other => panic!("not in use: {other:?}"),
    };
    let window = Profile::open(Some(folder.path()), Program::Window).unwrap();
    let holder = refusal().holder.unwrap();
    assert_eq!(
        (holder.pid, holder.program, holder.window),
        (std::process::id(), Program::Window, true)
    );
    assert!(
        refusal()
            .to_string()
            .ends_with(&format!("its window is open (process {})", holder.pid))
    );
    drop(window);
    let _terminal = open(folder.path()).unwrap();
    let holder = refusal().holder.unwrap();
    assert_eq!((holder.program, holder.window), (Program::Terminal, false));
    for unreadable in ["", "{}", "[[[[", "{\"pid\":-1}"] {
        fs::write(folder.path().join("lock.holder"), unreadable).unwrap();
        assert_eq!(refusal().holder, None);
    }
    fs::remove_file(folder.path().join("lock.holder")).unwrap();
    assert!(refusal().to_string().ends_with("in use by another Landline"));
}

/// A program that is being started has, for a moment, what this one has open, its locks as well.
#[test]
fn who_has_closed_a_profile_can_open_it_again_while_other_programs_are_started() {
    const PROGRAMS: usize = 200;
    let folder = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        let starting = scope.spawn(|| {
            for _ in 0..PROGRAMS {
                let mut program = Command::new(std::env::current_exe().unwrap());
                program.args(["--list", "no test has this name"]).stdout(Stdio::null());
                program.status().unwrap();
            }
        });
        while !starting.is_finished() {
            open(folder.path()).unwrap();
        }
    });
}

/// Threads stand for processes here: the system's locks are per open file.
#[test]
fn of_ten_at_once_exactly_one_gets_the_profile() {
    for _ in 0..200 {
        let folder = tempfile::tempdir().unwrap();
        let barrier = std::sync::Barrier::new(10);
        let opened: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..10)
                .map(|_| {
                    scope.spawn(|| {
                        barrier.wait();
                        open(folder.path())
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let (winners, others): (Vec<_>, Vec<_>) = opened.into_iter().partition(Result::is_ok);
        assert_eq!(winners.len(), 1);
        assert!(
            others.iter().all(|other| matches!(other, Err(ProfileError::InUse(_)))),
            "{others:?}"
        );
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let parent = tempfile::tempdir().unwrap();
    let file = parent.path().join("file");
    fs::write(&file, "no folder").unwrap();
    let folder = file.join("profile");
    let error = open(&folder).unwrap_err();
    assert!(error.to_string().contains(folder.to_str().unwrap()), "{error}");
    assert!(matches!(error, ProfileError::Unusable { .. }));
}

#[test]
fn what_is_saved_comes_back_and_nothing_else_is_left_behind() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings {
        name: "韩梅梅".to_owned(),
        room: "三班".to_owned(),
        port: 9000,
        welcome: String::new(),
        recent: vec![Recent {
            address: "10.0.0.7".to_owned(),
            program: true,
            encoding: "gbk".to_owned(),
        }],
        language: Some(Language::Chinese),
        theme: Theme::Dark,
        zoom: 1.25,
        enter_is_newline: true,
        place: Some(Place {
            corner: Some([-1200.0, 30.0]),
            size: [800.0, 600.5],
            maximized: true,
        }),
    };
    let profile = open(folder.path()).unwrap();
    profile.save(&Settings::default()).unwrap();
    profile.save(&settings).unwrap();
    drop(profile);
    assert_eq!(open(folder.path()).unwrap().settings(), settings);
    let mut names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["identity.key", "lock", "settings.json"]);
}

#[test]
fn a_new_profile_has_the_tutorials_port_and_greeting() {
    let folder = tempfile::tempdir().unwrap();
    let settings = open(folder.path()).unwrap().settings();
    assert_eq!(settings.port, 8888);
    assert_eq!(settings.welcome, "天王盖地虎,宝塔镇河妖");
    assert!(!settings.name.is_empty());
    assert_eq!(settings.room, format!("{}'s room", settings.name));
}

#[test]
fn a_damaged_file_is_set_aside_and_defaults_are_used() {
    let folder = tempfile::tempdir().unwrap();
    let profile = open(folder.path()).unwrap();
    fs::write(folder.path().join("settings.json"), "{ \"name\": ").unwrap();
    assert_eq!(profile.settings(), Settings::default());
    let kept = fs::read_to_string(folder.path().join("settings.damaged.json")).unwrap();
    assert_eq!(kept, "{ \"name\": ");
    assert!(!folder.path().join("settings.json").exists());
}

#[test]
fn nonsense_in_the_file_is_brought_into_bounds() {
    let folder = tempfile::tempdir().unwrap();
    let profile = open(folder.path()).unwrap();
    let recent = r#"{"address":"a","program":false,"encoding":"auto"}"#;
    let recents = vec![recent; MAX_RECENT + 5].join(",");
    fs::write(
        folder.path().join("settings.json"),
        format!(
            "{{\"name\":\"\\u202e\\u0007李\\u200b雷\",\"zoom\":77,\"unknown\":1,\"recent\":[{recents}],\
             \"place\":{{\"corner\":[1e39,0],\"size\":[0,600],\"maximized\":false}}}}"
        ),
    )
    .unwrap();
    let settings = profile.settings();
    assert_eq!(settings.place, None);
    assert_eq!(settings.name, "李雷");
    assert!((settings.zoom - 3.0).abs() < f32::EPSILON);
    assert_eq!(settings.recent.len(), MAX_RECENT);
    assert_eq!(settings.port, 8888);
}
