//! Rows of the API and records: pure, no I/O.
//!
//! A record is the rows of one name and type. TTL and proxied are written to all rows and read from the
//! first; comment and tags are those of each row.

mod flags;
mod notes;
mod values;

pub(crate) use values::UNHELD;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use octodns_core::name::idna;
use octodns_core::provider::UnevenTtl;
use octodns_core::record::{LoadContext, RecordTypes};
use octodns_core::value::Map;
use octodns_core::{OwnedValue, Record, RecordName, RecordType, Report, Value, ZoneName};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

pub(crate) use flags::{AUTOMATIC, AUTOMATIC_SECONDS, Flags, SECTION_KEYS, is_proxiable};
use notes::Notes;
pub(crate) use notes::{RecordNotes, UnusedEntry, entries};
use values::Body;

/// The supported types of rows; others are left alone.
pub(crate) const TYPES: &[RecordType] = &[
    RecordType::A,
    RecordType::AAAA,
    RecordType::ALIAS,
    RecordType::CAA,
    RecordType::CNAME,
    RecordType::DS,
    RecordType::HTTPS,
    RecordType::LOC,
    RecordType::MX,
    RecordType::NAPTR,
    RecordType::NS,
    RecordType::PTR,
    RecordType::SRV,
    RecordType::SSHFP,
    RecordType::SVCB,
    RecordType::TLSA,
    RecordType::TXT,
];

/// The suffix of records that point to the service's own network.
pub(crate) const CDN_SUFFIX: &str = ".cdn.cloudflare.net.";

/// A row of `GET /zones/{id}/dns_records`.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Hash)]
pub(crate) struct Row {
    /// The row's id.
    pub(crate) id: String,
    /// The absolute name without its final dot, in IDNA form or in Unicode.
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) record_type: String,
    content: Option<String>,
    #[serde(default)]
    data: Json,
    priority: Option<i64>,
    ttl: i64,
    #[serde(default)]
    proxied: bool,
    comment: Option<String>,
    tags: Option<Vec<String>>,
}

impl Row {
    fn comment(&self) -> &str {
        self.comment.as_deref().unwrap_or_default()
    }

    fn tags(&self) -> &[String] {
        self.tags.as_deref().unwrap_or_default()
    }
}

/// A row that is not as the API documents it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the {record_type} record {name} (id {id}) {fault}")]
pub(crate) struct RowError {
    record_type: String,
    name: String,
    id: String,
    fault: String,
}

impl RowError {
    fn new(row: &Row, fault: String) -> Self {
        let (record_type, name) = (row.record_type.clone(), row.name.clone());
        Self { record_type, name, id: row.id.clone(), fault }
    }
}

/// The rows of one record.
#[derive(Clone, Debug)]
pub(crate) struct Group<'r> {
    pub(crate) name: RecordName,
    pub(crate) record_type: RecordType,
    pub(crate) rows: Vec<&'r Row>,
    /// Whether the rows are read as one alias to the service's network (`cdn: true`).
    is_cdn: bool,
}

/// The rows of each record, in the order of the first row of each.
///
/// With `cdn`, all proxied rows of a name are one alias, whatever their types.
pub(crate) fn groups<'r>(
    rows: &'r [Row],
    zone: &ZoneName,
    cdn: bool,
) -> Result<Vec<Group<'r>>, RowError> {
    let mut groups: Vec<Group<'r>> = Vec::new();
    let mut places: HashMap<(RecordName, RecordType), usize> = HashMap::new();
    for row in rows {
        let Some(record_type) = record_type(&row.record_type) else { continue };
        let name = relative_name(row, zone)?;
        let place = *places.entry((name.clone(), record_type)).or_insert_with(|| {
            groups.push(Group { name, record_type, rows: Vec::new(), is_cdn: false });
            groups.len() - 1
        });
        groups[place].rows.push(row);
    }
    for group in &mut groups {
        // A CNAME at the apex is an ALIAS record.
        if group.record_type == RecordType::CNAME && group.name.is_apex() {
            group.record_type = RecordType::ALIAS;
        }
    }
    Ok(if cdn { merge_proxied(groups) } else { groups })
}

fn merge_proxied(groups: Vec<Group<'_>>) -> Vec<Group<'_>> {
    let mut merged: Vec<Group<'_>> = Vec::new();
    let mut aliases: HashMap<RecordName, usize> = HashMap::new();
    for mut group in groups {
        if group.rows.first().is_some_and(|row| row.proxied) {
            if let Some(place) = aliases.get(&group.name) {
                merged[*place].rows.append(&mut group.rows);
                continue;
            }
            aliases.insert(group.name.clone(), merged.len());
            let apex = group.name.is_apex();
            group.record_type = if apex { RecordType::ALIAS } else { RecordType::CNAME };
            group.is_cdn = true;
        }
        merged.push(group);
    }
    merged
}

fn record_type(name: &str) -> Option<RecordType> {
    TYPES.iter().copied().find(|of| of.as_str() == name)
}

fn relative_name(row: &Row, zone: &ZoneName) -> Result<RecordName, RowError> {
    let outside = || RowError::new(row, format!("is not in the zone {zone}"));
    let absolute = format!("{}.", row.name);
    let fqdn = idna::encode(&absolute).map_err(|_| outside())?;
    let name = zone.relative(&fqdn).ok_or_else(outside)?;
    RecordName::new(name).map_err(|_| outside())
}

/// The records of rows; findings about them go into `report`.
pub(crate) fn from_rows(
    rows: &[Row],
    cdn: bool,
    context: &LoadContext<'_>,
    report: &mut Report,
) -> Result<Vec<Arc<Record>>, RowError> {
    let mut records = Vec::new();
    for group in groups(rows, context.zone, cdn)? {
        let name = Value::from(group.name.as_str().to_owned());
        let data = record_data(&group, context.zone)?;
        records.extend(Record::load(&name, &data, context, report).map(Arc::new));
    }
    Ok(records)
}

impl Group<'_> {
    /// A TTL that some row has and the first has not.
    fn other_ttl(&self) -> Option<i64> {
        let (first, others) = self.rows.split_first()?;
        let differs = |row: &&&Row| row.ttl != first.ttl && row.ttl != AUTOMATIC;
        let other = others.iter().find(differs).filter(|_| first.ttl != AUTOMATIC)?;
        Some(other.ttl)
    }

    /// Whether some rows are proxied or have an automatic TTL, and others are not.
    pub(crate) fn is_mixed(&self) -> bool {
        let flags = |row: &&Row| (row.proxied, row.ttl == AUTOMATIC);
        !self.is_cdn
            && self
                .rows
                .first()
                .is_some_and(|first| self.rows.iter().any(|row| flags(row) != flags(first)))
    }
}

/// The records whose rows have several TTLs.
pub(crate) fn uneven(rows: &[Row], zone: &ZoneName, cdn: bool) -> Result<Vec<UnevenTtl>, RowError> {
    let uneven = |group: Group<'_>| {
        let ttl = group.other_ttl().filter(|_| !group.is_cdn)?;
        Some(UnevenTtl::new(group.name, group.record_type, ttl))
    };
    Ok(groups(rows, zone, cdn)?.into_iter().filter_map(uneven).collect())
}

fn record_data(group: &Group<'_>, zone: &ZoneName) -> Result<OwnedValue, RowError> {
    let mut data = Map::new();
    data.insert("type", group.record_type.as_str());
    let [first, ..] = &*group.rows else { return Ok(data.into()) };
    let is_automatic = first.ttl == AUTOMATIC;
    data.insert("ttl", if is_automatic { AUTOMATIC_SECONDS } else { first.ttl });
    let mut section = Map::new();
    flags::add_to(&mut section, first, group.record_type);
    notes::add_to(&mut section, group, |row| value(group.record_type, row))?;
    if !section.is_empty() {
        data.insert("octodns", Map::from_unique([("cloudflare", section.into())]));
    }
    if group.is_cdn {
        let fqdn = group.name.fqdn(zone);
        data.insert("value", format!("{}{CDN_SUFFIX}", fqdn.trim_end_matches('.')));
    } else if matches!(group.record_type, RecordType::ALIAS | RecordType::CNAME) {
        data.insert("value", value(group.record_type, first)?);
    } else {
        let values = group.rows.iter().map(|row| value(group.record_type, row));
        data.insert("values", values.collect::<Result<Vec<_>, _>>()?);
    }
    Ok(data.into())
}

fn value(record_type: RecordType, row: &Row) -> Result<OwnedValue, RowError> {
    values::read(record_type, row).map_err(|field| RowError::new(row, format!("has no {field}")))
}

/// A row to write.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct NewRow {
    #[serde(rename = "type")]
    record_type: &'static str,
    name: String,
    ttl: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    proxied: Option<bool>,
    #[serde(flatten)]
    notes: NewNotes,
    #[serde(flatten)]
    body: Body,
    /// The canonical form of the value, which identifies the row.
    #[serde(skip)]
    pub(crate) key: String,
    /// The notes that the record alone asks for.
    #[serde(skip)]
    common: NewNotes,
}

/// Comment and tags to write.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
struct NewNotes {
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<Vec<String>>,
}

impl NewNotes {
    fn new(notes: &Notes<'_>) -> Self {
        let tags: Vec<String> = notes.tags.iter().map(|tag| (*tag).to_owned()).collect();
        Self {
            comment: (!notes.comment.is_empty()).then(|| notes.comment.to_owned()),
            tags: (!tags.is_empty()).then_some(tags),
        }
    }

    /// Those that a row has not.
    fn patch(&self, row: &Row) -> Self {
        let comment = self.comment.as_deref().unwrap_or_default();
        let tags = self.tags.as_deref().unwrap_or_default();
        let set = |tags: &[String]| tags.iter().cloned().collect::<BTreeSet<String>>();
        Self {
            comment: (comment != row.comment()).then(|| comment.to_owned()),
            tags: (set(tags) != set(row.tags())).then(|| tags.to_vec()),
        }
    }
}

/// How records are written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Writing {
    /// Proxied records are aliases to the service's network, and nothing is written as proxied.
    pub(crate) cdn: bool,
    /// The minimum TTL, in seconds.
    pub(crate) min_ttl: i64,
}

/// The rows of a record, one for each value; `existing` is what the service has of it.
pub(crate) fn to_rows(
    record: &Record,
    existing: Option<&Record>,
    zone: &ZoneName,
    writing: Writing,
) -> Vec<NewRow> {
    let flags = Flags::of(record, writing.cdn);
    let record_type = match record.record_type() {
        RecordType::ALIAS => RecordType::CNAME,
        other => other,
    };
    let automatic = flags.has_automatic_ttl();
    let ttl = if automatic { AUTOMATIC } else { record.ttl().max(writing.min_ttl) };
    let fqdn = record.fqdn(zone);
    let (notes, held) = (RecordNotes::of(record), existing.map(RecordNotes::of));
    let bodies = values::write(record, zone);
    let row = |(body, key): (Body, String)| NewRow {
        record_type: record_type.as_str(),
        name: fqdn.trim_end_matches('.').to_owned(),
        ttl,
        proxied: is_proxiable(record_type).then_some(flags.proxied),
        notes: NewNotes::new(&notes.wanted(held.as_ref(), &key)),
        common: NewNotes::new(&notes.get(&key)),
        body,
        key,
    };
    let mut rows: Vec<NewRow> = bodies.into_iter().zip(record.rdata_strings()).map(row).collect();
    rows.sort_by(|one, other| one.key.cmp(&other.key));
    rows.dedup_by(|one, other| one.key == other.key);
    rows
}

/// The canonical form of a row's value, to match [`NewRow::key`]; `None` for an invalid value.
pub(crate) fn key(record_type: RecordType, row: &Row, types: &RecordTypes) -> Option<String> {
    let value = values::read(record_type, row).ok()?;
    let data = types.get(record_type.as_str())?.read(&[value]).ok()?;
    Record::new(RecordName::APEX, 0, data).rdata_strings().pop()
}

impl NewRow {
    /// The patch for an existing row with the same value; `None` if nothing differs.
    ///
    /// It repeats everything that identifies the row; comment and tags only if they change, since a patch
    /// keeps what it does not mention.
    pub(crate) fn patch(&self, row: &Row) -> Option<Self> {
        let patch = self.replacing(row);
        let is_same = self.ttl == row.ttl
            && self.proxied.unwrap_or(row.proxied) == row.proxied
            && patch.notes == NewNotes::default();
        (!is_same).then_some(patch)
    }

    /// The same, for an existing row with another value.
    pub(crate) fn replacing(&self, row: &Row) -> Self {
        Self { notes: self.notes.patch(row), ..self.clone() }
    }

    /// The same row, without what the value has of its own at the service.
    pub(crate) fn without_own_notes(self) -> Self {
        Self { notes: self.common.clone(), ..self }
    }

    /// Whether the row can replace an existing one in place.
    pub(crate) fn fits(&self, row: &Row) -> bool {
        self.record_type == row.record_type
    }
}

#[cfg(test)]
mod tests;
