//! The rows of a zone, one value each, and the records they are together.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use super::super::unreadable_values;
use crate::capabilities::Capabilities;
use crate::diagnostic::{Diagnostic, Report};
use crate::name::RecordName;
use crate::provider::{Source, UnevenTtl, ZoneRead, ZoneRequest};
use crate::record::{Record, RecordType};
use crate::value::{Map, OwnedValue, Value};

/// A row of a service: one value of a name and type, under an id.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StoredRow<I> {
    /// What the service calls it.
    pub id: I,
    /// A record with this one value.
    pub record: Record,
}

/// The rows a zone had when it was read, to be remembered for applying to it.
#[derive(Clone, Debug)]
pub struct ExistingRows<I> {
    rows: HashMap<Key, Vec<StoredRow<I>>>,
    /// Rows whose values could not be read.
    unreadable: HashMap<Key, Vec<I>>,
}

type Key = (RecordName, RecordType);

impl<I> Default for ExistingRows<I> {
    /// No rows: those of a zone that there was not.
    fn default() -> Self {
        Self { rows: HashMap::new(), unreadable: HashMap::new() }
    }
}

impl<I> ExistingRows<I> {
    /// The rows of a name and type.
    pub fn of(&self, name: &RecordName, record_type: RecordType) -> &[StoredRow<I>] {
        self.rows.get(&(name.clone(), record_type)).map_or(&[], Vec::as_slice)
    }

    /// The rows of a name and type whose values could not be read.
    pub fn unreadable(&self, name: &RecordName, record_type: RecordType) -> &[I] {
        self.unreadable.get(&(name.clone(), record_type)).map_or(&[], Vec::as_slice)
    }

    /// All rows with a value, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = &StoredRow<I>> {
        self.rows.values().flatten()
    }
}

/// Gathers the rows that a service lists, and makes records of them.
///
/// ```
/// use octodns_core::engine::per_record::RowReader;
/// # use std::sync::Arc;
/// # use octodns_core::*;
/// # use octodns_core::record::RecordTypes;
/// # use octodns_core::validate::RecordValidators;
/// # let (name, types) = (ZoneName::new("example.com.").unwrap(), Arc::new(RecordTypes::default()));
/// # let validators = Arc::new(RecordValidators::legacy(&types));
/// # let sub_zones = Default::default();
/// # let request = ZoneRequest::new(&name, &sub_zones, &validators, &types);
///
/// let mut rows = RowReader::new(&request, "mine", &Capabilities::EVERYTHING);
/// rows.add(11, "www", "A", 300, "192.0.2.2");
/// rows.add(12, "www", "A", 300, "192.0.2.1");
/// let (read, held) = rows.finish();
/// assert_eq!(read.records[0].rdata_strings(), ["192.0.2.1", "192.0.2.2"]);
/// assert_eq!(held.of(read.records[0].name(), RecordType::A)[0].id, 11);
/// ```
#[derive(Debug)]
pub struct RowReader<'r, I> {
    request: ZoneRequest<'r>,
    source: Arc<str>,
    capabilities: Capabilities,
    places: HashMap<(String, String), usize>,
    sets: Vec<Set<I>>,
    report: Report,
}

/// The rows of one name and type.
#[derive(Debug)]
struct Set<I> {
    name: String,
    record_type: String,
    options: Option<Map<'static>>,
    /// Each with its TTL and its value, or why that cannot be read.
    rows: Vec<(I, i64, Result<OwnedValue, String>)>,
}

impl<'r, I> RowReader<'r, I> {
    /// Gathers rows of the zone that `request` asks for, for the source called `source`; rows of types
    /// that `capabilities` does not have are left out.
    pub fn new(request: &ZoneRequest<'r>, source: &str, capabilities: &Capabilities) -> Self {
        Self {
            request: *request,
            source: source.into(),
            capabilities: capabilities.clone(),
            places: HashMap::new(),
            sets: Vec::new(),
            report: Report::new(),
        }
    }

    /// The same for a source itself.
    pub fn of(request: &ZoneRequest<'r>, source: &dyn Source) -> Self {
        Self::new(request, source.id(), source.capabilities())
    }

    /// Adds a row: its id, the name within the zone (the apex is empty), type, TTL, and the value as zone
    /// files have it, with escaped semicolons in text and a dot at the end of names.
    ///
    /// A set has the TTL of its first row; plans give it to the others.
    pub fn add(
        &mut self,
        id: I,
        name: &str,
        record_type: &str,
        ttl: i64,
        value: impl Into<OwnedValue>,
    ) {
        self.add_with(id, name, record_type, ttl, value, None);
    }

    /// Adds a row whose value is not valid for its type; `spelled` is what the service has.
    pub fn add_unreadable(
        &mut self,
        id: I,
        name: &str,
        record_type: &str,
        ttl: i64,
        spelled: &str,
    ) {
        let why = format!("\"{spelled}\" is not valid");
        self.put(id, (name, record_type, ttl), Err(why), None);
    }

    /// Adds a row that has an `octodns` section; a set has the section of its first row.
    pub fn add_with(
        &mut self,
        id: I,
        name: &str,
        record_type: &str,
        ttl: i64,
        value: impl Into<OwnedValue>,
        options: Option<Map<'static>>,
    ) {
        self.put(id, (name, record_type, ttl), Ok(value.into()), options);
    }

    fn put(
        &mut self,
        id: I,
        (name, record_type, ttl): (&str, &str, i64),
        value: Result<OwnedValue, String>,
        options: Option<Map<'static>>,
    ) {
        let known = self.request.types.get(record_type);
        if !known.is_some_and(|of| self.capabilities.supports_type(of.record_type())) {
            tracing::debug!(
                target: "octodns",
                logger = %self.source,
                "{name} {record_type} in {}: left out, the type is not supported",
                self.request.name,
            );
            return;
        }
        let place = match self.places.entry((name.to_owned(), record_type.to_owned())) {
            Entry::Occupied(place) => *place.get(),
            Entry::Vacant(vacant) => {
                let (name, record_type) = vacant.key().clone();
                vacant.insert(self.sets.len());
                self.sets.push(Set { name, record_type, options, rows: Vec::new() });
                self.sets.len() - 1
            }
        };
        if let Some(set) = self.sets.get_mut(place) {
            set.rows.push((id, ttl, value));
        }
    }

    /// The records, and the rows to be remembered.
    ///
    /// What a type cannot hold is a warning in the report of what was read, and none of the records.
    pub fn finish(mut self) -> (ZoneRead, ExistingRows<I>) {
        let mut held = ExistingRows::default();
        let (mut records, mut uneven) = (Vec::with_capacity(self.sets.len()), Vec::new());
        for set in std::mem::take(&mut self.sets) {
            if let Some((record, rows)) = self.set(set, &mut held) {
                let other =
                    rows.iter().map(|row| row.record.ttl()).find(|ttl| *ttl != record.ttl());
                uneven.extend(other.map(|ttl| UnevenTtl {
                    name: record.name().clone(),
                    record_type: record.record_type(),
                    ttl,
                }));
                held.rows.insert((record.name().clone(), record.record_type()), rows);
                records.push(Arc::new(record));
            }
        }
        (ZoneRead { records, uneven, report: self.report, ..ZoneRead::default() }, held)
    }

    fn set(
        &mut self,
        set: Set<I>,
        held: &mut ExistingRows<I>,
    ) -> Option<(Record, Vec<StoredRow<I>>)> {
        let mut values = Vec::with_capacity(set.rows.len());
        let mut rows = Vec::with_capacity(set.rows.len());
        let (mut unreadable, mut why) = (Vec::new(), Vec::new());
        let entry = self.request.types.get(&set.record_type)?;
        for (id, ttl, value) in set.rows {
            let read = value.and_then(|value| match entry.read(std::slice::from_ref(&value)) {
                Ok(data) => Ok((value, data)),
                Err(fault) => Err(fault.to_string()),
            });
            match read {
                Ok((value, data)) => {
                    values.push(value);
                    rows.push((id, ttl, data));
                }
                Err(fault) => {
                    unreadable.push(id);
                    why.push(fault);
                }
            }
        }
        if !why.is_empty()
            && let Ok(name) = RecordName::new(&set.name)
        {
            let record_type = entry.record_type();
            self.report.push(unreadable_values(self.request.name, &name, record_type, &why));
            held.unreadable.insert((name, record_type), unreadable);
        }
        let (_, ttl, _) = rows.first()?;
        let mut data = Map::new();
        data.insert("type", Value::from(set.record_type));
        data.insert("ttl", *ttl);
        if let Some(options) = set.options.filter(|options| !options.is_empty()) {
            data.insert("octodns", Value::from(options));
        }
        let count = values.len();
        if entry.is_single() {
            data.insert("value", values.swap_remove(0));
        } else {
            data.insert("values", values);
        }
        let context = self.request.load_context(&self.source, &[]);
        let (name, data) = (Value::from(set.name), OwnedValue::from(data));
        let record = Record::load(&name, &data, &context, &mut self.report)?;
        if entry.is_single() && count > 1 {
            let shown = record.rdata_strings().join(" ");
            let message =
                format!("{count} values, where there can be only one; \"{shown}\" counts");
            let subject =
                format!("{} {}", record.decoded_fqdn(self.request.name), record.record_type());
            let found = Diagnostic::warning("record", message).about(subject);
            self.report.push(found.help(
                "remove the others at the target; they are left alone until a plan changes this record, which then \
                 replaces all of them",
            ));
        }
        let row = |(id, ttl, data)| StoredRow { id, record: record.plain_with(data).with_ttl(ttl) };
        let rows = rows.into_iter().map(row).collect();
        Some((record, rows))
    }
}
