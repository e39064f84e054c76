//! A list of any length that never jumps: anchored at a row, not at an offset.
//!
//! The state is a row and how far into it the view begins. Rows are laid out from there until the view is full, so
//! nothing above can move what is being read: not rows that come or go, not heights that turn out otherwise. A million
//! rows are 150 million points, which no `f32` can scroll through; only sums over rows that are not drawn are of that
//! size, they are `f64`, and they decide nothing but the scroll bar and far jumps.

use egui::scroll_area::ScrollBarVisibility;
use egui::{Id, Pos2, Rect, ScrollArea, Ui, pos2};

use super::heights::Heights;

/// What egui's scroll area is told there is above and below, at most: within it an `f32` is exact to 1/256.
const RANGE: f64 = 50_000.0;
/// Where a row that is jumped to comes to stand, as a part of the view's height.
const JUMP_AT: f64 = 0.25;
/// Farther than so many views a jump is at once, nearer it glides.
const GLIDE_WITHIN: f64 = 3.0;
/// Seconds that a glide takes.
const GLIDE_SECONDS: f64 = 0.2;
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

/// Where a glide leads.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Goal {
    /// A row's top to a part of the view's height.
    Row(usize, f64),
    /// A row to wherever it is whole.
    Show(usize),
    /// So many points farther.
    By(f64),
    /// The end.
    End,
}

#[derive(Debug, Clone, Copy)]
struct Glide {
    started: f64,
    /// How much of the way was gone at the last frame, eased.
    gone: f64,
    goal: GlideTo,
}

/// Where a glide ends: a place near enough to be measured.
#[derive(Debug, Clone, Copy)]
struct GlideTo {
    row: usize,
    offset: f64,
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

    fn set_off(&mut self, ui: &Ui, rows: &mut impl Rows, goal: Goal, height: f64) {
        let here = self.extent().0;
        let target = match goal {
            Goal::End => {
                let (row, offset) = self.end(ui, rows, height);
                GlideTo { row, offset }
            }
            Goal::Row(row, part) => GlideTo {
                row: row.min(self.heights.len() - 1),
                offset: -part * height,
            },
            Goal::Show(row) => self.nearest(ui, rows, row.min(self.heights.len() - 1), height),
            Goal::By(points) => {
                // Page keys add up while one is still on its way.
                let from = self.glide.map_or(
                    GlideTo {
                        row: self.anchor,
                        offset: self.offset,
                    },
                    |glide| glide.goal,
                );
                GlideTo {
                    row: from.row,
                    offset: from.offset + points,
                }
            }
        };
        let way = self.heights.prefix(target.row) + target.offset - here;
        if way.abs() < SAME {
            self.stick |= goal == Goal::End;
            return;
        }
        if way < 0.0 {
            self.stick = false;
        }
        if way.abs() > GLIDE_WITHIN * height || ui.style().animation_time == 0.0 {
            self.place(target.row, target.offset);
            self.stick |= goal == Goal::End;
            self.glide = None;
            return;
        }
        self.glide = Some(Glide {
            started: ui.input(|input| input.time),
            gone: 0.0,
            goal: target,
        });
    }

    /// The nearest place from which a row is seen whole, or its beginning if it is higher than the view.
    fn nearest(&mut self, ui: &Ui, rows: &mut impl Rows, row: usize, height: f64) -> GlideTo {
        let row_height = f64::from(self.measure(ui, rows, row));
        let top = self.heights.prefix(row) - self.extent().0;
        let below = top + row_height - height;
        let offset = if top < 0.0 || row_height > height {
            0.0
        } else if below > 0.0 {
            row_height - height
        } else {
            -top
        };
        GlideTo { row, offset }
    }

    /// Goes on with a glide: always a part of the way that is left, so that it ends where it should whatever the rows
    /// between turn out to be.
    fn glide_on(&mut self, ui: &Ui) {
        let Some(glide) = &mut self.glide else { return };
        let time = ui.input(|input| input.time) - glide.started;
        let part = (time / GLIDE_SECONDS).clamp(0.0, 1.0);
        let eased = 1.0 - (1.0 - part).powi(3);
        let to = glide.goal;
        if eased >= 1.0 {
            self.glide = None;
            self.place(to.row, to.offset);
            return;
        }
        let step = (eased - glide.gone) / (1.0 - glide.gone);
        glide.gone = eased;
        let way = self.heights.prefix(to.row) + to.offset - self.heights.prefix(self.anchor) - self.offset;
        self.offset += way * step;
        ui.request_repaint();
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
mod tests {
    use egui::{Context, Event, Modifiers, MouseWheelUnit, Pos2, RawInput, Rect, TouchPhase, Ui, pos2, vec2};

    use super::{AnchorList, Rows};

    /// Rows whose real heights differ from the guess of 20.
    struct Uneven;

    impl Rows for Uneven {
        fn height(&mut self, _: &Ui, index: usize, _: f32) -> f32 {
            20.0 + (index % 7) as f32 * 3.25
        }

        fn draw(&mut self, ui: &mut Ui, index: usize, place: Rect) -> f32 {
            self.height(ui, index, place.width())
        }
    }

    /// A list in a view of 400 × 600, with a clock of its own.
    struct Desk {
        ctx: Context,
        list: AnchorList,
        first: u64,
        len: usize,
        time: f64,
    }

    impl Desk {
        fn new(len: usize) -> Self {
            let mut desk = Self {
                ctx: Context::default(),
                list: AnchorList::default(),
                first: 0,
                len,
                time: 0.0,
            };
            desk.frame(Vec::new());
            desk.settle();
            desk
        }

        fn frame(&mut self, events: Vec<Event>) {
            self.time += 1.0 / 60.0;
            let input = RawInput {
                screen_rect: Some(Rect::from_min_size(Pos2::ZERO, vec2(400.0, 600.0))),
                time: Some(self.time),
                events,
                ..RawInput::default()
            };
            let (list, first, len) = (&mut self.list, self.first, self.len);
            let output = self.ctx.run_ui(input, |ui| {
                list.sync(first, len, |_| 20.0);
                list.ui(ui, egui::Id::unique("desk"), &mut Uneven);
            });
            output.drop_without_applying_deltas();
        }

        fn settle(&mut self) {
            for _ in 0..40 {
                self.frame(Vec::new());
            }
        }

        /// The distance from the view's top edge to the top of a row, by its number.
        fn top_of(&self, number: u64) -> f64 {
            let (first, offset) = self.list.position();
            let step =
                |range: std::ops::Range<u64>| range.map(|n| 20.0 + (n - self.first) as f64 % 7.0 * 3.25).sum::<f64>();
            if number >= first {
                step(first..number) - offset
            } else {
                -step(number..first) - offset
            }
        }

        fn wheel(&mut self, points: f32) {
            self.frame(vec![
                Event::PointerMoved(pos2(200.0, 300.0)),
                Event::MouseWheel {
                    unit: MouseWheelUnit::Point,
                    delta: vec2(0.0, -points),
                    phase: TouchPhase::Move,
                    source: egui::MouseWheelSource::Wheel,
                    modifiers: Modifiers::NONE,
                },
            ]);
            self.settle();
        }
    }

    const MILLION: usize = 1_000_000;

    #[test]
    fn a_wheel_moves_a_million_rows_exactly() {
        let mut desk = Desk::new(MILLION);
        desk.list.go_to_row(MILLION - 500);
        desk.settle();
        let row = desk.list.position().0;
        for points in [3.0, -3.0, 1.0, 120.0, -7.0] {
            let before = desk.top_of(row);
            desk.wheel(points);
            let moved = before - desk.top_of(row);
            assert!((moved - f64::from(points)).abs() < 0.01, "{points}: moved {moved}");
        }
    }

    #[test]
    fn rows_at_either_end_move_nothing_that_is_read() {
        let mut desk = Desk::new(5_000);
        desk.list.go_to_row(2_500);
        desk.settle();
        let here = desk.list.position();
        assert!(!desk.list.sticks());
        desk.len += 300;
        desk.frame(Vec::new());
        assert_eq!(desk.list.position(), here, "rows came at the end");
        desk.first += 1_024;
        desk.len -= 1_024;
        desk.frame(Vec::new());
        assert_eq!(desk.list.position(), here, "rows went at the front");
        desk.first -= 512;
        desk.len += 512;
        desk.frame(Vec::new());
        assert_eq!(desk.list.position(), here, "rows came at the front");
    }

    #[test]
    fn the_list_sticks_to_its_end_until_somebody_goes_up() {
        let mut desk = Desk::new(100);
        assert!(desk.list.sticks());
        desk.len = 150;
        desk.frame(Vec::new());
        let end = |desk: &Desk| desk.top_of(desk.len as u64);
        assert_eq!(end(&desk), 600.0, "follows");
        desk.wheel(-5.0);
        assert!(!desk.list.sticks());
        let row = desk.list.position().0;
        let before = desk.top_of(row);
        desk.len = 200;
        desk.settle();
        assert_eq!(desk.top_of(row), before, "stays");
        desk.list.go_to_end();
        desk.settle();
        assert!(desk.list.sticks());
        assert_eq!(end(&desk), 600.0);
        desk.wheel(-40.0);
        desk.wheel(90.0);
        assert!(desk.list.sticks(), "going down to the end sticks again");
    }

    #[test]
    fn a_row_is_brought_to_the_same_place_from_near_and_far() {
        let mut desk = Desk::new(MILLION);
        for (row, from) in [(500_000, "far"), (500_020, "near"), (500_010, "above")] {
            desk.list.go_to_row(row);
            desk.settle();
            let top = desk.top_of(row as u64);
            assert!((top - 150.0).abs() < 0.01, "from {from}: {top}");
        }
    }

    #[test]
    fn page_keys_add_up_while_one_is_on_its_way() {
        let mut desk = Desk::new(10_000);
        desk.list.go_to_row(5_000);
        desk.settle();
        let row = desk.list.position().0;
        let before = desk.top_of(row);
        desk.list.page(1.0);
        desk.frame(Vec::new());
        desk.list.page(1.0);
        desk.settle();
        let moved = before - desk.top_of(row);
        assert!((moved - 1200.0).abs() < 0.01, "{moved}");
    }

    #[test]
    fn a_list_shorter_than_the_view_begins_at_the_top() {
        let mut desk = Desk::new(3);
        assert_eq!(desk.top_of(0), 0.0);
        desk.wheel(-50.0);
        desk.wheel(50.0);
        assert_eq!(desk.top_of(0), 0.0);
        desk.len = 0;
        desk.settle();
        assert!(desk.list.sticks());
    }
}
