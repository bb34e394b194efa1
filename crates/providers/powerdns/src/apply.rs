//! Applying: as few requests as the server takes, each carried out as a whole or not at all.

use octodns_core::{ApplyLog, Change, Plan, ProviderError, Record, ZoneName};

use crate::client::{Api, Patch};
use crate::options::Options;
use crate::records;

/// The most bytes of a request: servers refuse those above 2 MB unless told otherwise
/// (`webserver-max-bodysize`).
const MOST_BYTES: usize = 1_500_000;

/// Changes that are sent together, with their places in the plan.
#[derive(Debug, Default)]
struct Part {
    changes: Vec<usize>,
    patches: Vec<Patch>,
    bytes: usize,
}

pub(crate) async fn apply(
    api: &Api,
    options: &Options,
    plan: &Plan,
    log: &ApplyLog<'_>,
) -> Result<(), ProviderError> {
    let zone = plan.desired.name();
    let parts = parts(zone, &plan.changes)?;
    let mut exists = plan.exists;
    for part in parts {
        let attempt = log.begin(&part.changes).await?;
        let result = if exists {
            api.patch(zone, &part.patches).await
        } else {
            api.create(zone, &part.patches, options).await
        };
        exists = true;
        attempt.conclude(result.map_err(ProviderError::from))?;
    }
    if options.notify {
        log.in_step(&format!("notify the secondaries of {zone}"), api.notify(zone)).await?;
    }
    Ok(())
}

/// The changes in as many parts as needed; those of one name stay together, deletions first.
fn parts(zone: &ZoneName, changes: &[Change]) -> Result<Vec<Part>, ProviderError> {
    let mut by_name: Vec<usize> = (0..changes.len()).collect();
    by_name.sort_by_key(|index| changes.get(*index).map(|change| change.record().name().clone()));
    let mut parts: Vec<Part> = Vec::new();
    let mut groups =
        by_name.chunk_by(|one, other| name_of(changes, *one) == name_of(changes, *other));
    let mut group = groups.next();
    while let Some(indexes) = group {
        let mut addition = Part::default();
        for index in indexes {
            let Some(change) = changes.get(*index) else { continue };
            addition.changes.push(*index);
            addition.patches.extend(patches(zone, change)?);
        }
        addition.bytes = addition.patches.iter().map(size).sum();
        match parts.last_mut().filter(|part| part.bytes + addition.bytes <= MOST_BYTES) {
            Some(part) => {
                part.changes.append(&mut addition.changes);
                part.patches.append(&mut addition.patches);
                part.bytes += addition.bytes;
            }
            None => parts.push(addition),
        }
        group = groups.next();
    }
    for part in &mut parts {
        part.patches.sort_by_key(|patch| patch.changetype);
    }
    Ok(parts)
}

fn name_of(changes: &[Change], index: usize) -> Option<&octodns_core::RecordName> {
    changes.get(index).map(|change| change.record().name())
}

/// The length of a change in JSON, or a bit more.
fn size(patch: &Patch) -> usize {
    serde_json::to_string(patch).map_or(0, |json| json.len() + 1)
}

fn patches(zone: &ZoneName, change: &Change) -> Result<Vec<Patch>, ProviderError> {
    let replace = |record: &Record| -> Result<Patch, ProviderError> {
        let (record_type, rows) = records::write(record).map_err(|why| {
            let (name, of) = (record.decoded_fqdn(zone), record.record_type());
            ProviderError::failed(format!("{name} {of}: {why}"))
        })?;
        Ok(Patch {
            name: record.fqdn(zone),
            record_type,
            changetype: "REPLACE",
            ttl: Some(record.ttl()),
            records: Some(rows),
        })
    };
    let delete = |record: &Record| Patch {
        name: record.fqdn(zone),
        record_type: records::server_type(record).to_owned(),
        changetype: "DELETE",
        ttl: None,
        records: None,
    };
    Ok(match change {
        Change::Delete(existing) => vec![delete(existing)],
        // A record that becomes dynamic, or is no longer, is of another type for the server.
        Change::Update { existing, new }
            if records::server_type(existing) != records::server_type(new) =>
        {
            vec![delete(existing), replace(new)?]
        }
        Change::Create(new) | Change::Update { new, .. } => vec![replace(new)?],
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use octodns_core::record::{RecordData, Txt};
    use octodns_core::{RecordName, ZoneName};

    use super::*;

    fn text(name: &str, text: &str) -> Arc<Record> {
        let data = RecordData::Txt(vec![Txt::new(text)]);
        Arc::new(Record::new(RecordName::new(name).unwrap(), 60, data))
    }

    fn address(name: &str) -> Arc<Record> {
        let data = RecordData::A(vec!["192.0.2.1".parse().unwrap()]);
        Arc::new(Record::new(RecordName::new(name).unwrap(), 60, data))
    }

    #[test]
    fn parts_hold_whole_names_and_start_with_deletions() {
        let zone = ZoneName::new("unit.tests.").unwrap();
        let long = "x".repeat(1_000_000);
        let changes = vec![
            Change::Delete(text("a", "old")),
            Change::Delete(text("b", "old")),
            Change::Create(address("a")),
            Change::Create(text("b", &long)),
            Change::Create(text("c", &long)),
        ];
        let parts = parts(&zone, &changes).unwrap();
        let shown: Vec<Vec<_>> = parts
            .iter()
            .map(|part| {
                part.patches
                    .iter()
                    .map(|patch| {
                        format!("{} {} {}", patch.changetype, patch.name, patch.record_type)
                    })
                    .collect()
            })
            .collect();
        assert_eq!(
            shown,
            [
                vec![
                    "DELETE a.unit.tests. TXT",
                    "DELETE b.unit.tests. TXT",
                    "REPLACE a.unit.tests. A",
                    "REPLACE b.unit.tests. TXT",
                ],
                vec!["REPLACE c.unit.tests. TXT"],
            ]
        );
        assert_eq!(parts[0].changes, [0, 2, 1, 3]);
    }
}
