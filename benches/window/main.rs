//! What the window costs, as ratios to a bare egui window in the same run: start to first painted frame, idle processor
//! time and wake-ups, memory with a room of 10,000 messages, size of the program. Goals P15, P16, P17 and P19.
//!
//! `cargo bench --bench window`. Needs Linux and Xvfb; where either is missing it says so and measures nothing.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

#[cfg(target_os = "linux")]
mod floor;
#[cfg(target_os = "linux")]
mod process;
#[cfg(target_os = "linux")]
mod screen;

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("skipped: the window is measured on Linux only");
}

#[cfg(target_os = "linux")]
fn main() -> std::io::Result<()> {
    if std::env::args().any(|argument| argument == floor::ARGUMENT) {
        return floor::run();
    }
    let Some(screen) = screen::Screen::start()? else {
        println!("skipped: Xvfb is not installed");
        return Ok(());
    };
    measure::all(&screen)
}

#[cfg(target_os = "linux")]
mod measure {
    //! The figures themselves.

    use std::io::{self, Read as _, Write as _};
    use std::net::{Ipv4Addr, TcpListener, TcpStream};
    use std::path::Path;
    use std::time::{Duration, Instant};

    use super::floor;
    use super::process::{self, Running};
    use super::screen::Screen;

    const ROUNDS: usize = 7;
    const LANDLINE: &str = env!("CARGO_BIN_EXE_landline");
    /// How long a window is left alone before it counts as idle.
    const SETTLE: Duration = Duration::from_secs(3);
    const IDLE: Duration = Duration::from_secs(10);
    const MESSAGES: usize = 10_000;

    pub(super) fn all(screen: &Screen) -> io::Result<()> {
        start(screen)?;
        idle(screen)?;
        memory(screen)?;
        size()
    }

    fn start(screen: &Screen) -> io::Result<()> {
        let (mut floor_ms, mut ours_ms, mut ratios) = (vec![], vec![], vec![]);
        for round in 0..=ROUNDS {
            let floor = painted_after(screen, floor::spawn)?;
            let profile = tempfile::tempdir()?;
            let ours = painted_after(screen, |screen| landline(screen, profile.path(), &[]))?;
            if round == 0 {
                continue; // the disk's cache is cold
            }
            floor_ms.push(floor);
            ours_ms.push(ours);
            ratios.push(ours / floor);
        }
        println!(
            "start to first painted frame: {:.0} ms, bare window {:.0} ms, ratio {:.2} (goal <= 1.3, and under 400 ms)",
            median(ours_ms),
            median(floor_ms),
            median(ratios)
        );
        Ok(())
    }

    fn painted_after(screen: &Screen, spawn: impl Fn(&Screen) -> io::Result<Running>) -> io::Result<f64> {
        let before = screen.windows()?;
        let begun = Instant::now();
        let program = spawn(screen)?;
        screen.wait_painted(&before)?;
        let took = begun.elapsed();
        drop(program);
        screen.wait_gone(&before)?;
        Ok(took.as_secs_f64() * 1000.0)
    }

    fn idle(screen: &Screen) -> io::Result<()> {
        let bare = idle_of(screen, &floor::spawn(screen)?)?;
        let profile = tempfile::tempdir()?;
        let ours = idle_of(screen, &landline(screen, profile.path(), &[])?)?;
        println!(
            "idle: {:.2} % of a core and {:.1} wake-ups/s, bare window {:.2} % and {:.1}/s (goal <= 0.1 %, <= 5/s)",
            ours.0, ours.1, bare.0, bare.1
        );
        Ok(())
    }

    fn idle_of(screen: &Screen, program: &Running) -> io::Result<(f64, f64)> {
        screen.wait_painted(&[])?;
        process::pass(SETTLE);
        let before = program.activity()?;
        process::pass(IDLE);
        let after = program.activity()?;
        let seconds = IDLE.as_secs_f64();
        Ok((
            (after.processor - before.processor) / seconds * 100.0,
            (after.wake_ups - before.wake_ups) as f64 / seconds,
        ))
    }

    fn memory(screen: &Screen) -> io::Result<()> {
        let bare = {
            let program = floor::spawn(screen)?;
            screen.wait_painted(&[])?;
            process::pass(SETTLE);
            program.resident_mib()?
        };
        let profile = tempfile::tempdir()?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let program = landline(screen, profile.path(), &["host", "--port", &port.to_string()])?;
        screen.wait_painted(&[])?;
        talk(port)?;
        process::pass(SETTLE);
        let ours = program.resident_mib()?;
        println!(
            "memory with {MESSAGES} messages: {ours:.0} MiB, bare window {bare:.0} MiB, {:+.0} MiB (goal <= +40 MiB)",
            ours - bare
        );
        Ok(())
    }

    /// One guest who says everything, and leaves when the host has answered nothing more.
    fn talk(port: u16) -> io::Result<()> {
        let mut guest = connect(port)?;
        for number in 0..MESSAGES {
            writeln!(guest, "message {number}: 你好, how are you today? 今天天气不错")?;
        }
        writeln!(guest, "bye")?;
        guest.flush()?;
        guest.read_to_end(&mut Vec::new())?; // the host closes when it has read all of it
        Ok(())
    }

    fn connect(port: u16) -> io::Result<TcpStream> {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            match TcpStream::connect((Ipv4Addr::LOCALHOST, port)) {
                Err(_) if Instant::now() < deadline => process::pass(Duration::from_millis(10)),
                other => return other,
            }
        }
    }

    fn size() -> io::Result<()> {
        let bytes = std::fs::metadata(LANDLINE)?.len();
        let floor = std::fs::metadata(std::env::current_exe()?)?.len();
        println!(
            "size: {:.1} MB, bare window {:.1} MB (goal < 20 MB)",
            bytes as f64 / 1e6,
            floor as f64 / 1e6
        );
        Ok(())
    }

    fn landline(screen: &Screen, profile: &Path, arguments: &[&str]) -> io::Result<Running> {
        let mut command = screen.command(LANDLINE);
        command.arg("--profile").arg(profile).args(arguments);
        Running::spawn(command)
    }

    fn median(mut figures: Vec<f64>) -> f64 {
        figures.sort_by(f64::total_cmp);
        figures[figures.len() / 2]
    }
}
