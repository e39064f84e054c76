//! The bare egui window that ours is measured against: one label, egui's own fonts and the same renderer.

use std::io;

use super::process::Running;
use super::screen::Screen;

/// With this argument the bench is the bare window.
pub(super) const ARGUMENT: &str = "bare-window";

/// Starts the bare window.
pub(super) fn spawn(screen: &Screen) -> io::Result<Running> {
    let mut command = screen.command(std::env::current_exe()?);
    command.arg(ARGUMENT);
    Running::spawn(command)
}

/// Is the bare window until somebody ends it.
pub(super) fn run() -> io::Result<()> {
    let options = eframe::NativeOptions {
        renderer: eframe::Renderer::Glow,
        viewport: egui::ViewportBuilder::default().with_inner_size([1100.0, 760.0]),
        ..eframe::NativeOptions::default()
    };
    eframe::run_native("bare", options, Box::new(|_| Ok(Box::new(Bare))))
        .map_err(|error| io::Error::other(error.to_string()))
}

struct Bare;

impl eframe::App for Bare {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        egui::CentralPanel::default().show(ui, |ui| ui.label("A bare window"));
    }
}
