//! Fonts: Inter, the right Chinese faces, colour emoji, a bundled last resort.
//!
//! Every family's chain is the same on every start, so that no glyph depends on which character came first: Inter from
//! the program, the system's colour emoji, the system's Simplified Chinese face in the family's weight, then whatever
//! the system has for a character, and last the bundled Chinese subset.

use std::sync::{Arc, LazyLock};
use std::thread::JoinHandle;

use egui::mutex::Mutex;
use egui::{FontData, FontDefinitions, FontFamily, FontInsert, FontProvider, FontTweak};
use egui_system_font_provider::SystemFontProvider;
use fontique::{Attributes, Collection, CollectionOptions, FontWeight, QueryFamily, QueryStatus, SourceCache};
use miniz_oxide::inflate::decompress_to_vec_zlib;

use crate::profile::Language;

/// The family of names and titles.
pub(crate) const SEMIBOLD: &str = "semibold";

/// Weight of running text: at 400 Inter is thin beside Chinese, at 500 it shouts.
const TEXT_WEIGHT: f32 = 420.0;
/// Weight of names and titles.
const SEMIBOLD_WEIGHT: f32 = 620.0;

const HACK: &[u8] = include_bytes!("../../../assets/fonts/Hack-subset.ttf");
const PACKED_INTER: &[u8] = include_bytes!("../../../assets/fonts/Inter-subset.ttf.zlib");
const PACKED_CHINESE: &[u8] = include_bytes!("../../../assets/fonts/NotoSansSC-gb2312.otf.zlib");
static INTER: LazyLock<Vec<u8>> = LazyLock::new(|| unpacked(PACKED_INTER));
/// Few computers ever need it.
static CHINESE: LazyLock<Vec<u8>> = LazyLock::new(|| unpacked(PACKED_CHINESE));

/// Simplified Chinese faces, best first: macOS, Windows, then what Linux distributions install.
const HAN_FAMILIES: [&str; 9] = [
    "PingFang SC",
    "Microsoft YaHei UI",
    "Microsoft YaHei",
    "Noto Sans SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
];
/// Colour emoji faces.
const EMOJI_FAMILIES: [&str; 4] = ["Apple Color Emoji", "Segoe UI Emoji", "Noto Color Emoji", "Twemoji"];

/// Installs all fonts. Draws text from the first frame on; the first frame waits for the search of the system's faces.
pub(crate) fn install(ctx: &egui::Context, system: Arc<SystemFonts>) {
    ctx.set_fonts(definitions(false));
    ctx.set_font_providers(vec![system, Arc::new(LastResort)]);
}

/// Installs the bundled fonts alone: the same pixels on every computer.
pub(crate) fn install_bundled(ctx: &egui::Context) {
    ctx.set_fonts(definitions(true));
    ctx.set_font_providers(Vec::new());
}

/// The fonts the program brings. `chinese`: the bundled Chinese subset too, ahead of everything the system has.
fn definitions(chinese: bool) -> FontDefinitions {
    let mut fonts = FontDefinitions::empty();
    let mut add = |name: &str, data: FontData| fonts.font_data.insert(name.to_owned(), Arc::new(data));
    add("Inter", FontData::from_static(&INTER).tweak(weight(TEXT_WEIGHT)));
    add(
        "Inter semibold",
        FontData::from_static(&INTER).tweak(weight(SEMIBOLD_WEIGHT)),
    );
    add("Hack", FontData::from_static(HACK));
    if chinese {
        add(LAST_RESORT, FontData::from_static(&CHINESE));
    }
    let tail = chinese.then(|| LAST_RESORT.to_owned());
    let family = |first: &str| std::iter::once(first.to_owned()).chain(tail.clone()).collect();
    fonts.families.insert(FontFamily::Proportional, family("Inter"));
    fonts.families.insert(semibold_family(), family("Inter semibold"));
    fonts.families.insert(
        FontFamily::Monospace,
        ["Hack".to_owned(), "Inter".to_owned()]
            .into_iter()
            .chain(tail)
            .collect(),
    );
    fonts
}

fn unpacked(font: &[u8]) -> Vec<u8> {
    decompress_to_vec_zlib(font).expect("the program brings it, and a test unpacks it")
}

/// The family of names and titles, as egui wants it.
pub(crate) fn semibold_family() -> FontFamily {
    FontFamily::Name(SEMIBOLD.into())
}

fn weight(value: f32) -> FontTweak {
    FontTweak {
        coords: egui::epaint::text::VariationCoords::new([(b"wght", value)]),
        ..FontTweak::default()
    }
}

/// What the system has, looked for on a thread. That takes tens of milliseconds: begun before the window is made, it is
/// over when the first frame is drawn.
pub(crate) struct SystemFonts {
    found: Mutex<Finding>,
}

enum Finding {
    Running(JoinHandle<Found>),
    Done(Box<Found>),
    /// Between the two; also what stays if the search panicked: then the bundled fonts have to do.
    Nothing,
}

/// The result of the search.
struct Found {
    text: Vec<FontInsert>,
    semibold: Vec<FontInsert>,
    rest: SystemFontProvider,
}

impl SystemFonts {
    /// Begins to look, and unpacks what the first frame needs.
    pub(crate) fn find(language: Language) -> Self {
        let thread = std::thread::Builder::new().name("fonts".to_owned()).spawn(move || {
            LazyLock::force(&INTER);
            Found::search(language)
        });
        Self {
            found: Mutex::new(match thread {
                Ok(thread) => Finding::Running(thread),
                Err(error) => {
                    tracing::warn!(%error, "no thread to look for fonts; the bundled ones are used");
                    Finding::Nothing
                }
            }),
        }
    }

    fn with_found<R>(&self, read: impl FnOnce(&Found) -> R) -> Option<R> {
        let mut finding = self.found.lock();
        *finding = match std::mem::replace(&mut *finding, Finding::Nothing) {
            Finding::Running(thread) => thread
                .join()
                .map_or(Finding::Nothing, |found| Finding::Done(Box::new(found))),
            other => other,
        };
        match &*finding {
            Finding::Done(found) => Some(read(found)),
            Finding::Running(_) | Finding::Nothing => None,
        }
    }
}

impl FontProvider for SystemFonts {
    fn fonts_for_family(&self, family: &FontFamily) -> Vec<FontInsert> {
        let semibold = *family == semibold_family();
        self.with_found(|found| {
            if semibold {
                found.semibold.clone()
            } else {
                found.text.clone()
            }
        })
        .unwrap_or_default()
    }

    fn font_for(&self, request: &egui::FallbackRequest<'_>) -> Option<FontInsert> {
        self.with_found(|found| found.rest.font_for(request))?
    }
}

impl Found {
    fn search(language: Language) -> Self {
        let mut search = Search::new();
        let emoji = search.face(&EMOJI_FAMILIES, '😀', FontWeight::NORMAL);
        let text = search.face(&HAN_FAMILIES, '中', FontWeight::NORMAL);
        let semibold = search.face(&HAN_FAMILIES, '中', FontWeight::BOLD);
        let chain = |han: Option<FontInsert>| emoji.iter().cloned().chain(han).collect();
        let locale = match language {
            Language::English => "en",
            Language::Chinese => "zh-Hans",
        };
        Self {
            text: chain(text),
            semibold: chain(semibold),
            // Enumerates on a thread of its own, after ours, so that the two do not race for the first frame.
            rest: SystemFontProvider::new().with_locale(Some(locale)),
        }
    }
}

/// A search among the system's fonts.
struct Search {
    collection: Collection,
    cache: SourceCache,
}

impl Search {
    fn new() -> Self {
        Self {
            collection: Collection::new(CollectionOptions {
                shared: false,
                system_fonts: true,
            }),
            cache: SourceCache::default(),
        }
    }

    /// The first of `families` that has `character`, in the weight nearest to `weight`. Memory-mapped, not copied.
    fn face(&mut self, families: &[&str], character: char, weight: FontWeight) -> Option<FontInsert> {
        let mut query = self.collection.query(&mut self.cache);
        query.set_families(families.iter().map(|name| QueryFamily::Named(name)));
        query.set_attributes(Attributes {
            weight,
            ..Attributes::default()
        });
        let mut found = None;
        query.matches_with(|font| {
            let glyph = font.charmap().and_then(|map| map.map(character));
            if glyph.is_some_and(|glyph| glyph != 0) {
                found = Some(font.clone());
                return QueryStatus::Stop;
            }
            QueryStatus::Continue
        });
        let font = found?;
        let name = format!("system:{:?}:{}:{}", font.family, font.index, weight.value());
        let coords = font
            .synthesis
            .variation_settings()
            .iter()
            .map(|(tag, value)| (tag.to_be_bytes(), *value));
        let coords: Vec<([u8; 4], f32)> = coords.collect();
        let (blob, _) = font.blob.into_raw_parts();
        Some(FontInsert {
            name,
            data: FontData::from_blob(blob, font.index).tweak(FontTweak {
                coords: egui::epaint::text::VariationCoords::new(coords.iter().map(|(tag, value)| (tag, *value))),
                ..FontTweak::default()
            }),
            families: Vec::new(),
        })
    }
}

const LAST_RESORT: &str = "Noto Sans SC, GB 2312";

/// The bundled Chinese subset, for computers without any Chinese face.
struct LastResort;

impl FontProvider for LastResort {
    fn font_for(&self, request: &egui::FallbackRequest<'_>) -> Option<FontInsert> {
        in_gb2312(request.cluster.chars().next()?).then(|| FontInsert {
            name: LAST_RESORT.to_owned(),
            data: FontData::from_static(&CHINESE),
            families: Vec::new(),
        })
    }
}

/// GBK keeps GB 2312 where both bytes are at or above A1 and the first is at most F7.
fn in_gb2312(character: char) -> bool {
    let mut text = [0; 4];
    let (bytes, _, unmappable) = encoding_rs::GBK.encode(character.encode_utf8(&mut text));
    !unmappable && matches!(*bytes, [0xA1..=0xF7, 0xA1..=0xFE])
}

#[cfg(test)]
mod tests {
    use egui::FontProvider as _;

    use super::{CHINESE, PACKED_CHINESE, PACKED_INTER, SystemFonts, in_gb2312, install_bundled, semibold_family};
    use crate::profile::Language;

    #[test]
    fn the_bundled_fonts_draw_both_languages() {
        let ctx = egui::Context::default();
        install_bundled(&ctx);
        ctx.run_ui(egui::RawInput::default(), |_| {})
            .drop_without_applying_deltas();
        for family in [
            egui::FontFamily::Proportional,
            semibold_family(),
            egui::FontFamily::Monospace,
        ] {
            let font = egui::FontId::new(14.0, family);
            let missing = ctx.fonts_mut(|fonts| {
                "Grüße Ελλάδα Привет …—·→✓ 直骨角令，。！？《》“”"
                    .chars()
                    .find(|c| !fonts.has_glyph(&font, *c))
            });
            assert_eq!(missing, None, "in {font:?}");
        }
    }

    #[test]
    fn the_bundled_fonts_stay_small() {
        assert!(PACKED_INTER.len() < 200_000, "{}", PACKED_INTER.len());
        assert!(PACKED_CHINESE.len() < 1_500_000, "{}", PACKED_CHINESE.len());
        assert_eq!(
            CHINESE.get(..4),
            Some(b"OTTO".as_slice()),
            "OpenType with outlines of PostScript"
        );
    }

    #[test]
    fn what_the_system_has_is_there_for_every_family() {
        let system = SystemFonts::find(Language::English);
        let families = [semibold_family(), egui::FontFamily::Proportional, semibold_family()];
        let [first, _, again] = families.map(|family| {
            let names = system.fonts_for_family(&family).into_iter().map(|insert| insert.name);
            names.collect::<Vec<String>>()
        });
        assert_eq!(first, again);
        assert!(system.with_found(|_| ()).is_some());
    }

    #[test]
    fn gb2312_is_told_apart() {
        assert!(in_gb2312('中') && in_gb2312('，') && in_gb2312('齄'));
        assert!(!in_gb2312('a') && !in_gb2312('龘') && !in_gb2312('😀') && !in_gb2312('한'));
    }
}
