//! Where a window opens: where it was, and fully on a screen.
//!
//! Places are in pixels, which mean the same when the display's scale has changed, and sizes are in points, which look the same. On Wayland only
//! the compositor places windows.

use eframe::CreationContext;
use egui::{Pos2, Rect, Vec2, ViewportInfo, pos2, vec2};
use winit::dpi::{PhysicalPosition, PhysicalSize};
use winit::monitor::MonitorHandle;
use winit::window::Window;

use crate::profile::Place;

/// What the title bar and the edges add to a window, in points. How much it really is shows only when the window does;
/// desktops draw title bars of 24 to 38.
const FRAME: Vec2 = vec2(8.0, 40.0);

/// Puts a window that is not shown yet where it was, and makes it no larger than the screen.
pub(crate) fn restore(creation: &CreationContext<'_>, place: Option<Place>) {
    let Some(window) = creation.winit_window() else { return };
    move_to(window, place);
    // Only now: to move a window that fills the screen brings it back to its size on Windows and macOS.
    if place.is_some_and(|place| place.maximized) {
        window.set_maximized(true);
    }
}

fn move_to(window: &Window, place: Option<Place>) {
    let Ok(opened) = window.outer_position() else { return };
    let corner = place.and_then(|place| place.corner).map(Pos2::from);
    let at = corner.unwrap_or_else(|| pos2(opened.x as f32, opened.y as f32));
    let size = window.inner_size();
    let size = vec2(size.width as f32, size.height as f32);
    let screens: Vec<Rect> = window.available_monitors().map(|screen| area(&screen)).collect();
    let frame = FRAME * window.scale_factor() as f32;
    let Some(fitting) = fitted(Rect::from_min_size(at, size), frame, &screens) else {
        return;
    };
    if fitting.size() != size {
        let wanted = PhysicalSize::new(fitting.width() as u32, fitting.height() as u32);
        if window.request_inner_size(wanted).is_some() {
            tracing::debug!(?wanted, "the window was resized at once");
        }
    }
    // A window without a past is placed by the desktop.
    if corner.is_some() {
        window.set_outer_position(PhysicalPosition::new(fitting.min.x as i32, fitting.min.y as i32));
    }
}

/// Where the window is now; while it fills the screen or is not shown at all, where it was `before` that.
pub(crate) fn place(window: &ViewportInfo, zoom: f32, before: Option<Place>) -> Option<Place> {
    let is = |state: Option<bool>| state.unwrap_or(false);
    if is(window.minimized) {
        return before;
    }
    let maximized = is(window.maximized) && !is(window.fullscreen);
    if is(window.maximized) || is(window.fullscreen) {
        return before.map(|before| Place { maximized, ..before });
    }
    let scale = window.native_pixels_per_point? * zoom;
    Some(Place {
        corner: window.outer_rect.map(|outer| (outer.min * scale).into()),
        size: (window.inner_rect?.size() * zoom).into(),
        maximized,
    })
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
    use egui::{Rect, Vec2, ViewportInfo, pos2, vec2};

    use super::{fitted, place};
    use crate::profile::Place;

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

    const BEFORE: Place = Place {
        corner: Some([10.0, 30.0]),
        size: [800.0, 600.0],
        maximized: false,
    };

    /// A window on a display of two pixels per point, seen at a zoom of 1.25: its own points are larger.
    fn seen() -> ViewportInfo {
        ViewportInfo {
            native_pixels_per_point: Some(2.0),
            outer_rect: Some(rect(40.0, 20.0, 808.0, 640.0)),
            inner_rect: Some(rect(44.0, 56.0, 800.0, 600.0)),
            ..ViewportInfo::default()
        }
    }

    #[test]
    fn a_place_means_the_same_at_every_zoom_and_scale() {
        let now = place(&seen(), 1.25, None).expect("it is known");
        assert_eq!(now.corner, Some([100.0, 50.0]), "in pixels");
        assert_eq!(now.size, [1000.0, 750.0], "in points of a zoom of 1");
        assert!(!now.maximized);
    }

    #[test]
    fn a_window_that_fills_the_screen_goes_back_to_where_it_was() {
        let mut window = seen();
        window.maximized = Some(true);
        let filling = Place {
            maximized: true,
            ..BEFORE
        };
        assert_eq!(place(&window, 1.0, Some(BEFORE)), Some(filling));
        window.fullscreen = Some(true);
        assert_eq!(place(&window, 1.0, Some(BEFORE)), Some(BEFORE));
        window.minimized = Some(true);
        assert_eq!(place(&window, 1.0, Some(filling)), Some(filling), "it is not shown");
    }

    #[test]
    fn where_only_the_desktop_knows_the_place_the_size_is_kept() {
        let mut window = seen();
        window.outer_rect = None;
        let now = place(&window, 1.0, Some(BEFORE)).expect("it is known");
        assert_eq!((now.corner, now.size), (None, [800.0, 600.0]));
        window.inner_rect = None;
        assert_eq!(place(&window, 1.0, None), None);
    }
}
