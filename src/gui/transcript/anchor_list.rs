//! A list of any length that never jumps: anchored at a row, not at an offset.
//!
//! The state is a row and how far into it the view begins. Rows are laid out from there until the view is full, so
//! nothing above can move what is being read: not rows that come or go, not heights that turn out otherwise. A million
//! rows are 150 million points, which no `f32` can scroll through; only sums over rows that are not drawn are of that
//! size, they are `f64`, and they decide nothing but the scroll bar and far jumps.

use egui::scroll_area::ScrollBarVisibility;
use egui::{Id, Pos2, Rect, ScrollArea, Ui, pos2};

use self::glide::{Glide, Goal};
use crate::gui::transcript::heights::Heights;

mod glide;

/// What egui's scroll area is told there is above and below, at most: within it an `f32` is exact to 1/256.
const RANGE: f64 = 50_000.0;
/// Where a row that is jumped to comes to stand, as a part of the view's height.
const JUMP_AT: f64 = 0.25;
/// Two places closer than this are one.
const SAME: f64 = 0.5;

/// What rows are drawn with.
pub(crate) trait Rows {
    /// How high row `index` is.
    fn height(&mut self, ui: &Ui, index: usize, width: f32) -> f32;
    /// Draws row `index`; how high it is.
    fn draw(&mut self, ui: &mut Ui, index: usize, place: Rect) -> f32;
}

/// Where the list is, and what is known of its heights.
#[derive(Debug)]
pub(crate) struct AnchorList {
    heights: Heights,
    /// Number of the first row that is kept.
    first: u64,
    anchor: usize,
    /// Points of the anchor row above the view's top edge.
    offset: f64,
    stick: bool,
    /// Width, pixels per point and size of text: heights hold for one set of them.
    layout: Layout,
    glide: Option<Glide>,
    goal: Option<Goal>,
    view: Option<Rect>,
}

/// What heights depend on.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Layout {
    width: f32,
    pixels_per_point: f32,
}

impl Default for AnchorList {
    fn default() -> Self {
        Self {
            heights: Heights::default(),
            first: 0,
            anchor: 0,
            offset: 0.0,
            stick: true,
            layout: Layout::default(),
            glide: None,
            goal: None,
            view: None,
        }
    }
}

impl AnchorList {
    /// Tells which rows there are: `len` rows, the first of them with number `first`. Rows that went at the front and
    /// rows that came at either end get their guess from `guess`. Nothing that is seen moves.
    pub(crate) fn sync(&mut self, first: u64, len: usize, guess: impl Fn(usize) -> f32) {
        if first > self.first {
            self.drop_front(usize::try_from(first - self.first).unwrap_or(usize::MAX));
        } else if first < self.first {
            self.prepend(
                usize::try_from(self.first - first).unwrap_or(usize::MAX).min(len),
                &guess,
            );
        }
        self.first = first;
        self.heights.truncate(len);
        for index in self.heights.len()..len {
            self.heights.push(guess(index));
        }
        self.anchor = self.anchor.min(len.saturating_sub(1));
    }

    fn drop_front(&mut self, count: usize) {
        self.heights.drop_front(count);
        if let Some(Goal::Row(row, _) | Goal::Show(row)) = &mut self.goal {
            *row = row.saturating_sub(count);
        }
        if count > self.anchor {
            self.offset = 0.0; // what was being read is gone
        }
        self.anchor = self.anchor.saturating_sub(count);
        self.glide = None;
    }

    fn prepend(&mut self, count: usize, guess: &impl Fn(usize) -> f32) {
        for index in (0..count).rev() {
            self.heights.push_front(guess(index));
        }
        self.anchor += count;
        self.glide = None;
    }

    /// Whether the list follows its end.
    pub(crate) fn sticks(&self) -> bool {
        self.stick
    }

    /// Goes to the end and stays there.
    pub(crate) fn go_to_end(&mut self) {
        self.goal = Some(Goal::End);
    }

    /// Goes to the beginning.
    pub(crate) fn go_to_start(&mut self) {
        self.goal = Some(Goal::Row(0, 0.0));
    }

    /// Brings a row into view, a quarter from the top.
    pub(crate) fn go_to_row(&mut self, index: usize) {
        self.goal = Some(Goal::Row(index, JUMP_AT));
    }

    /// Brings a row into view if it is not, by no more than is needed.
    pub(crate) fn show_row(&mut self, index: usize) {
        self.goal = Some(Goal::Show(index));
    }

    /// Puts a row a quarter from the top at once, as where the list opens.
    pub(crate) fn open_at(&mut self, index: usize, view_height: f32) {
        self.place(index, -JUMP_AT * f64::from(view_height));
        self.stick = false;
        self.glide = None;
        self.goal = None;
    }

    /// Goes `views` views farther; negative is up.
    pub(crate) fn page(&mut self, views: f64) {
        let height = self.view.map_or(0.0, |view| f64::from(view.height()));
        self.by(views * height);
    }

    /// Goes so many points farther, gliding; negative is up.
    pub(crate) fn by(&mut self, points: f64) {
        self.goal = Some(Goal::By(points));
    }

    /// Goes so many points farther at once; negative is up.
    pub(crate) fn nudge(&mut self, points: f64) {
        self.glide = None;
        self.moved(points);
    }

    /// Where the view began at the last frame: the row's number, and how many points of it were above.
    pub(crate) fn position(&self) -> (u64, f64) {
        (self.first + self.anchor as u64, self.offset)
    }

    /// The view of the last frame.
    pub(crate) fn view(&self) -> Option<Rect> {
        self.view
    }

    /// Everything above the view, the view and everything together, as far as it is known; for a scroll bar.
    pub(crate) fn extent(&self) -> (f64, f64) {
        let above = self.heights.prefix(self.anchor) + self.offset;
        (above, self.heights.total())
    }

    /// Puts the view where `above` points are above it.
    pub(crate) fn jump(&mut self, above: f64) {
        let (row, offset) = self.heights.find(above);
        let up = above < self.extent().0;
        self.place(row, offset);
        self.glide = None;
        self.stick &= !up;
    }

    /// Draws the rows that are in view.
    pub(crate) fn ui(&mut self, ui: &mut Ui, salt: Id, rows: &mut impl Rows) {
        let outer = ui.available_rect_before_wrap();
        self.view = Some(outer);
        self.notice_layout(ui, outer.width(), rows);
        let (above, below) = self.treadmill(f64::from(outer.height()));
        ui.spacing_mut().scroll.kinetic.rubber_band = false;
        ui.spacing_mut().scroll.fade.strength = 0.0;
        let mut seen = 0.0;
        let area = ScrollArea::vertical()
            .id_salt(salt)
            .auto_shrink(false)
            .scroll_bar_visibility(ScrollBarVisibility::AlwaysHidden)
            .vertical_scroll_offset(above as f32)
            .show_viewport(ui, |ui, viewport| {
                ui.set_height((above + below) as f32);
                ui.set_width(outer.width());
                seen = viewport.min.y;
                self.moved(f64::from(seen - above as f32)); // momentum
                self.advance(ui, rows, outer);
                self.draw(ui, rows, outer);
            });
        let wheel = f64::from(area.state.unclamped_offset().y - seen);
        if wheel != 0.0 {
            self.glide = None;
            self.moved(wheel);
            ui.request_repaint();
        }
    }

    /// egui's scroll area is an input device here: it is told of so much above and below that all its numbers stay
    /// small, and asked how far it moved.
    fn treadmill(&self, height: f64) -> (f64, f64) {
        let (above, total) = self.extent();
        let left = (total - above).max(0.0);
        // Guesses may be short: there is always a view's height to go where rows are left.
        let up = if self.anchor > 0 { above.max(height) } else { above };
        let down = if self.stick { left } else { left + height };
        (up.clamp(0.0, RANGE), down.min(RANGE).max(height))
    }

    fn moved(&mut self, points: f64) {
        self.offset += points;
        if points < 0.0 {
            self.stick = false;
        }
    }

    fn notice_layout(&mut self, ui: &Ui, width: f32, rows: &mut impl Rows) {
        let layout = Layout {
            width,
            pixels_per_point: ui.pixels_per_point(),
        };
        if layout == self.layout {
            return;
        }
        let first_time = self.layout == Layout::default();
        self.layout = layout;
        // What stood at the top edge stays there, as far as wrapping allows.
        if !first_time && self.anchor < self.heights.len() && self.offset > 0.0 {
            let before = f64::from(self.heights.at(self.anchor)).max(1.0);
            let now = f64::from(self.measure(ui, rows, self.anchor));
            self.offset *= now / before;
        }
    }

    fn measure(&mut self, ui: &Ui, rows: &mut impl Rows, index: usize) -> f32 {
        let height = rows.height(ui, index, self.layout.width);
        self.heights.set(index, height);
        height
    }

    fn place(&mut self, row: usize, offset: f64) {
        self.anchor = row.min(self.heights.len().saturating_sub(1));
        self.offset = offset;
    }

    /// One frame of whatever is under way, then a place that exists.
    fn advance(&mut self, ui: &Ui, rows: &mut impl Rows, view: Rect) {
        if self.heights.len() == 0 {
            self.anchor = 0;
            self.offset = 0.0;
            self.stick = true;
            return;
        }
        let height = f64::from(view.height());
        if let Some(goal) = self.goal.take() {
            self.set_off(ui, rows, goal, height);
        }
        self.glide_on(ui);
        if self.stick {
            (self.anchor, self.offset) = self.end(ui, rows, height);
        } else {
            self.normalise(ui, rows, height);
        }
    }

    /// The anchor becomes the row at the top edge; the view does not leave the rows; at the end the list sticks.
    fn normalise(&mut self, ui: &Ui, rows: &mut impl Rows, height: f64) {
        if self.offset.abs() > 20.0 * height.max(1.0) {
            let above = (self.heights.prefix(self.anchor) + self.offset).max(0.0);
            (self.anchor, self.offset) = self.heights.find(above);
        }
        while self.offset < 0.0 && self.anchor > 0 {
            self.anchor -= 1;
            self.offset += f64::from(self.measure(ui, rows, self.anchor));
        }
        self.offset = self.offset.max(0.0);
        while self.anchor + 1 < self.heights.len() {
            let anchor_height = f64::from(self.measure(ui, rows, self.anchor));
            if self.offset < anchor_height {
                break;
            }
            self.offset -= anchor_height;
            self.anchor += 1;
        }
        if self.reaches_end(ui, rows, height) {
            (self.anchor, self.offset) = self.end(ui, rows, height);
            self.stick = self.glide.is_none();
        }
    }

    /// Whether the last row ends in the view.
    fn reaches_end(&mut self, ui: &Ui, rows: &mut impl Rows, height: f64) -> bool {
        let mut bottom = -self.offset;
        for index in self.anchor..self.heights.len() {
            bottom += f64::from(self.measure(ui, rows, index));
            if bottom > height + SAME {
                return false;
            }
        }
        true
    }

    /// The place from which the last row ends at the bottom edge.
    fn end(&mut self, ui: &Ui, rows: &mut impl Rows, height: f64) -> (usize, f64) {
        let mut filled = 0.0;
        for index in (0..self.heights.len()).rev() {
            filled += f64::from(self.measure(ui, rows, index));
            if filled >= height {
                return (index, filled - height);
            }
        }
        (0, 0.0)
    }

    fn draw(&mut self, ui: &mut Ui, rows: &mut impl Rows, view: Rect) {
        let mut y = -self.offset;
        for index in self.anchor..self.heights.len() {
            if y >= f64::from(view.height()) {
                break;
            }
            let at: Pos2 = pos2(view.left(), snap(ui, view.top() + y as f32));
            let place = Rect::from_min_size(at, egui::vec2(view.width(), self.heights.at(index)));
            let height = rows.draw(ui, index, place);
            self.heights.set(index, height);
            y += f64::from(height);
        }
    }
}

/// Text is sharp only on whole pixels.
fn snap(ui: &Ui, y: f32) -> f32 {
    let scale = ui.pixels_per_point();
    (y * scale).round() / scale
}

#[cfg(test)]
mod tests;
