//! Going somewhere in the list: gliding where it is near, at once where it is far.

use egui::Ui;

use super::{AnchorList, Rows, SAME};

/// Farther than so many views a jump is at once, nearer it glides.
const GLIDE_WITHIN: f64 = 3.0;
/// Seconds that a glide takes.
const GLIDE_SECONDS: f64 = 0.2;
/// Where a glide leads.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Goal {
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
pub(super) struct Glide {
    started: f64,
    /// How much of the way was gone at the last frame, eased.
    gone: f64,
    goal: GlideTo,
}

/// Where a glide ends: a place near enough to be measured.
#[derive(Debug, Clone, Copy)]
pub(super) struct GlideTo {
    row: usize,
    offset: f64,
}

impl AnchorList {
    pub(super) fn set_off(&mut self, ui: &Ui, rows: &mut impl Rows, goal: Goal, height: f64) {
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
    pub(super) fn glide_on(&mut self, ui: &Ui) {
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
}
