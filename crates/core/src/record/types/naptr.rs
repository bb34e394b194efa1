//! `NAPTR`: rules that rewrite a name into another, or into a URI.

use std::fmt;

use smol_str::SmolStr;

use super::target::check_absolute;
use super::txt::quoted_escapes;
use crate::rdata::text::QuotedString;
use crate::record::field_list::{FieldFormat, FieldList};
use crate::record::fields::{ANY, Fields, U16, check_each, check_each_mapping};
use crate::record::general::shown;
use crate::record::{RecordType, ValueError};
use crate::shape::{Field, Required, Shape};
use crate::validate::Findings;
use crate::validate::ValueCheck;
use crate::value::{OwnedValue, Value};

/// One rule, such as `100 10 "S" "SIP+D2U" "" _sip._udp.example.com.`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Naptr {
    /// The order rules are tried in, 16 bits on the wire.
    pub order: i64,
    /// The order among rules of one `order`, 16 bits on the wire.
    pub preference: i64,
    /// The result of the rule: `S`, `A`, `U`, `P`, or nothing if more rules follow.
    pub flags: QuotedString,
    /// The services and protocols.
    pub service: QuotedString,
    /// The substitution.
    pub regexp: QuotedString,
    /// The next name.
    pub replacement: SmolStr,
}

/// The fields of a value, for editors.
pub(in crate::record) const SHAPE: Shape = Shape::Fields(
    &[
        Field::new("order", "The order in which records are looked at.", Shape::AnyInt(0, 65_535)),
        Field::new("preference", "Rank among records of one order.", Shape::AnyInt(0, 65_535)),
        Field::new(
            "flags",
            "What the next step is: S, A, U, P, or nothing.",
            Shape::More(
                &Shape::Choice(&["S", "A", "U", "P", "s", "a", "u", "p"]),
                &[Shape::Choice(&[""]), Shape::Nothing],
            ),
        ),
        Field::new("service", "Protocol and service.", Shape::SpelledOrNothing),
        Field::new("regexp", "A substitution of the name.", Shape::SpelledOrNothing),
        Field::new("replacement", "The next name.", Shape::Spelled),
    ],
    Required::All(&["order", "preference", "flags", "service", "regexp", "replacement"]),
);

pub(in crate::record) const CHECKS: &[ValueCheck] = &[
    ValueCheck {
        id: "naptr-value",
        class: "octodns.record.naptr.NaptrValueValidator",
        sets: &["legacy"],
        check,
        accepts: None,
    },
    ValueCheck {
        id: "naptr-value-rfc",
        class: "octodns.record.naptr.NaptrValueRfcValidator",
        sets: &["strict"],
        check: check_rfc,
        accepts: None,
    },
    ValueCheck {
        id: "naptr-value-best-practice",
        class: "octodns.record.naptr.NaptrValueBestPracticeValidator",
        sets: &["best-practice"],
        check: check_replacement_absolute,
        accepts: None,
    },
    quoted_escapes!("flags", "service", "regexp"),
];

fn check(values: &[Value<'_>], _: RecordType, findings: &mut Findings) {
    check_each(values, findings, |naptr, findings| {
        naptr.check_int("order", ANY, findings);
        naptr.check_int("preference", ANY, findings);
        match naptr.get("flags") {
            None => naptr.say_missing("flags", findings),
            // No flags: more rules follow (RFC 3403, section 4.1).
            Some(flags) if flags.is_null() || flags.as_str() == Some("") => {}
            Some(flags) => {
                let known = ["S", "A", "U", "P", "s", "a", "u", "p"];
                if !flags.as_str().is_some_and(|text| known.contains(&text)) {
                    findings
                        .error(flags.position, format!("unknown flags {}", shown(flags)))
                        .help("one of S, A, U, P, or nothing");
                }
            }
        }
        for key in ["service", "regexp", "replacement"] {
            naptr.check_present(key, findings);
        }
    });
}

/// Ranges and flags of RFC 3403, section 4.1.
fn check_rfc(values: &[Value<'_>], _: RecordType, findings: &mut Findings) {
    check_each(values, findings, |naptr, findings| {
        naptr.check_int("order", U16, findings);
        naptr.check_int("preference", U16, findings);
        match naptr.get("flags") {
            None => naptr.say_missing("flags", findings),
            Some(flags) if !flags.is_truthy() => {}
            Some(flags) => {
                let upper = flags.as_str().map(str::to_ascii_uppercase);
                if !matches!(upper.as_deref(), Some("S" | "A" | "U" | "P")) {
                    findings
                        .error(flags.position, format!("unknown flags {}", shown(flags)))
                        .help("one of S, A, U, P, or nothing");
                }
            }
        }
        for key in ["service", "regexp", "replacement"] {
            naptr.check_present(key, findings);
        }
    });
}

fn check_replacement_absolute(
    values: &[Value<'_>],
    record_type: RecordType,
    findings: &mut Findings,
) {
    check_each_mapping(values, findings, |naptr, findings| {
        if let Some(replacement) = naptr.get("replacement") {
            check_absolute(replacement, record_type, "replacement", findings);
        }
    });
}

/// A field without a value is empty.
fn quoted_or_nothing(naptr: Fields<'_, '_>, key: &str) -> Result<QuotedString, ValueError> {
    if naptr.get(key).is_some_and(Value::is_null) {
        Ok(QuotedString::default())
    } else {
        naptr.quoted(key)
    }
}

/// Flags have no case; a code may stand for a letter as well.
fn upper_case(flags: QuotedString) -> QuotedString {
    let upper = flags.octets().to_ascii_uppercase();
    if *flags.octets() == upper { flags } else { QuotedString::from_octets(&upper) }
}

/// RFC 3403, section 4.1.
impl FieldList for Naptr {
    const FIELDS: &'static [(&'static str, FieldFormat)] = &[
        ("order", FieldFormat::Number),
        ("preference", FieldFormat::NumberAfterNumber),
        ("flags", FieldFormat::Quoted),
        ("service", FieldFormat::Quoted),
        ("regexp", FieldFormat::Quoted),
        ("replacement", FieldFormat::Text),
    ];

    fn of_fields(naptr: Fields<'_, '_>) -> Result<Self, ValueError> {
        let flags = match naptr.get("flags") {
            Some(flags) if flags.is_null() => QuotedString::default(),
            _ => upper_case(QuotedString::new(&naptr.upper_text("flags")?)),
        };
        Ok(Self {
            order: naptr.int("order")?,
            preference: naptr.int("preference")?,
            flags,
            service: quoted_or_nothing(naptr, "service")?,
            regexp: quoted_or_nothing(naptr, "regexp")?,
            replacement: naptr.text("replacement")?,
        })
    }

    fn values(&self) -> impl IntoIterator<Item = OwnedValue> {
        [
            self.order.into(),
            self.preference.into(),
            self.flags.to_value(),
            self.service.to_value(),
            self.regexp.to_value(),
            self.replacement.to_string().into(),
        ]
    }
}

impl fmt::Display for Naptr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { order, preference, flags, service, regexp, replacement } = self;
        if f.alternate() {
            let texts = format_args!("\"{flags:#}\" \"{service:#}\" \"{regexp:#}\"");
            return write!(f, "{order} {preference} {texts} {replacement}");
        }
        write!(f, "{order} {preference} \"{flags}\" \"{service}\" \"{regexp}\" {replacement}")
    }
}
