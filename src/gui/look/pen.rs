//! Draws lines on the 24-unit grid of the icons.

use std::f32::consts::TAU;

use egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, Vec2, vec2};

/// Units of the grid.
const GRID: f32 = 24.0;
/// Width of a line, in units.
const WIDTH: f32 = 1.75;

/// Draws on the grid.
pub(in crate::gui) struct Pen<'a> {
    painter: &'a Painter,
    origin: Pos2,
    unit: f32,
    stroke: Stroke,
}

impl<'a> Pen<'a> {
    pub(in crate::gui) fn new(painter: &'a Painter, rect: Rect, color: Color32) -> Self {
        let unit = rect.width().min(rect.height()) / GRID;
        Self {
            painter,
            origin: rect.center() - Vec2::splat(GRID / 2.0 * unit),
            unit,
            stroke: Stroke::new(WIDTH * unit.max(0.6), color),
        }
    }

    fn at(&self, (x, y): (f32, f32)) -> Pos2 {
        self.origin + vec2(x, y) * self.unit
    }

    /// A line with round ends.
    pub(in crate::gui) fn line(&self, points: &[(f32, f32)]) {
        let points: Vec<Pos2> = points.iter().map(|point| self.at(*point)).collect();
        self.path(points);
    }

    fn path(&self, points: Vec<Pos2>) {
        let radius = self.stroke.width / 2.0;
        for end in [points.first(), points.last()].into_iter().flatten() {
            self.painter.circle_filled(*end, radius * 0.94, self.stroke.color);
        }
        self.painter.add(Shape::line(points, self.stroke));
    }

    pub(in crate::gui) fn closed(&self, points: &[(f32, f32)]) {
        let points = points.iter().map(|point| self.at(*point)).collect();
        self.painter.add(Shape::closed_line(points, self.stroke));
    }

    /// A filled outline with soft edges; the last corner is the notch of a paper plane, so it is not convex. One mesh:
    /// two shapes would overlap, and where they do their soft edges show.
    pub(in crate::gui) fn fill(&self, points: &[(f32, f32); 4]) {
        const SOFT: f32 = 0.5;
        let corners = points.map(|point| self.at(point));
        let mut mesh = egui::Mesh::default();
        for (index, corner) in corners.into_iter().enumerate() {
            let (before, after) = (corners[(index + 3) % 4], corners[(index + 1) % 4]);
            let out = outward(before, corner, after) * SOFT;
            mesh.colored_vertex(corner - out, self.stroke.color);
            mesh.colored_vertex(corner + out, self.stroke.color.gamma_multiply(0.0));
        }
        mesh.add_triangle(0, 2, 6);
        mesh.add_triangle(6, 2, 4);
        for edge in 0..4 {
            let (inner, next) = (edge * 2, (edge + 1) % 4 * 2);
            mesh.add_triangle(inner, inner + 1, next);
            mesh.add_triangle(inner + 1, next + 1, next);
        }
        self.painter.add(Shape::mesh(mesh));
    }

    pub(in crate::gui) fn circle(&self, middle: (f32, f32), radius: f32) {
        self.painter
            .circle_stroke(self.at(middle), radius * self.unit, self.stroke);
    }

    pub(in crate::gui) fn dot(&self, middle: (f32, f32), radius: f32) {
        self.painter
            .circle_filled(self.at(middle), radius * self.unit, self.stroke.color);
    }

    pub(in crate::gui) fn rect(&self, from: (f32, f32), to: (f32, f32), radius: f32) {
        let rect = Rect::from_two_pos(self.at(from), self.at(to));
        self.painter
            .rect_stroke(rect, radius * self.unit, self.stroke, egui::StrokeKind::Middle);
    }

    /// Clockwise from `start` (0 is to the right) through `sweep`.
    pub(in crate::gui) fn arc(&self, middle: (f32, f32), radius: f32, start: f32, sweep: f32) {
        const STEPS: u8 = 24;
        let middle = self.at(middle);
        let angle = |step: u8| start + sweep * f32::from(step) / f32::from(STEPS);
        self.path(
            (0..=STEPS)
                .map(|step| middle + Vec2::angled(angle(step)) * radius * self.unit)
                .collect(),
        );
    }

    pub(in crate::gui) fn curve(&self, points: [(f32, f32); 4]) {
        let points = points.map(|point| self.at(point));
        self.painter.add(egui::epaint::CubicBezierShape::from_points_stroke(
            points,
            false,
            Color32::TRANSPARENT,
            self.stroke,
        ));
    }

    pub(in crate::gui) fn gear(&self) {
        const TEETH: u8 = 8;
        let middle = self.at((12.0, 12.0));
        let step = TAU / f32::from(TEETH);
        let corner = |tooth: u8, part: f32, radius: f32| {
            middle + Vec2::angled(f32::from(tooth) * step + step * part) * radius * self.unit
        };
        let outline = (0..TEETH).flat_map(|tooth| {
            [(-0.34, 7.0), (-0.2, 9.2), (0.2, 9.2), (0.34, 7.0)].map(|(part, radius)| corner(tooth, part, radius))
        });
        self.painter.add(Shape::closed_line(outline.collect(), self.stroke));
        self.circle((12.0, 12.0), 3.0);
    }
}

/// From a corner of a clockwise outline outwards, so long that both edges move by one point.
fn outward(before: Pos2, corner: Pos2, after: Pos2) -> Vec2 {
    /// A sharp corner does not grow into a spike.
    const SHARPEST: f32 = 0.25;
    let normal = |from: Pos2, to: Pos2| (to - from).normalized().rot90();
    let (one, other) = (normal(before, corner), normal(corner, after));
    (one + other) / (1.0 + one.dot(other)).max(SHARPEST)
}
