//! RRsets as JSON: the place of their values, and conversion to records and back.

use std::collections::HashMap;
use std::sync::Arc;

use octodns_core::engine::check_existing;
use octodns_core::record::{RecordTypes, TypeEntry};
use octodns_core::value::Map as Data;
use octodns_core::{
    Capabilities, Change, OwnedValue, ProviderError, Record, RecordData, RecordName, RecordType,
    Value, ZoneName, ZoneRead, ZoneRequest,
};
use serde_json::{Map, Value as Json};

use crate::dialect::Dialect;
use crate::fields::{Fields, number, read_whole};
use crate::lookup::Observed;
use crate::parts::{incomplete, malformed};

/// The names of the fields of an `RRset`.
///
/// ```
/// use octodns_kit::{Fields, SetFields};
///
/// // {"name": "www", "type": "A", "ttl": 300, "records": [{"content": "192.0.2.1"}]}
/// const OBJECTS: SetFields = SetFields::objects("records", Fields::new("content"));
/// // {"name": "www", "type": "A", "ttl": 300, "values": ["192.0.2.1"]}
/// const TEXTS: SetFields = SetFields::texts("values");
/// // The same, and for a type with one value {"name": "w", "type": "CNAME", "ttl": 300, "value": "www"}
/// const ONE: SetFields = SetFields { single: Some("value"), ..TEXTS };
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SetFields {
    /// The list of values.
    pub values: &'static str,
    /// Whether a value is an object with the fields of `of`; otherwise it is a string.
    pub item: bool,
    /// The value of types that can have only one, if it is not in a list.
    pub single: Option<&'static str>,
    /// Name, type and TTL of the set, and the fields of a value.
    pub of: Fields,
}

/// The sets of a zone as they were read, kept for the apply.
#[derive(Debug, Default)]
pub(crate) struct HeldSets(HashMap<(RecordName, RecordType), Json>);

impl HeldSets {
    /// The set of a change, as it was read; `None` for a creation.
    ///
    /// # Errors
    ///
    /// Fails if the change is about a state other than the one that was read.
    pub(crate) fn of(&self, change: &Change) -> Result<Option<&Json>, ProviderError> {
        let record = change.record();
        let held = self.0.get(&(record.name().clone(), record.record_type()));
        check_existing(change, held.is_some())?;
        Ok(held)
    }
}

/// The current state at the service compared with a change; both are true for a change that leaves the values
/// and the TTL as they are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    /// It is the state after the change.
    is_desired: bool,
    /// It is the state before the change.
    is_existing: bool,
}

impl Found {
    /// Combines the lookups of several changes that are sent together.
    pub(crate) fn of_all(found: impl IntoIterator<Item = Self>) -> Observed {
        let both = Self { is_desired: true, is_existing: true };
        let all = found.into_iter().fold(both, |all, one| Self {
            is_desired: all.is_desired && one.is_desired,
            is_existing: all.is_existing && one.is_existing,
        });
        match all {
            Self { is_desired: true, .. } => Observed::Desired,
            Self { is_existing: true, .. } => Observed::Existing,
            Self { .. } => Observed::Other,
        }
    }
}

impl SetFields {
    /// A list of strings.
    pub const fn texts(values: &'static str) -> Self {
        Self { values, item: false, single: None, of: Fields::new("value") }
    }

    /// A list of objects, with the fields of `of`.
    pub const fn objects(values: &'static str, of: Fields) -> Self {
        Self { values, item: true, single: None, of }
    }

    /// The field for the single value of a type, if that is not in a list.
    fn single_of(&self, data: &RecordData) -> Option<&'static str> {
        let is_single =
            matches!(data, RecordData::Alias(_) | RecordData::Cname(_) | RecordData::Dname(_));
        self.single.filter(|_| is_single)
    }

    /// A record, as the service represents it.
    ///
    /// # Errors
    ///
    /// Fails for a text that the service cannot hold; plans contain no such text.
    pub fn write(
        &self,
        record: &Record,
        dialect: &Dialect,
        zone: &ZoneName,
    ) -> Result<Json, ProviderError> {
        let mut set = Map::new();
        set.insert(self.of.name.into(), dialect.name(record.name(), zone).into());
        set.insert(self.of.record_type.into(), self.of.type_name(record.record_type()).into());
        set.insert(self.of.ttl.into(), dialect.number(record.ttl()));
        let mut values = Vec::new();
        for single in record.split_values() {
            let mut item = Map::new();
            self.of.write_value(&single, dialect, &mut item)?;
            values.push(if self.item {
                item.into()
            } else {
                item.remove(self.of.value).unwrap_or_default()
            });
        }
        match (self.single_of(record.data()), values.pop()) {
            (Some(field), Some(only)) => set.insert(field.into(), only),
            (_, last) => {
                values.extend(last);
                set.insert(self.values.into(), values.into())
            }
        };
        Ok(set.into())
    }

    /// The records of a zone, and its sets for the apply. Sets of types that `capabilities` lacks are left
    /// out, and stay unchanged at the service.
    ///
    /// # Errors
    ///
    /// Fails if a set lacks a field of its type.
    pub(crate) fn read(
        &self,
        sets: Vec<Json>,
        dialect: &Dialect,
        capabilities: &Capabilities,
        (request, source): (&ZoneRequest<'_>, &Arc<str>),
    ) -> Result<(ZoneRead, HeldSets), ProviderError> {
        let (mut read, mut held) = (ZoneRead::default(), HashMap::new());
        let context = request.load_context(source, &[]);
        for set in sets {
            let Some((name, data)) = self.read_set(&set, dialect, capabilities, request)? else {
                continue;
            };
            let record = Record::load(&name.into(), &data, &context, &mut read.report);
            if let Some(record) = record {
                let key = (record.name().clone(), record.record_type());
                if let Some(other) = held.insert(key, set) {
                    let message = format!("two RRsets of one name and type: {other}");
                    return Err(malformed(message));
                }
                read.records.push(record);
            }
        }
        Ok((read, HeldSets(held)))
    }

    fn read_set(
        &self,
        set: &Json,
        dialect: &Dialect,
        capabilities: &Capabilities,
        request: &ZoneRequest<'_>,
    ) -> Result<Option<(String, OwnedValue)>, ProviderError> {
        let read = self.of.read_head(set, dialect, request.name, request.types)?;
        let supported = |entry: &TypeEntry| capabilities.supports_type(entry.record_type());
        let Some((name, entry)) = read.filter(|(_, entry)| supported(entry)) else {
            return Ok(None);
        };
        let (ttl, mut values) = self.values(set, entry, dialect, request.name)?;
        if values.is_empty() {
            // A set with no values is served as none.
            return Ok(None);
        }
        let mut data = Data::new();
        data.insert("type", entry.record_type().as_str());
        data.insert("ttl", ttl);
        match (entry.is_single(), values.pop()) {
            (true, Some(value)) if values.is_empty() => data.insert("value", value),
            (_, last) => {
                values.extend(last);
                data.insert("values", Value::from(values));
            }
        }
        Ok(Some((name, data.into())))
    }

    /// Compares `sets`, which were read again, with a change.
    ///
    /// # Errors
    ///
    /// Fails if a set lacks a field of its type.
    pub(crate) fn find(
        &self,
        change: &Change,
        sets: &[Json],
        dialect: &Dialect,
        zone: &ZoneName,
    ) -> Result<Found, ProviderError> {
        let types = RecordTypes::default();
        let record = change.record();
        let mut found = None;
        for set in sets {
            let read = self.of.read_head(set, dialect, zone, &types)?;
            let Some((name, entry)) = read else { continue };
            if name == record.name().as_str() && entry.record_type() == record.record_type() {
                found = Some(self.data(set, entry, dialect, zone)?);
            }
        }
        let is = |record: Option<&Arc<Record>>| match (&found, record) {
            (None, None) => true,
            (Some((ttl, data)), Some(record)) => *ttl == record.ttl() && data == record.data(),
            _ => false,
        };
        Ok(Found { is_desired: is(change.desired()), is_existing: is(change.existing()) })
    }

    /// The TTL and values of a set.
    fn data(
        &self,
        set: &Json,
        entry: &TypeEntry,
        dialect: &Dialect,
        zone: &ZoneName,
    ) -> Result<(i64, RecordData), ProviderError> {
        let (ttl, values) = self.values(set, entry, dialect, zone)?;
        let data = entry.read(&values).map_err(|fault| malformed(fault.to_string()))?;
        Ok((ttl, data))
    }

    /// The TTL of a set, and its values as octoDNS data.
    fn values(
        &self,
        set: &Json,
        entry: &TypeEntry,
        dialect: &Dialect,
        zone: &ZoneName,
    ) -> Result<(i64, Vec<OwnedValue>), ProviderError> {
        let lacking = || malformed(incomplete("an RRset", set));
        let ttl = set.get(self.of.ttl).and_then(number).ok_or_else(lacking)?;
        let single = self.single.filter(|_| entry.is_single()).and_then(|field| set.get(field));
        let items = match single {
            Some(only) => std::slice::from_ref(only),
            None => set.get(self.values).and_then(Json::as_array).ok_or_else(lacking)?,
        };
        let read = |item: &Json| {
            if self.item {
                self.of.read_value(item, entry, dialect, zone)
            } else {
                item.as_str().and_then(|text| read_whole(text, entry, dialect, zone))
            }
        };
        let values: Option<Vec<_>> = items.iter().map(read).collect();
        Ok((ttl, values.ok_or_else(lacking)?))
    }
}
