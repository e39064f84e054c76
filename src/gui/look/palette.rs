//! The colours of both themes, under the names of what they are for.
//!
//! A test holds every pair of text and ground that is used at a contrast of 4.5.

use egui::{Color32, Shadow, Stroke, Visuals};

use crate::gui::look::theme::FOCUS_RING;

/// Hues that people can have.
pub(crate) const HUES: usize = 8;

/// The tokens of one theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Palette {
    /// Whether this is the dark one.
    pub(crate) dark: bool,
    /// Ground of the list of rooms.
    pub(crate) side: Color32,
    /// Ground of the transcript.
    pub(crate) bg: Color32,
    /// Ground of cards, menus and toasts.
    pub(crate) card: Color32,
    /// Ground of fields and of the composer.
    pub(crate) field: Color32,
    /// Hairlines.
    pub(crate) line: Color32,
    /// Text.
    pub(crate) text: Color32,
    /// Previews, times, icons.
    pub(crate) dim: Color32,
    /// Placeholders, times in bubbles.
    pub(crate) faint: Color32,
    /// Other people's bubbles.
    pub(crate) other_bubble: Color32,
    /// Own bubbles.
    pub(crate) own_bubble: Color32,
    /// Text in own bubbles.
    pub(crate) own_text: Color32,
    /// Times in own bubbles.
    pub(crate) own_time: Color32,
    /// Signs of being read in own bubbles.
    pub(crate) own_read: Color32,
    /// Buttons, badges, focus.
    pub(crate) accent: Color32,
    /// Text on the accent.
    pub(crate) on_accent: Color32,
    /// Links.
    pub(crate) link: Color32,
    /// The selected row.
    pub(crate) selected: Color32,
    /// What the pointer is over.
    pub(crate) hover: Color32,
    /// Good news.
    pub(crate) ok: Color32,
    /// Bad news.
    pub(crate) error: Color32,
    /// Ground of bad news, and of a message that did not go out.
    pub(crate) error_fill: Color32,
    /// Presence dots.
    pub(crate) online: Color32,
    /// Ground of code.
    pub(crate) code: Color32,
    /// Ground of code in own bubbles.
    pub(crate) own_code: Color32,
    /// Ground of what was searched for.
    pub(crate) highlight: Color32,
    /// Text on the highlight.
    pub(crate) on_highlight: Color32,
    /// Ground of selected text.
    pub(crate) selection: Color32,
    /// Ground of selected text in own bubbles.
    pub(crate) own_selection: Color32,
    /// The thumb of a scroll bar.
    pub(crate) thumb: Color32,
    /// Under what floats.
    pub(crate) shadow: Color32,
    /// Names, by hue.
    pub(crate) names: [Color32; HUES],
}

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

/// By day.
pub(crate) const LIGHT: Palette = Palette {
    dark: false,
    side: rgb(0xF4_F5F8),
    bg: rgb(0xFF_FFFF),
    card: rgb(0xFF_FFFF),
    field: rgb(0xF4_F5F8),
    line: rgb(0xE4_E7EC),
    text: rgb(0x14_171F),
    dim: rgb(0x54_5C6B),
    faint: rgb(0x5F_6777),
    other_bubble: rgb(0xF0_F2F6),
    own_bubble: rgb(0x3D_5AF1),
    own_text: rgb(0xFF_FFFF),
    own_time: rgb(0xED_F0FF),
    own_read: rgb(0xB4_FFDE),
    accent: rgb(0x3D_5AF1),
    on_accent: rgb(0xFF_FFFF),
    link: rgb(0x24_46D8),
    selected: rgb(0xDD_E4FB),
    hover: rgb(0xE9_ECF2),
    ok: rgb(0x0B_7A4B),
    error: rgb(0xC6_2F3B),
    error_fill: rgb(0xFD_F0F1),
    online: rgb(0x24_B573),
    code: rgb(0xE3_E6ED),
    own_code: rgb(0x2E_46C8),
    highlight: rgb(0xFF_E08A),
    on_highlight: rgb(0x14_171F),
    selection: rgb(0xC6_D3FF),
    own_selection: rgb(0x1C_2FA0),
    thumb: rgb(0xC3_C7CF),
    shadow: Color32::from_black_alpha(32),
    names: [
        rgb(0x7A_35D1),
        rgb(0x0B_7A4B),
        rgb(0x24_57D0),
        rgb(0xC2_2766),
        rgb(0x85_5800),
        rgb(0x4B_5563),
        rgb(0xB8_3A0E),
        rgb(0x04_7582),
    ],
};

/// By night.
pub(crate) const DARK: Palette = Palette {
    dark: true,
    side: rgb(0x15_181E),
    bg: rgb(0x1A_1D24),
    card: rgb(0x23_2730),
    field: rgb(0x21_252D),
    line: rgb(0x2A_2E38),
    text: rgb(0xE9_ECF2),
    dim: rgb(0xA7_AFBE),
    faint: rgb(0x9A_A3B3),
    other_bubble: rgb(0x27_2B35),
    own_bubble: rgb(0x3F_58D6),
    own_text: rgb(0xFF_FFFF),
    own_time: rgb(0xDD_E3FF),
    own_read: rgb(0xB4_FFDE),
    accent: rgb(0x6E_8BFF),
    on_accent: rgb(0x0B_0F1F),
    link: rgb(0x9D_B2FF),
    selected: rgb(0x26_2F4D),
    hover: rgb(0x23_2730),
    ok: rgb(0x4F_D39A),
    error: rgb(0xFF_8A8F),
    error_fill: rgb(0x3A_2228),
    online: rgb(0x24_B573),
    code: rgb(0x1C_2028),
    own_code: rgb(0x31_48B8),
    highlight: rgb(0x6B_5200),
    on_highlight: rgb(0xF4_F5F8),
    selection: rgb(0x32_4074),
    own_selection: rgb(0x22_2F86),
    thumb: rgb(0x4A_4F5B),
    shadow: Color32::from_black_alpha(110),
    names: [
        rgb(0xC3_A1FF),
        rgb(0x7F_D1B0),
        rgb(0x93_B4FF),
        rgb(0xFF_8FBB),
        rgb(0xE8_BC62),
        rgb(0xB3_BAC6),
        rgb(0xFF_9E78),
        rgb(0x5F_D0DD),
    ],
};

/// Discs of people, by hue: the colour at the top and at the bottom.
const AVATARS: [[Color32; 2]; HUES] = [
    [rgb(0x9A_5BE6), rgb(0x6F_37C6)],
    [rgb(0x14_A077), rgb(0x0A_7556)],
    [rgb(0x3F_86F5), rgb(0x24_57D0)],
    [rgb(0xE3_4A86), rgb(0xBC_2563)],
    [rgb(0xC9_8C07), rgb(0x8E_6000)],
    [rgb(0x6E_7682), rgb(0x48_505C)],
    [rgb(0xE3_5C2A), rgb(0xBE_3B10)],
    [rgb(0x07_98A8), rgb(0x05_7280)],
];

impl Palette {
    /// The palette that `visuals` were made from.
    pub(crate) fn of(visuals: &Visuals) -> &'static Self {
        if visuals.dark_mode { &DARK } else { &LIGHT }
    }

    /// The colour of a person's name.
    pub(crate) fn name(&self, hue: usize) -> Color32 {
        self.names[hue % HUES]
    }

    /// The shadow of what floats: toasts, the button to the latest message.
    pub(crate) fn floating(&self) -> Shadow {
        Shadow {
            offset: [0, 3],
            blur: 12,
            spread: 0,
            color: self.shadow,
        }
    }

    /// The ring around what has the focus.
    pub(crate) fn focus_ring(&self) -> Stroke {
        Stroke::new(FOCUS_RING, self.accent)
    }
}

/// The colours of a person's disc, top and bottom.
pub(crate) fn avatar(hue: usize) -> [Color32; 2] {
    AVATARS[hue % HUES]
}

/// A person's hue. The same on every computer and in every run (FNV-1a).
pub(crate) fn hue(key: &str) -> usize {
    let hash = key.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (hash ^ (hash >> 32)) as usize % HUES
}

#[cfg(test)]
mod tests {
    use super::{AVATARS, Color32, DARK, HUES, LIGHT, Palette, hue};

    /// What WCAG 2.2 asks of text.
    const TEXT: f64 = 4.5;
    /// What it asks of large or bold text: initials on a disc are both.
    const LARGE: f64 = 3.0;

    fn luminance(color: Color32) -> f64 {
        let channel = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * channel(color.r()) + 0.7152 * channel(color.g()) + 0.0722 * channel(color.b())
    }

    fn contrast(one: Color32, other: Color32) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    fn pairs(p: &Palette) -> Vec<(&'static str, Color32, Vec<Color32>)> {
        let grounds = vec![p.bg, p.side, p.card, p.field, p.hover, p.selected, p.other_bubble];
        vec![
            (
                "text",
                p.text,
                [grounds.clone(), vec![p.code, p.selection, p.error_fill]].concat(),
            ),
            ("dim", p.dim, grounds.clone()),
            (
                "faint",
                p.faint,
                vec![p.other_bubble, p.field, p.bg, p.side, p.card, p.code],
            ),
            ("own text", p.own_text, vec![p.own_bubble, p.own_code, p.own_selection]),
            ("own time", p.own_time, vec![p.own_bubble, p.own_code]),
            ("own read", p.own_read, vec![p.own_bubble]),
            ("on accent", p.on_accent, vec![p.accent]),
            ("link", p.link, vec![p.other_bubble, p.bg, p.card, p.field, p.selection]),
            ("ok", p.ok, vec![p.bg, p.side, p.card, p.field]),
            ("error", p.error, vec![p.bg, p.side, p.card, p.field, p.error_fill]),
            ("highlight", p.on_highlight, vec![p.highlight]),
        ]
    }

    #[test]
    fn every_text_can_be_read() {
        for palette in [&LIGHT, &DARK] {
            let mut low = Vec::new();
            for (name, text, grounds) in pairs(palette) {
                for ground in grounds {
                    let found = contrast(text, ground);
                    if found < TEXT {
                        low.push(format!("{name} on {ground:?}: {found:.2}"));
                    }
                }
            }
            for (hue, name) in palette.names.into_iter().enumerate() {
                for ground in [palette.bg, palette.side, palette.card] {
                    let found = contrast(name, ground);
                    if found < TEXT {
                        low.push(format!("name {hue} on {ground:?}: {found:.2}"));
                    }
                }
            }
            assert!(low.is_empty(), "dark {}: {low:#?}", palette.dark);
        }
    }

    #[test]
    fn initials_can_be_read() {
        for [top, bottom] in AVATARS {
            let middle = top.lerp_to_gamma(bottom, 0.5);
            assert!(contrast(Color32::WHITE, middle) >= LARGE, "{middle:?}");
        }
    }

    #[test]
    fn a_hue_belongs_to_a_name_for_ever() {
        assert_eq!(
            [hue("Lin"), hue("小雨"), hue("Marek")],
            [hue("Lin"), hue("小雨"), hue("Marek")]
        );
        let used: std::collections::BTreeSet<usize> = (0..100).map(|n| hue(&n.to_string())).collect();
        assert_eq!(used.len(), HUES, "every hue is used");
    }
}
