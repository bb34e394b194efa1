//! Records on their way to the host and back.

use std::sync::Arc;

use octodns_core::record::{Compare, LoadContext, RecordTypes, Txt};
use octodns_core::validate::RecordValidators;
use octodns_core::value::{Map, Value, visible};
use octodns_core::zone::{Difference, ZoneSettings};
use octodns_core::{
    Origin, OwnedValue, ProviderError, Record, RecordData, RecordName, RecordType, Report,
    ServiceErrorKind, Severity, Zone, ZoneName,
};

use crate::wire::{RecordKey, WireRecord, ZoneDelta, ZoneHead};

/// The name and type of a record, as they go over the pipe.
pub(crate) fn key_of(record: &Record) -> RecordKey {
    key(record.name(), record.record_type())
}

fn key(name: &RecordName, record_type: RecordType) -> RecordKey {
    RecordKey { name: name.as_str().to_owned(), record_type: record_type.as_str().to_owned() }
}

/// A record for the host.
pub(crate) fn encode(record: &Record) -> WireRecord {
    WireRecord {
        key: key_of(record),
        data: data_of(record),
        source: record.source().map(ToString::to_string),
        context: context_of(record.origin()),
    }
}

/// The data of a record, with its texts as they were written: octoDNS compares those, and not what they mean.
fn data_of(record: &Record) -> OwnedValue {
    let mut data = record.to_value();
    let (RecordData::Txt(texts) | RecordData::Spf(texts)) = record.data() else { return data };
    if texts.iter().any(|text| text.written().is_some())
        && let Some(map) = data.as_map_mut()
    {
        let written = |text: &Txt| Value::from(text.written().unwrap_or(text.as_str()).to_owned());
        match texts.as_slice() {
            [text] => map.insert("value", written(text)),
            texts => map.insert("values", texts.iter().map(written).collect::<Vec<_>>()),
        }
    }
    data
}

/// A difference of zones for the host.
pub(crate) fn encode_difference(difference: &Difference) -> ZoneDelta {
    ZoneDelta {
        removed: difference.removed.iter().map(|(name, of)| key(name, *of)).collect(),
        records: difference.records.iter().map(|record| encode(record)).collect(),
    }
}

/// A place, as octoDNS writes it.
pub(crate) fn context_of(origin: &Origin) -> Option<String> {
    let file = origin.file.as_deref()?;
    Some(match origin.line {
        0 => file.to_owned(),
        line => format!("{file}, line {line}, column {}", origin.column),
    })
}

/// The place that octoDNS writes so.
fn origin_of(context: &str) -> Origin {
    let place = || {
        let (rest, column) = context.rsplit_once(", column ")?;
        let (file, line) = rest.rsplit_once(", line ")?;
        Some(Origin::at(&*visible(file), line.parse().ok()?, column.parse().ok()?))
    };
    place().unwrap_or_default()
}

/// The head of a zone.
pub(crate) fn head(name: &ZoneName, settings: &ZoneSettings) -> ZoneHead {
    let ids = |ids: &[String]| {
        Value::from(ids.iter().map(|id| Value::from(id.clone())).collect::<Vec<_>>())
    };
    let mut by_type = Map::<'static>::new();
    for (of, id) in &settings.disabled_record_validators {
        let mut list =
            by_type.get(of).and_then(Value::as_list).map(<[_]>::to_vec).unwrap_or_default();
        list.push(Value::from(id.clone()));
        by_type.insert(of.clone(), list);
    }
    let disabled = |value: Value<'static>| Map::from_unique([("disable_validators", value)]);
    let mut validators = Map::<'static>::new();
    if !by_type.is_empty() {
        validators.insert("record", disabled(by_type.into()));
    }
    if !settings.disabled_validators.is_empty() {
        validators.insert("zone", disabled(ids(&settings.disabled_validators)));
    }
    let mut sub_zones: Vec<_> = settings.sub_zones.names().map(str::to_owned).collect();
    sub_zones.sort_unstable();
    ZoneHead {
        name: name.as_str().to_owned(),
        sub_zones,
        update_threshold: settings.update_pcent_threshold,
        delete_threshold: settings.delete_pcent_threshold,
        ignore_subzone_adds: settings.ignore_subzone_adds.then_some(true),
        context: context_of(&settings.origin),
        validators: (!validators.is_empty()).then(|| validators.into()),
    }
}

/// Reads the records of one zone that come from the host.
pub(crate) struct Decoder<'d> {
    zone: &'d ZoneName,
    types: &'d RecordTypes,
    /// None is at work: the records were validated where they were made.
    validators: RecordValidators,
}

impl<'d> Decoder<'d> {
    /// Of this zone, with these types.
    pub(crate) fn new(zone: &'d ZoneName, types: &'d RecordTypes) -> Self {
        Self { zone, types, validators: RecordValidators::new(types) }
    }

    /// The record that came.
    ///
    /// # Errors
    ///
    /// If it is none: a record that Python can hold and this program cannot.
    pub(crate) fn record(&self, wire: WireRecord) -> Result<Record, ProviderError> {
        let WireRecord { key, data, source, context } = wire;
        let Some(data) = data.as_map() else {
            return Err(self.refused(&key, "its data is no mapping"));
        };
        let mut all = data.clone();
        all.insert("type", key.record_type.clone());
        let mut how = LoadContext::new(self.zone, &self.validators, self.types);
        how.lenient = true;
        how.keeps_positions = false;
        let mut found = Report::new();
        let name = Value::from(key.name.as_str());
        let Some(record) = Record::load(&name, &Value::from(all), &how, &mut found) else {
            let why = found.of(Severity::Error).next();
            return Err(self.refused(&key, why.map_or("it is no record", |found| &found.message)));
        };
        let mut record = in_form(record, data);
        if let Some(source) = source {
            record = record.with_source(source);
        }
        Ok(record.with_origin(context.as_deref().map(origin_of).unwrap_or_default()))
    }

    /// Makes the changes to a zone that the host made. A record that says what the one in its place says is that one.
    ///
    /// # Errors
    ///
    /// As [`Decoder::record`].
    pub(crate) fn change(&self, zone: &mut Zone, delta: ZoneDelta) -> Result<(), ProviderError> {
        let mut difference = Difference::default();
        for key in delta.removed {
            difference.removed.push(self.name_and_type(&key)?);
        }
        for wire in delta.records {
            let record = self.record(wire)?;
            let held = zone.get(record.name(), record.record_type());
            if !held.is_some_and(|held| is_same(held, &record)) {
                difference.records.push(record.into());
            }
        }
        zone.change(difference);
        Ok(())
    }

    /// A name and a type that came.
    ///
    /// # Errors
    ///
    /// If there is no such type.
    pub(crate) fn name_and_type(
        &self,
        key: &RecordKey,
    ) -> Result<(RecordName, RecordType), ProviderError> {
        let Some(entry) = self.types.get(&key.record_type) else {
            return Err(self.refused(key, "there is no such record type"));
        };
        Ok((RecordName::held(&key.name), entry.record_type()))
    }

    /// The whole name of a record that came, for messages.
    pub(crate) fn fqdn(&self, key: &RecordKey) -> String {
        visible(&self.zone.absolute(&key.name)).into_owned()
    }

    fn refused(&self, key: &RecordKey, why: &str) -> ProviderError {
        let name = self.fqdn(key);
        let of = visible(&key.record_type);
        let message = format!("the record {name} {of} cannot be taken: {why}");
        ProviderError::service(ServiceErrorKind::Malformed, message)
    }
}

/// A record whose data is what its class made of it.
fn in_form(record: Record, data: &Map<'_>) -> Record {
    let RecordData::Custom(custom) = record.data() else { return record };
    if custom.is_normal() {
        return record;
    }
    let normal = custom.normal(data, Vec::new());
    record.with_data(RecordData::Custom(normal))
}

/// Whether two records say the same, in all that a class may look at.
pub(crate) fn is_same(one: &Record, other: &Record) -> bool {
    !one.differs(other, Compare::EVERYTHING) && one.options() == other.options()
}

/// The same record of `zone`, if it says the same: it knows more of where it came from.
pub(crate) fn known(zone: &Zone, record: Record) -> Arc<Record> {
    match zone.get(record.name(), record.record_type()) {
        Some(held) if is_same(held, &record) => Arc::clone(held),
        _ => record.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_written_as_octodns_writes_it() {
        for origin in [Origin::at("a, line.yaml", 3, 14), Origin::at("b.yaml", 1, 1)] {
            assert_eq!(origin_of(&context_of(&origin).unwrap()), origin);
        }
        assert_eq!(context_of(&Origin::default()), None);
        for other in ["", "some place", "x, line 3", "x, line y, column 2"] {
            assert_eq!(origin_of(other), Origin::default(), "{other}");
        }
    }

    #[test]
    fn records_come_back_as_they_went() {
        let (name, types) = (ZoneName::new("example.com.").unwrap(), RecordTypes::default());
        let decoder = Decoder::new(&name, &types);
        let texts = RecordData::Txt(vec![Txt::new("v=x\\; y")]);
        for (at, data) in [
            ("www", RecordData::A(vec!["192.0.2.1".parse().unwrap()])),
            ("", texts),
            (
                "*",
                RecordData::Ns(vec![octodns_core::record::HostName::new("ns.example.").unwrap()]),
            ),
        ] {
            let record = Record::new(RecordName::new(at).unwrap(), 60, data)
                .with_source("config")
                .with_options([("lenient", Value::from(true))].into_iter().collect())
                .with_origin(Origin::at("zone.yaml", 3, 5));
            let back = decoder.record(encode(&record)).unwrap();
            assert!(is_same(&back, &record), "{back:?}");
            assert_eq!((back.source(), back.origin()), (record.source(), record.origin()));
        }
    }

    #[test]
    fn texts_go_as_they_were_written() {
        for texts in [&["a\\b"][..], &["x; y", "a\\b", "\\226\\152\\133"], &["plain"]] {
            let data = RecordData::Txt(texts.iter().map(|text| Txt::new(text)).collect());
            let wire = encode(&Record::new(RecordName::APEX, 60, data));
            let values = wire.data.get("values").and_then(Value::as_list);
            let values = values.or_else(|| wire.data.get("value").map(std::slice::from_ref));
            let values: Vec<_> = values.unwrap().iter().filter_map(Value::as_str).collect();
            assert_eq!(values, texts);
        }
    }

    #[test]
    fn what_is_no_record_is_named() {
        let (name, types) = (ZoneName::new("example.com.").unwrap(), RecordTypes::default());
        let decoder = Decoder::new(&name, &types);
        let wire = |of: &str, data: Value<'static>| WireRecord {
            key: RecordKey { name: "www".to_owned(), record_type: of.to_owned() },
            data,
            source: None,
            context: None,
        };
        let address = |text: &'static str| {
            Value::from([("ttl", Value::from(60)), ("value", Value::from(text))])
        };
        for (record, why) in [
            (wire("A", address("nowhere")), "nowhere"),
            (wire("A", Value::from("x")), "its data is no mapping"),
            (wire("NOPE", address("192.0.2.1")), "unknown record type"),
        ] {
            let error = decoder.record(record).unwrap_err().to_string();
            assert!(error.contains("www.example.com.") && error.contains(why), "{error}");
        }
    }

    #[test]
    fn a_zone_says_which_validators_are_off() {
        let mut settings = ZoneSettings::default();
        settings.disabled_validators = vec!["mx-x".to_owned()];
        let of = |of: &str, id: &str| (of.to_owned(), id.to_owned());
        settings.disabled_record_validators = vec![of("MX", "a"), of("*", "b"), of("MX", "c")];
        let head = head(&ZoneName::new("example.com.").unwrap(), &settings);
        let json = octodns_core::value::Json::default().text(&head.validators.unwrap());
        assert_eq!(
            json,
            r#"{"record": {"disable_validators": {"MX": ["a", "c"], "*": ["b"]}}, "zone": {"disable_validators": ["mx-x"]}}"#
        );
    }
}
