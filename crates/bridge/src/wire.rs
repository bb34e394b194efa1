//! What goes over the pipe: records, heads and differences of zones, changes, and the frames around them.

pub mod frame;
pub mod lines;
pub mod value;

use octodns_core::OwnedValue;
use serde::de::{self, Deserializer, SeqAccess, Visitor};
use serde::ser::{SerializeTuple, Serializer};
use serde::{Deserialize, Serialize};

use self::value::Tree;

/// A zone that the host keeps; the engine numbers them.
pub type ZoneNumber = u64;

/// A plan that the host keeps; the engine numbers them.
pub type PlanNumber = u64;

/// Which record of a zone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordKey {
    /// The name within the zone, in IDNA form; empty at the apex.
    pub name: String,
    /// The type's name, such as `MX`.
    pub record_type: String,
}

/// A record, as octoDNS's `record.data` has it.
#[derive(Clone, Debug, PartialEq)]
pub struct WireRecord {
    /// Its name and type.
    pub key: RecordKey,
    /// A map of `ttl`, `value` or `values`, `octodns`, `geo`, `dynamic`, and whatever a class adds.
    pub data: OwnedValue,
    /// The id of the source it came from.
    pub source: Option<String>,
    /// Where it is written, if its source said so.
    pub context: Option<String>,
}

/// What is different in a zone: `removed` first, then `records`, which replace those of the same key.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ZoneDelta {
    /// Records that are gone.
    pub removed: Vec<RecordKey>,
    /// Records that are new, or changed.
    pub records: Vec<WireRecord>,
}

impl ZoneDelta {
    /// Whether nothing is different.
    pub fn is_empty(&self) -> bool {
        self.removed.is_empty() && self.records.is_empty()
    }

    /// Adds what came later.
    pub fn extend(&mut self, later: Self) {
        self.removed.extend(later.removed);
        self.records.extend(later.records);
    }
}

/// What a zone is made of beside its records.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ZoneHead {
    /// Its name in IDNA form, with the dot at the end.
    pub name: String,
    /// The names within the zone of zones that are configured below it, without a dot at the end, such as `deep.sub`.
    pub sub_zones: Vec<String>,
    /// The part of records that may be updated, 0.0..=1.0; `None` is the provider's own.
    #[serde(rename = "update")]
    pub update_threshold: Option<f64>,
    /// The part of records that may be deleted, 0.0..=1.0; `None` is the provider's own.
    #[serde(rename = "delete")]
    pub delete_threshold: Option<f64>,
    /// Whether records that belong into a sub-zone are left out without an error.
    pub ignore_subzone_adds: Option<bool>,
    /// Where the zone is configured.
    pub context: Option<String>,
    /// `validators` of the zone, as configured.
    #[serde(serialize_with = "value::optional")]
    pub validators: Option<OwnedValue>,
}

/// What a change does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Operation {
    /// A record that is not there yet.
    Create,
    /// A record that is there, and differs.
    Update,
    /// A record that is not wanted.
    Delete,
}

/// A change of a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct WireChange {
    /// What it does.
    pub operation: Operation,
    /// Which record.
    pub key: RecordKey,
    /// The record before it; `None` in a create.
    pub existing: Option<WireRecord>,
    /// The record after it; `None` in a delete.
    pub new: Option<WireRecord>,
    /// How its class shows it, if that class is not octoDNS's own.
    pub text: Option<String>,
}

impl Serialize for RecordKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (&self.name, &self.record_type).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RecordKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (name, record_type) = Deserialize::deserialize(deserializer)?;
        Ok(Self { name, record_type })
    }
}

/// `[name, type, data, source, context]`.
impl Serialize for WireRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut row = serializer.serialize_tuple(5)?;
        row.serialize_element(&self.key.name)?;
        row.serialize_element(&self.key.record_type)?;
        row.serialize_element(&value::Tagged(&self.data))?;
        row.serialize_element(&self.source)?;
        row.serialize_element(&self.context)?;
        row.end()
    }
}

impl<'de> Deserialize<'de> for WireRecord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_tuple(5, Row)
    }
}

struct Row;

impl<'de> Visitor<'de> for Row {
    type Value = WireRecord;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("name, type, data, source and context of a record")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut row: A) -> Result<WireRecord, A::Error> {
        let name: String = next(&mut row, 0)?;
        let record_type: String = next(&mut row, 1)?;
        let Tree(data) = next(&mut row, 2)?;
        if data.as_map().is_none() {
            return Err(de::Error::custom(format_args!("the data of {name:?} is no mapping")));
        }
        let key = RecordKey { name, record_type };
        Ok(WireRecord { key, data, source: next(&mut row, 3)?, context: next(&mut row, 4)? })
    }
}

fn next<'de, T: Deserialize<'de>, A: SeqAccess<'de>>(
    row: &mut A,
    index: usize,
) -> Result<T, A::Error> {
    row.next_element()?.ok_or_else(|| de::Error::invalid_length(index, &Row))
}

/// A change as an object; the name and type are those of its records as well.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeFields {
    op: Operation,
    name: String,
    #[serde(rename = "type")]
    record_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    existing: Option<WireRecord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<WireRecord>,
    #[serde(skip_serializing)]
    text: Option<String>,
}

impl Serialize for WireChange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { operation, key, existing, new, .. } = self.clone();
        let RecordKey { name, record_type } = key;
        ChangeFields { op: operation, name, record_type, existing, new, text: None }
            .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for WireChange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let ChangeFields { op, name, record_type, existing, new, text } =
            ChangeFields::deserialize(deserializer)?;
        let (needs_existing, needs_new) = match op {
            Operation::Create => (false, true),
            Operation::Update => (true, true),
            Operation::Delete => (true, false),
        };
        if (needs_existing && existing.is_none()) || (needs_new && new.is_none()) {
            return Err(de::Error::custom(format_args!("{op:?} of {name:?} lacks a record")));
        }
        let key = RecordKey { name, record_type };
        Ok(Self { operation: op, key, existing, new, text })
    }
}
