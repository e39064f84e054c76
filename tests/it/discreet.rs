//! What is written about people: nothing that they said, no name, no address.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::{Arc, Mutex, OnceLock};

use landline::proto::Encoding;

use crate::loopback::{Raw, Seat, change_host, guest, guest_of_program, host};

/// Everything that is logged above DEBUG in this process.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn log() -> &'static Log {
    static LOG: OnceLock<Log> = OnceLock::new();
    LOG.get_or_init(|| {
        let log = Log::default();
        let writer = log.clone();
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::INFO)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .init();
        log
    })
}

#[test]
fn nobodys_words_name_or_address_reach_the_log() {
    const SECRETS: [&str; 5] = ["hush-hush", "Mata Hari", "secret-room", "sesame", "127.0.0.1"];
    let log = log();
    tracing::info!("the log works");
    let mut config = host("Mata Hari");
    change_host(&mut config, |host| {
        host.room = "secret-room".to_owned();
        host.welcome = "sesame".to_owned();
    });
    let (host, port) = Seat::listening(config.clone());
    let guest = Seat::connected(guest("Mata Hari II", &format!("127.0.0.1:{port}")));
    guest.hears("sesame");
    guest.say("hush-hush");
    host.hears("hush-hush");
    let mut raw = Raw::connect(port);
    raw.sends(b"/name Mata Hari\nhush-hush \xFF\n");
    raw.reads("sesame");
    raw.reset();
    host.sees_leave();
    change_host(&mut config, |host| host.port = port);
    Seat::open(config).end();
    Seat::open(guest_of_program(1, Encoding::Gbk)).end();
    drop((host, guest));
    let written = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(written.contains("the log works"));
    for secret in SECRETS {
        assert!(!written.contains(secret), "{secret} in {written}");
    }
}
