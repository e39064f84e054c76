//! Invite links: `landline:` and Base32, to be pasted or read out of a picture.
//!
//! Format, all numbers big endian: version (1), room (16), host key (32), number (8), secret (16), end in seconds since 1970 (8),
//! count of addresses (1), addresses, whatever a later version adds, checksum (4). An address is `04` and 4 bytes, `06` and 16 bytes, or
//! `00`, a length and a name; and the port (2). The checksum is there in every version, so that damage is told from news.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use data_encoding::{Encoding, Specification};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::Address;
use super::identity::MemberKey;
use super::log::{InviteNumber, RoomId};

/// What a link begins with, in any case.
const SCHEME: &str = "landline:";
/// The format that this version writes; a later one may have more behind the addresses without another number.
const VERSION: u8 = 1;
const CHECKSUM_BYTES: usize = 4;
const CHECKSUM_CONTEXT: &str = "landline 2026 invite checksum v1";

/// Addresses in a link; a computer with more has the likeliest first.
pub const MAX_ADDRESSES: usize = 8;
/// Bytes of a link as it may be pasted: eight of the longest names there are, each character on its own line.
pub const MAX_LINK_BYTES: usize = 8_192;

/// Stands before the zone of a link-local address, as in `fe80::1%eth0`.
const ZONE: char = '%';

const NAME: u8 = 0;
const IPV4: u8 = 4;
const IPV6: u8 = 6;

/// All that somebody needs to come into a room. Whoever reads it can come in, once.
#[derive(Clone, PartialEq, Eq)]
pub struct Invite {
    /// Which room.
    pub room: RoomId,
    /// Whose it is.
    pub host: MemberKey,
    /// Which invite.
    pub number: InviteNumber,
    /// What proves it.
    pub secret: InviteSecret,
    /// When it ends, in whole seconds.
    pub expires: SystemTime,
    /// Where the host may be reached, the likeliest first. A link has at most [`MAX_ADDRESSES`].
    pub addresses: Vec<Address>,
}

/// What an invite's guest must know. Never shown by `Debug`, wiped from memory when dropped.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct InviteSecret(pub [u8; 16]);

/// Why a text is no invite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InviteError {
    /// It does not begin like one.
    #[error("this is no invite: an invite begins with landline:")]
    NotAnInvite,
    /// A character is missing, wrong or too much.
    #[error("the invite is damaged: copy all of it, or ask for it again")]
    Damaged,
    /// Made by a version that this one does not understand.
    #[error("the invite was made by a newer Landline: update this one")]
    Newer,
    /// No invite is that long.
    #[error("this is too long to be an invite")]
    TooLong,
}

impl Invite {
    /// Whether a person who typed or pasted `text` means an invite, perhaps a damaged one.
    #[must_use]
    pub fn is_meant_by(text: &str) -> bool {
        let mut start = text.chars().filter(|c| !is_wrapping(*c));
        SCHEME
            .chars()
            .all(|sign| start.next().is_some_and(|c| c.eq_ignore_ascii_case(&sign)))
    }

    /// Whether it has ended.
    #[must_use]
    pub fn is_over(&self, now: SystemTime) -> bool {
        self.expires <= now
    }

    fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let addresses: Vec<&Address> = self
            .addresses
            .iter()
            .filter(|address| !address.host.contains(ZONE)) // names a card of this computer, nothing on another
            .take(MAX_ADDRESSES)
            .collect();
        let mut bytes = Zeroizing::new(Vec::with_capacity(256));
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.room.0);
        bytes.extend_from_slice(&self.host.0);
        bytes.extend_from_slice(&self.number.0);
        bytes.extend_from_slice(&self.secret.0);
        let ends = self.expires.duration_since(UNIX_EPOCH).unwrap_or_default();
        bytes.extend_from_slice(&ends.as_secs().to_be_bytes());
        bytes.push(u8::try_from(addresses.len()).expect("there are at most MAX_ADDRESSES"));
        for address in addresses {
            write_address(address, &mut bytes);
        }
        let checksum = checksum(&bytes);
        bytes.extend_from_slice(&checksum);
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, InviteError> {
        let (content, sum) = bytes.split_last_chunk().ok_or(InviteError::Damaged)?;
        if checksum(content) != *sum {
            return Err(InviteError::Damaged);
        }
        let mut reader = Reader(content);
        if reader.byte()? != VERSION {
            return Err(InviteError::Newer);
        }
        Ok(Self {
            room: RoomId(reader.array()?),
            host: MemberKey(reader.array()?),
            number: InviteNumber(reader.array()?),
            secret: InviteSecret(reader.array()?),
            expires: reader.time()?,
            addresses: reader.addresses()?,
        })
    }
}

impl fmt::Debug for InviteSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InviteSecret(…)")
    }
}

impl fmt::Debug for Invite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invite")
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

/// The link, secret and all: for the person who asked for it, never for a log.
impl fmt::Display for Invite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = Zeroizing::new(base32().encode(&self.to_bytes()));
        write!(f, "{SCHEME}{}", *text)
    }
}

impl FromStr for Invite {
    type Err = InviteError;

    /// Case means nothing; blanks, newlines and what mail programs put around links or before lines are forgiven.
    fn from_str(text: &str) -> Result<Self, InviteError> {
        if !Self::is_meant_by(text) {
            return Err(InviteError::NotAnInvite);
        }
        if text.len() > MAX_LINK_BYTES {
            return Err(InviteError::TooLong);
        }
        let bare: Zeroizing<String> = Zeroizing::new(text.chars().filter(|c| !is_wrapping(*c)).collect());
        let digits = bare.get(SCHEME.len()..).ok_or(InviteError::Damaged)?;
        let bytes = base32().decode(digits.as_bytes());
        Self::from_bytes(&Zeroizing::new(bytes.map_err(|_damage| InviteError::Damaged)?))
    }
}

/// What a link may be wrapped in, and what may stand between its digits.
fn is_wrapping(c: char) -> bool {
    const ZERO_WIDTH_SPACE: char = '\u{200b}'; // some programs let long words break with it
    const BYTE_ORDER_MARK: char = '\u{feff}';
    c.is_whitespace() || matches!(c, '<' | '>' | '"' | '\'' | ZERO_WIDTH_SPACE | BYTE_ORDER_MARK)
}

/// RFC 4648 in small letters, read in any case. Made anew: it is used once in a link's life.
fn base32() -> Encoding {
    let mut specification = Specification::new();
    specification.symbols.push_str("abcdefghijklmnopqrstuvwxyz234567");
    specification.translate.from.push_str("ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    specification.translate.to.push_str("abcdefghijklmnopqrstuvwxyz");
    specification
        .encoding()
        .expect("32 different symbols, and none of them is translated")
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let hash = blake3::derive_key(CHECKSUM_CONTEXT, bytes);
    std::array::from_fn(|index| hash[index])
}

fn write_address(address: &Address, bytes: &mut Vec<u8>) {
    match address.host.parse() {
        Ok(IpAddr::V4(host)) => {
            bytes.push(IPV4);
            bytes.extend_from_slice(&host.octets());
        }
        Ok(IpAddr::V6(host)) => {
            bytes.push(IPV6);
            bytes.extend_from_slice(&host.octets());
        }
        Err(_) => {
            let length = u8::try_from(address.host.len()).unwrap_or(u8::MAX);
            bytes.extend_from_slice(&[NAME, length]);
            bytes.extend(address.host.bytes().take(usize::from(length)));
        }
    }
    bytes.extend_from_slice(&address.port.to_be_bytes());
}

/// What is left to read.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], InviteError> {
        let (array, rest) = self.0.split_first_chunk().ok_or(InviteError::Damaged)?;
        self.0 = rest;
        Ok(*array)
    }

    fn byte(&mut self) -> Result<u8, InviteError> {
        self.array().map(|[byte]| byte)
    }

    fn time(&mut self) -> Result<SystemTime, InviteError> {
        let seconds = u64::from_be_bytes(self.array()?);
        if seconds > super::wire::MAX_TIME_MS / 1000 {
            return Err(InviteError::Damaged);
        }
        Ok(UNIX_EPOCH + Duration::from_secs(seconds))
    }

    fn addresses(&mut self) -> Result<Vec<Address>, InviteError> {
        let count = usize::from(self.byte()?);
        if count > MAX_ADDRESSES {
            return Err(InviteError::Damaged);
        }
        (0..count).map(|_| self.address()).collect()
    }

    fn address(&mut self) -> Result<Address, InviteError> {
        let host = match self.byte()? {
            IPV4 => Ipv4Addr::from(self.array::<4>()?).to_string(),
            IPV6 => Ipv6Addr::from(self.array::<16>()?).to_string(),
            NAME => self.name()?,
            _ => return Err(InviteError::Damaged),
        };
        let port = u16::from_be_bytes(self.array()?);
        let address = Address { host, port };
        // A name that people could not have typed does not become one by being in a link.
        let typed = address.to_string().parse();
        if typed != Ok(address.clone()) {
            return Err(InviteError::Damaged);
        }
        Ok(address)
    }

    fn name(&mut self) -> Result<String, InviteError> {
        let length = usize::from(self.byte()?);
        let (name, rest) = self.0.split_at_checked(length).ok_or(InviteError::Damaged)?;
        self.0 = rest;
        String::from_utf8(name.to_vec()).map_err(|_garbled| InviteError::Damaged)
    }
}
