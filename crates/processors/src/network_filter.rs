//! `NetworkValueAllowlistFilter` and `NetworkValueRejectlistFilter`: A and AAAA records by the networks of
//! their addresses.

use std::net::IpAddr;

use octodns_core::record::dynamic::{IpNet, parse_subnet};
use octodns_core::{Record, RecordData, Registry};

use crate::filter::{self, Test};

struct Networks(Vec<IpNet>);

pub(crate) fn register(registry: &mut Registry) {
    filter::register_fixed::<Networks>(
        registry,
        ("octodns.processor.filter.NetworkValueAllowlistFilter", "network-value-allowlist"),
        ("octodns.processor.filter.NetworkValueRejectlistFilter", "network-value-rejectlist"),
    );
}

impl Networks {
    fn contain(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

impl Test for Networks {
    const FORM: &'static str = "write networks such as 192.0.2.0/24 and 2001:db8::/32";

    fn new(list: &[String]) -> Result<Self, String> {
        let network = |entry: &String| {
            parse_subnet(entry).map_err(|error| format!("\"{entry}\" is not a network: {error}"))
        };
        list.iter().map(network).collect::<Result<_, _>>().map(Self)
    }

    fn matches(&self, record: &Record) -> Result<Option<bool>, String> {
        Ok(match record.data() {
            RecordData::A(values) => Some(values.iter().any(|ip| self.contain((*ip).into()))),
            RecordData::Aaaa(values) => Some(values.iter().any(|ip| self.contain((*ip).into()))),
            _ => None,
        })
    }
}
