//! RRsets as JSON: the place of their values, and conversion to records and back.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use octodns_core::engine::{check_existing, unreadable_values};
use octodns_core::provider::UnevenTtl;
use octodns_core::record::{RecordTypes, TypeEntry};
use octodns_core::value::Map as Data;
use octodns_core::{
    Capabilities, Change, OwnedValue, ProviderError, Record, RecordData, RecordName, RecordType,
    Value, ZoneName, ZoneRead, ZoneRequest,
};
use serde_json::{Map, Value as Json};

use crate::dialect::Dialect;
use crate::fields::{self, Fields, number, read_whole};
use crate::listing::{Reading, consistent, repeated};
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

/// One change of an `RRset`, as the service represents it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SetChange {
    /// The set as it was read; `None` for a creation.
    pub before: Option<Json>,
    /// The desired set; `None` for a deletion.
    pub after: Option<Json>,
}

impl SetChange {
    /// The set: as it was read, or as it is to be if it is new.
    pub fn set(&self) -> &Json {
        self.before.as_ref().or(self.after.as_ref()).unwrap_or(&Json::Null)
    }
}

/// The sets of a zone as they were read, kept for the apply.
#[derive(Debug, Default)]
pub(crate) struct HeldSets {
    sets: HashMap<Key, Json>,
    /// Those without a value that can be read.
    unreadable: HashMap<Key, Json>,
}

type Key = (RecordName, RecordType);

/// Sections of a record besides its values, by their names.
pub(crate) type Sections = Vec<(&'static str, OwnedValue)>;

impl HeldSets {
    /// How many sets there are.
    pub(crate) fn len(&self) -> usize {
        self.sets.len() + self.unreadable.len()
    }

    /// The set of a record, as it was read.
    pub(crate) fn get(&self, record: &Record) -> Option<&Json> {
        self.sets.get(&(record.name().clone(), record.record_type()))
    }

    /// Keeps a set that is no record, for a plan that takes its place; `of` is its name and type.
    pub(crate) fn set_aside(
        &mut self,
        set: Json,
        why: String,
        of: Option<(String, &TypeEntry)>,
        (request, read): (&ZoneRequest<'_>, &mut ZoneRead),
    ) {
        let Some((name, entry)) = of else { return };
        if let Ok(name) = RecordName::new(&name) {
            let of = entry.record_type();
            read.report.push(unreadable_values(request.name, &name, of, &[why]));
            self.unreadable.insert((name, of), set);
        }
    }

    /// The set of a change, as it was read; `None` for a creation, unless that takes the place of a set that could
    /// not be read.
    ///
    /// # Errors
    ///
    /// Fails if the change is about a state other than the one that was read.
    pub(crate) fn of(&self, change: &Change) -> Result<Option<&Json>, ProviderError> {
        let record = change.record();
        let key = (record.name().clone(), record.record_type());
        let held = self.sets.get(&key);
        check_existing(change, held.is_some())?;
        Ok(held.or_else(|| self.unreadable.get(&key)))
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
    /// The same, known to be the state before the change if `is_existing`.
    pub(crate) fn or_existing(self, is_existing: bool) -> Self {
        Self { is_existing: self.is_existing || is_existing, ..self }
    }

    /// The same, if what a set has besides values is as well: after the change, and before it.
    pub(crate) fn and(self, is_desired: bool, is_existing: bool) -> Self {
        Self {
            is_desired: self.is_desired && is_desired,
            is_existing: self.is_existing && is_existing,
        }
    }

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

/// All sets of a zone. Some services have several of a name and type, but none twice; values with ids are rows.
pub(crate) async fn listed_sets(
    SetFields { of: fields, values, .. }: &SetFields,
    read: &Reading<'_, Option<Vec<Json>>>,
) -> Result<Option<Vec<Json>>, ProviderError> {
    let twice = |sets: &Option<Vec<Json>>| {
        let rows = |set: &'_ Json| {
            let rows = set[*values].as_array().into_iter().flatten();
            repeated(rows.filter(|row| fields::id(&row[fields.id]).is_some())).is_some()
        };
        let mut all = sets.iter().flatten();
        let set = repeated(sets.iter().flatten()).or_else(|| all.find(|set| rows(set)))?;
        let text = |field: &str| set[field].as_str().unwrap_or_default();
        Some(format!("{} {}", text(fields.name), text(fields.record_type)))
    };
    consistent("sets", read, &twice).await
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

    /// The name and type of a set, as paths and queries have them.
    pub fn key<'s>(&self, set: &'s Json) -> [&'s str; 2] {
        [self.of.name, self.of.record_type].map(|field| set[field].as_str().unwrap_or_default())
    }

    /// The sets of rows with one value each, for services that list rows and replace sets: those of a name and type
    /// are one set, whose values are the rows, each once, and which has the TTL of the first.
    pub fn gather(&self, rows: impl IntoIterator<Item = Json>) -> Vec<Json> {
        let mut places: HashMap<[String; 2], usize> = HashMap::new();
        let mut sets: Vec<(Map<String, Json>, Vec<Json>)> = Vec::new();
        let mut seen = HashSet::new();
        for row in rows {
            let text = |key: &str| row[key].as_str().unwrap_or_default().to_ascii_lowercase();
            let key = [self.of.name, self.of.record_type].map(text);
            let place = *places.entry(key).or_insert(sets.len());
            if place == sets.len() {
                let head = [self.of.name, self.of.record_type, self.of.ttl];
                let head = head.map(|field| (field.to_owned(), row[field].clone()));
                sets.push((head.into_iter().collect(), Vec::new()));
            }
            // A row without an id that is there twice was in two pages of a list that changed.
            if let Some((_, values)) = sets.get_mut(place)
                && seen.insert(row.clone())
            {
                values.push(row);
            }
        }
        let whole = |(mut set, values): (Map<String, Json>, Vec<Json>)| {
            set.insert(self.values.to_owned(), values.into());
            Json::Object(set)
        };
        sets.into_iter().map(whole).collect()
    }

    /// The rows of a set, each with its name, type and TTL: the reverse of [`SetFields::gather`].
    pub fn scatter(&self, set: &Json) -> Vec<Json> {
        let head = [self.of.name, self.of.record_type, self.of.ttl];
        let row = |value: &Json| {
            let fields = head.map(|field| (field.to_owned(), set[field].clone()));
            let mut row: Map<String, Json> = fields.into_iter().collect();
            row.extend(value.as_object().cloned().unwrap_or_default());
            Json::Object(row)
        };
        set[self.values].as_array().into_iter().flatten().map(row).collect()
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

    /// The records of a zone, and its sets for the apply; `sections` has what the record of a set has besides values,
    /// such as the section that makes it dynamic. Sets of types that `capabilities` lacks are left out, and stay
    /// unchanged at the service.
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
        sections: impl Fn(&Json) -> Sections,
    ) -> Result<(ZoneRead, HeldSets), ProviderError> {
        let (mut read, mut held) = (ZoneRead::default(), HeldSets::default());
        let context = request.load_context(source, &[]);
        for set in sets {
            let Some((name, entry)) = self.read_head(&set, dialect, capabilities, request)? else {
                continue;
            };
            let Content { ttl, other_ttl, values, unreadable } =
                self.values(&set, entry, dialect, request.name)?;
            let is_unreadable = !unreadable.is_empty();
            if is_unreadable && let Ok(name) = RecordName::new(&name) {
                let of = entry.record_type();
                read.report.push(unreadable_values(request.name, &name, of, &unreadable));
                if values.is_empty() {
                    held.unreadable.insert((name, of), set);
                    continue;
                }
            }
            if values.is_empty() {
                // A set with no values is served as none.
                continue;
            }
            let mut data = data(entry, ttl, values);
            for (section, content) in sections(&set) {
                data.insert(section, content);
            }
            let data = OwnedValue::from(data);
            let record = Record::load(&name.into(), &data, &context, &mut read.report);
            if let Some(record) = record {
                let key = (record.name().clone(), record.record_type());
                if let Some(other) = held.sets.insert(key, set) {
                    let message = format!("two RRsets of one name and type: {other}");
                    return Err(malformed(message));
                }
                read.uneven.extend(
                    other_ttl.map(|ttl| {
                        UnevenTtl::new(record.name().clone(), record.record_type(), ttl)
                    }),
                );
                read.records.push(Arc::new(record));
            }
        }
        Ok((read, held))
    }

    /// The name within the zone and the type of a set; `None` if `capabilities` lacks that.
    ///
    /// # Errors
    ///
    /// Fails if it has no name or type.
    pub(crate) fn read_head<'t>(
        &self,
        set: &Json,
        dialect: &Dialect,
        capabilities: &Capabilities,
        request: &ZoneRequest<'t>,
    ) -> Result<Option<(String, &'t TypeEntry)>, ProviderError> {
        let read = self.of.read_head(set, dialect, request.name, request.types)?;
        Ok(read.filter(|(_, entry)| capabilities.supports_type(entry.record_type())))
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
        let found = match self.set_of(change.record(), sets, (dialect, &types), zone)? {
            Some((set, entry)) => Some((self.values(set, entry, dialect, zone)?, entry)),
            None => None,
        };
        // What cannot be read was there before, and is never what is desired.
        let is = |record: Option<&Arc<Record>>, is_desired: bool| match (&found, record) {
            (None, None) => true,
            (Some((found, _)), None) => !is_desired && found.values.is_empty(),
            (None, Some(_)) => false,
            (Some((found, entry)), Some(record)) => {
                let is_even = found.ttl == record.ttl() && found.other_ttl.is_none();
                (found.unreadable.is_empty() || !is_desired)
                    && (is_even || !is_desired && found.has_ttl(record.ttl()))
                    && entry.read(&found.values).is_ok_and(|data| data == *record.data())
            }
        };
        Ok(Found {
            is_desired: is(change.desired(), true),
            is_existing: is(change.existing(), false),
        })
    }

    /// The set of a record among `sets`.
    ///
    /// # Errors
    ///
    /// Fails if a set has no name or type.
    pub(crate) fn set_of<'s, 't>(
        &self,
        record: &Record,
        sets: &'s [Json],
        (dialect, types): (&Dialect, &'t RecordTypes),
        zone: &ZoneName,
    ) -> Result<Option<(&'s Json, &'t TypeEntry)>, ProviderError> {
        let mut found = None;
        for set in sets {
            let Some((name, entry)) = self.of.read_head(set, dialect, zone, types)? else {
                continue;
            };
            if name == record.name().as_str() && entry.record_type() == record.record_type() {
                found = Some((set, entry));
            }
        }
        Ok(found)
    }

    /// The TTL of a set, and its values as octoDNS data.
    fn values(
        &self,
        set: &Json,
        entry: &TypeEntry,
        dialect: &Dialect,
        zone: &ZoneName,
    ) -> Result<Content, ProviderError> {
        let lacking = || malformed(incomplete("an RRset", set));
        let ttl = set.get(self.of.ttl).and_then(number).ok_or_else(lacking)?;
        let single = self.single.filter(|_| entry.is_single()).and_then(|field| set.get(field));
        let items = match single {
            Some(only) => std::slice::from_ref(only),
            None => set.get(self.values).and_then(Json::as_array).ok_or_else(lacking)?,
        };
        let (values, unreadable) = (Vec::new(), Vec::new());
        let mut read = Content { ttl, other_ttl: None, values, unreadable };
        for item in items {
            if self.item && read.other_ttl.is_none() {
                // Of a set that was gathered from rows.
                let own = item.get(self.of.ttl).and_then(number);
                read.other_ttl = own.filter(|own| *own != ttl);
            }
            let value = if self.item {
                self.of.read_value(item, entry, dialect, zone).ok_or_else(lacking)?
            } else {
                // An empty value is none, unless it is a text.
                let is_text = matches!(entry.record_type(), RecordType::TXT | RecordType::SPF);
                let text = item.as_str().filter(|text| is_text || !text.is_empty());
                let text = text.ok_or_else(lacking)?;
                read_whole(text, entry, dialect, zone).ok_or_else(|| text.to_owned())
            };
            let value = value.map_err(|spelled| format!("\"{spelled}\" is not valid"));
            let value = value.and_then(|value| match entry.read(std::slice::from_ref(&value)) {
                Ok(_) => Ok(value),
                Err(fault) => Err(fault.to_string()),
            });
            match value {
                Ok(value) => read.values.push(value),
                Err(why) => read.unreadable.push(why),
            }
        }
        Ok(read)
    }
}

/// What a set holds.
struct Content {
    ttl: i64,
    /// Another TTL that some value has.
    other_ttl: Option<i64>,
    /// As octoDNS data.
    values: Vec<OwnedValue>,
    /// What is wrong with the other values.
    unreadable: Vec<String>,
}

impl Content {
    fn has_ttl(&self, ttl: i64) -> bool {
        self.ttl == ttl || self.other_ttl == Some(ttl)
    }
}

/// The data of a record.
fn data(entry: &TypeEntry, ttl: i64, mut values: Vec<OwnedValue>) -> Data<'static> {
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
    data
}
