//! Converts between the RRsets of a server and records, in the forms that servers can hold.

use std::sync::Arc;

use octodns_core::engine::unsupported;
use octodns_core::record::LoadContext;
use octodns_core::value::{Kind, Map, Position};
use octodns_core::{
    Capabilities, Diagnostic, Record, RecordData, RecordName, RecordType, Report, Value, Values,
    Zone, ZoneName, ZoneRead, ZoneRequest,
};
use octodns_dns::wire;

use crate::client::{Transferred, wire_name, write_name};
use crate::sets::RawSet;

/// The code of findings about records that a server has or cannot hold.
const CODE: &str = "dns";

/// The capabilities of every DNS server.
///
/// Differs from octoDNS: DNAME, OPENPGPKEY and URI are supported as well.
const HELD: Capabilities = Capabilities::of(&[
    RecordType::A,
    RecordType::AAAA,
    RecordType::CAA,
    RecordType::CNAME,
    RecordType::DNAME,
    RecordType::DS,
    RecordType::HTTPS,
    RecordType::LOC,
    RecordType::MX,
    RecordType::NAPTR,
    RecordType::NS,
    RecordType::OPENPGPKEY,
    RecordType::PTR,
    RecordType::SPF,
    RecordType::SRV,
    RecordType::SSHFP,
    RecordType::SVCB,
    RecordType::TLSA,
    RecordType::TXT,
    RecordType::URI,
])
.multivalue_ptr()
.root_ns()
.values(Values { relative_names: false, ..Values::ANY });

/// The capabilities of zone files.
pub(crate) static OF_FILES: Capabilities = HELD;

/// The capabilities of servers: an update cannot create a zone.
pub(crate) static OF_SERVERS: Capabilities = HELD.fixed_zones();

/// The records of a zone. The report has an error for each record that cannot be read.
pub(crate) fn read(
    request: &ZoneRequest<'_>,
    source: &Arc<str>,
    transferred: &Transferred,
) -> ZoneRead {
    let mut read = ZoneRead::default();
    read.records.reserve(transferred.sets.len());
    let context = request.load_context(source, &[]);
    for set in &transferred.sets {
        match record(request.name, set) {
            Ok(record) if request.lenient => {
                read.records.push(Arc::new(record.with_source(source.clone())));
            }
            Ok(record) => {
                let record = validated(record, Position::NONE, &context, &mut read.report);
                read.records.extend(record.map(Arc::new));
            }
            Err(fault) => {
                let found = Diagnostic::error(CODE, fault.why).about(fault.subject);
                read.report.push(found.help("fix or remove the record on the server"));
            }
        }
    }
    read
}

/// Why an RRset is not a valid record.
#[derive(Debug)]
pub(crate) struct RecordError {
    pub(crate) kind: RecordErrorKind,
    /// Name and type.
    pub(crate) subject: String,
    pub(crate) why: String,
}

/// Where the problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RecordErrorKind {
    /// The name is not valid.
    Name,
    /// The name is outside the zone.
    Outside,
    /// octoDNS does not support the type.
    Type,
    /// The data is not valid.
    Data,
}

/// The record of an RRset.
pub(crate) fn record(zone: &ZoneName, set: &RawSet) -> Result<Record, RecordError> {
    let text = || wire::type_text(set.of);
    let fqdn = wire::name_text(&set.owner).map_err(|error| RecordError {
        kind: RecordErrorKind::Name,
        subject: text().to_string(),
        why: error.to_string(),
    })?;
    let fault =
        |kind, why: String| RecordError { kind, subject: format!("{fqdn} {}", text()), why };
    let relative = zone
        .relative(&fqdn)
        .ok_or_else(|| fault(RecordErrorKind::Outside, format!("is outside the zone {zone}")))?;
    let of = wire::type_of(set.of).ok_or_else(|| {
        fault(RecordErrorKind::Type, format!("{} records are not supported", text()))
    })?;
    let name = RecordName::held(relative);
    let data = wire::from_bytes(of, &set.rdatas)
        .map_err(|error| fault(RecordErrorKind::Data, error.to_string()))?;
    Ok(Record::new(name, i64::from(set.ttl), data))
}

/// The same record after the configured validation, which checks the data as it would be written.
pub(crate) fn validated(
    mut record: Record,
    position: Position,
    context: &LoadContext<'_>,
    report: &mut Report,
) -> Option<Record> {
    if record.accept(position, context) {
        return Some(record);
    }
    let mut map = match record.to_value().kind {
        Kind::Map(map) => map,
        _ => Map::new(),
    };
    let texts = match record.data() {
        RecordData::Txt(texts) | RecordData::Spf(texts) => Some(texts),
        _ => None,
    };
    if let Some(texts) = texts {
        // An empty text counts, though plans leave it out.
        let texts = texts.iter().map(|text| Value::from(text.in_ascii()));
        map.remove("value");
        map.insert("values", texts.collect::<Vec<_>>());
    }
    map.insert("type", record.record_type().as_str());
    let name = Value::new(Kind::Str(record.name().as_str().to_owned().into()), position);
    Record::load(&name, &Value::new(Kind::Map(map), position), context, report)
}

/// Changes desired records to the form in which they will be read back, so that another spelling is not a
/// change, and reports what no server can hold.
///
/// Differs from octoDNS, which never settles for some of them, such as a text with an unescaped `;`.
pub(crate) fn spell(desired: &mut Zone, existing: &Zone, report: &mut Report) {
    leave_out_nameless(desired, report);
    spell_names(desired, report);
    let (mut spelled, mut refused) = (Vec::new(), Vec::new());
    for (record, held) in beside(desired, existing) {
        if held.is_some_and(|held| held.data() == record.data()) {
            continue;
        }
        match on_the_wire(record.data()) {
            Ok(data) if data == *record.data() => {}
            Ok(data) => spelled.push(Record::clone(record).with_data(data)),
            Err(error) => refused.push((Arc::clone(record), error.to_string(), held.cloned())),
        }
    }
    for (record, why, held) in refused {
        let message = format!("it cannot be sent to a DNS server: {why}");
        if let Some(held) = held {
            let fallback = "what the target holds stays as it is";
            report.push(unsupported(desired, &record, message, fallback));
            desired.set(held);
        } else {
            report.push(unsupported(desired, &record, message, "it is left out"));
            desired.remove(record.name(), record.record_type());
        }
    }
    for record in spelled {
        desired.set(record);
    }
}

/// Each record, with what another zone has of its name and type: both have their names in the same order.
fn beside<'z>(
    zone: &'z Zone,
    other: &'z Zone,
) -> impl Iterator<Item = (&'z Arc<Record>, Option<&'z Arc<Record>>)> {
    let mut others = other.nodes().peekable();
    zone.nodes().flat_map(move |(name, records)| {
        while others.next_if(|(other, _)| *other < name).is_some() {}
        let held = match others.peek() {
            Some((other, held)) if *other == name => *held,
            _ => &[],
        };
        let of_type = |of| held.iter().find(move |held| held.record_type() == of);
        records.iter().map(move |record| (record, of_type(record.record_type())))
    })
}

/// Leaves out records whose names DNS cannot hold: those with an empty or a long label, from lenient sources.
fn leave_out_nameless(desired: &mut Zone, report: &mut Report) {
    let fault = |record: &Arc<Record>| {
        if is_plain(record.name(), desired.name()) {
            return None;
        }
        let error = wire_name(&record.fqdn(desired.name())).err()?;
        Some((Arc::clone(record), error.to_string()))
    };
    let refused: Vec<_> = desired.records().filter_map(fault).collect();
    for (record, why) in refused {
        let message = format!("it cannot be sent to a DNS server: {why}");
        report.push(unsupported(desired, &record, message, "it is left out"));
        desired.remove(record.name(), record.record_type());
    }
}

/// The same for names: `a(b)` is `a\(b\)` when it is read back.
fn spell_names(desired: &mut Zone, report: &mut Report) {
    let spelled: Vec<_> = desired
        .records()
        .filter_map(|record| Some((Arc::clone(record), spelled_name(record, desired.name())?)))
        .collect();
    for (record, name) in spelled {
        if desired.get(&name, record.record_type()).is_some() {
            let subject =
                format!("{} {}", record.decoded_fqdn(desired.name()), record.record_type());
            let message = format!("it is the same name as \"{name}\", which has such a record too");
            let found = Diagnostic::error(CODE, message).about(subject);
            let found = found.help("keep one of them, with all values");
            report.push(found.at(record.origin().clone()));
            continue;
        }
        desired.remove(record.name(), record.record_type());
        desired.set(Record::clone(&record).with_name(name));
    }
}

/// The name of a record as it will be read back, if that is different.
fn spelled_name(record: &Record, zone: &ZoneName) -> Option<RecordName> {
    if is_plain(record.name(), zone) {
        return None;
    }
    let mut owner = Vec::new();
    write_name(&wire_name(&record.fqdn(zone)).ok()?.to_lowercase(), &mut owner);
    let fqdn = wire::name_text(&owner).ok()?;
    let name = zone.relative(&fqdn)?;
    if name == record.name().as_str() { None } else { RecordName::new(name).ok() }
}

/// Whether a name is as it will be read back without a closer look, as most are: in lowercase, without escapes, and no
/// longer than names can be.
fn is_plain(name: &RecordName, zone: &ZoneName) -> bool {
    let (name, zone) = (name.as_str(), zone.as_str());
    let is_usual = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'*');
    // Each dot is where a length is on the wire, and one more byte ends the name.
    name.len() + zone.len() + 2 <= 255
        && name.split('.').all(|label| matches!(label.len(), 1..64) && label.bytes().all(is_usual))
}

fn on_the_wire(data: &RecordData) -> Result<RecordData, wire::WireError> {
    wire::check_servable(data)?;
    wire::from_bytes(data.record_type(), &wire::to_bytes(data)?)
}

impl std::fmt::Display for RecordError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.subject, self.why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_servers_cannot_hold_is_left_out_or_stays() {
        let digest = |text: &str| {
            let fields = [
                ("algorithm", Value::from(1)),
                ("fingerprint_type", Value::from(1)),
                ("fingerprint", Value::from(text.to_owned())),
            ];
            let value = Value::from(Map::from_unique(fields));
            let record =
                [("type", Value::from("SSHFP")), ("ttl", Value::from(60)), ("value", value)];
            Value::from(Map::from_unique(record))
        };
        let name = ZoneName::new("unit.tests.").unwrap();
        let types = octodns_core::record::RecordTypes::default();
        let validators = octodns_core::validate::RecordValidators::legacy(&types);
        let mut context = LoadContext::new(&name, &validators, &types);
        context.lenient = true;
        let record = |name: &str, text: &str| {
            let data = digest(text);
            Record::load(&Value::from(name.to_owned()), &data, &context, &mut Report::new())
                .unwrap()
        };
        let good = "0123456789abcdef0123456789abcdef01234567";
        let mut desired = Zone::new(name.clone());
        for (name, text) in [("a", "xyz"), ("b", "xyz"), ("c..d", good), ("e", good)] {
            desired.set(record(name, text));
        }
        let mut existing = Zone::new(name.clone());
        existing.set(record("b", good));
        let mut report = Report::new();
        spell(&mut desired, &existing, &mut report);
        assert_eq!(report.iter().filter(|found| found.code == "supports").count(), 3, "{report:?}");
        let kept: Vec<_> = desired.records().map(|record| record.name().as_str()).collect();
        assert_eq!(kept, ["b", "e"]);
        let held = existing.records().next().unwrap();
        assert!(desired.records().any(|record| record.data() == held.data()));
    }
}
