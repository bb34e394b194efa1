//! Converts `RRset`s to records and back. Pure: no calls, no state.
//!
//! Values are in presentation format with absolute names.

use octodns_core::record::text::Presentation;
use octodns_core::record::{LoadContext, Loc, RecordTypes, Svcb, Txt, TypeEntry};
use octodns_core::value::Map;
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
) -> Result<Vec<Record>, ProviderError> {
    let mut records = Vec::with_capacity(sets.len());
    for set in sets {
        if let Some((name, data)) = read(set, context.zone, context.types)? {
            records.extend(Record::load(&name.into(), &data, context, report));
        }
    }
    Ok(records)
}

/// The name and data of the record of an `RRset`; `None` for types that are left alone.
fn read(
    set: &RrSet,
    zone: &ZoneName,
    types: &RecordTypes,
) -> Result<Option<(String, OwnedValue)>, ProviderError> {
    let malformed = |why: String| {
        let message = format!("{} {}: {why}", set.name, set.record_type);
        ProviderError::service(ServiceErrorKind::Malformed, message)
    };
    // Disabled records are not served. Differs from octoDNS, which treats them as existing.
    let served: Vec<&str> =
        set.records.iter().filter(|row| !row.disabled).map(|row| &*row.content).collect();
    if served.is_empty() {
        return Ok(None);
    }
    let fqdn = set.name.to_ascii_lowercase();
    let Some(name) = DIALECT.read_name(&fqdn, zone) else {
        return Err(malformed(format!("is not in {zone}")));
    };
    let mut data = if set.record_type == SERVER_LUA {
        scripts(&served).map_err(malformed)?
    } else {
        let Some(of) = TYPES.iter().find(|of| of.as_str() == set.record_type) else {
            return Ok(None);
        };
        let Some(entry) = types.get(of.as_str()) else { return Ok(None) };
        let values = served.iter().map(|content| value(entry, content));
        let values = values.collect::<Result<Vec<_>, _>>().map_err(malformed)?;
        values_of(of.as_str(), entry.is_single(), values)
    };
    data.insert("ttl", set.ttl);
    Ok(Some((name.into_owned(), data.into())))
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

/// A dynamic record, or one with other scripts.
fn scripts(served: &[&str]) -> Result<Map<'static>, String> {
    let split = |content: &&str| {
        let (responses, script) = content.split_once(' ').ok_or("a script without its type")?;
        let quoted = script.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        Ok((responses.to_owned(), quoted.unwrap_or(script).to_owned()))
    };
    let pairs = served.iter().map(split).collect::<Result<Vec<_>, &str>>()?;
    if let [(responses, script)] = &*pairs
        && let Some(data) = dynamic::read(responses, script)?
    {
        return Ok(data);
    }
    let values = pairs.iter().map(|(responses, script)| lua::value(responses, script)).collect();
    Ok(values_of(lua::LUA.as_str(), false, values))
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

/// The record as it will be read back, if that is different; plans compare this form.
pub(crate) fn as_held(record: &Record) -> Option<Record> {
    let values = dynamic::served_by_default(record.dynamic()?)?;
    let data = match record.data() {
        RecordData::A(_) => RecordData::A(parsed(&values)?),
        RecordData::Aaaa(_) => RecordData::Aaaa(parsed(&values)?),
        RecordData::Cname(_) => {
            RecordData::Cname(octodns_core::record::HostName::new(values.first()?).ok()?)
        }
        _ => return None,
    };
    (data != *record.data()).then(|| record.clone().with_data(data))
}

fn parsed<T: std::str::FromStr + Ord>(values: &[&str]) -> Option<Vec<T>> {
    let mut parsed = values.iter().map(|value| value.parse().ok()).collect::<Option<Vec<T>>>()?;
    parsed.sort();
    Some(parsed)
}

#[cfg(test)]
mod tests {
    use octodns_core::record::Rdata as _;

    use super::*;

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
