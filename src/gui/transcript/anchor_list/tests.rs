//! A wheel moves exactly, rows at either end move nothing, the end is followed.

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
