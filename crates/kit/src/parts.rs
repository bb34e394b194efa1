//! The parts of a value, in the order of presentation format, and the kind of each.

use octodns_core::record::Txt;
use octodns_core::record::text::QuotedString;
use octodns_core::{OwnedValue, RecordData, RecordType, Value};
use serde_json::Value as Json;

use crate::dialect::{Dialect, Numbers};

/// The kind of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Number,
    /// A name, spelled as the dialect has targets.
    Name,
    /// A quoted string.
    Text,
    /// Verbatim: addresses, tags, digests.
    Word,
}

/// One part of one value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Part {
    Number(i64),
    Name(String),
    Text(Vec<u8>),
    Word(String),
}

/// The parts of the values of a type, by octoDNS' names. The part of a type with a single part has no name.
/// Empty for types whose presentation format is used as a whole.
pub(crate) fn parts_of(record_type: RecordType) -> &'static [(&'static str, Kind)] {
    use Kind::{Name, Number, Text, Word};
    match record_type {
        RecordType::A | RecordType::AAAA | RecordType::OPENPGPKEY => &[("", Word)],
        RecordType::ALIAS
        | RecordType::CNAME
        | RecordType::DNAME
        | RecordType::NS
        | RecordType::PTR => &[("", Name)],
        RecordType::TXT | RecordType::SPF => &[("", Text)],
        RecordType::CAA => &[("flags", Number), ("tag", Word), ("value", Text)],
        RecordType::DS => {
            &[("key_tag", Number), ("algorithm", Number), ("digest_type", Number), ("digest", Word)]
        }
        RecordType::MX => &[("preference", Number), ("exchange", Name)],
        RecordType::NAPTR => &[
            ("order", Number),
            ("preference", Number),
            ("flags", Text),
            ("service", Text),
            ("regexp", Text),
            ("replacement", Name),
        ],
        RecordType::SRV => {
            &[("priority", Number), ("weight", Number), ("port", Number), ("target", Name)]
        }
        RecordType::SSHFP => {
            &[("algorithm", Number), ("fingerprint_type", Number), ("fingerprint", Word)]
        }
        RecordType::TLSA => &[
            ("certificate_usage", Number),
            ("selector", Number),
            ("matching_type", Number),
            ("certificate_association_data", Word),
        ],
        RecordType::URI => &[("priority", Number), ("weight", Number), ("target", Text)],
        _ => &[],
    }
}

/// The parts of the first value of `data`, in the order of [`parts_of`].
pub(crate) fn parts(data: &RecordData) -> Vec<Part> {
    use Part::{Name, Number, Word};
    let number = |number: i64| Number(number);
    let name = |name: &octodns_core::record::HostName| Name(name.to_string());
    let text = |text: &QuotedString| Part::Text(text.octets().into_owned());
    let parts = match data {
        RecordData::A(values) => values.first().map(|value| vec![Word(value.to_string())]),
        RecordData::Aaaa(values) => values.first().map(|value| vec![Word(value.to_string())]),
        RecordData::Openpgpkey(values) => values.first().map(|value| vec![Word(value.to_string())]),
        RecordData::Alias(value) | RecordData::Cname(value) | RecordData::Dname(value) => {
            Some(vec![name(value)])
        }
        RecordData::Ns(values) | RecordData::Ptr(values) => {
            values.first().map(|value| vec![name(value)])
        }
        RecordData::Txt(values) | RecordData::Spf(values) => {
            values.first().map(|value| vec![Part::Text(value.octets().into_owned())])
        }
        RecordData::Caa(values) => values
            .first()
            .map(|caa| vec![number(caa.flags), Word(caa.tag.to_string()), text(&caa.value)]),
        RecordData::Ds(values) => values.first().map(|ds| {
            vec![
                number(ds.key_tag),
                number(ds.algorithm),
                number(ds.digest_type),
                Word(ds.digest.to_string()),
            ]
        }),
        RecordData::Mx(values) => {
            values.first().map(|mx| vec![number(mx.preference), name(&mx.exchange)])
        }
        RecordData::Naptr(values) => values.first().map(|naptr| {
            vec![
                number(naptr.order),
                number(naptr.preference),
                text(&naptr.flags),
                text(&naptr.service),
                text(&naptr.regexp),
                Name(naptr.replacement.to_string()),
            ]
        }),
        RecordData::Srv(values) => values.first().map(|srv| {
            vec![number(srv.priority), number(srv.weight), number(srv.port), name(&srv.target)]
        }),
        RecordData::Sshfp(values) => values.first().map(|key| {
            vec![
                number(key.algorithm),
                number(key.fingerprint_type),
                Word(key.fingerprint.to_string()),
            ]
        }),
        RecordData::Tlsa(values) => values.first().map(|tlsa| {
            vec![
                number(tlsa.certificate_usage),
                number(tlsa.selector),
                number(tlsa.matching_type),
                Word(tlsa.certificate_association_data.to_string()),
            ]
        }),
        RecordData::Uri(values) => values.first().map(|uri| {
            vec![
                number(uri.priority),
                number(uri.weight),
                text(&QuotedString::new(&uri.target.to_string())),
            ]
        }),
        _ => None,
    };
    parts.unwrap_or_default()
}

impl Part {
    /// The part as a separate field: there, texts have no quotes, whatever the dialect.
    ///
    /// `None` for octets that are not UTF-8.
    pub(crate) fn field(&self, dialect: &Dialect) -> Option<Json> {
        Some(match self {
            Self::Number(number) if dialect.numbers == Numbers::Text => number.to_string().into(),
            Self::Number(number) => (*number).into(),
            Self::Name(name) => dialect.target(name).into(),
            Self::Text(octets) => String::from_utf8(octets.clone()).ok()?.into(),
            Self::Word(word) => word.clone().into(),
        })
    }

    /// The part among others of a value of this type, in presentation format.
    pub(crate) fn word(&self, dialect: &Dialect, record_type: RecordType) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Name(name) => dialect.target(name),
            Self::Text(octets) => {
                let quoted = dialect.presentation().string(octets);
                let is_bare = dialect.is_bare(octets, record_type);
                if is_bare { quoted.trim_matches('"').to_owned() } else { quoted }
            }
            Self::Word(word) => word.clone(),
        }
    }
}

/// A part from the text of a separate field, as octoDNS data; `None` if that is not valid for it.
pub(crate) fn read_field(
    text: &str,
    kind: Kind,
    read_target: impl Fn(&str) -> String,
) -> Option<OwnedValue> {
    Some(match kind {
        Kind::Number => Value::from(text.trim().parse::<i64>().ok()?),
        Kind::Name if text.is_empty() => return None,
        Kind::Name => read_target(text).into(),
        Kind::Text => QuotedString::from_octets(text.as_bytes()).to_value(),
        Kind::Word => text.to_owned().into(),
    })
}

/// A TXT value from octets, as data.
pub(crate) fn txt(octets: &[u8]) -> OwnedValue {
    Txt::from_octets(octets).in_ascii().into()
}

/// Says that a row or set lacks a field of its type.
pub(crate) fn incomplete(what: &str, item: &Json) -> String {
    format!("{what} lacks a field of its type: {item}")
}

/// The error for invalid data in a response.
pub(crate) fn malformed(message: String) -> octodns_core::ProviderError {
    octodns_core::ProviderError::service(octodns_core::ServiceErrorKind::Malformed, message)
}
