//! Address and network from which a caller comes, and shares of a limit by both.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use super::rate_limit::network;

/// Address and network of a caller. Callers of no network connection, as in tests, have neither.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// IPv4 address, or /64 network of an IPv6 address.
    address: Option<IpAddr>,
    /// /24 network of an IPv4 address, or /48 network of an IPv6 address.
    network: Option<IpAddr>,
}

impl Source {
    /// Source of a client address.
    pub fn of(address: Option<IpAddr>) -> Self {
        let address = address.map(network);
        let around = |address| match address {
            IpAddr::V4(address) => {
                IpAddr::V4(Ipv4Addr::from_bits(address.to_bits() & (u32::MAX << 8)))
            }
            IpAddr::V6(address) => {
                IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 80)))
            }
        };
        Self {
            address,
            network: address.map(around),
        }
    }
}

/// Amounts that each address and each network has taken of something, such as connections or bytes.
#[derive(Debug, Default)]
pub struct Shares {
    addresses: HashMap<IpAddr, usize>,
    networks: HashMap<IpAddr, usize>,
}

impl Shares {
    /// Amounts that the address and the network have taken.
    pub fn taken(&self, source: Source) -> (usize, usize) {
        let of = |map: &HashMap<IpAddr, usize>, key: Option<IpAddr>| {
            key.and_then(|key| map.get(&key).copied())
                .unwrap_or_default()
        };
        (
            of(&self.addresses, source.address),
            of(&self.networks, source.network),
        )
    }

    /// Takes an amount, if the address and the network then have at most these amounts.
    pub fn take(&mut self, source: Source, amount: usize, most: (usize, usize)) -> bool {
        let (address, network) = self.taken(source);
        if address.saturating_add(amount) > most.0 || network.saturating_add(amount) > most.1 {
            return false;
        }
        for (map, key) in self.of(source) {
            if let Some(key) = key {
                *map.entry(key).or_default() += amount;
            }
        }
        true
    }

    /// Gives an amount back.
    pub fn give_back(&mut self, source: Source, amount: usize) {
        for (map, key) in self.of(source) {
            if let Some(key) = key
                && let Some(taken) = map.get_mut(&key)
            {
                *taken = taken.saturating_sub(amount);
                if *taken == 0 {
                    map.remove(&key);
                }
            }
        }
    }

    /// Reports whether nothing is taken.
    #[cfg(test)]
    pub fn is_empty(&self) -> bool {
        self.addresses.is_empty() && self.networks.is_empty()
    }

    fn of(&mut self, source: Source) -> [(&mut HashMap<IpAddr, usize>, Option<IpAddr>); 2] {
        [
            (&mut self.addresses, source.address),
            (&mut self.networks, source.network),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_their_networks_have_shares() {
        let of = |text: &str| Source::of(Some(text.parse().unwrap()));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff"));
        let mut shares = Shares::default();
        for (address, takes) in [
            ("192.0.2.1", true),
            ("192.0.2.1", true),
            ("192.0.2.1", false),
            ("192.0.2.2", true),
            ("192.0.2.3", false),
            ("192.0.3.1", true),
            ("2001:db8:0:1::1", true),
            ("2001:db8:0:2::1", true),
            ("2001:db8:0:3::1", true),
            ("2001:db8:0:4::1", false),
            ("2001:db8:1::1", true),
        ] {
            assert_eq!(shares.take(of(address), 1, (2, 3)), takes, "{address}");
        }
        assert!(shares.take(Source::default(), 9, (9, 9)));
        shares.give_back(of("192.0.2.1"), 2);
        assert_eq!(shares.taken(of("192.0.2.1")), (0, 1));
        for address in [
            "192.0.2.2",
            "192.0.3.1",
            "2001:db8:0:1::1",
            "2001:db8:0:2::1",
            "2001:db8:0:3::1",
            "2001:db8:1::1",
        ] {
            shares.give_back(of(address), 1);
        }
        assert!(shares.is_empty());
    }
}
