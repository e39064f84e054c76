//! Where people can reach a room: the addresses of this computer, the most useful first.

use std::net::{IpAddr, SocketAddr};

/// How interfaces of virtual machines and containers are called: nobody on the LAN can reach those.
const VIRTUAL_PREFIXES: [&str; 6] = ["docker", "br-", "veth", "virbr", "vboxnet", "vmnet"];

/// Where a room that listens at `bound` can be reached.
pub(super) fn addresses(bound: SocketAddr) -> Vec<SocketAddr> {
    if !bound.ip().is_unspecified() {
        return vec![bound];
    }
    let found = interfaces();
    let found = found.iter().map(|interface| (interface.name.as_str(), interface.ip()));
    ranked(found, bound.is_ipv6())
        .into_iter()
        .map(|ip| SocketAddr::new(ip, bound.port()))
        .collect()
}

/// The addresses of this computer, in a fixed order: when they change, it is on another network.
pub(super) fn own() -> Vec<IpAddr> {
    let mut own: Vec<_> = interfaces().iter().map(if_addrs::Interface::ip).collect();
    own.sort();
    own
}

fn interfaces() -> Vec<if_addrs::Interface> {
    if_addrs::get_if_addrs().unwrap_or_else(|error| {
        tracing::warn!("the addresses of this computer cannot be read: {error}");
        Vec::new()
    })
}

/// LAN addresses first, loopback last; what nobody could use is left out.
fn ranked<'a>(found: impl Iterator<Item = (&'a str, IpAddr)>, with_v6: bool) -> Vec<IpAddr> {
    let mut ranked: Vec<_> = found
        .filter(|(_, ip)| with_v6 || ip.is_ipv4())
        .filter_map(|(name, ip)| Some((rank(name, ip)?, ip)))
        .collect();
    ranked.sort();
    ranked.dedup();
    ranked.into_iter().map(|(_, ip)| ip).collect()
}

/// Low is useful; `None` is of no use without more (a link-local IPv6 address needs the reader's interface).
fn rank(interface: &str, ip: IpAddr) -> Option<u8> {
    let is_virtual = VIRTUAL_PREFIXES.iter().any(|prefix| interface.starts_with(prefix));
    let rank = match ip {
        IpAddr::V4(ip) if ip.is_loopback() => 6,
        IpAddr::V6(ip) if ip.is_loopback() => 7,
        IpAddr::V6(ip) if ip.is_unicast_link_local() => return None,
        _ if is_virtual => 5,
        IpAddr::V4(ip) if ip.is_private() => 0,
        IpAddr::V4(ip) if ip.is_link_local() => 2, // two computers on one cable
        IpAddr::V4(_) => 1,
        IpAddr::V6(ip) if ip.is_unique_local() => 3,
        IpAddr::V6(_) => 4,
    };
    Some(rank)
}

#[cfg(test)]
mod tests {
    //! The order, for a computer that has everything.

    use super::*;

    #[test]
    fn lan_first_loopback_last_link_local_ipv6_nowhere() {
        let computer = [
            ("lo", "127.0.0.1"),
            ("lo", "::1"),
            ("docker0", "172.17.0.1"),
            ("eth0", "fe80::1"),
            ("eth0", "2001:db8::7"),
            ("eth0", "fd00::7"),
            ("eth1", "169.254.3.4"),
            ("ppp0", "203.0.113.9"),
            ("eth0", "192.168.1.7"),
            ("eth0", "10.0.0.7"),
        ]
        .map(|(name, ip)| (name, ip.parse().unwrap()));
        let shown = |with_v6| {
            let ips = ranked(computer.into_iter(), with_v6);
            ips.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(
            shown(true),
            "10.0.0.7 192.168.1.7 203.0.113.9 169.254.3.4 fd00::7 2001:db8::7 172.17.0.1 127.0.0.1 ::1"
        );
        assert_eq!(
            shown(false),
            "10.0.0.7 192.168.1.7 203.0.113.9 169.254.3.4 172.17.0.1 127.0.0.1"
        );
    }

    #[test]
    fn a_room_bound_to_one_address_is_at_that_one() {
        let bound = "127.0.0.1:8888".parse().unwrap();
        assert_eq!(addresses(bound), [bound]);
    }
}
