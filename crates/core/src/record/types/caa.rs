//! `CAA`: who may issue certificates for a name.

use std::fmt;

use smol_str::SmolStr;

use super::txt::quoted_escapes;
use crate::rdata::text::{self, QuotedString};
use crate::record::field_list::{FieldFormat, FieldList};
use crate::record::fields::{Fields, U8, check_each, check_int};
use crate::record::general::shown;
use crate::record::{RecordType, ValueError};
use crate::shape::{Field, Required, Shape};
use crate::validate::{Findings, TypedRecord, ValueCheck};
use crate::value::{OwnedValue, Value};

/// One property, such as `0 issue "ca.example.net"`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Caa {
    /// Flags, 8 bits on the wire; 128 says that issuers must know the tag.
    pub flags: i64,
    /// The name of the property; octets that are no letters and digits, as a server may hold, are escapes of
    /// presentation format.
    pub tag: SmolStr,
    /// Its value.
    pub value: QuotedString,
}

/// The fields of a value, for editors.
pub(in crate::record) const SHAPE: Shape = Shape::Fields(
    &[
        Field::new(
            "flags",
            "0, or 128 if issuers that do not know the tag must refuse. Default: 0.",
            Shape::Int(0, 255),
        ),
        Field::new(
            "tag",
            "What the value is about: `issue`, `issuewild`, `iodef`.",
            Shape::Spelled,
        ),
        Field::new("value", "The issuer, or where to report to; `;` is nobody.", Shape::Spelled),
    ],
    Required::All(&["tag", "value"]),
);

pub(in crate::record) const CHECKS: &[ValueCheck] = &[
    ValueCheck {
        id: "caa-value",
        class: "octodns.record.caa.CaaValueValidator",
        sets: &["legacy"],
        check,
        accepts: Some(|record| {
            record.all(|caa: &Caa| U8.contains(&caa.flags) && !caa.tag.is_empty())
        }),
    },
    ValueCheck {
        id: "caa-value-rfc",
        class: "octodns.record.caa.CaaValueRfcValidator",
        sets: &["strict"],
        check: check_rfc,
        accepts: None,
    },
    ValueCheck {
        id: "caa-value-best-practice",
        class: "octodns.record.caa.CaaValueBestPracticeValidator",
        sets: &["best-practice"],
        check: check_wildcards,
        accepts: None,
    },
    quoted_escapes!("value"; has_plain_values),
];

/// Whether no value has a backslash, or a character that is no part of usual texts.
fn has_plain_values(record: &TypedRecord<'_>) -> bool {
    record.all(|caa: &Caa| {
        let value = caa.value.as_str();
        text::is_plain(value) && !value.contains('\\')
    })
}

fn check(values: &[Value<'_>], _: RecordType, findings: &mut Findings) {
    check_each(values, findings, |caa, findings| {
        if let Some(flags) = caa.get("flags") {
            check_int("flags", flags, 0..=255, findings);
        }
        caa.check_present("tag", findings);
        caa.check_present("value", findings);
    });
}

/// RFC 8659, section 4.1: one flag is defined, and tags are letters and digits.
fn check_rfc(values: &[Value<'_>], _: RecordType, findings: &mut Findings) {
    check_each(values, findings, |caa, findings| {
        if let Some(flags) = caa.get("flags")
            && let Some(1..=127 | 129..=255) = check_int("flags", flags, U8, findings)
        {
            let message = format!("flags {} is neither 0 nor 128", shown(flags));
            findings
                .error(flags.position, message)
                .help("write 0, or 128 if issuers that do not know the tag must refuse");
        }
        match caa.get("tag").filter(|tag| tag.is_truthy()) {
            None => caa.say_missing("tag", findings),
            Some(tag) => match tag.as_str() {
                None => {
                    findings.wrong_kind("tag", tag, "text");
                }
                // Python's `$` overlooks a final line feed.
                Some(text) if is_tag(text.strip_suffix('\n').unwrap_or(text)) => {}
                Some(text) => {
                    let message = format!("tag \"{text}\" is not letters and digits");
                    let help = "write a tag such as issue, issuewild or iodef";
                    findings.error(tag.position, message).help(help);
                }
            },
        }
        caa.check_present("value", findings);
    });
}

fn is_tag(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// RFC 8659, section 4.3: without `issuewild`, `issue` speaks for wildcards too, which few know.
fn check_wildcards(values: &[Value<'_>], _: RecordType, findings: &mut Findings) {
    let tagged = |value: &&Value<'_>, tag: &str| {
        value.get("tag").and_then(Value::as_str).is_some_and(|text| text == tag)
    };
    if let Some(issue) = values.iter().find(|value| tagged(value, "issue"))
        && !values.iter().any(|value| tagged(&value, "issuewild"))
    {
        findings
            .error(issue.position, "tag \"issue\" without \"issuewild\"")
            .help("add issuewild with the same value, or \";\" to allow no wildcard certificates");
    }
}

/// RFC 8659, section 4.1.1.
impl FieldList for Caa {
    const FIELDS: &'static [(&'static str, FieldFormat)] =
        &[("flags", FieldFormat::Number), ("tag", FieldFormat::Word), ("value", FieldFormat::Rest)];
    const QUOTED: bool = false;

    fn of_fields(caa: Fields<'_, '_>) -> Result<Self, ValueError> {
        let flags = caa.int_or_zero("flags")?;
        Ok(Self { flags, tag: caa.text("tag")?, value: caa.quoted("value")? })
    }

    fn values(&self) -> impl IntoIterator<Item = OwnedValue> {
        [self.flags.into(), self.tag.to_string().into(), self.value.to_value()]
    }
}

impl fmt::Display for Caa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} \"", self.flags, self.tag)?;
        fmt::Display::fmt(&self.value, f)?;
        f.write_str("\"")
    }
}
