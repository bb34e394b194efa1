//! `Ec2Source`: names of EC2 instances, from their tags.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use octodns_core::registry::BuildError;
use octodns_core::{
    Capabilities, PerRun, ProviderError, RecordType, Source, ZoneRead, ZoneRequest, async_trait,
};

use crate::client::Pages;
use crate::options::{SourceOptions, SourcedOptions, login};
use crate::query::{Api, QueryClient};
use crate::source::{Found, Naming, incomplete};
use crate::xml::Element;

const EC2: Api = Api { service: "ec2", version: "2016-11-15" };

const CAPABILITIES: Capabilities =
    Capabilities::of(&[RecordType::A, RecordType::AAAA, RecordType::PTR]).multivalue_ptr();

/// Instances of one region: their names get A and AAAA records, their addresses PTR records.
pub struct Ec2Source {
    id: Arc<str>,
    client: QueryClient,
    naming: Naming,
    instances: PerRun<Vec<Instance>>,
}

/// An instance, as far as it is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Instance {
    private_v4: Option<Ipv4Addr>,
    v6: Option<Ipv6Addr>,
    /// Absolute.
    names: Vec<String>,
}

impl Ec2Source {
    /// A source with its options.
    ///
    /// # Errors
    ///
    /// Says which key is missing its counterpart.
    pub fn new(id: &str, given: SourcedOptions<SourceOptions>) -> Result<Self, BuildError> {
        let login = login(id, &given)?;
        let naming = Naming::new(&given.options.own);
        let (region, endpoint) = (&given.options.own.region, given.options.shared.endpoint);
        let client = QueryClient::new(EC2, login, region, endpoint);
        Ok(Self { id: id.into(), client, naming, instances: PerRun::default() })
    }

    async fn instances(&self) -> Result<Arc<Vec<Instance>>, ProviderError> {
        let list = self.list();
        self.instances.get_or_try_init(list).await
    }

    /// All instances, by id.
    async fn list(&self) -> Result<Vec<Instance>, ProviderError> {
        const CALL: &str = "DescribeInstances";
        let mut instances = BTreeMap::new();
        let (mut parameters, mut pages) = (Vec::new(), Pages::new(CALL));
        loop {
            let page = self.client.call(CALL, &parameters).await?;
            let reservations =
                page.child("reservationSet").ok_or_else(|| incomplete(CALL, "reservationSet"))?;
            let first = reservations.children("item").next();
            pages.begin(first.and_then(|first| first.text_of("reservationId")))?;
            for instance in reservations
                .children("item")
                .filter_map(|reservation| reservation.child("instancesSet"))
                .flat_map(|set| set.children("item"))
            {
                let id = instance.text_of("instanceId");
                let id = id.ok_or_else(|| incomplete(CALL, "instanceId"))?;
                instances.insert(id.to_owned(), self.instance(instance));
            }
            // Differs from octoDNS, which only reads the first page.
            let Some(token) = pages.next_if_any(page.text_of("nextToken"))? else {
                return Ok(instances.into_values().collect());
            };
            parameters = vec![("NextToken".to_owned(), token.to_owned())];
        }
    }

    fn instance(&self, element: &Element) -> Instance {
        let tags = element.child("tagSet").into_iter().flat_map(|set| set.children("item"));
        let mut names: Vec<String> = Vec::new();
        for tag in tags {
            let (key, value) = (tag.text_of("key"), tag.text_of("value"));
            let (Some(key), Some(value)) = (key, value) else { continue };
            let found = if key == "Name" {
                self.naming.name(value).into_iter().collect()
            } else {
                self.naming.of_tag(key, value)
            };
            for name in found {
                // The same name in two tags counts once.
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        let address = |name| element.text_of(name).and_then(|text| text.parse::<IpAddr>().ok());
        Instance {
            private_v4: match address("privateIpAddress") {
                Some(IpAddr::V4(address)) => Some(address),
                _ => None,
            },
            v6: match address("ipv6Address") {
                Some(IpAddr::V6(address)) => Some(address),
                _ => None,
            },
            names,
        }
    }

    fn forward(&self, instance: &Instance, found: &mut Found<'_>) {
        for name in &instance.names {
            let Some(name) = found.relative(name) else { continue };
            if let Some(address) = instance.private_v4 {
                found.add(name.clone(), "A", self.naming.ttl, &[&address.to_string()]);
            }
            if let Some(address) = instance.v6 {
                found.add(name, "AAAA", self.naming.ttl, &[&address.to_string()]);
            }
        }
    }

    fn reverse(&self, instance: &Instance, address: IpAddr, found: &mut Found<'_>) {
        if instance.names.is_empty() {
            return;
        }
        if let Some(name) = found.relative(&reverse_name(address)) {
            let names: Vec<_> = instance.names.iter().map(String::as_str).collect();
            found.add(name, "PTR", self.naming.ttl, &names);
        }
    }
}

/// RFC 1035, section 3.5; RFC 3596, section 2.5.
fn reverse_name(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => {
            let [a, b, c, d] = address.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa.")
        }
        IpAddr::V6(address) => {
            let nibbles =
                address.octets().into_iter().rev().flat_map(|byte| [byte & 15, byte >> 4]);
            nibbles.map(|nibble| format!("{nibble:x}.")).chain(["ip6.arpa.".to_owned()]).collect()
        }
    }
}

#[async_trait]
impl Source for Ec2Source {
    fn id(&self) -> &str {
        &self.id
    }

    fn class_name(&self) -> &'static str {
        "Ec2Source"
    }

    fn begin_run(&self) {
        self.instances.forget();
    }

    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    async fn read(&self, zone: &ZoneRequest<'_>) -> Result<Option<ZoneRead>, ProviderError> {
        let mut found = Found::new(zone, &self.id);
        let name = zone.name.as_str();
        for instance in self.instances().await?.iter() {
            if name.ends_with("in-addr.arpa.") {
                if let Some(address) = instance.private_v4 {
                    self.reverse(instance, address.into(), &mut found);
                }
            } else if name.ends_with("ip6.arpa.") {
                if let Some(address) = instance.v6 {
                    self.reverse(instance, address.into(), &mut found);
                }
            } else {
                self.forward(instance, &mut found);
            }
        }
        Ok(Some(found.read))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_reverse_names() {
        for (address, name) in [
            ("192.0.2.1", "1.2.0.192.in-addr.arpa."),
            (
                "2001:db8::2a",
                "a.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.",
            ),
        ] {
            assert_eq!(reverse_name(address.parse().unwrap()), name);
        }
    }
}
