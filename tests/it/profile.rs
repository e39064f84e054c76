//! The profile folder: settings, damage, lock.

use std::fs;

use landline::profile::{Language, MAX_RECENT, Profile, ProfileError, Recent, Settings, Theme};

#[test]
fn the_folder_is_made_and_only_its_owner_can_read_it() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("made").join("profile");
    let profile = Profile::open(Some(&folder)).unwrap();
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
    let first = Profile::open(Some(folder.path())).unwrap();
    assert!(matches!(
        Profile::open(Some(folder.path())),
        Err(ProfileError::InUse(path)) if path == folder.path()
    ));
    drop(first);
    assert!(Profile::open(Some(folder.path())).is_ok());
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let parent = tempfile::tempdir().unwrap();
    let file = parent.path().join("file");
    fs::write(&file, "no folder").unwrap();
    let folder = file.join("profile");
    let error = Profile::open(Some(&folder)).unwrap_err();
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
    };
    let profile = Profile::open(Some(folder.path())).unwrap();
    profile.save(&Settings::default()).unwrap();
    profile.save(&settings).unwrap();
    drop(profile);
    assert_eq!(Profile::open(Some(folder.path())).unwrap().settings(), settings);
    let mut names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["lock", "settings.json"]);
}

#[test]
fn a_new_profile_has_the_tutorials_port_and_greeting() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Profile::open(Some(folder.path())).unwrap().settings();
    assert_eq!(settings.port, 8888);
    assert_eq!(settings.welcome, "天王盖地虎,宝塔镇河妖");
    assert!(!settings.name.is_empty());
    assert_eq!(settings.room, format!("{}'s room", settings.name));
}

#[test]
fn a_damaged_file_is_set_aside_and_defaults_are_used() {
    let folder = tempfile::tempdir().unwrap();
    let profile = Profile::open(Some(folder.path())).unwrap();
    fs::write(folder.path().join("settings.json"), "{ \"name\": ").unwrap();
    assert_eq!(profile.settings(), Settings::default());
    let kept = fs::read_to_string(folder.path().join("settings.damaged.json")).unwrap();
    assert_eq!(kept, "{ \"name\": ");
    assert!(!folder.path().join("settings.json").exists());
}

#[test]
fn nonsense_in_the_file_is_brought_into_bounds() {
    let folder = tempfile::tempdir().unwrap();
    let profile = Profile::open(Some(folder.path())).unwrap();
    let recent = r#"{"address":"a","program":false,"encoding":"auto"}"#;
    let recents = vec![recent; MAX_RECENT + 5].join(",");
    fs::write(
        folder.path().join("settings.json"),
        format!("{{\"name\":\"\\u202e\\u0007李\\u200b雷\",\"zoom\":77,\"unknown\":1,\"recent\":[{recents}]}}"),
    )
    .unwrap();
    let settings = profile.settings();
    assert_eq!(settings.name, "李雷");
    assert!((settings.zoom - 3.0).abs() < f32::EPSILON);
    assert_eq!(settings.recent.len(), MAX_RECENT);
    assert_eq!(settings.port, 8888);
}
