//! Dynamic records as profiles of Traffic Manager, and back:
//! <https://learn.microsoft.com/azure/traffic-manager/traffic-manager-nested-profiles>.
//!
//! A record's set leads to one profile, the root. Each level of profiles makes one decision and leads to the next:
//! `Subnet` by the rules with networks, `Geographic` by those with places, `Priority` by the fallbacks of a rule's pool,
//! `Weighted` by the values of a pool. A level with nothing to decide is left out. The names of profiles and endpoints
//! are those of octoDNS, which reads pools and rules from them.

mod build;
mod monitor;
mod names;
mod profile;
mod read;

use std::collections::HashMap;

use octodns_core::engine::unsupported;
use octodns_core::{Record, RecordType, Report, Zone as Records};

pub(crate) use build::profiles;
pub(crate) use names::{levels, place, root};
pub(crate) use profile::{emptied, is_same, name};
pub(crate) use read::{Routed, led_to, tree};

/// Refuses dynamic records that Traffic Manager cannot hold.
pub(crate) fn adapt(desired: &mut Records, report: &mut Report) {
    let dynamic: Vec<_> =
        desired.records().filter(|record| record.dynamic().is_some()).cloned().collect();
    let mut taken: HashMap<String, String> = HashMap::new();
    for record in dynamic {
        let mut record = Record::clone(&record);
        let is_address = matches!(record.record_type(), RecordType::A | RecordType::AAAA);
        let mut values = record.split_values();
        if is_address && values.len() > 1 {
            let why = "a dynamic record has one value besides its pools";
            report.push(unsupported(desired, &record, why, "the first is used"));
            record = record.with_data(values.swap_remove(0).data().clone());
            desired.set(record.clone());
        }
        if let Some(why) = fault(&record, desired, &mut taken) {
            report.push(unsupported(desired, &record, why, "its plain values are used"));
            desired.set(record.with_dynamic(None));
        }
    }
}

/// Why Traffic Manager cannot hold a record; `taken` has the names of profiles of the records before it.
fn fault(
    record: &Record,
    desired: &Records,
    taken: &mut HashMap<String, String>,
) -> Option<String> {
    let zone = desired.name();
    let all = match profiles(record, zone, &str::to_owned) {
        Ok(all) => all,
        Err(why) => return Some(why),
    };
    let mut own = Vec::new();
    for profile in &all {
        let name = name(profile).to_ascii_lowercase();
        if let Some(why) = names::fault(&name).or_else(|| profile::fault(profile)) {
            return Some(why);
        }
        if let Some(other) = taken.get(&name) {
            return Some(format!("its profile {name} would be that of {other} as well"));
        }
        own.push(name);
    }
    let subject = format!("{} {}", record.decoded_fqdn(zone), record.record_type());
    taken.extend(own.into_iter().map(|name| (name, subject.clone())));
    None
}
