//! Networks: read as the reference reads them, and found again by what contains them.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;

/// Why a text is no network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SubnetError {
    /// What stands before the slash is not an address.
    #[error("it does not start with an IP address")]
    Address,
    /// What stands after the slash is no prefix length of the address's family.
    #[error("its prefix length is not a number of bits that its address has")]
    Prefix,
    /// The address has bits beyond the prefix.
    #[error("its address has bits set beyond its prefix, the network is {0}")]
    HostBits(IpNet),
}

/// Reads a network: an address, and after a slash its length in bits (or, for IPv4, its mask). An
/// address alone is the network of that one host.
///
/// # Errors
///
/// Refuses what is not an address, an impossible length, and addresses with bits set beyond the length.
pub fn parse_subnet(text: &str) -> Result<IpNet, SubnetError> {
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().map_err(|_| SubnetError::Address)?;
    let bits = match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    };
    let length = match prefix {
        None => Some(bits),
        Some(digits) if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            digits.parse().ok()
        }
        Some(mask) if address.is_ipv4() => mask.parse().ok().and_then(mask_length),
        Some(_) => None,
    };
    let network =
        length.and_then(|length| IpNet::new(address, length).ok()).ok_or(SubnetError::Prefix)?;
    if network.network() == address {
        Ok(network)
    } else {
        Err(SubnetError::HostBits(network.trunc()))
    }
}

/// The length of a net mask (`255.0.0.0`) or a host mask (`0.255.255.255`).
fn mask_length(mask: Ipv4Addr) -> Option<u8> {
    let bits = mask.to_bits();
    let ones = |bits: u32| u8::try_from(bits.leading_ones()).ok();
    if bits.leading_ones() + bits.trailing_zeros() >= 32 {
        ones(bits)
    } else if bits.leading_zeros() + bits.trailing_ones() >= 32 {
        ones(!bits)
    } else {
        None
    }
}

/// Networks, each with what it stands for; found by a network they contain.
///
/// A look-up tries each length in use once, so that long lists of networks cost no more than short
/// ones.
#[derive(Debug)]
pub(super) struct Networks<T> {
    known: HashMap<IpNet, T>,
    /// Lengths in use, per family, each once.
    lengths: [Vec<u8>; 2],
}

impl<T> Networks<T> {
    pub(super) fn new() -> Self {
        Self { known: HashMap::new(), lengths: [Vec::new(), Vec::new()] }
    }

    /// The narrowest known network that is or contains `network`.
    pub(super) fn containing(&self, network: IpNet) -> Option<(IpNet, &T)> {
        let lengths = self.lengths[family(network)].iter();
        lengths
            .filter(|length| **length <= network.prefix_len())
            .filter_map(|length| {
                let wider = IpNet::new(network.addr(), *length).ok()?.trunc();
                self.known.get(&wider).map(|found| (wider, found))
            })
            .max_by_key(|(wider, _)| wider.prefix_len())
    }

    pub(super) fn insert(&mut self, network: IpNet, value: T) {
        let lengths = &mut self.lengths[family(network)];
        if !lengths.contains(&network.prefix_len()) {
            lengths.push(network.prefix_len());
        }
        self.known.insert(network, value);
    }
}

fn family(network: IpNet) -> usize {
    match network {
        IpNet::V4(_) => 0,
        IpNet::V6(_) => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_read_as_python_reads_them() {
        for (text, expected) in [
            ("10.0.0.0/8", Some("10.0.0.0/8")),
            ("10.0.0.0/08", Some("10.0.0.0/8")),
            ("1.2.3.4", Some("1.2.3.4/32")),
            ("10.0.0.0/255.0.0.0", Some("10.0.0.0/8")),
            ("10.0.0.0/0.255.255.255", Some("10.0.0.0/8")),
            ("2001:db8::/32", Some("2001:db8::/32")),
            ("0.0.0.0/0", Some("0.0.0.0/0")),
            ("10.0.0.1/8", None),
            ("10.0.0.0/33", None),
            ("10.0.0.0/", None),
            ("10.0.0.0/+8", None),
            ("10.0.0.0/255.0.255.0", None),
            ("10.0.0/8", None),
            ("", None),
            ("x", None),
        ] {
            let found = parse_subnet(text).ok().map(|network| network.to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn host_bits_name_the_network_that_was_meant() {
        let error = parse_subnet("10.0.0.1/8").unwrap_err();
        assert!(error.to_string().ends_with("the network is 10.0.0.0/8"), "{error}");
    }

    #[test]
    fn the_narrowest_containing_network_is_found() {
        let mut networks = Networks::new();
        for text in ["10.0.0.0/8", "10.1.0.0/16", "::/0"] {
            networks.insert(parse_subnet(text).unwrap(), text);
        }
        let find =
            |text: &str| networks.containing(parse_subnet(text).unwrap()).map(|(_, found)| *found);
        assert_eq!(find("10.1.2.0/24"), Some("10.1.0.0/16"));
        assert_eq!(find("10.2.0.0/16"), Some("10.0.0.0/8"));
        assert_eq!(find("10.0.0.0/8"), Some("10.0.0.0/8"));
        assert_eq!(find("0.0.0.0/0"), None);
    }
}
