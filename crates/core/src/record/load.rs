//! From data to a record: every fault told, at its place.

use std::borrow::Cow;
use std::sync::Arc;

use super::registry::{RecordTypes, TypeEntry};
use super::routing::{is_dynamic, is_geo};
use super::{
    Dynamic, Geo, Options, Record, RecordData, RecordType, ValueError, hints, keys, missing, text,
};
use crate::diagnostic::{Diagnostic, Origin, Report};
use crate::rdata::Places;
use crate::rdata::number;
use crate::validate::{Findings, RawRecord, RecordValidators};
use crate::value::{Kind, Map, Position, Special, Value, python_str};
use crate::{RecordName, ZoneName, name};

/// The id of faults that come before any validator: of the name, and of what no type can hold.
const RECORD_NEW: &str = "record-new";

/// What data of a record is read with.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct LoadContext<'c> {
    /// The zone the record is in.
    pub zone: &'c ZoneName,
    /// The id of the source the data comes from.
    pub source: Option<&'c Arc<str>>,
    /// The files that positions point into.
    pub files: &'c [Arc<str>],
    /// Whether faults are tolerated; a record can ask for that itself (`octodns.lenient`).
    pub lenient: bool,
    /// The TTL of records without one; if there is none, a missing TTL is a fault.
    pub default_ttl: Option<i64>,
    /// Whether semicolons of TXT and SPF values are escaped first, since the source does not.
    pub escape_semicolons: bool,
    /// Whether records keep where each of their values stands, for findings; those of a target need not.
    pub keeps_positions: bool,
    /// The enabled validators.
    pub validators: &'c RecordValidators,
    /// The record types there are.
    pub types: &'c RecordTypes,
}

impl<'c> LoadContext<'c> {
    /// Reads strictly, from no named source or file, with the TTL required.
    pub fn new(
        zone: &'c ZoneName,
        validators: &'c RecordValidators,
        types: &'c RecordTypes,
    ) -> Self {
        Self {
            zone,
            source: None,
            keeps_positions: true,
            files: &[],
            lenient: false,
            default_ttl: None,
            escape_semicolons: false,
            validators,
            types,
        }
    }
}

impl Record {
    /// Reads and validates a record.
    ///
    /// Faults become findings in `report`: errors, or warnings where they are tolerated. The record is
    /// returned if there are none, or they are tolerated and the type can hold what was given.
    pub fn load(
        name: &Value<'_>,
        data: &Value<'_>,
        context: &LoadContext<'_>,
        report: &mut Report,
    ) -> Option<Self> {
        let mut findings = Findings::new();
        let mut name_text = match name.as_str() {
            Some(text) => Cow::Borrowed(text),
            None => Cow::Owned(python_str(name)),
        };
        // What a target holds is data, whatever it is.
        let is_held = context.lenient && !context.keeps_positions;
        if is_held {
            findings.note_held();
            if let Cow::Owned(held) = name::as_held(&name_text) {
                name_text = Cow::Owned(held);
            }
        }
        let position = if data.position.is_known() { data.position } else { name.position };
        let values_at = || data.get("values").or_else(|| data.get("value"));
        let values = values_at().map_or(Position::NONE, |values| values.position);
        let loading = Loading { context, name: &name_text, position, values };

        let encoded =
            if is_held { Ok(RecordName::held(&name_text)) } else { RecordName::new(&name_text) };
        if let Err(error) = &encoded {
            findings
                .fatal(name.position, error.to_string())
                .by(RECORD_NEW)
                .help(error.problem.help());
        }
        if !name_text.bytes().all(|byte| byte.is_ascii_graphic()) {
            check_characters(&name_text, name.position, &mut findings);
        }
        let checked = encoded.as_ref().map_or(&*name_text, RecordName::as_str);
        let Some((map, entry)) = loading.type_of(data, &mut findings) else {
            loading.tell(None, &findings, false, report);
            return None;
        };

        let record_type = entry.record_type();
        let escaped;
        let mut values = values_of(map, entry.is_single());
        if context.escape_semicolons && matches!(record_type, RecordType::TXT | RecordType::SPF) {
            escaped = values.iter().map(escape_semicolons).collect::<Vec<_>>();
            values = &escaped;
            findings.note_bare_semicolons();
        }
        let raw = RawRecord {
            name: checked,
            zone: context.zone,
            record_type,
            data: map,
            values,
            default_ttl: context.default_ttl,
            name_position: if name.position.is_known() { name.position } else { position },
            position,
            validators: context.validators,
        };
        context.validators.validate(&raw, &mut findings);
        // Data from a service is not what somebody wrote.
        let is_written = context.keeps_positions && position.is_known();
        if is_written {
            keys::check(&raw, entry, context.types, &mut findings);
            hints::check(&raw, &mut findings);
        }

        let lenient = context.lenient | wants_leniency(map, &mut findings);
        if findings.are_warnings() || (lenient && !findings.are_fatal()) {
            let built = encoded.clone().map_err(|error| ValueError::idna(&error, name.position));
            let built = built.and_then(|name| match loading.build(name.clone(), &raw, entry) {
                Err(_) if is_held => {
                    let values: Vec<_> = values.iter().map(coded).collect();
                    loading.build(name, &RawRecord { values: &values, ..raw }, entry)
                }
                built => built,
            });
            match built {
                Ok(record) => {
                    if is_written {
                        hints::check_values(&record, &mut findings);
                    }
                    let Some(fault) = missing::fault(&record, &raw, entry) else {
                        loading.tell(Some(record_type), &findings, lenient, report);
                        return Some(record);
                    };
                    findings.mark_missing(fault, missing::MISSING_VALUES);
                }
                Err(fault) => findings.mark_fatal(fault, RECORD_NEW),
            }
        }
        loading.tell(Some(record_type), &findings, lenient, report);
        None
    }
}

struct Loading<'l> {
    context: &'l LoadContext<'l>,
    name: &'l str,
    position: Position,
    /// Where its values are written, if they are.
    values: Position,
}

impl Loading<'_> {
    fn type_of<'d, 'a>(
        &self,
        data: &'d Value<'a>,
        findings: &mut Findings,
    ) -> Option<(&'d Map<'a>, &TypeEntry)> {
        let Some(map) = data.as_map() else {
            findings
                .wrong_kind("a record", data, "a mapping")
                .help("write its `type`, and its `value` or `values`");
            return None;
        };
        let Some(of) = map.get("type") else {
            let keys = map.iter().filter_map(|(key, _)| key.as_str());
            let help = match crate::nearest("type", keys) {
                Some(near) => format!("is \"{near}\" meant to be \"type\"?"),
                None => "add the type, such as `type: A`".to_owned(),
            };
            findings.fatal(self.position, "missing type").help(help);
            return None;
        };
        let Some(text) = of.as_str() else {
            findings
                .wrong_kind("type", of, "the name of a record type")
                .help("write a type, such as `type: A`");
            return None;
        };
        let entry = self.context.types.get(text);
        if entry.is_none() {
            let types = self.context.types;
            let upper = text.to_ascii_uppercase();
            let nearest = crate::nearest(&upper, types.names());
            let found = findings.fatal(of.position, format!("unknown record type \"{text}\""));
            match nearest {
                Some(nearest) => found.help(format!("did you mean \"{nearest}\"?")),
                None => found.help(format!("write one of {}", known_types(types))),
            };
        }
        Some((map, entry?))
    }

    fn build(
        &self,
        name: RecordName,
        raw: &RawRecord<'_>,
        entry: &TypeEntry,
    ) -> Result<Record, ValueError> {
        let ttl = match (raw.data.get("ttl"), self.context.default_ttl) {
            (Some(ttl), _) => number::int(ttl).map_err(|_| ValueError::wrong_ttl(ttl.position))?,
            (None, Some(default)) => default,
            (None, None) => {
                let fault = ValueError::new("missing ttl", self.position);
                return Err(fault.help("add the seconds, such as `ttl: 3600`"));
            }
        };
        let mut places = Places::new();
        let data = match entry.read_placed(raw.values, &mut places)? {
            RecordData::Custom(data) => RecordData::Custom(data.with_keys_of(raw.data)),
            data => data,
        };
        let mut record = Record::new(name, ttl, data)
            .with_origin(Origin::new(self.context.files, self.position));
        if self.context.keeps_positions {
            // Values of another file than the record's are told by the place of the record.
            places.iter_mut().filter(|at| at.file != self.position.file).for_each(|at| {
                *at = Position::NONE;
            });
            record.places = Some(Box::new(places));
        }
        record.source = self.context.source.cloned();
        if let Some(options) = raw.data.get("octodns") {
            record.options = Options::read(options)?;
        }
        if let Some(section) = raw.data.get("dynamic").filter(|_| is_dynamic(raw.record_type)) {
            let canonical = |value: &Value<'_>| entry.canonical_text(value);
            let dynamic = Dynamic::read(section, &canonical)?;
            record = record.with_dynamic(dynamic);
        }
        if let Some(section) = raw.data.get("geo").filter(|_| is_geo(raw.record_type)) {
            record = record.with_geo(Geo::read(section)?);
        }
        Ok(record)
    }

    fn tell(
        &self,
        record_type: Option<RecordType>,
        findings: &Findings,
        lenient: bool,
        report: &mut Report,
    ) {
        if findings.is_empty() {
            return;
        }
        let mut subject = self.context.zone.decoded_absolute(self.name);
        if let Some(record_type) = record_type {
            subject.push(' ');
            subject.push_str(record_type.as_str());
        }
        for found in findings {
            let code =
                if found.id.is_empty() { Cow::Borrowed(RECORD_NEW) } else { found.id.clone() };
            let tolerated = found.is_warning || (lenient && !found.fatal);
            let make = if tolerated { Diagnostic::warning } else { Diagnostic::error };
            let places = [found.position, self.values, self.position];
            let position = places.into_iter().find(|place| place.is_known()).unwrap_or_default();
            let mut told = make(code, found.message.clone())
                .about(subject.clone())
                .at(Origin::new(self.context.files, position));
            told.help.clone_from(&found.help);
            report.push(told);
        }
    }
}

/// Reports white space and control characters in a name.
fn check_characters(name: &str, position: Position, findings: &mut Findings) {
    if name.contains([' ', '\t']) {
        findings
            .error(position, "a name cannot contain white space")
            .by(RECORD_NEW)
            .help("remove it");
    }
    if name.contains(|c: char| c.is_control() && c != '\t') {
        // A line break would begin another line wherever names are written.
        findings
            .fatal(position, "a name cannot contain control characters")
            .by(RECORD_NEW)
            .help("remove it, or write its code, such as `\\010` for a line break");
    }
}

/// The types there are, for advice.
fn known_types(types: &RecordTypes) -> String {
    let mut names: Vec<&str> = types.names().collect();
    names.sort_unstable();
    names.join(", ")
}

/// `values` wins over `value`; a single value is a list of one, and nothing is an empty list for
/// `value` of types with many values.
fn values_of<'d, 'a>(map: &'d Map<'a>, single: bool) -> &'d [Value<'a>] {
    if single {
        return map.get("value").map(std::slice::from_ref).unwrap_or_default();
    }
    let Some(given) = map.get("values").or_else(|| map.get("value")) else { return &[] };
    match &given.kind {
        Kind::List(values) => values,
        Kind::Special(special) => match &**special {
            Special::Tuple(values) => values,
            _ => std::slice::from_ref(given),
        },
        _ => std::slice::from_ref(given),
    }
}

fn escape_semicolons(value: &Value<'_>) -> Value<'static> {
    match value.as_str() {
        Some(text) => Value::new(Kind::Str(text::escape_semicolons(text).into()), value.position),
        None => value.clone().into_owned(),
    }
}

/// A value with codes in its names that IDNA refuses. In texts they mean the same.
fn coded(value: &Value<'_>) -> Value<'static> {
    let kind = match &value.kind {
        Kind::Str(text) => match name::coded(text) {
            Some(coded) => Kind::Str(coded.into()),
            None => return value.clone().into_owned(),
        },
        Kind::List(values) => Kind::List(values.iter().map(coded).collect()),
        Kind::Map(map) => {
            let entry =
                |(key, value): &(Value<'_>, Value<'_>)| (key.clone().into_owned(), coded(value));
            Kind::Map(Map::from_entries(map.iter().map(entry).collect()))
        }
        _ => return value.clone().into_owned(),
    };
    Value::new(kind, value.position)
}

/// The record's own `octodns.lenient`.
fn wants_leniency(map: &Map<'_>, findings: &mut Findings) -> bool {
    let Some(lenient) = map.get("octodns").and_then(|options| options.get("lenient")) else {
        return false;
    };
    match lenient.kind {
        Kind::Bool(value) => value,
        Kind::Int(number) => number != 0,
        _ => {
            findings.wrong_kind("lenient", lenient, "true or false");
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Severity;
    use crate::record::Compare;

    fn at(line: u32, value: impl Into<Value<'static>>) -> Value<'static> {
        Value::new(value.into().kind, Position { file: 0, line, column: 1 })
    }

    fn map(entries: Vec<(&'static str, Value<'static>)>) -> Value<'static> {
        at(1, entries.into_iter().collect::<Map<'static>>())
    }

    fn load_with(
        name: impl Into<Value<'static>>,
        data: &Value<'_>,
        change: impl Fn(&mut LoadContext<'_>),
    ) -> (Option<Record>, Vec<String>) {
        let types = RecordTypes::default();
        let zone = ZoneName::new("example.com.").unwrap();
        let mut context = LoadContext {
            zone: &zone,
            source: None,
            files: &["zone.yaml".into()],
            lenient: false,
            default_ttl: None,
            escape_semicolons: false,
            keeps_positions: true,
            validators: &RecordValidators::legacy(&types),
            types: &types,
        };
        change(&mut context);
        let mut report = Report::new();
        let record = Record::load(&name.into(), data, &context, &mut report);
        let severity = |found: &Diagnostic| match found.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        (record, report.iter().map(|found| format!("{}: {found}", severity(found))).collect())
    }

    /// Wherever names are written, a line break would begin another line.
    #[test]
    fn a_name_with_a_control_character_is_no_name_however_lenient() {
        let data =
            map(vec![("type", "A".into()), ("ttl", 60.into()), ("value", "192.0.2.1".into())]);
        for name in ["a\nb", "a\0", "\u{7f}", "a\u{85}b"] {
            let (record, findings) = load_with(name, &data, |context| context.lenient = true);
            assert!(record.is_none() && findings[0].starts_with("error"), "{name:?}: {findings:?}");
        }
        let (record, _) = load_with("a\\010b", &data, |_| {});
        assert!(record.is_some());
    }

    /// What a target holds can be removed, so it must be possible to have it.
    #[test]
    fn whatever_a_target_holds_is_a_record() {
        let held = |context: &mut LoadContext<'_>| {
            (context.lenient, context.keeps_positions) = (true, false);
        };
        let srv = [("priority", 1.into()), ("weight", 2.into()), ("port", 3.into())];
        let of = |of: &'static str, value: Value<'static>| {
            map(vec![("type", of.into()), ("ttl", 60.into()), ("value", value)])
        };
        let with = |key: &'static str, name: &'static str| {
            map(srv.iter().cloned().chain([(key, name.into())]).collect())
        };
        for (name, data, shown, rdata) in [
            ("★", of("A", "192.0.2.1".into()), "\\226\\152\\133", "192.0.2.1"),
            ("a\nb", of("A", "192.0.2.1".into()), "a\\010b", "192.0.2.1"),
            ("xn--0", of("A", "192.0.2.1".into()), "xn--0", "192.0.2.1"),
            ("a", of("CNAME", "★.x.".into()), "a", "\\226\\152\\133.x."),
            ("a", of("NS", "★.X.".into()), "a", "\\226\\152\\133.x."),
            ("_a._b", of("SRV", with("target", "★.x.")), "_a._b", "1 2 3 \\226\\152\\133.x."),
            (
                "_a._b",
                of("URI", with("target", "http://X/★ \\195\"")),
                "_a._b",
                "1 2 \"http://x/\\226\\152\\133 \\195\\\"\"",
            ),
        ] {
            let (record, findings) = load_with(name, &data, held);
            let record = record.unwrap_or_else(|| panic!("{name:?}: {findings:?}"));
            assert_eq!(record.name().as_str(), shown);
            assert_eq!(record.rdata_strings(), [rdata], "{name}");
            // In a file, somebody can write it otherwise.
            let (record, _) = load_with(name, &data, |context| context.lenient = true);
            assert!(record.is_none(), "{name:?}");
        }
    }

    #[test]
    fn a_fault_is_told_at_its_place() {
        let data = map(vec![
            ("type", at(2, "A")),
            ("ttl", at(3, -1)),
            ("values", at(4, vec![at(5, "192.0.2.1"), at(6, "192.0.2.256")])),
        ]);
        let (record, findings) = load_with("www", &data, |_| {});
        assert!(record.is_none());
        assert_eq!(
            findings,
            [
                "error: zone.yaml:3:1: www.example.com. A: ttl must not be negative [ttl-rfc]; help: \
                 write a whole number of seconds, such as `ttl: 3600`",
                "error: zone.yaml:6:1: www.example.com. A: invalid IPv4 address \"192.0.2.256\" \
                 [ip-value-rfc]; help: write four numbers from 0 to 255 with dots between them, \
                 such as 192.0.2.1",
            ]
        );
    }

    #[test]
    fn leniency_tolerates_what_a_type_can_hold() {
        let data = map(vec![
            ("type", at(2, "CNAME")),
            ("ttl", at(3, 60)),
            ("octodns", map(vec![("lenient", true.into())])),
            ("value", at(4, "nowhere")),
        ]);
        let (record, findings) = load_with("www", &data, |_| {});
        assert_eq!(record.unwrap().rdata_strings(), ["nowhere"]);
        assert_eq!(findings.len(), 1);
        assert!(findings[0].starts_with("warning: zone.yaml:4:1: "), "{findings:?}");

        let data = map(vec![("type", at(2, "A")), ("ttl", at(3, 60)), ("value", at(4, "foo"))]);
        let (record, findings) = load_with("www", &data, |context| context.lenient = true);
        assert!(record.is_none());
        assert!(findings.iter().any(|found| found.starts_with("error: ")), "{findings:?}");
    }

    #[test]
    fn what_is_no_record_is_refused_with_advice() {
        for (data, expected) in [
            (at(1, "text"), "a record must be a mapping, not text"),
            (map(vec![("ttl", 60.into())]), "missing type"),
            (map(vec![("type", 5.into())]), "type must be the name of a record type, not a number"),
            (map(vec![("type", "CNAMEE".into())]), "did you mean \"CNAME\"?"),
            (
                map(vec![
                    ("type", "A".into()),
                    ("ttl", "soon".into()),
                    ("value", "192.0.2.1".into()),
                ]),
                "ttl must be a number of seconds, not \"soon\"",
            ),
            (
                map(vec![
                    ("type", "A".into()),
                    ("ttl", 60.into()),
                    ("octodns", "x".into()),
                    ("value", "192.0.2.1".into()),
                ]),
                "octodns must be a mapping, not text",
            ),
        ] {
            for lenient in [false, true] {
                let (record, findings) =
                    load_with("www", &data, |context| context.lenient = lenient);
                assert!(record.is_none(), "{expected}");
                assert!(findings.iter().any(|found| found.contains(expected)), "{findings:?}");
            }
        }
    }

    #[test]
    fn names_may_be_numbers_and_are_checked() {
        let data =
            map(vec![("type", "A".into()), ("ttl", 60.into()), ("value", "192.0.2.1".into())]);
        assert_eq!(load_with(10, &data, |_| {}).0.unwrap().name().as_str(), "10");
        for (name, code) in [
            ("@", "[name-rfc]"),
            ("a..b", "[name-rfc]"),
            ("a b", "[record-new]"),
            ("\u{2603}\u{0301}\u{fffe}", "[record-new]"),
        ] {
            let (record, findings) = load_with(name, &data, |_| {});
            assert!(record.is_none() && findings[0].contains(code), "{name:?}: {findings:?}");
        }
    }

    #[test]
    fn a_source_may_give_ttl_and_escapes() {
        let data = map(vec![("type", "TXT".into()), ("value", "v=DKIM1; k=rsa".into())]);
        let (record, findings) = load_with("www", &data, |context| {
            context.default_ttl = Some(3600);
            context.escape_semicolons = true;
        });
        assert!(findings.is_empty(), "{findings:?}");
        let record = record.unwrap();
        assert_eq!(
            (record.ttl(), record.plan_strings()),
            (3600, vec!["v=DKIM1\\; k=rsa".to_owned()])
        );
    }

    #[test]
    fn a_record_is_shown_with_its_values_and_options() {
        let data = map(vec![
            ("type", "MX".into()),
            ("ttl", "60".into()),
            ("octodns", map(vec![("ignored", true.into())])),
            ("value", map(vec![("priority", 10.into()), ("value", "MX.example.".into())])),
        ]);
        let (record, _) = load_with("", &data, |context| context.lenient = true);
        let record = record.unwrap();
        let zone = ZoneName::new("example.com.").unwrap();
        let shown = "example.com. 60 MX 10 mx.example. {\"ignored\": true}";
        assert_eq!(record.display(&zone).to_string(), shown);
        let all = Compare { geo: true, dynamic: true };
        assert!(!record.differs(&record.clone().with_options(Map::new()), all));
        assert!(record.differs(&record.clone().with_ttl(61), all));
    }
}
