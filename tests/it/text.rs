//! Cleaning of names, messages, links and file names.

use landline::text::{
    MAX_NAME_BYTES, MAX_NAME_GRAPHEMES, clean_emoji, clean_message, clean_name, confusable, file_name, for_terminal,
    link_host, links,
};
use proptest::prelude::{any, proptest};

/// UAX #9: all characters with the property `Bidi_Control`.
const BIDI_CONTROLS: &str =
    "\u{61c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}";

#[track_caller]
fn named(raw: &str, expected: &str) {
    assert_eq!(clean_name(raw).as_deref(), Some(expected), "{raw:?}");
}

#[test]
fn names_keep_what_people_are_called() {
    named("王小明", "王小明");
    named("  Ana   Lía\t", "Ana Lía");
    named("O’Brien-Müller 3", "O’Brien-Müller 3");
    named("नमस्ते", "नमस्ते");
    named("👩 Ada", "👩 Ada");
    named("e\u{301}", "é");
}

#[test]
fn names_lose_what_cannot_be_seen() {
    named(&format!("a{BIDI_CONTROLS}b"), "ab");
    named(
        "a\u{200b}\u{200c}\u{200d}\u{2060}\u{feff}\u{ad}\u{34f}\u{3164}\u{e0041}\u{fe0f}b",
        "ab",
    );
    named("a\u{0}\u{1b}[31m\u{7f}\u{9b}b", "a[31mb");
    named("a\nb\r\u{2028}c\u{a0}d\u{2800}e", "a b c d e");
    named("\u{301}\u{302}x", "x");
    for nothing in ["", " ", "\u{200b}", "\u{2800}", "\u{e000}", "\u{301}", "\u{ffff}"] {
        assert_eq!(clean_name(nothing), None, "{nothing:?}");
    }
}

#[test]
fn names_are_short_and_flat() {
    named(&"字".repeat(40), &"字".repeat(MAX_NAME_BYTES / 3));
    named(&"a".repeat(40), &"a".repeat(MAX_NAME_GRAPHEMES));
    named(
        &format!("x{}y", "\u{301}\u{302}".repeat(10)),
        "x\u{301}\u{302}\u{301}\u{302}y",
    );
    named(
        &format!("{} b", "a".repeat(MAX_NAME_GRAPHEMES)),
        &"a".repeat(MAX_NAME_GRAPHEMES),
    );
}

#[test]
fn names_that_look_alike_are_told() {
    for (left, right) in [
        ("Alice", "alice"),
        ("Alice", "AIice"),
        ("alice", "ALICE"),
        ("paypal", "раураl"),
        ("Bob", "Воb"),
        ("rn", "m"),
        ("l0", "1O"),
        ("ａｂｃ", "abc"),
    ] {
        assert!(confusable(left, right) && confusable(right, left), "{left} {right}");
    }
    for (left, right) in [("Alice", "Alicia"), ("王", "玉"), ("Bob", "Rob"), ("", "a")] {
        assert!(!confusable(left, right), "{left} {right}");
    }
}

#[test]
fn messages_keep_their_words_and_lose_nothing_silently() {
    assert_eq!(
        clean_message("a\r\nb\rc\nd\u{85}e\u{2028}f\u{2029}g\n\r\n"),
        "a\nb\nc\nd\ne\nf\ng\n\n"
    );
    assert_eq!(
        clean_message("a\tb\u{0}\u{1b}[2J\u{7f}\u{9b}"),
        "a\tb\u{fffd}\u{fffd}[2J\u{fffd}\u{fffd}"
    );
    assert_eq!(
        clean_message("👩\u{200d}👩\u{200d}👧 ✌\u{fe0f}"),
        "👩\u{200d}👩\u{200d}👧 ✌\u{fe0f}"
    );
    assert_eq!(clean_message(&format!("a{BIDI_CONTROLS}b")), "ab");
}

#[test]
fn a_terminal_gets_nothing_to_obey() {
    assert_eq!(
        for_terminal("\u{1b}]0;x\u{7}\u{9d}a\tb\r\nc\u{8}\u{202e}"),
        "\u{fffd}]0;x\u{fffd}\u{fffd}a b\nc\u{fffd}"
    );
}

#[track_caller]
fn linked(text: &str, expected: &[&str]) {
    let found: Vec<&str> = links(text).into_iter().map(|link| &text[link]).collect();
    assert_eq!(found, expected, "{text:?}");
}

#[test]
fn links_end_where_a_person_sees_them_end() {
    linked(
        "see http://a.b/c?d=e#f, or HTTPS://X.Y.",
        &["http://a.b/c?d=e#f", "HTTPS://X.Y"],
    );
    linked(
        "(https://en.wikipedia.org/wiki/Rust_(film))",
        &["https://en.wikipedia.org/wiki/Rust_(film)"],
    );
    linked("[http://a.b/x]!?", &["http://a.b/x"]);
    linked("看http://10.0.0.1:8888/路径", &["http://10.0.0.1:8888/"]);
    linked("http://example.com请看", &["http://example.com"]);
    linked(
        "http://example.com，请看http://b.c。",
        &["http://example.com", "http://b.c"],
    );
    linked("http://例子.中国/a%E4%BD%A0，好", &["http://例子.中国/a%E4%BD%A0"]);
    linked("http://bücher.de/ü", &["http://bücher.de/"]);
    linked("http://[::1]:80/x", &["http://[::1]:80/x"]);
    linked("<http://a.b>\"http://c.d\"", &["http://a.b", "http://c.d"]);
    linked("http://a.b/http://c.d", &["http://a.b/http://c.d"]);
}

#[test]
fn other_schemes_and_empty_hosts_are_no_links() {
    linked(
        "javascript://x ftp://a file:///etc xhttp://a http:// http://. http:/a https:a",
        &[],
    );
}

#[test]
fn the_host_of_a_link_is_where_it_leads() {
    for (link, host) in [
        ("http://good.com@evil.com/", Some("evil.com")),
        ("https://good.com:80@evil.com:443/x@y", Some("evil.com")),
        ("http://evil.com\\@good.com", Some("evil.com")),
        ("HTTPS://a.b?c", Some("a.b")),
        ("http://a.b#@c", Some("a.b")),
        ("http://[::1]:8080/", Some("[::1]")),
        ("http://", None),
        ("http://[::1", None),
        ("ftp://a.b", None),
        ("a.b", None),
        ("http://a b/", None),
        ("http://a\u{202e}b/", None),
    ] {
        assert_eq!(link_host(link), host, "{link}");
    }
}

#[test]
fn file_names_are_one_safe_component() {
    assert_eq!(file_name("房间 1", "txt"), "房间 1.txt");
    assert_eq!(file_name("../../etc/passwd", "json"), "_.._etc_passwd.json");
    assert_eq!(file_name("a:b*c?\"<>|\\d\u{0}\n", "txt"), "a_b_c______d__.txt");
    assert_eq!(file_name("CON", "txt"), "_CON.txt");
    assert_eq!(file_name("lpt¹.x", "txt"), "_lpt¹.x.txt");
    assert_eq!(file_name("com10", "txt"), "com10.txt");
    assert_eq!(file_name(" .. ", "t/x"), "room.tx");
    assert_eq!(file_name("a. ", ""), "a");
    assert!(file_name(&"字".repeat(200), "json").len() <= 200);
}

proptest! {
    #[test]
    fn nothing_that_people_type_gets_past(raw in any::<String>()) {
        if let Some(name) = clean_name(&raw) {
            assert_eq!(clean_name(&name).as_deref(), Some(name.as_str()), "cleaning is done once");
            assert!(name.len() <= MAX_NAME_BYTES && !name.contains(char::is_control));
        }
        let message = clean_message(&raw);
        assert_eq!(clean_message(&message), message, "cleaning is done once");
        assert!(!message.contains(|c: char| BIDI_CONTROLS.contains(c)));
        assert!(for_terminal(&raw).chars().all(|c| c == '\n' || !c.is_control()));
        for link in links(&raw) {
            assert!(link_host(&raw[link]).is_some());
        }
        assert!(file_name(&raw, "txt").len() <= 200);
    }

    #[test]
    fn links_are_found_anywhere(before in "[ a-z中，:/.@\\[\\])(]{0,12}", after in "[ a-z中，:/.@\\[\\])(]{0,12}") {
        let text = format!("{before}http://{after}");
        for link in links(&text) {
            assert!(link_host(&text[link.clone()]).is_some(), "{text:?} {link:?}");
        }
    }
}

#[test]
fn a_reaction_is_one_emoji() {
    assert_eq!(clean_emoji(" 👍🏽 yes").as_deref(), Some("👍🏽"));
    assert_eq!(clean_emoji("👨‍👩‍👧").as_deref(), Some("👨‍👩‍👧"));
    assert_eq!(clean_emoji("\u{200b}\u{202e} "), None);
    assert_eq!(clean_emoji(&format!("e{}", "\u{301}".repeat(99))), None);
}
