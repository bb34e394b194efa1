//! Values of records in the API's form: both directions for every type, side by side.
//!
//! The API has one row per value. Types with one field have it in `content`; most others have their fields in
//! `data`. Names have no final dot, except in NAPTR, SVCB and HTTPS.

use octodns_core::record::text::{Presentation, QuotedString, UnsupportedText};
use octodns_core::record::{Rdata, Svcb, Txt};
use octodns_core::value::Map;
use octodns_core::{OwnedValue, Record, RecordData, RecordType, Value, ZoneName};
use serde::Serialize;
use serde_json::{Value as Json, json};

use super::Row;

/// The part of a row that depends on its type.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Body {
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Json>,
}

/// Names of fields: octoDNS', and the API's.
type Names = &'static [(&'static str, &'static str)];

const CAA: Names = &[("flags", "flags"), ("tag", "tag"), ("value", "value")];
const LOC: Names = &[
    ("lat_degrees", "lat_degrees"),
    ("lat_minutes", "lat_minutes"),
    ("lat_seconds", "lat_seconds"),
    ("lat_direction", "lat_direction"),
    ("long_degrees", "long_degrees"),
    ("long_minutes", "long_minutes"),
    ("long_seconds", "long_seconds"),
    ("long_direction", "long_direction"),
    ("altitude", "altitude"),
    ("size", "size"),
    ("precision_horz", "precision_horz"),
    ("precision_vert", "precision_vert"),
];
const NAPTR: Names = &[
    ("order", "order"),
    ("preference", "preference"),
    ("flags", "flags"),
    ("service", "service"),
    ("regexp", "regex"),
    ("replacement", "replacement"),
];
const TLSA: Names = &[
    ("certificate_usage", "usage"),
    ("selector", "selector"),
    ("matching_type", "matching_type"),
    ("certificate_association_data", "certificate"),
];

/// The value of a row, for a record of `record_type`; `Err` says what the row lacks.
pub(super) fn read(record_type: RecordType, row: &Row) -> Result<OwnedValue, &'static str> {
    match record_type {
        RecordType::ALIAS | RecordType::CNAME | RecordType::NS | RecordType::PTR => {
            Ok(absolute(content(row)?).into())
        }
        RecordType::CAA => issuer(fields(row, CAA)?),
        RecordType::DS => words(row, ["key_tag", "algorithm", "digest_type", "digest"]),
        RecordType::HTTPS | RecordType::SVCB => binding(content(row)?),
        RecordType::LOC => fields(row, LOC),
        RecordType::MX => {
            let preference = row.priority.or_else(|| row.data.get("priority")?.as_i64());
            let preference = preference.ok_or("priority")?;
            let exchange = absolute(content(row)?);
            Ok(map([("preference", preference.into()), ("exchange", exchange.into())]))
        }
        RecordType::NAPTR => fields(row, NAPTR),
        RecordType::SRV => {
            let target = row.data.get("target").and_then(Json::as_str).ok_or("data.target")?;
            let number = |key: &'static str| field(row, key).ok_or("data");
            Ok(map([
                ("priority", number("priority")?),
                ("weight", number("weight")?),
                ("port", number("port")?),
                ("target", absolute(target).into()),
            ]))
        }
        RecordType::SSHFP => words(row, ["algorithm", "fingerprint_type", "fingerprint"]),
        RecordType::TLSA => fields(row, TLSA),
        RecordType::TXT => {
            Ok(Txt::from_octets(&TEXT.read_if_quoted(content(row)?)).in_ascii().into())
        }
        _ => Ok(content(row)?.to_owned().into()),
    }
}

/// The contents of a record's rows, one for each value, in order.
pub(super) fn write(record: &Record, zone: &ZoneName) -> Vec<Body> {
    match record.data() {
        RecordData::A(values) => values.iter().map(plain).collect(),
        RecordData::Aaaa(values) => values.iter().map(plain).collect(),
        RecordData::Alias(target) | RecordData::Cname(target) => {
            (!target.as_str().is_empty()).then(|| plain(target)).into_iter().collect()
        }
        RecordData::Ns(targets) | RecordData::Ptr(targets) => targets.iter().map(plain).collect(),
        RecordData::Caa(values) => values
            .iter()
            .map(|caa| {
                let mut value = caa.to_value();
                if let (Some(map), Some(bare)) = (value.as_map_mut(), caa.value.bare()) {
                    map.insert("value", bare);
                }
                renamed(&value, CAA)
            })
            .collect(),
        RecordData::Ds(values) => values
            .iter()
            .map(|ds| {
                data(json!({
                    "key_tag": ds.key_tag,
                    "algorithm": ds.algorithm,
                    "digest_type": ds.digest_type,
                    "digest": ds.digest.as_str(),
                }))
            })
            .collect(),
        RecordData::Https(values) | RecordData::Svcb(values) => {
            values.iter().map(binding_body).collect()
        }
        RecordData::Loc(values) => values.iter().map(|loc| renamed(&loc.to_value(), LOC)).collect(),
        RecordData::Mx(values) => values
            .iter()
            .map(|mx| Body { priority: Some(mx.preference), ..plain(&mx.exchange) })
            .collect(),
        RecordData::Naptr(values) => {
            values.iter().map(|naptr| renamed(&naptr.to_value(), NAPTR)).collect()
        }
        RecordData::Srv(values) => values
            .iter()
            .map(|srv| {
                let target = srv.target.as_str();
                let mut fields = json!({
                    "priority": srv.priority,
                    "weight": srv.weight,
                    "port": srv.port,
                    "target": target.strip_suffix('.').filter(|name| !name.is_empty()).unwrap_or(target),
                });
                name_service(&mut fields, record, zone);
                data(fields)
            })
            .collect(),
        RecordData::Sshfp(values) => values
            .iter()
            .map(|sshfp| {
                data(json!({
                    "algorithm": sshfp.algorithm,
                    "type": sshfp.fingerprint_type,
                    "fingerprint": sshfp.fingerprint.as_str(),
                }))
            })
            .collect(),
        RecordData::Tlsa(values) => {
            values.iter().map(|tlsa| renamed(&tlsa.to_value(), TLSA)).collect()
        }
        RecordData::Txt(values) => {
            values.iter().map(|text| plain(&TEXT.strings(&text.octets()))).collect()
        }
        // The capabilities exclude all other types.
        _ => Vec::new(),
    }
}

fn plain(value: &impl ToString) -> Body {
    Body { content: Some(value.to_string()), ..Body::default() }
}

fn data(fields: Json) -> Body {
    Body { data: Some(fields), ..Body::default() }
}

fn content(row: &Row) -> Result<&str, &'static str> {
    row.content.as_deref().ok_or("content")
}

/// The API omits the final dot, except in `.` itself.
fn absolute(name: &str) -> String {
    if name.ends_with('.') { name.to_owned() } else { format!("{name}.") }
}

fn map<const N: usize>(entries: [(&'static str, OwnedValue); N]) -> OwnedValue {
    Map::from_unique(entries).into()
}

fn field(row: &Row, key: &str) -> Option<OwnedValue> {
    match row.data.get(key)? {
        Json::String(text) => Some(text.clone().into()),
        Json::Number(number) => {
            number.as_i64().map(Value::from).or_else(|| number.as_f64().map(Value::from))
        }
        _ => None,
    }
}

fn fields(row: &Row, names: Names) -> Result<OwnedValue, &'static str> {
    let mut read = Map::new();
    for (ours, theirs) in names {
        read.insert(*ours, field(row, theirs).ok_or("data")?);
    }
    Ok(read.into())
}

fn renamed(value: &OwnedValue, names: Names) -> Body {
    let field = |(ours, theirs): &(&str, &str)| {
        let value = match value.get(ours).map(|value| &value.kind) {
            Some(octodns_core::value::Kind::Int(number)) => json!(number),
            Some(octodns_core::value::Kind::Float(number)) => json!(number),
            Some(octodns_core::value::Kind::Str(text)) => json!(text),
            _ => Json::Null,
        };
        ((*theirs).to_owned(), value)
    };
    data(Json::Object(names.iter().map(field).collect()))
}

/// The fields of a type whose `content` is numbers and hexadecimal text.
fn words<const N: usize>(row: &Row, names: [&'static str; N]) -> Result<OwnedValue, &'static str> {
    let mut words = content(row)?.split_whitespace();
    let mut read = Map::new();
    for name in &names[..N - 1] {
        let word = words.next().ok_or("content")?;
        read.insert(*name, number_or_text(word));
    }
    let rest: String = words.collect();
    read.insert(names[N - 1], Value::from(rest));
    Ok(read.into())
}

fn number_or_text(word: &str) -> OwnedValue {
    word.parse::<i64>().map_or_else(|_| word.to_owned().into(), Value::from)
}

/// The API requires separate fields for the labels of the name.
fn name_service(fields: &mut Json, record: &Record, zone: &ZoneName) {
    let mut labels = record.name().as_str().splitn(3, '.');
    if let (Some(service), Some(protocol)) = (labels.next(), labels.next()) {
        fields["service"] = service.into();
        fields["proto"] = protocol.into();
        fields["name"] = labels.next().unwrap_or(zone.as_str()).into();
    }
}

/// Texts are quoted strings, or in old rows unquoted.
///
// Differs from octoDNS: escapes within quotes are decoded, so that texts with quotes settle.
const TEXT: Presentation = Presentation::DECIMAL.with_unicode();

/// The value of CAA is unquoted text in a separate field.
pub(crate) const UNHELD: &[(RecordType, &[UnsupportedText])] =
    &[(RecordType::CAA, &[UnsupportedText::NonUtf8])];

fn issuer(mut caa: OwnedValue) -> Result<OwnedValue, &'static str> {
    let map = caa.as_map_mut().ok_or("data")?;
    let bare = map.get("value").and_then(Value::as_str).ok_or("data.value")?;
    let value = QuotedString::from_octets(bare.as_bytes()).to_value();
    map.insert("value", value);
    Ok(caa)
}

/// `1 svc.example.net. alpn="h2,h3" port="8443"`; `data` has all parameters in one string.
fn binding(content: &str) -> Result<OwnedValue, &'static str> {
    let (priority, rest) = content.trim().split_once(char::is_whitespace).ok_or("content")?;
    let rest = rest.trim_start();
    let (target, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let params = Svcb::read_params(rest).map_err(|_| "content")?;
    Ok(map([
        ("svcpriority", number_or_text(priority)),
        ("targetname", target.to_owned().into()),
        ("svcparams", params.into()),
    ]))
}

fn binding_body(svcb: &Svcb) -> Body {
    let params = svcb.params.iter().map(|(key, value)| value.presentation(key));
    let params: Vec<String> = params.collect();
    data(json!({
        "priority": svcb.priority,
        "target": svcb.target.as_str(),
        "value": params.join(" "),
    }))
}
