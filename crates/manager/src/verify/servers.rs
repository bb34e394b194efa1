//! Which name servers zones have, and where they are.

use std::collections::{BTreeSet, HashMap};
use std::net::{IpAddr, SocketAddr};

use futures::{StreamExt, stream};
use octodns_core::{RecordData, RecordName, RecordType, Zone, ZoneName};
use octodns_dns::{Client, Found, Resolver, Server};

use crate::verification::DnsOptions;

/// The port of DNS.
const PORT: u16 = 53;

/// A server of a zone, and its address or why it has none.
pub(super) type NamedServer = (String, Result<SocketAddr, String>);

/// The name of a server, and its address if the zone itself tells.
struct Name {
    text: String,
    address: Option<SocketAddr>,
}

/// The servers of zones, each of which comes with its target; or why a zone has none.
pub(super) async fn servers(
    zones: &[(&str, &Zone)],
    how: &DnsOptions,
    client: &Client,
) -> Vec<Result<Vec<NamedServer>, String>> {
    let resolver = match how.resolvers.as_slice() {
        [] => Resolver::system(client.clone()),
        resolvers => Resolver::new(client.clone(), resolvers.to_vec()),
    };
    let (resolver, at_once) = (&resolver, how.concurrency.max(1));
    let naming = stream::iter(0..zones.len()).map(|index| async move {
        let (target, zone) = zones[index];
        names(target, zone, how, resolver).await
    });
    let named: Vec<_> = naming.buffered(at_once).collect().await;
    let all = named.iter().flatten().flatten();
    let unknown: BTreeSet<_> =
        all.filter(|name| name.address.is_none()).map(|name| name.text.clone()).collect();
    let looking = stream::iter(unknown).map(|name| async move {
        let address = address(&name).await;
        (name, address)
    });
    let addresses: HashMap<_, _> = looking.buffer_unordered(at_once).collect().await;
    let located = |Name { text, address }: Name| {
        let found = || addresses.get(&text).cloned().unwrap_or_else(|| Err("unknown".to_owned()));
        let address = address.map_or_else(found, Ok);
        (text, address)
    };
    let located = |names: Vec<Name>| names.into_iter().map(located).collect();
    named.into_iter().map(|names| names.map(located)).collect()
}

/// The servers of a zone: those that were named, or those of its NS records at the target. Services that keep the NS
/// records to themselves do not show them; then they are looked up.
async fn names(
    target: &str,
    zone: &Zone,
    how: &DnsOptions,
    resolver: &Resolver,
) -> Result<Vec<Name>, String> {
    let given = how.nameservers.of(target);
    if !given.is_empty() {
        let name = |text: &String| Name { text: text.clone(), address: None };
        return Ok(given.iter().map(name).collect());
    }
    let names = match zone.root_ns() {
        Some(ns) => hosts(ns.data()),
        None => delegated(zone.name(), resolver).await?,
    };
    let name = |host: &String| {
        let text = host.strip_suffix('.').unwrap_or(host).to_owned();
        Name { text, address: own_address(host, zone) }
    };
    let names: Vec<_> = names.iter().map(name).collect();
    if names.is_empty() { Err("the zone has no name servers".to_owned()) } else { Ok(names) }
}

async fn delegated(zone: &ZoneName, resolver: &Resolver) -> Result<Vec<String>, String> {
    let answer = resolver.query(zone.as_str(), RecordType::NS).await;
    let answer = answer.map_err(|error| format!("they cannot be looked up: {error}"))?;
    let Found::RrSet(rows) = answer.found else { return Ok(Vec::new()) };
    let data = rows.data(RecordType::NS).map_err(|error| error.to_string())?;
    Ok(hosts(&data))
}

fn hosts(ns: &RecordData) -> Vec<String> {
    match ns {
        RecordData::Ns(names) => names.iter().map(|name| name.as_str().to_owned()).collect(),
        _ => Vec::new(),
    }
}

/// The address of a server whose name is in the zone. Others may not see it yet, if the zone is new.
fn own_address(host: &str, zone: &Zone) -> Option<SocketAddr> {
    let name = RecordName::held(zone.name().relative(host)?);
    let first = |of| match zone.get(&name, of)?.data() {
        RecordData::A(addresses) => addresses.first().copied().map(IpAddr::V4),
        RecordData::Aaaa(addresses) => addresses.first().copied().map(IpAddr::V6),
        _ => None,
    };
    let address = first(RecordType::A).or_else(|| first(RecordType::AAAA))?;
    Some(SocketAddr::new(address, PORT))
}

async fn address(server: &str) -> Result<SocketAddr, String> {
    let found = match server.parse::<Server>() {
        Ok(server) => server.address().await,
        Err(error) => Err(error),
    };
    found.map_err(|error| match std::error::Error::source(&error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    })
}
