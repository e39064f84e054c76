//! Frame time of the transcript with a million messages, without a window: layout, and tessellation beside it.
//!
//! Each frame is measured against one in which egui alone lays out and paints the texts that are in sight, in the same
//! run, so that the ratios mean something on any computer. What is on top of that is our own layout code. The goal: it
//! takes at most 1 ms, whatever is done.

#![expect(clippy::print_stdout, reason = "a benchmark tells people what it found")]

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use egui::text::{LayoutJob, TextFormat};
use egui::{
    Color32, Context, Event, FontId, Modifiers, MouseWheelSource, MouseWheelUnit, RawInput, Rect, TouchPhase, pos2,
    vec2,
};
use landline::chat::{Chat, Row};
use landline::gui::stage::Stage;
use landline::profile::Language;
use landline::proto::{Author, Entry, EntryId, Event as RoomEvent, MemberId};
use landline::worker;

/// Messages in the room.
const MESSAGES: u64 = 1_000_000;
/// Frames of each scenario: enough for a steady 99th percentile.
const FRAMES: usize = 400;
/// Goal P18: our own layout code in one frame, at the median.
const GOAL: Duration = Duration::from_millis(1);
/// Messages a frame in the scenario that appends: 10,000 a second at 60 frames.
const APPENDED: u64 = 167;

/// Texts of different lengths and scripts, shared so that the memory is the transcript's own.
fn texts() -> Vec<Arc<str>> {
    let words = "The quick brown fox jumps over the lazy dog and looks for 一条线路 into the next room 早上好 ";
    (1..40)
        .map(|n| {
            words
                .chars()
                .cycle()
                .skip(n * 7)
                .take(n * n % 700 + 8)
                .collect::<String>()
                .into()
        })
        .collect()
}

struct Bench {
    ctx: Context,
    /// Lays out the same texts without us.
    bare: Context,
    stage: Stage,
    texts: Vec<Arc<str>>,
    seq: u64,
    time: f64,
}

/// What people do before a frame.
type Scenario = fn(&mut Bench, usize) -> Vec<Event>;

/// What one scenario took: layout, the same texts by egui alone, and tessellation.
struct Times {
    layout: Vec<Duration>,
    bare: Vec<Duration>,
    tessellation: Vec<Duration>,
}

impl Bench {
    fn new() -> Self {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_768_383_000);
        let ctx = Context::default();
        let bare = Context::default();
        for context in [&ctx, &bare] {
            Stage::prepare(context);
        }
        let mut bench = Self {
            ctx,
            bare,
            stage: Stage::new(Chat::new("bench", true), Language::English, now),
            texts: texts(),
            seq: 0,
            time: 0.0,
        };
        bench.append(MESSAGES);
        bench
    }

    fn append(&mut self, count: u64) {
        for _ in 0..count {
            self.seq += 1;
            let person = self.seq / 3 % 5;
            let entry = Entry {
                seq: self.seq,
                id: EntryId(u128::from(self.seq).to_le_bytes()),
                author: Author {
                    id: MemberId(person),
                    name: ["Me", "Lin", "Marek", "王磊", "Ana"][person as usize].into(),
                    plain: true,
                },
                mine: person == 0 && self.seq < MESSAGES,
                text: Arc::clone(&self.texts[(self.seq * 31 % self.texts.len() as u64) as usize]),
                reply_to: None,
                at: SystemTime::UNIX_EPOCH + Duration::from_secs(1_768_000_000 + self.seq / 10),
            };
            self.stage
                .chat
                .apply(&worker::Event::Room(RoomEvent::Said { entry }), entry_time());
        }
    }

    fn input(&self, events: Vec<Event>) -> RawInput {
        RawInput {
            screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), vec2(928.0, 740.0))),
            time: Some(self.time),
            events,
            ..RawInput::default()
        }
    }

    /// One frame: how long it took to lay out, and to tessellate.
    fn frame(&mut self, events: Vec<Event>) -> (Duration, Duration) {
        self.time += 1.0 / 60.0;
        let input = self.input(events);
        let stage = &mut self.stage;
        let started = Instant::now();
        let output = self.ctx.run_ui(input, |ui| stage.ui(ui));
        let layout = started.elapsed();
        let shapes = output.shapes.clone();
        let scale = output.pixels_per_point;
        output.drop_without_applying_deltas();
        let started = Instant::now();
        let meshes = self.ctx.tessellate(shapes, scale);
        let tessellation = started.elapsed();
        drop(meshes);
        (layout, tessellation)
    }

    /// The texts that are in sight, laid out and painted by egui alone.
    fn bare_frame(&self) -> Duration {
        let first = self.stage.position().0 - self.stage.chat.dropped();
        let rows = self
            .stage
            .chat
            .rows()
            .iter()
            .skip(first as usize)
            .take(self.stage.rows_in_sight());
        let texts: Vec<Arc<str>> = rows
            .filter_map(|row| match row {
                Row::Message(message) => Some(Arc::clone(&message.text)),
                _ => None,
            })
            .collect();
        let started = Instant::now();
        let output = self.bare.run_ui(self.input(Vec::new()), |ui| {
            for text in &texts {
                paint(ui, text, 14.5);
                paint(ui, "09:30", 11.5);
            }
        });
        let time = started.elapsed();
        output.drop_without_applying_deltas();
        time
    }

    fn run(&mut self, mut events: impl FnMut(&mut Self, usize) -> Vec<Event>) -> Times {
        let mut times = Times {
            layout: Vec::with_capacity(FRAMES),
            bare: Vec::with_capacity(FRAMES),
            tessellation: Vec::with_capacity(FRAMES),
        };
        for frame in 0..FRAMES {
            let events = events(self, frame);
            let (layout, tessellation) = self.frame(events);
            times.layout.push(layout);
            times.tessellation.push(tessellation);
            times.bare.push(self.bare_frame());
        }
        times
    }
}

/// A text as wide as a bubble's.
fn paint(ui: &egui::Ui, text: &str, size: f32) {
    let format = TextFormat {
        line_height: Some((size * 1.5_f32).round()),
        ..TextFormat::simple(FontId::proportional(size), Color32::WHITE)
    };
    let mut job = LayoutJob::single_section(text.to_owned(), format);
    job.wrap.max_width = 594.0;
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
    ui.painter().galley(pos2(0.0, 0.0), galley, Color32::WHITE);
}

fn entry_time() -> SystemTime {
    SystemTime::UNIX_EPOCH
}

fn wheel(points: f32) -> Vec<Event> {
    vec![
        Event::PointerMoved(pos2(400.0, 300.0)),
        Event::MouseWheel {
            unit: MouseWheelUnit::Point,
            delta: vec2(0.0, points),
            phase: TouchPhase::Move,
            source: MouseWheelSource::Wheel,
            modifiers: Modifiers::NONE,
        },
    ]
}

fn percentile(times: &[Duration], part: f64) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    sorted[((sorted.len() - 1) as f64 * part) as usize]
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn report(name: &str, times: &Times) -> bool {
    let [p50, p99] = [0.5, 0.99].map(|part| percentile(&times.layout, part));
    let [bare, tessellation] = [&times.bare, &times.tessellation].map(|times| percentile(times, 0.5));
    let own = p50.saturating_sub(bare);
    let met = own <= GOAL;
    println!(
        "{name:<28} p50 {:7.3} ms  p99 {:7.3} ms  egui alone {:6.3} ms  {:4.1}x  own {:6.3} ms  tessellation {:6.3} ms  {}",
        milliseconds(p50),
        milliseconds(p99),
        milliseconds(bare),
        p50.as_secs_f64() / bare.as_secs_f64(),
        milliseconds(own),
        milliseconds(tessellation),
        if met { "goal met" } else { "GOAL MISSED" },
    );
    met
}

fn main() {
    let started = Instant::now();
    let mut bench = Bench::new();
    println!("{MESSAGES} messages made in {:.2} s", started.elapsed().as_secs_f64());
    let (first, _) = bench.frame(Vec::new());
    println!(
        "first frame {:.1} ms, with a guess for every height",
        milliseconds(first)
    );
    bench.stage.go_to_latest();
    bench.run(|_, _| Vec::new());
    let mut met = true;
    let scenarios: [(&str, Scenario); 5] = [
        ("idle at the end", |_, _| Vec::new()),
        ("wheel, 120 points a frame", |_, _| wheel(120.0)),
        ("jump to any row every frame", |bench, frame| {
            let row = frame as u64 * 7_919_003 % MESSAGES;
            bench.stage.go_to(row);
            Vec::new()
        }),
        ("10,000/s while reading", |bench, _| {
            bench.append(APPENDED);
            Vec::new()
        }),
        ("10,000/s at the end", |bench, frame| {
            if frame == 0 {
                bench.stage.go_to_latest();
            }
            bench.append(APPENDED);
            Vec::new()
        }),
    ];
    for (name, events) in scenarios {
        let times = bench.run(events);
        met &= report(name, &times);
    }
    println!(
        "\n{}",
        if met {
            "P18 holds: our own layout code takes at most 1 ms"
        } else {
            "P18 does not hold"
        }
    );
}
