//! Converts `RRset`s to records and back. Pure: no calls, no state.
//!
//! Values are in presentation format with absolute names.

use std::net::Ipv6Addr;
use std::sync::Arc;

use octodns_core::record::text::Presentation;
use octodns_core::record::{
    HostName, LoadContext, Loc, Mx, Rdata, RecordTypes, Svcb, Txt, TypeEntry,
};
use octodns_core::value::{Map, Position};
use octodns_core::{
    OwnedValue, ProviderError, Record, RecordData, RecordName, RecordType, Report,
    ServiceErrorKind, ZoneName,
};
use octodns_kit::dialect::{Dialect, Dot, Names};

use crate::client::{Row, RrSet};
use crate::{dynamic, lua};

/// Names are absolute, also in values.
pub(crate) const DIALECT: Dialect =
    Dialect { names: Names::Absolute(Dot::Required), ..Dialect::RAW };

/// The types that both the server and octoDNS support; the server manages the SOA itself.
pub(crate) const TYPES: &[RecordType] = &[
    RecordType::A,
    RecordType::AAAA,
    RecordType::ALIAS,
    RecordType::CAA,
    RecordType::CNAME,
    RecordType::DS,
    RecordType::HTTPS,
    RecordType::LOC,
    RecordType::MX,
    RecordType::NAPTR,
    RecordType::NS,
    RecordType::PTR,
    RecordType::SRV,
    RecordType::SSHFP,
    RecordType::SVCB,
    RecordType::TLSA,
    RecordType::TXT,
    RecordType::URI,
    lua::LUA,
];

/// Texts have escaped semicolons, as octoDNS sends them, and are one string, which the server splits.
const TEXT: Presentation = Presentation::DECIMAL.with_escaped_semicolons();

/// The server's type of LUA records, including dynamic ones.
pub(crate) const SERVER_LUA: &str = "LUA";

/// The records of a zone; findings about them go into `report`.
pub(crate) fn load(
    sets: &[RrSet],
    context: &LoadContext<'_>,
    report: &mut Report,
) -> Result<Vec<Arc<Record>>, ProviderError> {
    let mut records = Vec::with_capacity(sets.len());
    for set in sets {
        if let Some(record) = usual(set, context) {
            records.push(Arc::new(record));
            continue;
        }
        for (name, data) in read(set, context.zone, context.types)? {
            records.extend(Record::load(&name.into(), &data, context, report).map(Arc::new));
        }
    }
    Ok(records)
}

/// The record of an `RRset` without the way through its data, which large zones spend their time on. `None` if it might
/// be another record that way, or if there might be something to find in it.
fn usual(set: &RrSet, context: &LoadContext<'_>) -> Option<Record> {
    if set.records.iter().any(|row| row.disabled) {
        return None;
    }
    let spelled = context.zone.relative(&set.name)?;
    let name = RecordName::new(spelled).ok().filter(|name| name.as_str() == spelled)?;
    let rows = &*set.records;
    let data = match &*set.record_type {
        "A" => RecordData::A(values(rows, |content| content.parse().ok())?),
        "AAAA" => RecordData::Aaaa(values(rows, usual_address)?),
        "CNAME" => match rows {
            [row] => RecordData::Cname(usual_host(&row.content)?),
            _ => return None,
        },
        "MX" => RecordData::Mx(values(rows, usual_exchange)?),
        "NS" => RecordData::Ns(values(rows, usual_host)?),
        "PTR" => RecordData::Ptr(values(rows, usual_host)?),
        "TXT" => RecordData::Txt(values(rows, usual_text)?),
        _ => return None,
    };
    let mut record = Record::new(name, set.ttl, data);
    record.accept(Position::NONE, context).then_some(record)
}

/// The values of an `RRset` in the order of records, if each is usual.
fn values<T: Rdata>(rows: &[Row], read: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    let mut values = rows.iter().map(|row| read(&row.content)).collect::<Option<Vec<_>>>()?;
    values.sort_by(T::order);
    Some(values)
}

/// An address in the one spelling that validators may rely on.
fn usual_address(content: &str) -> Option<Ipv6Addr> {
    content.parse().ok().filter(|address: &Ipv6Addr| address.rdata() == content)
}

/// A name that is its own spelling, with nothing that ends it or is taken off.
fn usual_host(content: &str) -> Option<HostName> {
    let is_usual = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.');
    if content.bytes().all(is_usual) { HostName::new(content).ok() } else { None }
}

fn usual_exchange(content: &str) -> Option<Mx> {
    let (preference, exchange) = content.split_once(' ')?;
    let preference = preference.parse::<u16>().ok()?.into();
    Some(Mx { preference, exchange: usual_host(exchange)? })
}

/// A text whose data is its canonical text: characters beyond ASCII are codes there.
fn usual_text(content: &str) -> Option<Txt> {
    let text = Txt::from_octets(&TEXT.read(content).ok()?);
    text.as_str().is_ascii().then_some(text)
}

/// The names and data of the records of an `RRset`: several for scripts, none for types that are left alone.
fn read(
    set: &RrSet,
    zone: &ZoneName,
    types: &RecordTypes,
) -> Result<Vec<(String, OwnedValue)>, ProviderError> {
    let malformed = |why: String| {
        let message = format!("{} {}: {why}", set.name, set.record_type);
        ProviderError::service(ServiceErrorKind::Malformed, message)
    };
    // Disabled records are not served. Differs from octoDNS, which treats them as existing.
    let served: Vec<&str> =
        set.records.iter().filter(|row| !row.disabled).map(|row| &*row.content).collect();
    if served.is_empty() {
        return Ok(Vec::new());
    }
    let fqdn = set.name.to_ascii_lowercase();
    let Some(name) = DIALECT.read_name(&fqdn, zone) else {
        return Err(malformed(format!("is not in {zone}")));
    };
    let all = if set.record_type == SERVER_LUA {
        scripts(&served).map_err(malformed)?
    } else {
        let of = TYPES.iter().find(|of| of.as_str() == set.record_type);
        let Some(entry) = of.and_then(|of| types.get(of.as_str())) else { return Ok(Vec::new()) };
        let values = served.iter().map(|content| value(entry, content));
        let values = values.collect::<Result<Vec<_>, _>>().map_err(malformed)?;
        vec![values_of(&set.record_type, entry.is_single(), values)]
    };
    let with_ttl = |mut data: Map<'static>| {
        data.insert("ttl", set.ttl);
        (name.clone().into_owned(), data.into())
    };
    Ok(all.into_iter().map(with_ttl).collect())
}

/// A value as octoDNS has it.
fn value(entry: &TypeEntry, content: &str) -> Result<OwnedValue, String> {
    let value = match entry.record_type() {
        RecordType::TXT => {
            let octets = TEXT.read(content).map_err(|error| error.to_string())?;
            return Ok(Txt::from_octets(&octets).in_ascii().into());
        }
        RecordType::LOC => entry.parse(&content.replace('m', "")),
        RecordType::HTTPS | RecordType::SVCB => entry.parse(content).map(with_port),
        _ => entry.parse(content),
    };
    value.map_err(|error| error.to_string())
}

/// The values of a type that are disabled, or are to be written, in a form that can be compared.
pub(crate) fn canonical(server_type: &str, content: &str, types: &RecordTypes) -> String {
    let canonical = |entry: &TypeEntry| {
        let data = entry.read(&[value(entry, content).ok()?]).ok()?;
        Record::new(RecordName::APEX, 0, data).rdata_strings().pop()
    };
    types.get(server_type).and_then(canonical).unwrap_or_else(|| content.to_owned())
}

/// A service binding with its port as a number, as in zone files.
fn with_port(mut value: OwnedValue) -> OwnedValue {
    if let Some(port) =
        value.as_map_mut().and_then(|map| map.get_mut("svcparams")?.as_map_mut()?.get_mut("port"))
        && let Some(number) = port.as_str().and_then(|text| text.parse::<u16>().ok())
    {
        *port = i64::from(number).into();
    }
    value
}

/// The data of a record without its TTL.
fn values_of(of: &str, is_single: bool, mut values: Vec<OwnedValue>) -> Map<'static> {
    let mut data = Map::new();
    data.insert("type", of.to_owned());
    match values.pop() {
        Some(value) if is_single => data.insert("value", value),
        last => {
            values.extend(last);
            data.insert("values", values);
        }
    }
    data
}

/// The dynamic records of a name, and the one with its other scripts.
fn scripts(served: &[&str]) -> Result<Vec<Map<'static>>, String> {
    let (mut all, mut others) = (Vec::new(), Vec::new());
    for (content, of) in served.iter().zip(script_types(served)) {
        let (responses, script) = script(content).ok_or("a script without its type")?;
        if of == lua::LUA {
            others.push(lua::value(responses, script));
        } else {
            all.extend(dynamic::read(responses, script)?);
        }
    }
    if !others.is_empty() {
        all.push(values_of(lua::LUA.as_str(), false, others));
    }
    Ok(all)
}

/// The type of the record that each script of a name is of: a dynamic one, if that is alone of its type.
pub(crate) fn script_types(served: &[&str]) -> Vec<RecordType> {
    let dynamic = |content: &&str| {
        script(content).and_then(|(responses, script)| dynamic::type_of(responses, script))
    };
    let types: Vec<_> = served.iter().map(dynamic).collect();
    let is_alone = |of| types.iter().filter(|other| **other == Some(of)).count() == 1;
    types.iter().map(|of| of.filter(|of| is_alone(*of)).unwrap_or(lua::LUA)).collect()
}

/// The type of the answers of a script, and the script.
fn script(content: &str) -> Option<(&str, &str)> {
    let (responses, script) = content.split_once(' ')?;
    let quoted = script.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    Some((responses, quoted.unwrap_or(script)))
}

/// The server's type of a record, and its values.
pub(crate) fn write(record: &Record) -> Result<(String, Vec<Row>), String> {
    let row = |content: String| Row { content, disabled: false };
    if record.dynamic().is_some() {
        let content = dynamic::write(record)?;
        return Ok((SERVER_LUA.to_owned(), vec![row(content)]));
    }
    let contents = match record.data() {
        RecordData::Txt(texts) => texts.iter().map(|text| TEXT.string(&text.octets())).collect(),
        RecordData::Loc(places) => places.iter().map(place).collect(),
        RecordData::Https(values) | RecordData::Svcb(values) => {
            values.iter().map(binding).collect()
        }
        _ => record.rdata_strings(),
    };
    Ok((server_type(record).to_owned(), contents.into_iter().map(row).collect()))
}

/// The server's type of a record.
pub(crate) fn server_type(record: &Record) -> &str {
    if record.dynamic().is_some() || record.record_type() == lua::LUA {
        return SERVER_LUA;
    }
    record.record_type().as_str()
}

/// RFC 1876, section 3, as the server writes it.
fn place(place: &Loc) -> String {
    let Loc { latitude, longitude, altitude, size, horizontal_precision, vertical_precision } =
        place;
    let angle = |angle: &octodns_core::record::Angle| {
        let octodns_core::record::Angle { degrees, minutes, seconds, direction } = angle;
        format!("{degrees} {minutes} {seconds:.3} {direction}")
    };
    format!(
        "{} {} {altitude:.2}m {size:.2}m {horizontal_precision:.2}m {vertical_precision:.2}m",
        angle(latitude),
        angle(longitude),
    )
}

/// A service binding. The server requires quotes around ECH configs and the values of parameters without a
/// name, and refuses them around everything else that has no blank.
fn binding(svcb: &Svcb) -> String {
    let mut words = vec![svcb.priority.to_string(), svcb.target.to_string()];
    for (key, value) in svcb.numbered_params() {
        let quoted = value.presentation(key);
        let inside = quoted.split_once("=\"").and_then(|(_, rest)| rest.strip_suffix('"'));
        let is_quoted = key == "ech" || key.starts_with("key");
        words.push(match inside {
            Some(inside) if !is_quoted && !inside.contains(' ') => format!("{key}={inside}"),
            _ => quoted,
        });
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use octodns_core::validate::RecordValidators;

    use super::*;

    /// Whatever validators there are, and whether the zone is a source or a target.
    #[test]
    fn usual_sets_are_the_records_that_their_data_makes() {
        let zone = ZoneName::new("unit.tests.").unwrap();
        let types = RecordTypes::default();
        let legacy = RecordValidators::legacy(&types);
        let none = RecordValidators::default();
        for (name, of, contents, is_usual) in [
            ("unit.tests.", "A", &["192.0.2.10", "192.0.2.2"][..], true),
            ("*.a.unit.tests.", "A", &["192.0.2.1"], true),
            ("WWW.unit.tests.", "A", &["192.0.2.1"], false),
            ("\\119ww.unit.tests.", "A", &["192.0.2.1"], false),
            ("a b.unit.tests.", "A", &["192.0.2.1"], false),
            ("xn--0.unit.tests.", "A", &["192.0.2.1"], false),
            ("a.unit.tests.unit.tests.", "A", &["192.0.2.1"], false),
            ("a.unit.tests.", "A", &["192.0.2.1", "192.0.2.1"], false),
            ("a.unit.tests.", "A", &["192.0.2.01"], false),
            ("a.unit.tests.", "A", &[], false),
            ("a.unit.tests.", "AAAA", &["2001:db8::2", "2001:db8::10"], true),
            ("a.unit.tests.", "AAAA", &["2001:DB8::1"], false),
            ("a.unit.tests.", "CNAME", &["b.unit.tests."], true),
            ("a.unit.tests.", "CNAME", &["b.unit.tests.", "c.unit.tests."], false),
            ("a.unit.tests.", "CNAME", &["B.unit.tests."], false),
            ("a.unit.tests.", "CNAME", &["\\098.unit.tests."], false),
            ("a.unit.tests.", "CNAME", &["bücher.tests."], false),
            ("a.unit.tests.", "CNAME", &["a b.tests."], false),
            ("a.unit.tests.", "CNAME", &[""], false),
            ("a.unit.tests.", "CNAME", &["."], false),
            ("a.unit.tests.", "CNAME", &["b..tests."], false),
            ("a.unit.tests.", "CNAME", &["b.tests"], false),
            ("a.unit.tests.", "MX", &["20 b.tests.", "10 c.tests."], true),
            ("a.unit.tests.", "MX", &["+010 b.tests."], true),
            ("a.unit.tests.", "MX", &["70000 b.tests."], false),
            ("a.unit.tests.", "MX", &["10 \"b.tests.\""], false),
            ("a.unit.tests.", "MX", &["ten b.tests."], false),
            ("unit.tests.", "NS", &["b.tests.", "a.tests."], true),
            ("1.unit.tests.", "PTR", &["a.tests."], true),
            ("a.unit.tests.", "TXT", &["\"v=1\\; x\"", "\"a;b\" \"c\"", "bare"], true),
            ("a.unit.tests.", "TXT", &["\"a\" \"b\"", "\"ab\""], false),
            ("a.unit.tests.", "TXT", &["\"d\\195\\169j\\195\\160\""], false),
            ("a.unit.tests.", "TXT", &["déjà"], false),
            ("a.unit.tests.", "LOC", &["52 22 23.000 N 4 53 32.000 E -2m 0m 10000m 10m"], false),
        ] {
            let row = |content: &&str| Row { content: (*content).to_owned(), disabled: false };
            let records = contents.iter().map(row).collect();
            let set = RrSet { name: name.into(), record_type: of.into(), ttl: 60, records };
            for (validators, is_target, checks) in
                [(&legacy, true, true), (&legacy, false, true), (&none, true, false)]
            {
                let mut context = LoadContext::new(&zone, validators, &types);
                (context.lenient, context.keeps_positions) = (is_target, false);
                let record = usual(&set, &context);
                // Without validators, nothing is found in what is not valid either.
                let is_as_expected = record.is_some() == is_usual || !checks;
                assert!(is_as_expected, "{name} {of} {contents:?}");
                let Some(record) = record else { continue };
                let mut report = Report::new();
                let data = read(&set, &zone, &types).unwrap();
                let [(name, data)] = <[_; 1]>::try_from(data).unwrap();
                let loaded = Record::load(&name.into(), &data, &context, &mut report);
                assert_eq!(format!("{:?}", Some(record)), format!("{loaded:?}"));
                assert!(report.is_empty(), "{report:?}");
            }
        }
    }

    #[test]
    fn sets_with_disabled_values_are_not_usual() {
        let zone = ZoneName::new("unit.tests.").unwrap();
        let types = RecordTypes::default();
        let validators = RecordValidators::legacy(&types);
        let row = |content: &str, disabled| Row { content: content.to_owned(), disabled };
        let set = RrSet {
            name: "a.unit.tests.".into(),
            record_type: "A".into(),
            ttl: 60,
            records: vec![row("192.0.2.1", false), row("192.0.2.2", true)],
        };
        assert!(usual(&set, &LoadContext::new(&zone, &validators, &types)).is_none());
    }

    #[test]
    fn text_is_written_so_that_it_is_read_back() {
        for (text, written) in [
            ("plain", "plain"),
            ("v=DKIM1\\; k=rsa", "v=DKIM1\\; k=rsa"),
            ("say \"hi\"", "say \\\"hi\\\""),
            ("say \\\"hi\\\"", "say \\\"hi\\\""),
            ("a\\\\b", "a\\\\b"),
            ("a\\b", "a\\\\b"),
            ("a\\09", "a\\\\09"),
            ("a\\\\\"b", "a\\\\\\\"b"),
            ("end\\", "end\\\\"),
            ("déjà\t", "d\\195\\169j\\195\\160\\009"),
        ] {
            let record = |texts| Record::new(RecordName::APEX, 60, RecordData::Txt(vec![texts]));
            let text = Txt::new(text);
            let (_, rows) = write(&record(text.clone())).unwrap();
            assert_eq!(rows[0].content, format!("\"{written}\""));
            assert_eq!(Txt::from_octets(&TEXT.read(&rows[0].content).unwrap()), text);
        }
    }

    /// The server stores what octoDNS sent, and answers SERVFAIL for some of it: it is read, so that it can
    /// be replaced.
    #[test]
    fn texts_that_the_server_cannot_serve_are_read() {
        for (content, text) in [("\"a\\09\"", "a\\\\09"), ("\"a\\999b\"", "a\\\\999b")] {
            assert_eq!(Txt::from_octets(&TEXT.read(content).unwrap()).as_str(), text);
        }
    }

    #[test]
    fn parameters_have_quotes_where_they_need_them() {
        let rdata = r#"1 . alpn=h2,h3 port=53 ech=AEX+DQ== key65280=abc key7="a \"b""#;
        let svcb = Svcb::read(&Svcb::parse(rdata).unwrap()).unwrap();
        let written = r#"1 . alpn=h2,h3 port=53 ech="AEX+DQ==" key7="a \"b" key65280="abc""#;
        assert_eq!(binding(&svcb), written);
        assert_eq!(Svcb::read(&Svcb::parse(written).unwrap()).unwrap(), svcb);
        for (rdata, written) in [
            (r#"1 . alpn="a\\,b""#, r"1 . alpn=a\\,b"),
            (r#"1 . alpn="a b,c\\,d""#, r#"1 . alpn="a b,c\\,d""#),
        ] {
            let svcb = Svcb::read(&Svcb::parse(rdata).unwrap()).unwrap();
            assert_eq!(binding(&svcb), written);
        }
    }
}
