//! Networks of which more, or less, is expected than of others.

use ipnet::IpNet;

use super::mistake::Wrong;
use super::section::Section;

/// Starts a minute that may be expected of one network.
const STARTS: std::ops::RangeInclusive<u32> = 1..=100_000;

/// What is expected of networks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LimitSettings {
    /// Starts a minute from one address in such a network before a reset costs its browsers more work; five times as many
    /// are refused. The narrowest network that an address lies in counts.
    pub networks: Vec<(IpNet, u32)>,
}

impl LimitSettings {
    /// What is expected of an address.
    pub fn starts(&self, address: std::net::IpAddr) -> Option<u32> {
        let around = self.networks.iter().filter(|(network, _)| network.contains(&address));
        around
            .max_by_key(|(network, _)| network.prefix_len())
            .map(|(_, starts)| *starts)
    }
}

pub(super) fn read(section: Section<'_>) -> LimitSettings {
    let networks = section.list("networks", network);
    let doubled = networks
        .iter()
        .enumerate()
        .find(|(n, (network, _))| networks[..*n].iter().any(|(before, _)| before == network));
    if let Some((_, (network, _))) = doubled {
        section.complain("networks", Wrong::new(format!("names {network} twice")));
    }
    section.finish();
    LimitSettings { networks }
}

/// `203.0.113.7 600`, `2001:db8::/48 600`.
fn network(text: &str) -> Result<(IpNet, u32), Wrong> {
    let wrong = || {
        Wrong::new(format!(
            "is a list of networks with a number from {} to {} each",
            STARTS.start(),
            STARTS.end()
        ))
        .hint("for example: networks = [\"203.0.113.7 600\", \"2001:db8:12::/48 600\"]")
    };
    let (network, starts) = text.split_once(' ').ok_or_else(wrong)?;
    let single = || network.parse::<std::net::IpAddr>().map(IpNet::from);
    let network = network.parse().or_else(|_| single()).map_err(|_| wrong())?;
    let starts = starts.trim().parse().ok().filter(|starts| STARTS.contains(starts));
    Ok((network.trunc(), starts.ok_or_else(wrong)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_narrowest_network_counts() {
        let read = |text: &str| network(text).unwrap();
        let limits = LimitSettings {
            networks: vec![
                read("203.0.113.0/24 100"),
                read("203.0.113.7 600"),
                read("2001:db8::1/48 5"),
            ],
        };
        let starts = |address: &str| limits.starts(address.parse().unwrap());
        assert_eq!(starts("203.0.113.7"), Some(600));
        assert_eq!(starts("203.0.113.8"), Some(100));
        assert_eq!(starts("2001:db8::ffff"), Some(5));
        assert_eq!(starts("198.51.100.1"), None);
    }

    #[test]
    fn what_is_no_network_with_a_number_is_told() {
        for text in [
            "",
            "203.0.113.7",
            "600",
            "203.0.113.7 0",
            "203.0.113.7 many",
            "office 600",
            "203.0.113.7/33 60",
        ] {
            assert!(network(text).is_err(), "{text}");
        }
    }
}
