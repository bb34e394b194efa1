//! The name servers of a domain: the NS records of its apex, which are no entries.

use std::net::IpAddr;
use std::sync::Arc;

use octodns_core::record::HostName;
use octodns_core::{Diagnostic, Record, RecordData, Report, Zone};
use octodns_kit::{Json, json};

/// The TTL of the root NS at the service.
pub(crate) const TTL: i64 = 3600;

/// The key under which a row has the name server that it was made of.
const SERVER: &str = "nameserver";

/// A name server as rows: its name, and its addresses, which octoDNS takes for NS as well.
pub(crate) fn rows(server: &Json) -> impl Iterator<Item = Json> {
    let values = ["hostname", "ipv4", "ipv6"].into_iter();
    let values = values.filter_map(|key| server[key].as_str().filter(|value| !value.is_empty()));
    values.map(move |value| {
        json!({"name": "@", "type": "NS", "expire": TTL, "content": format!("{value}."), SERVER: server})
    })
}

/// The name servers of rows. Those that were there before keep their addresses: they are the glue of names in the zone.
pub(crate) fn servers(before: &[Json], after: &[Json]) -> Vec<Json> {
    let names = after.iter().filter_map(|row| row["content"].as_str());
    let names = names.map(|name| name.trim_end_matches('.')).filter(|name| !is_address(name));
    let server = |host: &str| {
        let is_it = |server: &&Json| {
            server["hostname"].as_str().is_some_and(|name| name.eq_ignore_ascii_case(host))
        };
        let held = before.iter().map(|row| &row[SERVER]).find(is_it).cloned();
        held.unwrap_or_else(|| json!({"hostname": host, "ipv4": "", "ipv6": ""}))
    };
    names.map(server).collect()
}

/// Refuses addresses as desired name servers, and keeps glue.
pub(crate) fn adapt(desired: &mut Zone, existing: &Zone, report: &mut Report) {
    let Some(record) = desired.root_ns().cloned() else { return };
    if names(&record).iter().any(|name| is_address(name.as_str())) {
        let found = Diagnostic::error("root-ns", "an address cannot be a root name server")
            .about(format!("{} NS", desired.name()))
            .at(record.origin().clone())
            .help("write the server's name");
        report.push(found);
        return;
    }
    // Differs from octoDNS: it plans to remove the addresses of a server, and with them its glue.
    let held = existing.root_ns().map(names).unwrap_or_default();
    let (glue, servers): (Vec<_>, Vec<_>) =
        held.iter().cloned().partition(|name| is_address(name.as_str()));
    let glue = if servers.is_empty() { Vec::new() } else { glue };
    let mut all: Vec<_> = names(&record).iter().cloned().chain(glue).collect();
    all.sort();
    desired.set(Record::clone(&record).with_data(RecordData::Ns(all)));
}

fn names(record: &Arc<Record>) -> &[HostName] {
    match record.data() {
        RecordData::Ns(names) => names,
        _ => &[],
    }
}

fn is_address(name: &str) -> bool {
    name.trim_end_matches('.').parse::<IpAddr>().is_ok()
}
