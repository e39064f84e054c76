//! What other servers want to be told; everything else about the load is the same for all.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;

use anyhow::ensure;

use crate::load::{Member, spin};
use crate::sockets::{Result, connect, heard};

/// Bytes of a message.
pub(crate) const MESSAGE_BYTES: usize = 100;
/// Once in every message and nowhere else.
pub(crate) const MARK: u8 = b'|';

/// The language of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// What anybody says is what everybody hears.
    Bare,
    Irc,
    Mqtt,
    Nats,
}

/// What is said: [`MESSAGE_BYTES`] with one mark.
pub(crate) fn words() -> String {
    let mut words = char::from(MARK).to_string();
    words.extend(std::iter::repeat_n('x', MESSAGE_BYTES - 1));
    words
}

impl Dialect {
    /// Said by member `number` when it has come.
    fn enter(self, number: usize) -> Vec<u8> {
        match self {
            Self::Bare => Vec::new(),
            Self::Irc => format!("NICK m{number}\r\nUSER m 0 * :m\r\nJOIN #b\r\n").into_bytes(),
            Self::Mqtt => {
                let client = format!("m{number}");
                let length = u8::try_from(client.len()).unwrap_or(u8::MAX);
                let mut bytes = vec![0x10, 12 + length];
                bytes.extend_from_slice(b"\0\x04MQTT\x04\x02\0\0\0"); // version 3.1.1, a clean session, no keep-alive
                bytes.push(length);
                bytes.extend_from_slice(client.as_bytes());
                if number > 0 {
                    bytes.extend_from_slice(b"\x82\x06\0\x01\0\x01b\0"); // topic b, QoS 0
                }
                bytes
            }
            Self::Nats => {
                let subscribe = if number > 0 { "SUB b 1\r\n" } else { "" };
                format!("CONNECT {{\"verbose\":false,\"echo\":false}}\r\n{subscribe}PING\r\n").into_bytes()
            }
        }
    }

    /// Comes when entering is done.
    fn entered(self, number: usize) -> &'static [u8] {
        match self {
            Self::Bare => b"",
            Self::Irc => b" 366 ",
            Self::Mqtt if number > 0 => b"\x90\x03\0\x01\0",
            Self::Mqtt => b"\x20\x02\0\0",
            Self::Nats => b"PONG",
        }
    }

    fn message(self) -> Vec<u8> {
        let words = words();
        match self {
            Self::Bare => words.into_bytes(),
            Self::Irc => format!("PRIVMSG #b :{words}\r\n").into_bytes(),
            Self::Mqtt => [&[0x30, 3 + MESSAGE_BYTES as u8], &b"\0\x01b"[..], words.as_bytes()].concat(),
            Self::Nats => format!("PUB b {MESSAGE_BYTES}\r\n{words}\r\n").into_bytes(),
        }
    }

    /// Member `number` comes; 0 is the speaker.
    pub(crate) fn come(self, port: u16, number: usize) -> Result<Box<dyn Member>> {
        let mut stream = connect(port)?;
        stream.write_all(&self.enter(number))?;
        let entered = self.entered(number);
        let mut heard = Vec::new();
        let mut buffer = [0; 16 << 10];
        while !entered.is_empty() && memchr::memmem::find(&heard, entered).is_none() {
            let count = stream.read(&mut buffer)?;
            ensure!(
                count > 0,
                "the server closed the line of member {number} after {heard:?}"
            );
            heard.extend_from_slice(&buffer[..count]);
        }
        stream.set_nonblocking(true)?;
        let message = self.message().into();
        Ok(Box::new(Stranger { stream, message }))
    }
}

/// Somebody in another server's room.
struct Stranger {
    stream: TcpStream,
    message: Arc<[u8]>,
}

impl Member for Stranger {
    fn stream(&self) -> &TcpStream {
        &self.stream
    }

    fn hear(&mut self, buffer: &mut [u8]) -> Result<u64> {
        Ok(memchr::memchr_iter(MARK, heard(&self.stream, buffer)?).count() as u64)
    }

    fn catch_up(&mut self) -> Result {
        Ok(())
    }

    fn prepare(&mut self, _messages: usize) {}

    fn say(&mut self) -> Result {
        spin(&self.stream, &self.message)
    }
}
