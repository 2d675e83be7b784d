//! Who is at the other end, when proxies stand in between.
//!
//! Anybody can write anything into `X-Forwarded-For`; only what a proxy of ours appended to it is known to be true. So it
//! is read from the right, for as long as the one who wrote an entry is trusted.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::http::{HeaderMap, HeaderName};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The address of the socket a request came by. The accept loop puts it into the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

/// The address of the client. The guard puts it into the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Client(IpAddr);

impl Client {
    /// The client with this address.
    pub fn new(address: IpAddr) -> Self {
        Self(address.to_canonical())
    }

    /// Its address.
    pub const fn address(self) -> IpAddr {
        self.0
    }
}

impl Default for Client {
    /// Nobody in particular, for a request without a socket.
    fn default() -> Self {
        Self(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
    }
}

/// The network of a client, in the two lengths that are of use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network(IpAddr);

impl Network {
    /// The network that this address is in.
    pub fn of(address: IpAddr) -> Self {
        Self(address)
    }

    /// What limits count by: the address, or the /64 that one IPv6 customer commands.
    pub fn key(self) -> String {
        network(self.0, 32, 64).to_string()
    }

    /// A shortened form for people: enough to recognise one's own, too little to find somebody.
    pub fn coarse(self) -> String {
        network(self.0, 24, 48).to_string()
    }
}

/// The network of this length that an address is in.
pub(super) fn network(address: IpAddr, v4: u8, v6: u8) -> IpNet {
    match address.to_canonical() {
        IpAddr::V4(address) => Ipv4Net::new(address, v4.min(32))
            .expect("at most 32 bits")
            .trunc()
            .into(),
        IpAddr::V6(address) => Ipv6Net::new(address, v6.min(128))
            .expect("at most 128 bits")
            .trunc()
            .into(),
    }
}

/// Proxies whose word is believed.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Those in these networks.
    pub fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    /// Whether an address is one of them.
    pub fn contain(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The client behind a peer. Starting from the peer, each trusted hop is asked for the one before it; the first that
    /// is not trusted is the client. An entry that is no address ends the walk at the last hop that was one: it never
    /// leads to "unknown", and never past a check.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> Client {
        let mut hop = peer.to_canonical();
        // Lines of the same name are one list (RFC 9110 §5.3).
        let entries = headers
            .get_all(FORWARDED_FOR)
            .iter()
            .rev()
            .flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
        for entry in entries {
            if !self.contain(hop) {
                break;
            }
            let Some(before) = std::str::from_utf8(entry).ok().and_then(read) else {
                break;
            };
            hop = before;
        }
        Client(hop)
    }
}

/// An address, with or without a port: `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`.
fn read(entry: &str) -> Option<IpAddr> {
    let entry = entry.trim_matches([' ', '\t']);
    let bracketed = || {
        entry
            .strip_prefix('[')?
            .strip_suffix(']')?
            .parse::<Ipv6Addr>()
            .ok()
            .map(IpAddr::V6)
    };
    let address = entry
        .parse()
        .ok()
        .or_else(|| entry.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
        .or_else(bracketed)?;
    Some(IpAddr::to_canonical(&address))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn proxies() -> TrustedProxies {
        TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()])
    }

    fn headers(lines: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED_FOR, line.parse().unwrap());
        }
        headers
    }

    fn client(peer: &str, lines: &[&str]) -> String {
        proxies()
            .client(peer.parse().unwrap(), &headers(lines))
            .address()
            .to_string()
    }

    #[test]
    fn a_stranger_is_never_asked_whom_he_forwards_for() {
        assert_eq!(client("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(client("203.0.113.9", &[]), "203.0.113.9");
        assert_eq!(client("::ffff:203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
    }

    #[test]
    fn what_the_client_wrote_itself_is_not_believed() {
        assert_eq!(client("10.0.0.1", &["1.2.3.4, 203.0.113.9"]), "203.0.113.9");
        assert_eq!(client("10.0.0.1", &["1.2.3.4", "203.0.113.9"]), "203.0.113.9");
        assert_eq!(client("10.0.0.1", &["10.6.6.6, 203.0.113.9"]), "203.0.113.9");
        assert_eq!(
            client("10.0.0.1", &["203.0.113.9, 10.0.0.2", "10.0.0.3"]),
            "203.0.113.9"
        );
    }

    #[test]
    fn an_entry_that_is_no_address_ends_the_walk_at_the_last_good_hop() {
        assert_eq!(client("10.0.0.1", &["a"]), "10.0.0.1");
        assert_eq!(client("10.0.0.1", &[""]), "10.0.0.1");
        assert_eq!(client("10.0.0.1", &["203.0.113.9, , 10.0.0.2"]), "10.0.0.2");
        assert_eq!(client("10.0.0.1", &["203.0.113.9, unknown"]), "10.0.0.1");
        assert_eq!(client("10.0.0.1", &["203.0.113.9.1"]), "10.0.0.1");
    }

    #[test]
    fn where_everybody_is_trusted_the_first_hop_is_the_client() {
        assert_eq!(client("10.0.0.1", &["10.0.0.3, 10.0.0.2"]), "10.0.0.3");
    }

    #[test]
    fn addresses_are_read_in_every_form_that_proxies_write() {
        for (entry, address) in [
            ("203.0.113.9:4711", "203.0.113.9"),
            ("2001:db8::9", "2001:db8::9"),
            ("[2001:db8::9]", "2001:db8::9"),
            ("[2001:db8::9]:4711", "2001:db8::9"),
            ("::ffff:203.0.113.9", "203.0.113.9"),
            ("\t203.0.113.9 ", "203.0.113.9"),
        ] {
            assert_eq!(client("10.0.0.1", &[entry]), address, "{entry}");
        }
    }

    #[test]
    fn one_customer_is_one_network() {
        let of = |address: &str| Network::of(address.parse().unwrap());
        assert_eq!(of("203.0.113.9").key(), "203.0.113.9/32");
        assert_eq!(of("203.0.113.9").coarse(), "203.0.113.0/24");
        assert_eq!(of("::ffff:203.0.113.9").key(), "203.0.113.9/32");
        assert_eq!(of("2001:db8:1:2:3:4:5:6").key(), "2001:db8:1:2::/64");
        assert_eq!(of("2001:db8:1:2:3:4:5:6").coarse(), "2001:db8:1::/48");
    }

    proptest! {
        #[test]
        fn whatever_a_client_writes_the_proxy_has_the_last_word(lines in prop::collection::vec("[ -~]{0,60}", 0..4)) {
            let mut all: Vec<&str> = lines.iter().map(String::as_str).collect();
            all.push("203.0.113.9");
            prop_assert_eq!(client("10.0.0.1", &all), "203.0.113.9");
            let joined = all.join(", ");
            prop_assert_eq!(client("10.0.0.1", &[joined.as_str()]), "203.0.113.9");
        }

        #[test]
        fn whatever_is_written_the_walk_ends_at_the_peer_or_at_an_entry(line in "[ -~]{0,80}") {
            let found = client("10.0.0.1", &[&line]);
            let entries: Vec<String> = line.split(',').filter_map(read).map(|address| address.to_string()).collect();
            prop_assert!(found == "10.0.0.1" || entries.contains(&found), "{}", found);
        }

        #[test]
        fn a_stranger_stays_a_stranger(peer in any::<u32>(), line in "[ -~]{0,80}") {
            let peer = IpAddr::from(Ipv4Addr::from(peer));
            prop_assume!(!proxies().contain(peer));
            prop_assert_eq!(proxies().client(peer, &headers(&[&line])), Client::new(peer));
        }
    }
}
