//! Collects values of a zone by name and type, and makes records of them.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use octodns_core::record::{LoadContext, RecordTypes, TypeEntry};
use octodns_core::value::{Kind, Map, Position, python_str};
use octodns_core::{
    Diagnostic, Origin, OwnedValue, Record, RecordType, Report, Value, ZoneName, ZoneRead,
    ZoneRequest,
};

use crate::files::absolute;
use crate::lines::{Field, Line};
use crate::octets::shown;

/// The values of one name and type.
#[derive(Debug)]
struct Set {
    position: Position,
    ttl: Option<OwnedValue>,
    values: Vec<OwnedValue>,
}

/// The values of a zone so far.
pub(crate) struct Sets<'r> {
    zone: &'r ZoneRequest<'r>,
    files: &'r [Arc<str>],
    default_ttl: i64,
    found: BTreeMap<(String, &'static str), Set>,
    pub(crate) report: Report,
}

impl<'r> Sets<'r> {
    pub(crate) fn new(zone: &'r ZoneRequest<'r>, files: &'r [Arc<str>], default_ttl: i64) -> Self {
        Self { zone, files, default_ttl, found: BTreeMap::new(), report: Report::new() }
    }

    pub(crate) fn zone(&self) -> &'r ZoneName {
        self.zone.name
    }

    pub(crate) fn types(&self) -> &'r RecordTypes {
        self.zone.types
    }

    /// Adds values of the name of some lines.
    pub(crate) fn put_lines(
        &mut self,
        record_type: RecordType,
        lines: &[Line<'_>],
        ttl: Option<OwnedValue>,
        values: Vec<OwnedValue>,
    ) {
        if let Some(name) = lines.first().map(Line::name) {
            self.put(record_type, name.text, name.position, ttl, values);
        }
    }

    /// Adds values of a name, unless it is outside the zone or in a sub-zone.
    pub(crate) fn put(
        &mut self,
        record_type: RecordType,
        name: &str,
        position: Position,
        ttl: Option<OwnedValue>,
        values: Vec<OwnedValue>,
    ) {
        let name = absolute(name);
        let name = if name.is_empty() { "." } else { &name };
        let Some(name) = self.zone.name.relative(name) else { return };
        if values.is_empty() || self.zone.sub_zones.owner_of(name, record_type).is_some() {
            return;
        }
        let key = (name.to_owned(), record_type.as_str());
        let new = || Set { position, ttl: None, values: Vec::new() };
        let set = self.found.entry(key).or_insert_with(new);
        set.values.extend(values);
        // The last TTL that is not the default counts.
        if let Some(ttl) = ttl.filter(|ttl| ttl.as_int() != Some(self.default_ttl)) {
            set.ttl = Some(ttl);
        }
    }

    /// A required field; an error if it is empty.
    pub(crate) fn required<'d>(
        &mut self,
        line: &Line<'d>,
        index: usize,
        what: &str,
    ) -> Option<Field<'d>> {
        let field = line.filled(index);
        if field.is_none() {
            let message = format!("missing {what}");
            self.fault(line, line.position_of(index), message, &line.form());
        }
        field
    }

    /// An error of the zone, and what to write instead.
    pub(crate) fn fault(
        &mut self,
        line: &Line<'_>,
        position: Position,
        message: String,
        help: &str,
    ) {
        self.tell(Diagnostic::error("tinydns", message).help(help), line, position);
    }

    /// A warning, and what to write instead.
    pub(crate) fn remark(
        &mut self,
        line: &Line<'_>,
        position: Position,
        message: String,
        help: &str,
    ) {
        self.tell(Diagnostic::warning("tinydns", message).help(help), line, position);
    }

    fn tell(&mut self, found: Diagnostic, line: &Line<'_>, position: Position) {
        let origin = Origin::new(self.files, position);
        self.report.push(found.about(shown(line.name().text)).at(origin));
    }

    /// The validated records.
    pub(crate) fn into_read(self) -> ZoneRead {
        let mut read = ZoneRead::default();
        read.report = self.report;
        // The records have no source: plans do not show one for them.
        let mut context = LoadContext::new(self.zone.name, self.zone.validators, self.zone.types);
        context.files = self.files;
        context.lenient = self.zone.lenient;
        for ((name, record_type), set) in self.found {
            let single = self.zone.types.get(record_type).is_some_and(TypeEntry::is_single);
            let mut data: Map<'static> = Map::new();
            data.insert("ttl", set.ttl.unwrap_or(Value::from(self.default_ttl)));
            data.insert("type", record_type);
            let mut values = unique(set.values);
            if let ([_, second, ..], true) = (&*values, single) {
                let message = format!("a second value: a name has one {record_type}");
                let found = Diagnostic::error("tinydns", message)
                    .about(self.zone.name.decoded_absolute(&name))
                    .help("remove one of the two lines, or give one of them another name")
                    .at(Origin::new(self.files, second.position));
                read.report.push(found);
                continue;
            }
            match values.pop() {
                Some(value) if values.is_empty() => data.insert("value", value),
                last => {
                    values.extend(last);
                    data.insert("values", values);
                }
            }
            let name = Value::new(Kind::Str(name.into()), set.position);
            let data = Value::new(Kind::Map(data), set.position);
            read.records
                .extend(Record::load(&name, &data, &context, &mut read.report).map(Arc::new));
        }
        read
    }
}

/// The values without duplicates.
fn unique(mut values: Vec<OwnedValue>) -> Vec<OwnedValue> {
    let mut seen = HashSet::new();
    values.retain(|value| seen.insert(python_str(value)));
    values
}
