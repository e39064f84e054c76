//! Where a window opens on X11: where it was, and fully on a screen.
//!
//! eframe remembers the size in points and the place in pixels, but hands both over in points of the scale of that day:
//! after the display's scale has changed the place is doubled or halved. On Windows and macOS eframe corrects that by
//! itself; on Wayland only the compositor places windows.

use eframe::{CreationContext, Storage};
use egui::{Pos2, Rect, Vec2, pos2, vec2};
use serde::Deserialize;
use winit::dpi::{PhysicalPosition, PhysicalSize};
use winit::monitor::MonitorHandle;

/// Under this name eframe keeps [`Remembered`].
const KEY: &str = "window";
/// What the title bar and the edges add to a window, in points. How much it really is shows only when the window does;
/// desktops draw title bars of 24 to 38.
const FRAME: Vec2 = vec2(8.0, 40.0);

/// The part of what eframe remembers that is needed here.
#[derive(Debug, Deserialize)]
struct Remembered {
    normal_geometry: Geometry,
}

#[derive(Debug, Deserialize)]
struct Geometry {
    outer_position_pixels: Option<Pos2>,
}

/// Puts a window that is not shown yet where it was, and makes it no larger than the screen.
pub(crate) fn restore(creation: &CreationContext<'_>) {
    let Some(window) = creation.winit_window() else { return };
    let Ok(opened) = window.outer_position() else { return };
    let remembered = creation.storage.and_then(remembered_place);
    let place = remembered.unwrap_or_else(|| pos2(opened.x as f32, opened.y as f32));
    let size = window.inner_size();
    let size = vec2(size.width as f32, size.height as f32);
    let screens: Vec<Rect> = window.available_monitors().map(|screen| area(&screen)).collect();
    let frame = FRAME * window.scale_factor() as f32;
    let Some(fitting) = fitted(Rect::from_min_size(place, size), frame, &screens) else {
        return;
    };
    if fitting.size() != size {
        let wanted = PhysicalSize::new(fitting.width() as u32, fitting.height() as u32);
        if window.request_inner_size(wanted).is_some() {
            tracing::debug!(?wanted, "the window was resized at once");
        }
    }
    // A window without a past is placed by the desktop.
    if remembered.is_some() {
        window.set_outer_position(PhysicalPosition::new(fitting.min.x as i32, fitting.min.y as i32));
    }
}

/// The window's upper left corner of last time, in pixels.
fn remembered_place(storage: &dyn Storage) -> Option<Pos2> {
    let remembered: Remembered = eframe::get_value(storage, KEY)?;
    remembered.normal_geometry.outer_position_pixels
}

fn area(screen: &MonitorHandle) -> Rect {
    let (at, size) = (screen.position(), screen.size());
    Rect::from_min_size(
        pos2(at.x as f32, at.y as f32),
        vec2(size.width as f32, size.height as f32),
    )
}

/// A window's place and inner size, moved and shrunk by as little as it takes to be on one of the screens with its frame.
fn fitted(window: Rect, frame: Vec2, screens: &[Rect]) -> Option<Rect> {
    let outer = Rect::from_min_size(window.min, window.size() + frame);
    let screen = screens.iter().max_by(|one, other| {
        let nearness = |screen: &Rect| -screen.distance_sq_to_pos(outer.center());
        overlap(outer, **one)
            .total_cmp(&overlap(outer, **other))
            .then(nearness(one).total_cmp(&nearness(other)))
    })?;
    let size = outer.size().min(screen.size());
    let place = outer.min.clamp(screen.min, screen.max - size);
    Some(Rect::from_min_size(place, size - frame))
}

/// How much two rectangles share.
fn overlap(one: Rect, other: Rect) -> f32 {
    let shared = one.intersect(other);
    shared.width().max(0.0) * shared.height().max(0.0)
}

#[cfg(test)]
mod tests {
    use egui::{Rect, Vec2, pos2, vec2};

    use super::{fitted, remembered_place};

    const FRAME: Vec2 = vec2(8.0, 40.0);

    fn rect(x: f32, y: f32, width: f32, height: f32) -> Rect {
        Rect::from_min_size(pos2(x, y), vec2(width, height))
    }

    fn on_one_screen(window: Rect) -> Rect {
        fitted(window, FRAME, &[rect(0.0, 0.0, 2560.0, 1440.0)]).expect("there is a screen")
    }

    #[test]
    fn a_window_that_fits_stays_where_it_was() {
        let window = rect(700.0, 300.0, 1100.0, 760.0);
        assert_eq!(on_one_screen(window), window);
    }

    #[test]
    fn a_window_that_has_grown_moves_by_as_little_as_it_takes() {
        let doubled = rect(700.0, 300.0, 2200.0, 1380.0);
        assert_eq!(on_one_screen(doubled), rect(352.0, 20.0, 2200.0, 1380.0));
    }

    #[test]
    fn a_window_that_is_too_large_takes_the_whole_screen() {
        assert_eq!(
            on_one_screen(rect(-50.0, 300.0, 3000.0, 1000.0)),
            rect(0.0, 300.0, 2552.0, 1000.0)
        );
        assert_eq!(
            on_one_screen(rect(700.0, 300.0, 9000.0, 9000.0)),
            rect(0.0, 0.0, 2552.0, 1400.0)
        );
    }

    #[test]
    fn a_window_stays_on_the_screen_that_had_most_of_it_and_comes_back_from_one_that_is_gone() {
        let screens = [rect(0.0, 0.0, 1000.0, 1000.0), rect(1000.0, 200.0, 1000.0, 1000.0)];
        let fit = |window| fitted(window, FRAME, &screens);
        assert_eq!(
            fit(rect(900.0, 300.0, 492.0, 460.0)),
            Some(rect(1000.0, 300.0, 492.0, 460.0))
        );
        assert_eq!(
            fit(rect(5000.0, 300.0, 492.0, 460.0)),
            Some(rect(1500.0, 300.0, 492.0, 460.0)),
            "the nearest"
        );
        assert_eq!(fitted(rect(0.0, 0.0, 9.0, 9.0), FRAME, &[]), None);
    }

    /// What eframe wrote, as far as it matters here.
    struct Kept(&'static str);

    impl eframe::Storage for Kept {
        fn get_string(&self, key: &str) -> Option<String> {
            (key == "window").then(|| self.0.to_owned())
        }

        fn set_string(&mut self, _key: &str, _value: String) {}

        fn remove_string(&mut self, _key: &str) {}

        fn flush(&mut self) {}
    }

    #[test]
    fn the_place_is_found_in_what_eframe_keeps() {
        let kept = Kept(concat!(
            "(normal_geometry:(outer_position_pixels:Some((x:10.0,y:30.0)),scale_factor:2.0,",
            "inner_size_points:(x:1240.0,y:880.0)),fullscreen:false,maximized:false)"
        ));
        assert_eq!(remembered_place(&kept), Some(pos2(10.0, 30.0)));
        assert_eq!(remembered_place(&Kept("of another version")), None);
    }
}
