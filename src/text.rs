//! What other people's words must look like before they reach any sink: window, terminal, log, wire, file.
//!
//! Everything here is pure. The sets of characters come from Unicode data (UAX #9, UTS #39), not from lists by hand.

use std::ops::Range;

use icu_properties::props::{BidiControl, DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup, Script};
use icu_properties::{CodePointMapData, CodePointSetData};
use unicode_normalization::UnicodeNormalization as _;
use unicode_security::confusable_detection::skeleton;
use unicode_segmentation::UnicodeSegmentation as _;

/// Graphemes that a name may have.
pub const MAX_NAME_GRAPHEMES: usize = 32;
/// Bytes (UTF-8) that a name may have.
pub const MAX_NAME_BYTES: usize = 64;
/// Bytes (UTF-8) that a message may have.
pub const MAX_MESSAGE_BYTES: usize = 16_384;
/// Bytes (UTF-8) that a file name may have: 255 on most systems, less what a save dialog adds.
pub const MAX_FILE_NAME_BYTES: usize = 200;
/// Marks that a name may pile on one base character: more is no writing system, but reaches into other lines.
const MAX_MARKS: usize = 4;

/// A name as it may be shown beside others: NFC, one line, no control, bidi or zero-width characters, at most four
/// marks per base character, cut to [`MAX_NAME_GRAPHEMES`] and [`MAX_NAME_BYTES`]. `None` if nothing is left.
#[must_use]
pub fn clean_name(raw: &str) -> Option<String> {
    let visible: String = raw
        .chars()
        .map(|c| if is_blank(c) { ' ' } else { c })
        .filter(|c| !is_invisible(*c))
        .collect();
    let visible = few_marks(visible.nfc());
    let words: Vec<&str> = visible.split(' ').filter(|word| !word.is_empty()).collect();
    let name = words.join(" ");
    let name = cut(&name, MAX_NAME_GRAPHEMES, MAX_NAME_BYTES).trim_end();
    (!name.is_empty()).then(|| name.to_owned())
}

/// Whether two names could be taken for each other by a person (UTS #39 skeleton, without regard to case).
#[must_use]
pub fn confusable(left: &str, right: &str) -> bool {
    let right = skeletons(right);
    skeletons(left).iter().any(|skeleton| right.contains(skeleton))
}

/// What a name looks like: two names that share one of these can be taken for each other. Two, because letters look
/// alike in one case only: `I` like `l`, but also `ALICE` is `alice` to a reader.
pub(crate) fn skeletons(name: &str) -> [String; 2] {
    let as_written: String = skeleton(name).collect();
    [
        as_written.to_lowercase(),
        skeleton(&name.to_lowercase()).collect::<String>().to_lowercase(),
    ]
}

/// A message's text for every sink: line ends become `\n`; other control characters become U+FFFD, so that nothing is
/// dropped silently; bidi controls are taken out; tabs and newlines stay.
#[must_use]
pub fn clean_message(raw: &str) -> String {
    const NEXT_LINE: char = '\u{85}';
    const LINE_SEPARATOR: char = '\u{2028}';
    const PARAGRAPH_SEPARATOR: char = '\u{2029}';
    let bidi = CodePointSetData::new::<BidiControl>();
    let mut text = String::with_capacity(raw.len());
    let mut previous = None;
    for c in raw.chars() {
        match c {
            '\n' if previous == Some('\r') => {} // CRLF is one line end
            '\r' | NEXT_LINE | LINE_SEPARATOR | PARAGRAPH_SEPARATOR => text.push('\n'),
            '\n' | '\t' | ' '..='~' => text.push(c),
            _ if c.is_control() => text.push(char::REPLACEMENT_CHARACTER),
            _ if bidi.contains(c) => {}
            _ => text.push(c),
        }
        previous = Some(c);
    }
    text
}

/// One emoji, or `None`: the first grapheme of a reaction, with its joiners and selectors. Nothing that can be longer than an emoji, and
/// nothing invisible.
#[must_use]
pub fn clean_emoji(raw: &str) -> Option<String> {
    /// The longest that Unicode recommends have 35 bytes.
    const MAX_EMOJI_BYTES: usize = 64;
    let cleaned = clean_message(raw);
    let emoji = cleaned.trim().graphemes(true).next()?;
    (emoji.len() <= MAX_EMOJI_BYTES && !clean_name(emoji)?.is_empty()).then(|| emoji.to_owned())
}

/// Text for a terminal: like [`clean_message`], and nothing that a terminal could obey. Newlines stay.
#[must_use]
pub fn for_terminal(raw: &str) -> String {
    clean_message(raw).replace('\t', " ")
}

/// The http and https links of a text, as byte ranges in order. No trailing punctuation, ASCII or Chinese.
///
/// After the host a link is ASCII, as RFC 3986 has it (other characters are percent-encoded), so that a Chinese sentence
/// right behind it is no part of it. In the host, other scripts are taken as IDN labels; a Chinese, Japanese or Korean
/// label is taken only from its first character on.
#[must_use]
pub fn links(text: &str) -> Vec<Range<usize>> {
    let mut links: Vec<Range<usize>> = Vec::new();
    for (colon, _) in text.match_indices("://") {
        let Some(start) = scheme_start(text, colon) else {
            continue;
        };
        let link = start..colon + 3 + link_length(&text[colon + 3..]);
        let leads_somewhere = link_host(&text[link.clone()]).is_some_and(|host| host.contains(char::is_alphanumeric));
        if leads_somewhere && links.last().is_none_or(|before| before.end <= start) {
            links.push(link);
        }
    }
    links
}

/// The host of an http or https link, as a person must see it before it is opened; `None` if it is no such link.
#[must_use]
pub fn link_host(link: &str) -> Option<&str> {
    let (scheme, rest) = link.split_once("://")?;
    if !is_web(scheme) || link.chars().any(|c| c.is_whitespace() || is_invisible(c)) {
        return None;
    }
    // Browsers take a backslash for a slash.
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let host = authority.rsplit('@').next()?;
    let host = match host.strip_prefix('[') {
        Some(address) => &host[..address.find(']')? + 2],
        None => host.split(':').next()?,
    };
    (!host.is_empty()).then_some(host)
}

/// A file name for a save dialog made of a room's name: one component, no reserved name or character of any system.
#[must_use]
pub fn file_name(raw: &str, extension: &str) -> String {
    const FALLBACK: &str = "room";
    let extension: String = extension.chars().filter(char::is_ascii_alphanumeric).collect();
    let safe: String = raw
        .nfc()
        .filter(|c| !is_invisible(*c) || c.is_control())
        .map(|c| if is_safe_in_file_name(c) { c } else { '_' })
        .collect();
    let stem = safe.trim_matches([' ', '.']);
    let stem = cut(stem, usize::MAX, MAX_FILE_NAME_BYTES - extension.len() - 2).trim_end_matches([' ', '.']);
    let stem = if stem.is_empty() { FALLBACK } else { stem };
    let mark = if is_reserved(stem) { "_" } else { "" };
    if extension.is_empty() {
        format!("{mark}{stem}")
    } else {
        format!("{mark}{stem}.{extension}")
    }
}

fn is_blank(c: char) -> bool {
    const BRAILLE_BLANK: char = '\u{2800}'; // a symbol in the data, nothing to the eye
    c.is_whitespace() || c == BRAILLE_BLANK
}

/// Not to be seen, or changing how others are seen.
fn is_invisible(c: char) -> bool {
    let category = CodePointMapData::<GeneralCategory>::new().get(c);
    GeneralCategoryGroup::Other.contains(category)
        || CodePointSetData::new::<BidiControl>().contains(c)
        || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
}

fn is_mark(c: char) -> bool {
    GeneralCategoryGroup::Mark.contains(CodePointMapData::<GeneralCategory>::new().get(c))
}

/// Without marks that have no base, and at most [`MAX_MARKS`] on each.
fn few_marks(chars: impl Iterator<Item = char>) -> String {
    let mut marks = MAX_MARKS;
    chars
        .filter(|c| {
            marks = if is_mark(*c) {
                marks + 1
            } else if *c == ' ' {
                MAX_MARKS
            } else {
                0
            };
            marks <= MAX_MARKS
        })
        .collect()
}

/// The beginning of a text, ending between graphemes.
fn cut(text: &str, max_graphemes: usize, max_bytes: usize) -> &str {
    let end = text
        .grapheme_indices(true)
        .take(max_graphemes)
        .map(|(at, grapheme)| at + grapheme.len())
        .take_while(|end| *end <= max_bytes)
        .last();
    &text[..end.unwrap_or(0)]
}

fn is_web(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
}

/// Where the scheme before `colon` starts, if it is one that may be opened and nothing is stuck to it.
fn scheme_start(text: &str, colon: usize) -> Option<usize> {
    let before = &text[..colon];
    let start = before
        .rfind(|c: char| !c.is_ascii_alphanumeric() && !"+-.".contains(c))
        .map_or(0, |at| at + before[at..].chars().next().map_or(0, char::len_utf8));
    is_web(&before[start..]).then_some(start)
}

/// Length of what follows `://`.
fn link_length(rest: &str) -> usize {
    let authority = authority_length(rest);
    let path = &rest[authority..];
    let path = path.find(|c| !is_link_char(c)).unwrap_or(path.len());
    without_trailing_punctuation(&rest[..authority + path]).len()
}

fn authority_length(rest: &str) -> usize {
    let mut previous = None;
    rest.find(|c: char| {
        let starts_label = matches!(previous, None | Some('.' | '@'));
        let follows_cjk = previous.is_some_and(is_cjk);
        previous = Some(c);
        if c.is_ascii() {
            matches!(c, '/' | '?' | '#') || !is_link_char(c)
        } else {
            !(c.is_alphanumeric() || is_mark(c)) || (is_cjk(c) && !starts_label && !follows_cjk)
        }
    })
    .unwrap_or(rest.len())
}

/// RFC 3986, without the characters that only stand around links in prose.
fn is_link_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c)
}

fn is_cjk(c: char) -> bool {
    matches!(
        CodePointMapData::<Script>::new().get(c),
        Script::Han | Script::Hiragana | Script::Katakana | Script::Hangul | Script::Bopomofo
    )
}

fn without_trailing_punctuation(mut link: &str) -> &str {
    while let Some(last) = link.chars().last() {
        let opening = match last {
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' => None,
            ')' => Some('('),
            ']' => Some('['),
            _ => break,
        };
        if opening.is_some_and(|opening| link.matches(opening).count() >= link.matches(last).count()) {
            break; // it closes what the link opened
        }
        link = &link[..link.len() - last.len_utf8()];
    }
    link
}

fn is_safe_in_file_name(c: char) -> bool {
    c.is_alphanumeric() || is_mark(c) || " -_.,()+=@".contains(c)
}

/// Devices of Windows, with any extension.
fn is_reserved(stem: &str) -> bool {
    let device = stem.split('.').next().unwrap_or_default().trim_end().to_uppercase();
    let numbered = |name: &str| {
        device
            .strip_prefix(name)
            .is_some_and(|number| number.chars().count() == 1 && "0123456789¹²³".contains(number))
    };
    ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].contains(&device.as_str()) || numbered("COM") || numbered("LPT")
}
