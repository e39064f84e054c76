//! The plain-text decoder: splits, encodings, limits. What goes out is tested in `proto`.

use landline::proto::Encoding;
use landline::proto::plain::{Incoming, MAX_MESSAGE_BYTES, MAX_UNENDED_BYTES, Newline, Reader};
use proptest::prelude::{Just, Strategy, any, prop, prop_oneof, proptest};

/// What a reader makes of chunks: `|` for a pause in `heard`.
struct Peer {
    reader: Reader,
    incoming: Vec<Incoming>,
}

impl Peer {
    fn new(encoding: Encoding) -> Self {
        Self {
            reader: Reader::new(encoding),
            incoming: Vec::new(),
        }
    }

    fn sends(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.reader.read(bytes.as_ref(), &mut self.incoming);
        self
    }

    fn pauses(mut self) -> Self {
        self.reader.quiet(&mut self.incoming);
        self
    }

    fn gives_up(mut self) -> Self {
        self.reader.flush(&mut self.incoming);
        self
    }

    /// Messages since the last question.
    #[track_caller]
    fn heard(mut self, expected: &[&str]) -> Self {
        let heard: Vec<String> = self.incoming.drain(..).map(text).collect();
        assert_eq!(heard, expected);
        self
    }
}

fn text(incoming: Incoming) -> String {
    match incoming {
        Incoming::Message(text) => text,
        Incoming::Cut(text) => format!("cut after {}", text.len()),
        Incoming::Endless => "endless".to_owned(),
    }
}

fn gbk(text: &str) -> Vec<u8> {
    encoding_rs::GB18030.encode(text).0.into_owned()
}

/// Long messages with every length of character, in both encodings.
const MIXED: &str = "a你好é, 𠀀😀\r\n对讲机 over\n\n\nlast without end";

#[test]
fn no_split_breaks_a_character() {
    for (encoding, bytes) in [
        (Encoding::Utf8, MIXED.as_bytes().to_vec()),
        (Encoding::Auto, MIXED.as_bytes().to_vec()),
        (Encoding::Gbk, gbk(MIXED)),
        (Encoding::Auto, gbk(MIXED)),
    ] {
        for first in 0..=bytes.len() {
            for second in first..=bytes.len() {
                Peer::new(encoding)
                    .sends(&bytes[..first])
                    .sends(&bytes[first..second])
                    .sends(&bytes[second..])
                    .pauses()
                    .heard(&["a你好é, 𠀀😀", "对讲机 over", "last without end"]);
            }
        }
    }
}

#[test]
fn a_pause_anywhere_breaks_messages_but_no_character() {
    for (encoding, bytes) in [
        (Encoding::Utf8, MIXED.as_bytes().to_vec()),
        (Encoding::Auto, MIXED.as_bytes().to_vec()),
        (Encoding::Gbk, gbk(MIXED)),
    ] {
        for at in 0..=bytes.len() {
            let mut peer = Peer::new(encoding)
                .sends(&bytes[..at])
                .pauses()
                .sends(&bytes[at..])
                .pauses();
            let heard: String = peer.incoming.drain(..).map(text).collect();
            assert_eq!(heard, MIXED.replace(['\r', '\n'], ""), "{encoding:?} at {at}");
        }
    }
}

#[test]
fn one_byte_at_a_time_with_a_pause_after_each_breaks_no_character() {
    for (encoding, bytes) in [(Encoding::Auto, "é你𠀀".into()), (Encoding::Gbk, gbk("é你𠀀"))] {
        let mut peer = Peer::new(encoding);
        for byte in &bytes {
            peer = peer.sends([*byte]).pauses();
        }
        peer.heard(&["é", "你", "𠀀"]);
    }
}

#[test]
fn what_never_gets_complete_is_shown_as_what_it_is() {
    let peer = Peer::new(Encoding::Utf8).sends(b"hi\xe4\xbd").pauses().heard(&["hi"]);
    assert!(peer.reader.is_inside());
    let peer = peer.gives_up().heard(&["\u{fffd}"]);
    assert!(!peer.reader.is_inside());
    Peer::new(Encoding::Utf8)
        .sends(b"\xe4\xbd")
        .pauses()
        .heard(&[])
        .sends(b"\n")
        .heard(&["\u{fffd}"]);
    Peer::new(Encoding::Gbk)
        .sends(b"\xc4")
        .pauses()
        .heard(&[])
        .gives_up()
        .heard(&["\u{fffd}"]);
}

#[test]
fn a_carriage_return_before_a_pause_and_its_line_feed_after_are_one_newline() {
    let peer = Peer::new(Encoding::Auto)
        .sends("hi\r")
        .pauses()
        .heard(&["hi"])
        .sends("\n")
        .heard(&[]);
    assert_eq!(peer.reader.newline(), Some(Newline::CrLf));
    let peer = peer.sends("\nnext\n").heard(&["next"]);
    assert_eq!(peer.reader.newline(), Some(Newline::Lf));
}

#[test]
fn auto_follows_the_peer() {
    let peer = Peer::new(Encoding::Auto).sends("你好\n").heard(&["你好"]);
    assert!(!peer.reader.is_gbk());
    let peer = peer.sends(gbk("你好\n")).heard(&["你好"]);
    assert!(peer.reader.is_gbk());
    let peer = peer.sends("plain ascii\n").heard(&["plain ascii"]);
    assert!(peer.reader.is_gbk(), "ASCII says nothing");
    let peer = peer.sends(gbk("模\n")).heard(&["模"]);
    assert!(peer.reader.is_gbk(), "C4 A3 is a character of UTF-8 too");
    let peer = peer.sends("中文\n").heard(&["中文"]);
    assert!(!peer.reader.is_gbk());
    let peer = peer.sends(b"\xff\xff\x80 \xe4\n").heard(&["\u{fffd}\u{fffd} \u{fffd}"]);
    assert!(!peer.reader.is_gbk(), "bytes that are neither prove nothing");
    Peer::new(Encoding::Auto)
        .sends(gbk("好\n"))
        .sends("привет\n")
        .heard(&["好", "привет"]);
}

#[test]
fn a_fixed_encoding_stays() {
    Peer::new(Encoding::Utf8)
        .sends(gbk("你好\n"))
        .sends("你\n")
        .heard(&["\u{fffd}\u{fffd}\u{fffd}", "你"]);
    Peer::new(Encoding::Gbk).sends("你好啊\n").heard(&["浣犲ソ鍟\u{fffd}"]);
}

#[test]
fn telnet_speaks_to_itself() {
    let bytes = b"\xff\xfd\x01he\xff\xf1l\xff\xfa\x18\0x\nt\xff\xff\xff\xf0lo\xff\xff\xff\xfb\x1f!\xffa\r\n";
    for first in 0..=bytes.len() {
        for second in first..=bytes.len() {
            Peer::new(Encoding::Auto)
                .sends(&bytes[..first])
                .sends(&bytes[first..second])
                .sends(&bytes[second..])
                .heard(&["hello\u{fffd}!\u{fffd}a"]);
        }
    }
}

#[test]
fn a_subnegotiation_swallows_little() {
    let peer = Peer::new(Encoding::Auto)
        .sends(b"\xff\xfa")
        .sends(vec![b'x'; 1_025])
        .sends("still here\n");
    peer.heard(&["still here"]);
    Peer::new(Encoding::Auto)
        .sends(b"\xff\xfaab")
        .gives_up()
        .sends("still here\n")
        .heard(&["still here"]);
}

#[test]
fn a_message_may_be_exactly_as_long_as_the_limit() {
    for end in ["\n", "\r\n"] {
        let longest = "a".repeat(MAX_MESSAGE_BYTES);
        let mut whole = Peer::new(Encoding::Auto).sends(format!("{longest}{end}"));
        assert_eq!(whole.incoming.pop(), Some(Incoming::Message(longest.clone())));
        let mut split = Peer::new(Encoding::Auto);
        for byte in format!("{longest}{end}").bytes() {
            split = split.sends([byte]);
        }
        assert_eq!(split.incoming, [Incoming::Message(longest)]);
    }
}

#[test]
fn a_longer_message_is_cut_between_characters_and_its_rest_dropped() {
    let long = format!("a{}", "字".repeat(6_000));
    Peer::new(Encoding::Auto)
        .sends(format!("{long}\nnext\n"))
        .heard(&["cut after 16384", "next"]);
    Peer::new(Encoding::Auto)
        .sends(format!("ab{}\n", "字".repeat(6_000)))
        .heard(&["cut after 16382"]);
    Peer::new(Encoding::Auto)
        .sends(&long)
        .sends("rest")
        .pauses()
        .sends("next")
        .pauses()
        .heard(&["cut after 16384", "next"]);
    Peer::new(Encoding::Gbk)
        .sends(gbk(&format!("a{}", "字".repeat(9_000))))
        .heard(&[&format!("cut after {}", 1 + 8_191 * 3)]);
}

#[test]
fn a_message_without_an_end_is_the_last() {
    let chunk = vec![b'x'; 64 << 10];
    let mut peer = Peer::new(Encoding::Auto);
    for _ in 0..160 {
        peer = peer.sends(&chunk); // 10 MiB
    }
    peer.heard(&["cut after 16384", "endless"])
        .sends("more\n")
        .pauses()
        .heard(&[]);
    let peer = Peer::new(Encoding::Auto)
        .sends("last words")
        .sends(b"\xff\xf1".repeat(MAX_UNENDED_BYTES));
    peer.heard(&["last words", "endless"]);
    Peer::new(Encoding::Auto)
        .sends(vec![b'x'; 10 << 20])
        .heard(&["cut after 16384", "endless"]);
}

#[test]
fn a_pause_ends_what_has_no_newline() {
    let mut peer = Peer::new(Encoding::Auto);
    for _ in 0..100 {
        peer = peer.sends(vec![b'x'; 16 << 10]).pauses();
    }
    assert_eq!(peer.incoming.len(), 100);
}

#[test]
fn ten_thousand_lines_in_one_chunk() {
    let mut peer = Peer::new(Encoding::Auto).sends("line\n".repeat(10_000));
    assert_eq!(peer.incoming.len(), 10_000);
    assert!(peer.incoming.drain(..).all(|incoming| text(incoming) == "line"));
}

/// Chunks as a network delivers them: text of both encodings, commands, garbage, newlines.
fn chunk() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        any::<String>().prop_map(String::into_bytes),
        "[你好中文a\r\n]{0,20}".prop_map(|text| gbk(&text)),
        prop::collection::vec(any::<u8>(), 0..40),
        prop::collection::vec(
            prop_oneof![Just(0xFF), Just(0xFA), Just(0xF0), Just(b'\n'), Just(b'\r'), Just(0x81)],
            0..9
        ),
        (10_000_usize..20_000).prop_map(|length| vec![b'y'; length]),
    ]
}

fn encodings() -> impl Strategy<Value = Encoding> {
    prop_oneof![Just(Encoding::Auto), Just(Encoding::Utf8), Just(Encoding::Gbk)]
}

/// Sends each turn's bytes cut at `cuts`, with a pause behind it.
fn listen(encoding: Encoding, turns: &[Vec<u8>], cuts: &[usize]) -> Vec<String> {
    let mut peer = Peer::new(encoding);
    for turn in turns {
        let mut rest = turn.as_slice();
        for cut in cuts {
            let (chunk, after) = rest.split_at(cut % (rest.len() + 1));
            peer = peer.sends(chunk);
            rest = after;
        }
        peer = peer.sends(rest).pauses();
    }
    peer.gives_up().incoming.into_iter().map(text).collect()
}

proptest! {
    #[test]
    fn however_it_is_split_the_same_messages_come(
        encoding in encodings(),
        turns in prop::collection::vec(chunk(), 1..6),
        cuts in prop::collection::vec(any::<usize>(), 0..8),
    ) {
        let whole = listen(encoding, &turns, &[]);
        assert_eq!(listen(encoding, &turns, &cuts), whole);
        for message in &whole {
            assert!(!message.is_empty() && message.len() <= 3 * MAX_MESSAGE_BYTES);
        }
    }

    #[test]
    fn lines_come_back_as_they_were(encoding in encodings(), lines in prop::collection::vec("[ a-z你好é]{1,30}", 1..20)) {
        let sent: Vec<u8> = lines.iter().flat_map(|line| match encoding {
            Encoding::Gbk => gbk(&format!("{line}\n")),
            _ => format!("{line}\n").into_bytes(),
        }).collect();
        assert_eq!(listen(encoding, &[sent], &[3, 11]), lines);
    }
}
