//! Where a room is: what people type, parsed.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

/// The tutorial's port.
pub const DEFAULT_PORT: u16 = 8888;

/// A host, by name or number, and a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// A name, an IPv4 or an IPv6 address (without brackets).
    pub host: String,
    /// TCP port, never 0.
    pub port: u16,
}

/// Why a text is no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Nothing was typed.
    #[error("an address is needed")]
    Empty,
    /// The part after the colon is no port.
    #[error("the port must be a number from 1 to 65535")]
    Port,
    /// The part before the colon is no name and no address.
    #[error("this is neither a computer's name nor an address")]
    Host,
}

impl FromStr for Address {
    type Err = AddressError;

    /// Parses `HOST`, `HOST:PORT`, `IPV6` and `[IPV6]:PORT`. Blanks around it and the full-width colon of Chinese
    /// input methods are forgiven.
    fn from_str(text: &str) -> Result<Self, AddressError> {
        let text = text.trim().replace('：', ":");
        if text.is_empty() {
            return Err(AddressError::Empty);
        }
        let (host, port) = split(&text)?;
        let port = port.map_or(Ok(DEFAULT_PORT), parse_port)?;
        if !is_host(host) {
            return Err(AddressError::Host);
        }
        Ok(Self {
            host: host.to_owned(),
            port,
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.parse::<IpAddr>() {
            Ok(IpAddr::V6(_)) => write!(f, "[{}]:{}", self.host, self.port),
            _ => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

fn split(text: &str) -> Result<(&str, Option<&str>), AddressError> {
    if let Some(rest) = text.strip_prefix('[') {
        let (host, rest) = rest.split_once(']').ok_or(AddressError::Host)?;
        if host.parse::<Ipv6Addr>().is_err() && !host.contains('%') {
            return Err(AddressError::Host);
        }
        return match rest {
            "" => Ok((host, None)),
            _ => Ok((host, Some(rest.strip_prefix(':').ok_or(AddressError::Port)?))),
        };
    }
    match text.split_once(':') {
        Some((_, rest)) if rest.contains(':') => Ok((text, None)), // a bare IPv6 address
        Some((host, port)) => Ok((host, Some(port))),
        None => Ok((text, None)),
    }
}

fn parse_port(text: &str) -> Result<u16, AddressError> {
    text.trim()
        .parse()
        .ok()
        .filter(|port| *port != 0)
        .ok_or(AddressError::Port)
}

/// A name as RFC 1123 has them (and `_`, which Windows allows), letters of any script, or an address.
fn is_host(host: &str) -> bool {
    const MAX_NAME_BYTES: usize = 253; // RFC 1035 §2.3.4, less the root's dot
    let address = host.split_once('%').map_or(host, |(address, _zone)| address);
    if address.parse::<IpAddr>().is_ok() {
        return true;
    }
    !host.is_empty() && host.len() <= MAX_NAME_BYTES && host.trim_end_matches('.').split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_')
        && !label.starts_with('-')
        && !label.ends_with('-')
}
