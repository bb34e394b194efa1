//! The fields of a record in requests and responses: converts records to JSON and back.

use std::borrow::Cow;

use octodns_core::record::{RecordTypes, TypeEntry};
use octodns_core::{
    OwnedValue, ProviderError, Record, RecordData, RecordName, RecordType, Value, ZoneName,
};
use serde_json::{Map, Value as Json};

use crate::api::Only;
use crate::dialect::Dialect;
use crate::parts::{self, Kind, incomplete, malformed, parts, parts_of, read_field};

/// Where the values of a type are.
enum Place {
    /// Whole, in this field.
    Whole(&'static str),
    /// Part by part, in these: one for each part, in the order of presentation format.
    Parts(Vec<&'static str>),
}

/// The names of the fields of a row.
///
/// ```
/// use octodns_core::RecordType;
/// use octodns_kit::Fields;
///
/// // {"id": 7, "type": "MX", "name": "@", "ttl": 300, "data": "mx.example.com.", "priority": 10}
/// // {"id": 8, "type": "CAA", "name": "@", "ttl": 300, "flags": 0, "tag": "issue", "data": "ca.example.net"}
/// const FIELDS: Fields = Fields {
///     of: &[
///         (RecordType::MX, &[("preference", "priority"), ("exchange", "data")]),
///         (RecordType::CAA, &[("value", "data")]),
///     ],
///     ..Fields::new("data")
/// };
///
/// // {"id": 9, "type": "SRV", "name": "_sip._tcp", "ttl": 300, "data": "20 5060 sip.example.com.", "priority": 10}
/// const SHARED: Fields = Fields {
///     of: &[(RecordType::SRV, &[("weight", "data"), ("port", "data"), ("target", "data")])],
///     ..Fields::new("data")
/// };
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Fields {
    /// The id, a number or a string.
    pub id: &'static str,
    /// The name of the record.
    pub name: &'static str,
    /// The type.
    pub record_type: &'static str,
    /// The TTL.
    pub ttl: &'static str,
    /// The whole value, for types that are not in [`Fields::of`]; in presentation format if it has several
    /// parts.
    pub value: &'static str,
    /// Types whose parts have separate fields: octoDNS' name of a part, and the service's name of the field. A part
    /// that is not named has a field of its own name. Parts with the same field are one text there, in presentation
    /// format; they are neighbours in that. The only part of a type has no name: `(RecordType::CNAME, &[("", "host")])` is a value in a field of its own.
    pub of: &'static [(RecordType, &'static [(&'static str, &'static str)])],
    /// Types that have a different name at the service.
    pub types: &'static [(RecordType, &'static str)],
}

impl Fields {
    /// The usual `id`, `name`, `type` and `ttl`, and the value in the field `value`.
    pub const fn new(value: &'static str) -> Self {
        let (id, name, record_type, ttl) = ("id", "name", "type", "ttl");
        Self { id, name, record_type, ttl, value, of: &[], types: &[] }
    }

    /// The name of a type at the service.
    pub fn type_name(&self, record_type: RecordType) -> &'static str {
        let known = self.types.iter().find(|(of, _)| *of == record_type);
        known.map_or(record_type.as_str(), |(_, name)| name)
    }

    /// The name of a type in octoDNS.
    pub(crate) fn octodns_type<'t>(&self, name: &'t str) -> &'t str {
        let known = self.types.iter().find(|(_, known)| *known == name);
        known.map_or(name, |(of, _)| of.as_str())
    }

    /// The fields of the parts of a type, or the field of its whole value.
    fn place_of(&self, record_type: RecordType) -> Place {
        match self.of.iter().find(|(of, _)| *of == record_type) {
            None => Place::Whole(self.value),
            Some((_, [("", field)])) => Place::Whole(field),
            Some((_, named)) => {
                let field = |part: &'static str| {
                    named.iter().find(|(ours, _)| *ours == part).map_or(part, |(_, theirs)| *theirs)
                };
                Place::Parts(parts_of(record_type).iter().map(|(part, _)| field(part)).collect())
            }
        }
    }

    /// The row of a record with one value, without an id.
    ///
    /// # Errors
    ///
    /// Fails for a text that the service cannot hold; plans contain no such text.
    pub fn write(
        &self,
        record: &Record,
        dialect: &Dialect,
        zone: &ZoneName,
    ) -> Result<Map<String, Json>, ProviderError> {
        let mut row = Map::new();
        row.insert(self.record_type.into(), self.type_name(record.record_type()).into());
        row.insert(self.name.into(), dialect.name(record.name(), zone).into());
        row.insert(self.ttl.into(), dialect.number(record.ttl()));
        self.write_value(record, dialect, &mut row)?;
        Ok(row)
    }

    /// Adds the value of a record with one value to a row.
    ///
    /// # Errors
    ///
    /// The errors of [`Fields::write`].
    pub fn write_value(
        &self,
        record: &Record,
        dialect: &Dialect,
        row: &mut Map<String, Json>,
    ) -> Result<(), ProviderError> {
        let unsupported = || {
            let (name, of) = (record.name(), record.record_type());
            ProviderError::failed(format!("{name} {of}: its text is not UTF-8"))
        };
        let fields = match self.place_of(record.record_type()) {
            Place::Parts(fields) => fields,
            Place::Whole(field) => {
                row.insert(field.into(), whole(record, dialect).ok_or_else(unsupported)?.into());
                return Ok(());
            }
        };
        let mut shared: Vec<(&str, Vec<String>)> = Vec::new();
        for (field, part) in fields.iter().zip(parts(record.data())) {
            if !is_shared(fields.iter(), field) {
                row.insert((*field).into(), part.field(dialect).ok_or_else(unsupported)?);
            } else if let Some((_, words)) = shared.iter_mut().find(|(of, _)| of == field) {
                words.push(part.word(dialect, record.record_type()));
            } else {
                shared.push((field, vec![part.word(dialect, record.record_type())]));
            }
        }
        row.extend(shared.into_iter().map(|(field, words)| (field.into(), words.join(" ").into())));
        Ok(())
    }

    /// Reads a row; `None` for a type that is not in `types`, or a name outside the zone.
    ///
    /// # Errors
    ///
    /// Fails if the row lacks a field of its type.
    pub fn read(
        &self,
        row: &Json,
        dialect: &Dialect,
        zone: &ZoneName,
        types: &RecordTypes,
    ) -> Result<Option<ReadRow>, ProviderError> {
        let Some((name, entry)) = self.read_head(row, dialect, zone, types)? else {
            return Ok(None);
        };
        let lacking = || malformed(incomplete("a row", row));
        let ttl = row.get(self.ttl).and_then(number).ok_or_else(lacking)?;
        let value = self.read_value(row, entry, dialect, zone).ok_or_else(lacking)?;
        let id = row.get(self.id).and_then(id);
        let record_type = entry.record_type();
        Ok(Some(ReadRow { id, name, record_type, ttl, value }))
    }

    /// The name within the zone and the type of a row or set; `None` for a type that is not known, or a name
    /// outside the zone.
    ///
    /// # Errors
    ///
    /// Fails when it has no name or type.
    pub(crate) fn read_head<'t>(
        &self,
        item: &Json,
        dialect: &Dialect,
        zone: &ZoneName,
        types: &'t RecordTypes,
    ) -> Result<Option<(String, &'t TypeEntry)>, ProviderError> {
        let text = |field: &str| item.get(field).and_then(Json::as_str);
        let (Some(name), Some(record_type)) = (text(self.name), text(self.record_type)) else {
            return Err(malformed(incomplete("a record", item)));
        };
        let Some(entry) = types.get(self.octodns_type(record_type)) else { return Ok(None) };
        let Some(name) = dialect.read_name(name, zone) else { return Ok(None) };
        // Normalized as in records, whatever the form and case; the reader of records reports invalid names.
        let name =
            RecordName::new(&name).map_or(name.into_owned(), |name| name.as_str().to_owned());
        Ok(Some((name, entry)))
    }

    /// The value of a row, as octoDNS data, or its spelling if that is not valid for the type; `None` if the
    /// row lacks a field of it.
    pub fn read_value(
        &self,
        row: &Json,
        entry: &TypeEntry,
        dialect: &Dialect,
        zone: &ZoneName,
    ) -> Option<Result<OwnedValue, String>> {
        let fields = match self.place_of(entry.record_type()) {
            Place::Parts(fields) => fields,
            Place::Whole(field) => {
                let text = row.get(field)?.as_str()?;
                return Some(read_whole(text, entry, dialect, zone).ok_or_else(|| text.to_owned()));
            }
        };
        let mut parts = Vec::new();
        for ((ours, kind), field) in parts_of(entry.record_type()).iter().zip(&fields) {
            parts.push((*ours, *kind, *field, field_text(row.get(field)?)?));
        }
        let is_any_shared = fields.iter().any(|field| is_shared(fields.iter(), field));
        let lacks_word = |(_, kind, field, text): &Spelled| {
            text.is_empty() && (*kind != Kind::Text || is_shared(fields.iter(), field))
        };
        let read = if parts.iter().any(lacks_word) {
            None
        } else if is_any_shared {
            read_whole(&presentation(&parts, dialect), entry, dialect, zone)
        } else {
            let part = |(ours, kind, _, text): &Spelled| {
                let part = read_field(text, *kind, |name| dialect.read_target(name, zone));
                part.map(|part| (*ours, part))
            };
            let parts: Option<Vec<_>> = parts.iter().map(part).collect();
            parts.map(|parts| octodns_core::value::Map::from_unique(parts).into())
        };
        Some(read.ok_or_else(|| joined(&parts, |(.., text)| text.clone())))
    }
}

/// A part of a value: its name, its kind, its field, and the text of that.
type Spelled = (&'static str, Kind, &'static str, String);

/// These fields of a row or set, as far as it has them.
pub fn only_fields(item: &Json, fields: &[&str]) -> Json {
    let kept = fields.iter().filter_map(|key| Some(((*key).to_owned(), item.get(key)?.clone())));
    Json::Object(kept.collect())
}

/// The text of a field of a row or set; empty if it has none there.
pub fn text_of<'i>(item: &'i Json, field: &str) -> &'i str {
    item[field].as_str().unwrap_or_default()
}

/// An id as it is in bodies, for services whose ids are numbers.
pub fn id_value(id: &str) -> Json {
    id.parse::<u64>().map_or_else(|_| id.into(), Json::from)
}

/// Whether several parts are in one field, of the fields of all parts.
fn is_shared<'f>(fields: impl Iterator<Item = &'f &'static str>, field: &str) -> bool {
    fields.filter(|of| **of == field).count() > 1
}

/// The text of a field with a text, a number or nothing; `None` for anything else.
fn field_text(field: &Json) -> Option<String> {
    match field {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Null => Some(String::new()),
        _ => None,
    }
}

/// The fields of a value, one after the other; `spell` has the text of each.
fn joined(parts: &[Spelled], spell: impl Fn(&Spelled) -> String) -> String {
    let mut fields: Vec<(&str, String)> = Vec::new();
    for part in parts {
        let (_, _, field, _) = part;
        if !fields.iter().any(|(known, _)| known == field) {
            fields.push((field, spell(part)));
        }
    }
    let texts: Vec<_> = fields.into_iter().map(|(_, text)| text).collect();
    texts.join(" ")
}

/// A value in presentation format, from fields of which some hold several parts.
fn presentation(parts: &[Spelled], dialect: &Dialect) -> String {
    joined(parts, |(_, kind, field, text)| {
        if *kind == Kind::Text && !is_shared(parts.iter().map(|(_, _, of, _)| of), field) {
            dialect.presentation().string(text.as_bytes())
        } else {
            text.clone()
        }
    })
}

/// The name and type of a record to look for, as the service spells them.
pub(crate) struct Sought {
    name: String,
    fqdn: String,
    record_type: &'static str,
}

impl Sought {
    pub(crate) fn new(
        record: &Record,
        dialect: &Dialect,
        fields: &Fields,
        zone: &ZoneName,
    ) -> Self {
        Self {
            name: dialect.name(record.name(), zone),
            fqdn: record.fqdn(zone).trim_end_matches('.').to_owned(),
            record_type: fields.type_name(record.record_type()),
        }
    }

    pub(crate) fn only(&self) -> Only<'_> {
        Only { name: &self.name, fqdn: &self.fqdn, record_type: self.record_type }
    }
}

/// A parsed row.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReadRow {
    /// Its id, if it has one.
    pub id: Option<String>,
    /// The name within the zone; the apex is empty.
    pub name: String,
    /// The type.
    pub record_type: RecordType,
    /// The TTL in seconds.
    pub ttl: i64,
    /// The value, as octoDNS data, or its spelling at the service if that is not valid for the type.
    pub value: Result<OwnedValue, String>,
}

/// The whole value of a record with one value; `None` for octets that the service cannot hold.
pub(crate) fn whole(record: &Record, dialect: &Dialect) -> Option<String> {
    let all = parts(record.data());
    match &*all {
        [] => {
            record.rdata_strings().pop().map(|rdata| match service_target(record.record_type()) {
                Some(_) => with_target(&rdata, dialect),
                None => rdata,
            })
        }
        [parts::Part::Text(octets)] => dialect.text(octets, true),
        [parts::Part::Name(name)] => Some(dialect.target(name)),
        _ => {
            let word = |part: &parts::Part| part.word(dialect, record.record_type());
            Some(all.iter().map(word).collect::<Vec<_>>().join(" "))
        }
    }
}

/// octoDNS' name for the target of a SVCB or HTTPS value: RFC 9460, section 2.1.
fn service_target(record_type: RecordType) -> Option<&'static str> {
    matches!(record_type, RecordType::SVCB | RecordType::HTTPS).then_some("targetname")
}

/// A SVCB or HTTPS value in presentation format, with its target as the service spells it.
fn with_target(rdata: &str, dialect: &Dialect) -> String {
    let mut words: Vec<_> = rdata.splitn(3, ' ').map(str::to_owned).collect();
    if let Some(target) = words.get_mut(1) {
        *target = dialect.target(target);
    }
    words.join(" ")
}

/// A whole value, as octoDNS data.
pub(crate) fn read_whole(
    text: &str,
    entry: &TypeEntry,
    dialect: &Dialect,
    zone: &ZoneName,
) -> Option<OwnedValue> {
    match parts_of(entry.record_type()) {
        [("", Kind::Text)] => Some(parts::txt(&dialect.read_text(text))),
        [("", Kind::Name)] => Some(text)
            .filter(|text| !text.is_empty())
            .map(|text| dialect.read_target(text, zone).into()),
        [("", _)] => Some(text.to_owned().into()),
        all => {
            let is_bare = dialect.bare.contains(&entry.record_type());
            let has_texts = all.is_empty() || all.iter().any(|(_, kind)| *kind == Kind::Text);
            let text = match (is_bare, has_texts) {
                (true, _) => with_empty_words(text, all.len()),
                (false, true) => text.into(),
                // Some services keep as many blanks between words as they were sent.
                (false, false) => text.split_whitespace().collect::<Vec<_>>().join(" ").into(),
            };
            let mut value = entry.parse(&text).ok()?;
            let names = all.iter().filter(|(_, kind)| *kind == Kind::Name).map(|(field, _)| *field);
            for field in names.chain(service_target(entry.record_type())) {
                let target = value.get(field).and_then(Value::as_str)?;
                let absolute = dialect.read_target(target, zone);
                value.as_map_mut()?.insert(field, absolute);
            }
            Some(value)
        }
    }
}

/// A value of so many words, with quotes for those that are empty: two blanks, one after the other.
fn with_empty_words(text: &str, count: usize) -> Cow<'_, str> {
    let words: Vec<_> = text.split(' ').collect();
    if words.len() != count || !words.contains(&"") {
        return text.into();
    }
    let quoted = words.into_iter().map(|word| if word.is_empty() { "\"\"" } else { word });
    quoted.collect::<Vec<_>>().join(" ").into()
}

/// An integer, from a JSON number or string.
pub(crate) fn number(json: &Json) -> Option<i64> {
    json.as_i64().or_else(|| json.as_str()?.trim().parse().ok())
}

impl ReadRow {
    /// Whether the row is equal to a record with one value.
    pub(crate) fn says(&self, record: &Record, types: &RecordTypes) -> bool {
        self.ttl == record.ttl()
            && self.name == record.name().as_str()
            && self.record_type == record.record_type()
            && self.data(types).is_some_and(|data| data == *record.data())
    }

    /// Its data; `None` if its value is not valid for the type.
    pub(crate) fn data(&self, types: &RecordTypes) -> Option<RecordData> {
        let value = self.value.as_ref().ok()?;
        types.get(self.record_type.as_str())?.read(std::slice::from_ref(value)).ok()
    }
}

/// A value of a response, as octoDNS data.
pub(crate) fn value_of(json: &Json) -> OwnedValue {
    match json {
        Json::Null => Value::NULL,
        Json::Bool(value) => (*value).into(),
        Json::Number(number) => {
            number.as_i64().map_or_else(|| number.as_f64().unwrap_or_default().into(), Value::from)
        }
        Json::String(text) => text.clone().into(),
        Json::Array(values) => values.iter().map(value_of).collect::<Vec<_>>().into(),
        Json::Object(map) => {
            let entries = map.iter().map(|(key, value)| (key.clone(), value_of(value)));
            octodns_core::value::Map::from_unique(entries).into()
        }
    }
}

/// An id: a number or a string.
pub(crate) fn id(json: &Json) -> Option<String> {
    match json {
        Json::String(text) if !text.is_empty() => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

impl Dialect {
    /// A number, as the service has it in rows.
    pub(crate) fn number(&self, number: i64) -> Json {
        parts::Part::Number(number).field(self).unwrap_or_default()
    }
}
