//! Changes as data, with what they replace and where they come from.

use std::sync::Arc;

use octodns_core::record::{LoadContext, RecordTypes};
use octodns_core::validate::RecordValidators;
use octodns_core::value::{Map, Value};
use octodns_core::{Change, Diagnostic, Origin, Record, RecordName, Report, ZoneName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{StoredValue, only};

/// The code of findings about what was kept and cannot be read.
const CODE: &str = "plan-file";

/// What to do about them.
const AGAIN: &str = "make the plan again";

/// A change of one `RRset`. Without `before` it is a creation, without `after` a deletion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct StoredChange {
    /// The name within the zone, in IDNA form; empty at the apex.
    pub name: String,
    /// The record type.
    #[serde(rename = "type")]
    pub record_type: String,
    /// What the target held when the change was planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<StoredRecord>,
    /// What it is to hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<StoredRecord>,
}

/// One state of an `RRset`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct StoredRecord {
    /// Its data as in a zone file, but for the type: `ttl`, `value` or `values`, `octodns`, `dynamic`, `geo`.
    pub data: StoredValue,
    /// The id of the source or target that it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Where it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<StoredOrigin>,
}

/// A place in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct StoredOrigin {
    /// The file, as it was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line, from 1; 0 when it is not known.
    #[serde(default)]
    pub line: u32,
    /// The column, from 1; 0 when it is not known.
    #[serde(default)]
    pub column: u32,
}

impl StoredOrigin {
    fn of(origin: &Origin) -> Option<Self> {
        let Origin { file, line, column, .. } = origin;
        let file = file.as_deref().map(str::to_owned);
        origin.is_known().then_some(Self { file, line: *line, column: *column })
    }

    /// The place.
    pub fn to_origin(&self) -> Origin {
        let mut origin = Origin::default();
        origin.file = self.file.as_deref().map(Into::into);
        (origin.line, origin.column) = (self.line, self.column);
        origin
    }
}

impl StoredRecord {
    /// The record as data.
    pub fn of(record: &Record) -> Self {
        Self {
            data: record.to_value().into(),
            source: record.source().map(ToString::to_string),
            origin: StoredOrigin::of(record.origin()),
        }
    }
}

impl StoredChange {
    /// The change as data.
    pub fn of(change: &Change) -> Self {
        let record = change.record();
        let stored = |record: &Arc<Record>| StoredRecord::of(record);
        Self {
            name: record.name().as_str().to_owned(),
            record_type: record.record_type().as_str().to_owned(),
            before: change.existing().map(stored),
            after: change.desired().map(stored),
        }
    }

    /// The change that this is.
    ///
    /// # Errors
    ///
    /// Says what cannot be read, or would not be read as what it says.
    pub fn to_change(&self, zone: &ZoneName, types: &RecordTypes) -> Result<Change, Report> {
        let read = |stored: &StoredRecord| self.read(stored, zone, types).map(Arc::new);
        let before = self.before.as_ref().map(read).transpose()?;
        let after = self.after.as_ref().map(read).transpose()?;
        match (before, after) {
            (None, Some(new)) => Ok(Change::Create(new)),
            (Some(existing), Some(new)) => Ok(Change::Update { existing, new }),
            (Some(existing), None) => Ok(Change::Delete(existing)),
            (None, None) => Err(self.fault(zone, "a change from nothing to nothing")),
        }
    }

    fn read(
        &self,
        stored: &StoredRecord,
        zone: &ZoneName,
        types: &RecordTypes,
    ) -> Result<Record, Report> {
        let Some(name) = exact_name(&self.name) else {
            return Err(self.fault(zone, "its name is not in IDNA form"));
        };
        let Some(map) = stored.data.0.as_map().filter(|map| !map.contains_key("type")) else {
            return Err(self.fault(zone, "the data of a record is a mapping without a type"));
        };
        let mut data: Map<'static> = map.clone();
        data.insert("type", self.record_type.clone());
        // It was valid when it was planned, or was there: no validator is asked again.
        let validators = RecordValidators::new(types);
        let mut context = LoadContext::new(zone, &validators, types);
        context.lenient = true;
        context.keeps_positions = false;
        let mut found = Report::new();
        let name_value = Value::from(self.name.clone());
        let read = Record::load(&name_value, &data.into(), &context, &mut found);
        let Some(record) = read else {
            let why = found.of(octodns_core::Severity::Error).next();
            let why = why.map_or("it is no record", |found| &found.message);
            return Err(self.fault(zone, why));
        };
        if record.to_value() != stored.data.0 {
            return Err(self.fault(zone, "this program reads it as something else than it says"));
        }
        let record = record.with_name(name);
        let record = match &stored.source {
            Some(source) => record.with_source(&**source),
            None => record,
        };
        let origin = stored.origin.as_ref().map(StoredOrigin::to_origin);
        Ok(record.with_origin(origin.unwrap_or_default()))
    }

    fn fault(&self, zone: &ZoneName, why: &str) -> Report {
        let subject = format!("{} {}", zone.absolute(&self.name), self.record_type);
        let message = format!("the change cannot be read: {why}");
        only(Diagnostic::error(CODE, message).about(subject).help(AGAIN))
    }
}

/// The name that is written so, if there is one. No name has control characters, however it came to be: they would
/// reach terminals and logs.
fn exact_name(name: &str) -> Option<RecordName> {
    if name.contains(char::is_control) {
        return None;
    }
    let read = RecordName::new(name).ok().filter(|read| read.as_str() == name);
    read.or_else(|| Some(RecordName::held(name)).filter(|read| read.as_str() == name))
}
