//! How fast bytes become messages: Landline's reader against `encoding_rs` alone on the same bytes, in one run. Alone as a
//! stream, where nothing is split and nothing is kept, and alone line by line, which is the work that a reader has.
//!
//! `cargo bench --no-default-features --bench decoder`

use std::hint::black_box;
use std::time::{Duration, Instant};

use landline::proto::Encoding;
use landline::proto::plain::Reader;

/// One read of the worker.
const CHUNK_BYTES: usize = 64 << 10;
const TEXT_BYTES: usize = 8 << 20;
/// Rounds alternate between the two, so that a busy machine disturbs both.
const ROUNDS: usize = 15;

/// Lines as people write them: Chinese, English, digits, an emoji now and then.
const LINES: [&str; 4] = [
    "你好，今天下午三点在会议室开会，请带上上周的报告。",
    "ok, see you at 3 pm",
    "服务器 10.0.0.7:8888 已经启动 server is up, 请测试",
    "The quick brown fox jumps over the lazy dog, and then over the walkie-talkie.",
];

#[expect(clippy::print_stdout, reason = "a benchmark is a program that prints")]
fn main() {
    let text: String = LINES
        .iter()
        .cycle()
        .take(TEXT_BYTES / 60)
        .map(|line| format!("{line}\n"))
        .collect();
    let gbk = encoding_rs::GBK.encode(&text).0.into_owned();
    println!("decoder: median of {ROUNDS} interleaved rounds, MB/s");
    for (name, encoding, bytes, reference) in [
        ("utf-8", Encoding::Utf8, text.as_bytes(), encoding_rs::UTF_8),
        ("auto, utf-8", Encoding::Auto, text.as_bytes(), encoding_rs::UTF_8),
        ("gbk", Encoding::Gbk, gbk.as_slice(), encoding_rs::GB18030),
        ("auto, gbk", Encoding::Auto, gbk.as_slice(), encoding_rs::GB18030),
    ] {
        let (mut ours, mut stream, mut lines) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            ours.push(time(|| read(encoding, bytes)));
            stream.push(time(|| decode(reference, bytes)));
            lines.push(time(|| decode_lines(reference, bytes)));
        }
        let (ours, stream, lines) = (speed(bytes, ours), speed(bytes, stream), speed(bytes, lines));
        println!(
            "{name:12} landline {ours:6.0}   encoding_rs as a stream {stream:6.0} (ratio {:.2}), line by line {lines:6.0} (ratio {:.2})",
            ours / stream,
            ours / lines,
        );
    }
}

/// Splits into messages and decodes them, as for a peer.
fn read(encoding: Encoding, bytes: &[u8]) -> usize {
    let mut reader = Reader::new(encoding);
    let mut incoming = Vec::new();
    let mut messages = 0;
    for chunk in bytes.chunks(CHUNK_BYTES) {
        reader.read(black_box(chunk), &mut incoming);
        messages += incoming.len();
        incoming.clear();
    }
    messages
}

/// Decodes the stream, and knows nothing of messages.
fn decode(encoding: &'static encoding_rs::Encoding, bytes: &[u8]) -> usize {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::with_capacity(CHUNK_BYTES * 3);
    let mut length = 0;
    for chunk in bytes.chunks(CHUNK_BYTES) {
        text.clear();
        let (result, ..) = decoder.decode_to_string(black_box(chunk), &mut text, false);
        black_box(result);
        length += text.len();
    }
    length
}

/// Decodes line by line, each into a string of its own.
fn decode_lines(encoding: &'static encoding_rs::Encoding, bytes: &[u8]) -> usize {
    bytes
        .split(|byte| *byte == b'\n')
        .map(|line| black_box(encoding.decode_without_bom_handling(black_box(line)).0.into_owned()).len())
        .sum()
}

fn time(work: impl FnOnce() -> usize) -> Duration {
    let start = Instant::now();
    black_box(work());
    start.elapsed()
}

fn speed(bytes: &[u8], mut times: Vec<Duration>) -> f64 {
    times.sort();
    bytes.len() as f64 / 1e6 / times[times.len() / 2].as_secs_f64()
}
