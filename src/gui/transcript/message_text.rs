//! The texts of a message with their colours: body with links and hits, time, name.

use std::ops::Range;

use egui::text::{ByteIndex, LayoutJob, LayoutSection, TextFormat, TextWrapping};
use egui::{Color32, Stroke};

use crate::chat::Message;
use crate::gui::look::theme::{self, size};
use crate::gui::transcript::additions;
use crate::gui::transcript::message::{SIGN, Scene, colors, time_color};
use crate::gui::transcript::selection::who;
use crate::gui::words::phrases::{clock, local};

/// Stands at the end of what a folded message shows: one character.
const ELLIPSIS: char = '…';

fn format(size: f32, color: Color32) -> TextFormat {
    TextFormat {
        line_height: Some(theme::line_height(size)),
        ..TextFormat::simple(theme::regular(size), color)
    }
}

pub(in crate::gui) fn time_job(scene: &Scene<'_>, message: &Message) -> LayoutJob {
    let time = clock(&local(message.at, scene.zone));
    let text = match message.later.edited {
        true => format!("{} · {time}", scene.strings.edited),
        false => time,
    };
    LayoutJob::single_section(text, format(size::TIME, time_color(scene.palette, message)))
}

pub(in crate::gui) fn name_job(scene: &Scene<'_>, message: &Message, width: f32) -> LayoutJob {
    let name = who(message, scene.strings);
    let ink = scene.palette.name(hue(message));
    let format = TextFormat {
        line_height: Some(theme::line_height(size::SMALL)),
        ..TextFormat::simple(theme::semibold(size::SMALL), ink)
    };
    let mut job = LayoutJob::single_section(name.into_owned(), format);
    job.wrap = TextWrapping {
        max_rows: 1,
        break_anywhere: true,
        ..TextWrapping::wrap_at_width(width - SIGN)
    };
    job
}

/// The colour of who said it: of the name itself, so that it is the same in every language.
pub(in crate::gui) fn hue(message: &Message) -> usize {
    theme::hue(message.author.as_ref().map_or("", |author| &author.name))
}

/// What stands in place of a message that is no more.
pub(in crate::gui) fn taken_back(scene: &Scene<'_>, message: &Message) -> Option<String> {
    let author = message.later.deleted.as_ref()?;
    Some(if additions::is_me(scene, author) {
        scene.strings.taken_back_mine.to_owned()
    } else {
        scene.strings.taken_back(&scene.strings.called(author))
    })
}

pub(in crate::gui) fn body_job(
    scene: &Scene<'_>,
    message: &Message,
    body: &str,
    links: &[Range<usize>],
    wrap: f32,
) -> LayoutJob {
    if let Some(words) = taken_back(scene, message) {
        let mut format = format(size::BODY, time_color(scene.palette, message));
        format.italics = true;
        let mut job = LayoutJob::single_section(words, format);
        job.wrap = TextWrapping::wrap_at_width(wrap);
        return job;
    }
    let folded = body.len() < message.text.len();
    let (_, ink) = colors(scene.palette, message);
    let plain = format(size::BODY, ink);
    let link_ink = if ink == scene.palette.own_text && message.mine {
        ink
    } else {
        scene.palette.link
    };
    let hits = scene.find.map(|needle| find_all(body, needle)).unwrap_or_default();
    let mut job = LayoutJob {
        text: if folded {
            format!("{body}{ELLIPSIS}")
        } else {
            body.to_owned()
        },
        wrap: TextWrapping::wrap_at_width(wrap),
        ..LayoutJob::default()
    };
    for piece in pieces(job.text.len(), links, &hits) {
        let mut format = plain.clone();
        if covers(links, &piece) {
            format.color = link_ink;
            format.underline = Stroke::new(1.0, link_ink);
        }
        if covers(&hits, &piece) {
            format.color = scene.palette.on_highlight;
            format.background = scene.palette.highlight;
        }
        job.sections.push(LayoutSection {
            leading_space: 0.0,
            byte_range: ByteIndex(piece.start)..ByteIndex(piece.end),
            format,
        });
    }
    job
}

/// The text cut wherever a link or a hit begins or ends.
fn pieces(len: usize, links: &[Range<usize>], hits: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut cuts: Vec<usize> = links
        .iter()
        .chain(hits)
        .flat_map(|range| [range.start, range.end])
        .collect();
    cuts.extend([0, len]);
    cuts.sort_unstable();
    cuts.dedup();
    if cuts.len() == 1 {
        return std::iter::once(0..0).collect();
    }
    cuts.windows(2).map(|pair| pair[0]..pair[1]).collect()
}

fn covers(ranges: &[Range<usize>], piece: &Range<usize>) -> bool {
    ranges
        .iter()
        .any(|range| range.start <= piece.start && piece.end <= range.end)
}

/// Where `needle`, in small letters, stands in `text`, without regard to case.
fn find_all(text: &str, needle: &str) -> Vec<Range<usize>> {
    if needle.is_empty() {
        return Vec::new();
    }
    let mut small = String::with_capacity(text.len());
    let mut origin = Vec::with_capacity(text.len() + 1);
    for (at, character) in text.char_indices() {
        small.extend(character.to_lowercase());
        origin.resize(small.len(), at);
    }
    origin.push(text.len());
    let place = |(at, found): (usize, &str)| {
        let last = origin[at + found.len() - 1];
        origin[at]..last + text[last..].chars().next().map_or(0, char::len_utf8)
    };
    small.match_indices(needle).map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::{find_all, pieces};

    #[test]
    fn text_is_found_without_regard_to_case() {
        let found = |text: &str, needle| {
            find_all(text, needle)
                .into_iter()
                .map(|range| text[range].to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(found("Straße, STRASSE, ÉTÉ 空状态", "é"), ["É", "É"]);
        assert_eq!(found("İstanbul İ", "i̇"), ["İ", "İ"]);
        assert_eq!(found("新的空状态和状态", "状态"), ["状态", "状态"]);
        assert!(found("abc", "").is_empty());
    }

    #[test]
    fn pieces_cover_the_text_once() {
        let (links, hits) = (vec![0..1, 3..9], vec![0..2, 5..7]);
        assert_eq!(pieces(10, &links, &hits), [0..1, 1..2, 2..3, 3..5, 5..7, 7..9, 9..10]);
        let empty = pieces(0, &[], &[]);
        assert_eq!((empty.len(), empty[0].clone()), (1, 0..0));
    }
}
