//! RRsets as JSON: where their values stand, and records both ways.

use std::collections::HashMap;
use std::sync::Arc;

use octodns_core::record::{RecordTypes, TypeEntry};
use octodns_core::value::Map as Data;
use octodns_core::{
    Capabilities, Change, OwnedValue, ProviderError, Record, RecordData, RecordName, RecordType,
    Value, ZoneName, ZoneRead, ZoneRequest,
};
use serde_json::{Map, Value as Json};

use crate::dialect::Dialect;
use crate::fields::{Fields, number, read_whole};
use crate::look::Seen;
use crate::parts::{incomplete, malformed};

/// Where an `RRset` has what.
///
/// ```
/// use octodns_kit::{Fields, SetFields};
///
/// // {"name": "www", "type": "A", "ttl": 300, "records": [{"content": "192.0.2.1"}]}
/// const OBJECTS: SetFields = SetFields { values: "records", item: true, of: Fields::new("content") };
/// // {"name": "www", "type": "A", "ttl": 300, "values": ["192.0.2.1"]}
/// const TEXTS: SetFields = SetFields { values: "values", item: false, of: Fields::new("") };
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SetFields {
    /// The list of values.
    pub values: &'static str,
    /// Whether a value is an object, with the fields of `of`; else it is a text.
    pub item: bool,
    /// Name, type and TTL of the set, and the fields of a value.
    pub of: Fields,
}

/// The sets of a zone as they were read, to be remembered for applying to it.
pub(crate) type HeldSets = HashMap<(RecordName, RecordType), Json>;

impl SetFields {
    /// A record as the service has it.
    ///
    /// # Errors
    ///
    /// Fails for a text that the service cannot hold; what plans are made of has none.
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
        for single in record.singles() {
            let mut item = Map::new();
            self.of.write_value(&single, dialect, &mut item)?;
            values.push(if self.item {
                item.into()
            } else {
                item.remove(self.of.value).unwrap_or_default()
            });
        }
        set.insert(self.values.into(), values.into());
        Ok(set.into())
    }

    /// The records of a zone, and the sets to be remembered. Sets of types that `capabilities` lacks are left
    /// out, and stay as they are at the service.
    ///
    /// # Errors
    ///
    /// Fails when a set lacks what its type has.
    pub(crate) fn read(
        &self,
        sets: Vec<Json>,
        dialect: &Dialect,
        capabilities: &Capabilities,
        (request, source): (&ZoneRequest<'_>, &Arc<str>),
    ) -> Result<(ZoneRead, HeldSets), ProviderError> {
        let (mut read, mut held) = (ZoneRead::default(), HeldSets::new());
        let context = request.load_context(source, &[]);
        for set in sets {
            let Some((name, data)) = self.read_set(&set, dialect, capabilities, request)? else {
                continue;
            };
            let record = Record::load(&name.into(), &data, &context, &mut read.report);
            if let Some(record) = record {
                held.insert((record.name().clone(), record.record_type()), set);
                read.records.push(record);
            }
        }
        Ok((read, held))
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

    /// What `sets`, as they were read anew, show of a change.
    ///
    /// # Errors
    ///
    /// Fails when a set lacks what its type has.
    pub(crate) fn seen(
        &self,
        change: &Change,
        sets: &[Json],
        dialect: &Dialect,
        zone: &ZoneName,
    ) -> Result<Seen, ProviderError> {
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
        Ok(if is(change.desired()) {
            Seen::Desired
        } else if is(change.existing()) {
            Seen::Existing
        } else {
            Seen::Other
        })
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

    /// The TTL of a set, and its values as data of octoDNS.
    fn values(
        &self,
        set: &Json,
        entry: &TypeEntry,
        dialect: &Dialect,
        zone: &ZoneName,
    ) -> Result<(i64, Vec<OwnedValue>), ProviderError> {
        let lacking = || malformed(incomplete("an RRset", set));
        let ttl = set.get(self.of.ttl).and_then(number).ok_or_else(lacking)?;
        let items = set.get(self.values).and_then(Json::as_array).ok_or_else(lacking)?;
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
