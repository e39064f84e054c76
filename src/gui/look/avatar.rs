//! A person as a disc: their hue and their initials.

use std::f32::consts::TAU;

use egui::{Color32, Painter, Pos2, Shape, Vec2};

use crate::gui::look::theme;

/// A person: a disc in their hue with their initials.
pub(crate) fn avatar(painter: &Painter, middle: Pos2, diameter: f32, name: &str, hue: usize) {
    let [top, bottom] = theme::avatar(hue);
    painter.add(disc(middle, diameter / 2.0, top, bottom));
    let font = theme::semibold((diameter * 0.38).round());
    let galley = painter.layout_no_wrap(initials(name), font, Color32::WHITE);
    let ink = galley.mesh_bounds;
    let at = if ink.is_positive() {
        middle - ink.center().to_vec2()
    } else {
        middle - galley.size() / 2.0
    };
    painter.galley(at, galley, Color32::WHITE);
}

/// A disc whose colour runs from `top` to `bottom`, with a soft edge.
fn disc(middle: Pos2, radius: f32, top: Color32, bottom: Color32) -> Shape {
    const STEPS: u32 = 48;
    const SOFT: f32 = 0.5;
    let mut mesh = egui::Mesh::default();
    let tint = |y: f32| top.lerp_to_gamma(bottom, (y / radius).mul_add(0.5, 0.5).clamp(0.0, 1.0));
    mesh.colored_vertex(middle, tint(0.0));
    for step in 0..STEPS {
        let way = Vec2::angled(step as f32 / STEPS as f32 * TAU);
        let color = tint(way.y * radius);
        mesh.colored_vertex(middle + way * (radius - SOFT), color);
        mesh.colored_vertex(middle + way * (radius + SOFT), color.gamma_multiply(0.0));
        let (inner, outer) = (1 + step * 2, 2 + step * 2);
        let next = (step + 1) % STEPS;
        let (next_inner, next_outer) = (1 + next * 2, 2 + next * 2);
        mesh.add_triangle(0, inner, next_inner);
        mesh.add_triangle(inner, outer, next_outer);
        mesh.add_triangle(inner, next_outer, next_inner);
    }
    Shape::mesh(mesh)
}

/// What stands on a person's disc: one Chinese character, or the first letters of the first two words.
pub(crate) fn initials(name: &str) -> String {
    // Only where a word begins: in Ann的房间 the name is Ann.
    let words = name.split(|c: char| !c.is_alphanumeric());
    let mut firsts = words.filter_map(|word| word.chars().next());
    if let Some(han) = firsts.find(|c| (0x2E80..0xE000).contains(&(*c as u32))) {
        return han.to_string();
    }
    let letter = |word: &str| word.chars().find(|c| c.is_alphanumeric());
    let found: String = name
        .split_whitespace()
        .filter_map(letter)
        .take(2)
        .flat_map(char::to_uppercase)
        .collect();
    if found.is_empty() { "?".to_owned() } else { found }
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn initials_are_short_in_every_script() {
        let found = [
            "Lin Xiaoyu 林小雨",
            "林小雨",
            "Ann的房间",
            "marek",
            "Marek Novák",
            "plain guest 10.0.0.1",
            "🦀",
            "",
        ]
        .map(initials);
        assert_eq!(found, ["林", "林", "A", "M", "MN", "PG", "?", "?"]);
    }
}
