//! The tutorial's four programs, as raw peers that behave as they do, in both roles.
//!
//! Where Python is installed the programs themselves are run as well: `tests/it/tutorial/*.py`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};

use crossbeam_channel::{Receiver, bounded};
use landline::proto::{CloseReason, Encoding, LeaveReason};
use landline::worker::EndReason;

use crate::loopback::{DEADLINE, Raw, Seat, WELCOME, guest_of_program, host, program_port};

#[test]
fn as_guest_of_server_py() {
    let (listener, port) = program_port();
    let guest = Seat::open(guest_of_program(port, Encoding::Auto));
    let mut server = Raw::new(listener.accept().unwrap().0);
    server.sends(WELCOME);
    guest.hears(WELCOME);
    for (said, answered) in [("你好", "吃了吗"), ("吃了", "好"), ("天气不错\u{1F324}", "再说")] {
        guest.say(said);
        assert_eq!(server.recv(), said.as_bytes());
        server.sends(answered);
        guest.hears(answered);
    }
    guest.say("bye");
    assert_eq!(server.recv(), b"bye");
    drop(server);
    assert_eq!(guest.end(), EndReason::Closed(CloseReason::Left));
}

#[test]
fn as_guest_of_the_gbk_server_loop() {
    let (listener, port) = program_port();
    for _ in 0..2 {
        let guest = Seat::connected(guest_of_program(port, Encoding::Gbk));
        let mut server = Raw::new(listener.accept().unwrap().0);
        guest.say("你好");
        assert_eq!(server.recv(), [0xC4, 0xE3, 0xBA, 0xC3]);
        guest.say("bye");
        assert_eq!(server.recv(), b"bye");
        drop(server);
        assert_eq!(guest.end(), EndReason::Closed(CloseReason::Left));
    }
}

#[test]
fn as_host_of_the_send_only_client() {
    let (host, port) = Seat::listening(host("韩梅梅"));
    let mut client = Raw::connect(port);
    host.sees_join();
    for text in ["你好", "在吗", "再见"] {
        client.sends(text);
        host.hears(text);
    }
    client.sends("bye");
    drop(client); // with the welcome unread: a reset follows the FIN
    assert_eq!(host.sees_leave(), LeaveReason::Bye);
}

#[test]
fn as_host_of_client_py() {
    let (host, port) = Seat::listening(host("韩梅梅"));
    let mut client = Raw::connect(port);
    assert_eq!(client.recv(), WELCOME.as_bytes());
    for (said, answered) in [("你好", "吃了吗"), ("吃了", "好")] {
        client.sends(said);
        host.hears(said);
        host.say(answered);
        assert_eq!(client.recv(), answered.as_bytes());
    }
    client.sends("走了");
    host.hears("走了");
    host.say("bye");
    assert_eq!(client.recv(), b"bye");
    drop(client);
    assert_eq!(host.end(), EndReason::Closed(CloseReason::Left));
}

#[test]
fn two_clients_of_the_tutorial_at_once_hear_each_other() {
    let (host, port) = Seat::listening(host("韩梅梅"));
    let (mut first, mut second) = (Raw::welcomed(port), Raw::welcomed(port));
    first.sends("我是第一个");
    let author = host.hears("我是第一个").author;
    assert_eq!(second.recv(), format!("{}: 我是第一个", author.name).as_bytes());
    second.sends("bye");
    assert_eq!(host.sees_leave(), LeaveReason::Bye);
    first.sends("还在");
    host.hears("还在");
}

/// One of the programs, as a process; its lines come by channel.
struct Script {
    child: Child,
    input: ChildStdin,
    output: Receiver<String>,
}

impl Script {
    /// `None`, and a line that says so, where there is no Python.
    #[expect(clippy::print_stdout, reason = "who reads the results must see what was not tried")]
    fn start(program: &str, arguments: &[&str]) -> Option<Self> {
        let spawned = Command::new("python3")
            .arg("-u")
            .arg(format!("{}/tests/it/tutorial/{program}", env!("CARGO_MANIFEST_DIR")))
            .args(arguments)
            .env("PYTHONUTF8", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let Ok(mut child) = spawned else {
            println!("skipped: no python3");
            return None;
        };
        let input = child.stdin.take().unwrap();
        let printed = BufReader::new(child.stdout.take().unwrap());
        let (lines, output) = bounded(1024);
        std::thread::Builder::new()
            .name("script".to_owned())
            .spawn(move || {
                printed
                    .lines()
                    .map_while(Result::ok)
                    .all(|line| lines.try_send(line).is_ok())
            })
            .unwrap();
        Some(Self { child, input, output })
    }

    fn types(&mut self, text: &str) {
        writeln!(self.input, "{text}").unwrap();
    }

    /// A line that ends in `text`: `input` leaves its prompt before what is printed next.
    fn prints(&self, text: &str) {
        let mut seen = Vec::new();
        loop {
            match self.output.recv_timeout(DEADLINE) {
                Ok(line) if line.ends_with(text) => return,
                Ok(line) => seen.push(line),
                Err(error) => panic!("the program does not print “{text}” ({error}) but {seen:?}"),
            }
        }
    }

    /// It ends by itself; the output is closed then.
    fn ends(mut self) {
        while self.output.recv_timeout(DEADLINE).is_ok() {}
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn free_port() -> u16 {
    program_port().1
}

#[test]
fn the_real_server_py() {
    let port = free_port();
    let Some(mut server) = Script::start("server.py", &[&port.to_string()]) else {
        return;
    };
    server.prints("等待客户端接入.....");
    let guest = Seat::open(guest_of_program(port, Encoding::Auto));
    guest.hears(WELCOME);
    guest.say("你好");
    server.prints("客户端:你好");
    server.types("吃了吗");
    guest.hears("吃了吗");
    guest.say("bye");
    server.prints("客户端:bye");
}

#[test]
fn the_real_gbk_server_loop() {
    let port = free_port();
    let Some(server) = Script::start("server_loop.py", &[&port.to_string()]) else {
        return;
    };
    for _ in 0..2 {
        server.prints("等待客户端连接......");
        let guest = Seat::connected(guest_of_program(port, Encoding::Gbk));
        guest.say("你好");
        server.prints("client客户端:你好");
        guest.say("bye");
        server.prints("客户端退出!");
        assert_eq!(guest.end(), EndReason::Closed(CloseReason::Left));
    }
}

#[test]
fn the_real_send_only_client() {
    let (host, port) = Seat::listening(host("韩梅梅"));
    let arguments = ["127.0.0.1", &port.to_string()];
    let Some(mut client) = Script::start("client_send_only.py", &arguments) else {
        return;
    };
    host.sees_join();
    for text in ["你好", "在吗"] {
        client.types(text);
        host.hears(text);
    }
    client.types("bye");
    assert_eq!(host.sees_leave(), LeaveReason::Bye);
    client.ends();
}

#[test]
fn the_real_client_py() {
    let (host, port) = Seat::listening(host("韩梅梅"));
    let arguments = ["127.0.0.1", &port.to_string()];
    let Some(mut client) = Script::start("client.py", &arguments) else {
        return;
    };
    client.prints(&format!("服务器:{WELCOME}"));
    client.types("你好");
    host.hears("你好");
    host.say("吃了吗");
    client.prints("服务器:吃了吗");
    client.types("吃了");
    host.hears("吃了");
    host.say("bye");
    client.prints("程序退出...");
    client.ends();
    assert_eq!(host.end(), EndReason::Closed(CloseReason::Left));
}
