//! The name servers of a zone, which are values of the NS records at its apex that nobody can remove.

use std::collections::BTreeSet;

use octodns_core::engine::unsupported;
use octodns_core::{Record, RecordData, Report, Zone as Records};
use octodns_kit::{Json, Remembered, json};

use crate::sets::{VALUES, list, text};

/// What the names of these servers have in them, in every cloud.
const MARK: &str = "azure-dns";

/// The name servers of zones that were created in this run.
#[derive(Debug, Default)]
pub(crate) struct NewZones(Remembered<Vec<String>>);

impl NewZones {
    pub(crate) fn begin_run(&self) {
        self.0.clear();
    }

    pub(crate) fn learn(&self, zone: &str, servers: Vec<String>) {
        self.0.set(zone, Some(servers));
    }

    /// A set with the name servers of its new zone among its values. They were not known when the zone was planned.
    pub(crate) fn complete(&self, zone: &str, set: &Json) -> Json {
        let servers = self.0.get(zone).unwrap_or_default();
        let values = list(&set[VALUES]).iter().map(|value| text(value, "nsdname").to_owned());
        let all: BTreeSet<String> = values.chain(servers.into_iter().map(dotted)).collect();
        let mut set = set.clone();
        set[VALUES] = all.iter().map(|name| json!({"nsdname": name})).collect();
        set
    }
}

fn dotted(name: String) -> String {
    if name.ends_with('.') { name } else { format!("{name}.") }
}

/// Whether a set has the NS records of the apex.
pub(crate) fn is_root_ns(set: &Json) -> bool {
    set["name"] == "@" && set["type"] == "NS"
}

/// Adds the zone's own name servers to desired NS records of the apex.
pub(crate) fn adapt(desired: &mut Records, existing: &Records, report: &mut Report) {
    let (Some(wanted), Some(held)) = (desired.root_ns().cloned(), existing.root_ns()) else {
        return;
    };
    let (RecordData::Ns(wanted_names), RecordData::Ns(held_names)) = (wanted.data(), held.data())
    else {
        return;
    };
    let own = held_names.iter().filter(|name| name.to_string().contains(MARK));
    let missing: Vec<_> = own.filter(|name| !wanted_names.contains(name)).cloned().collect();
    if missing.is_empty() {
        return;
    }
    let names: Vec<_> = missing.iter().map(ToString::to_string).collect();
    let why = format!("name servers of Azure cannot be left out: {}", names.join(", "));
    report.push(unsupported(desired, &wanted, why, "they are added"));
    let mut all = wanted_names.clone();
    all.extend(missing);
    all.sort();
    desired.set(Record::clone(&wanted).with_data(RecordData::Ns(all)));
}
