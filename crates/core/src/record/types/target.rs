//! `ALIAS`, `CNAME`, `DNAME`, `NS`, `PTR`: a name, or several; and names within other types.

use std::any::Any;
use std::cmp::Ordering;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use smol_str::SmolStr;

use crate::name::{self, IdnaError, idna};
use crate::rdata::text::QuotedString;
use crate::rdata::{AnyValues, Places};
use crate::record::{Rdata, RdataError, RecordType, ValueError};
use crate::validate::{Findings, RawRecord};
use crate::validate::{RecordCheck, ValueCheck};
use crate::value::{Kind, Map, OwnedValue, Position, Value};

/// A name that a record points to: in IDNA form and lower case, absolute if it ends with a dot.
///
/// Empty names occur in lenient records only: nothing was given.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostName(SmolStr);

impl HostName {
    /// A name in either form, any case.
    ///
    /// # Errors
    ///
    /// Refuses labels that IDNA 2008 (RFC 5891) refuses.
    pub fn new(name: &str) -> Result<Self, IdnaError> {
        Ok(Self(name::spell(name)?.into()))
    }

    /// The same as a quoted string of presentation format, with the escapes it needs and no others.
    pub(super) fn as_quoted(&self) -> Self {
        Self(SmolStr::new(QuotedString::new(&self.0).to_string()))
    }

    /// The name, in IDNA form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is `.`, which says that there is nothing to point to.
    pub fn is_root(&self) -> bool {
        self.0 == "."
    }

    /// Whether this is a whole name as nearly all are: one that no check of names objects to.
    pub(super) fn is_usual(&self) -> bool {
        let is_of_letters = |byte: u8| !byte.is_ascii_digit() && byte != b'.';
        self.is_absolute() && is_fqdn(&self.0) && self.0.bytes().any(is_of_letters)
    }

    /// Whether the name ends with a dot.
    pub fn is_absolute(&self) -> bool {
        self.0.ends_with('.')
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// RFC 1035, section 5.1.
impl Rdata for HostName {
    fn read(value: &Value<'_>) -> Result<Self, ValueError> {
        let Some(text) = value.as_str() else {
            return Err(ValueError::wrong_kind("a name", value, "text"));
        };
        Self::new(text).map_err(|error| ValueError::idna(&error, value.position))
    }

    fn parse(rdata: &str) -> Result<OwnedValue, RdataError> {
        Ok(Value::from(rdata.to_owned()))
    }

    fn to_value(&self) -> OwnedValue {
        Value::from(self.0.to_string())
    }

    fn order(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }

    fn is_blank(&self) -> bool {
        self.0.is_empty()
    }
}

/// The value of a type that has one name.
impl AnyValues for HostName {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn is_ordered(&self) -> bool {
        true
    }

    fn rdata_strings(&self) -> Vec<String> {
        if self.0.is_empty() { Vec::new() } else { vec![self.to_string()] }
    }

    fn texts(&self) -> Vec<String> {
        vec![if self.0.is_empty() { "None".to_owned() } else { self.to_string() }]
    }

    fn write_to(&self, data: &mut Map<'static>) {
        let value = if self.0.is_empty() { Value::NULL } else { self.to_value() };
        data.insert("value", value);
    }

    fn lacks_values(&self) -> bool {
        self.is_blank()
    }

    fn repeated(&self) -> Vec<usize> {
        Vec::new()
    }
}

/// The name of a type that has one: nothing, however it is said, is the empty name.
pub(in crate::record) fn read_one<T>(
    values: &[Value<'_>],
    places: &mut Places,
    make: fn(HostName) -> T,
) -> Result<T, ValueError> {
    places.extend(values.first().map(HostName::place));
    match values {
        [value] if value.is_truthy() => HostName::read(value).map(make),
        _ => Ok(make(HostName::default())),
    }
}

pub(in crate::record) const ONE: &[ValueCheck] = &[
    ValueCheck {
        id: "target-value-rfc",
        class: "octodns.record.target.TargetValueValidator",
        sets: &["legacy", "strict"],
        check: check_one,
        accepts: Some(|record| record.all(HostName::is_usual)),
    },
    ValueCheck {
        id: "target-value-not-ip",
        class: "octodns.record.target.TargetValueNotIpValidator",
        sets: &["strict"],
        check: not_ip,
        accepts: Some(|record| record.all(HostName::is_usual)),
    },
    ValueCheck {
        id: "target-value-best-practice",
        class: "octodns.record.target.TargetValueBestPracticeValidator",
        sets: &["best-practice"],
        check: absolute,
        accepts: Some(|record| record.all(HostName::is_usual)),
    },
];

pub(in crate::record) const MANY: &[ValueCheck] = &[
    ValueCheck {
        id: "targets-value-rfc",
        class: "octodns.record.target.TargetsValueValidator",
        sets: &["legacy", "strict"],
        check: check_many,
        accepts: Some(|record| record.all(HostName::is_usual)),
    },
    ValueCheck {
        id: "targets-value-not-ip",
        class: "octodns.record.target.TargetsValueNotIpValidator",
        sets: &["strict"],
        check: not_ip,
        accepts: Some(|record| record.all(HostName::is_usual)),
    },
    ValueCheck {
        id: "targets-value-best-practice",
        class: "octodns.record.target.TargetsValueBestPracticeValidator",
        sets: &["best-practice"],
        check: absolute,
        accepts: Some(|record| record.all(HostName::is_usual)),
    },
];

/// `ALIAS` makes sense at the apex only, where there cannot be a `CNAME`.
pub(in crate::record) const ALIAS_ROOT: RecordCheck = RecordCheck {
    id: "alias-root",
    class: "octodns.record.alias.AliasRootValidator",
    sets: &["legacy", "strict"],
    check: alias_root,
    accepts: Some(|record| record.name.is_empty()),
};

/// RFC 1034, section 3.6.2: `CNAME` stands alone, but the apex has `SOA` and `NS`.
pub(in crate::record) const CNAME_ROOT: RecordCheck = RecordCheck {
    id: "cname-root-rfc",
    class: "octodns.record.cname.CnameRootValidator",
    sets: &["legacy", "strict"],
    check: cname_root,
    accepts: Some(|record| !record.name.is_empty()),
};

fn alias_root(record: &RawRecord<'_>, findings: &mut Findings) {
    if !record.name.is_empty() {
        let position = type_position(record);
        findings.error(position, "ALIAS is allowed at the zone apex only").help("use CNAME");
    }
}

fn cname_root(record: &RawRecord<'_>, findings: &mut Findings) {
    if record.name.is_empty() {
        findings
            .error(type_position(record), "the zone apex cannot have a CNAME")
            .help("use ALIAS");
    }
}

/// Where the type of a record is written.
pub(super) fn type_position(record: &RawRecord<'_>) -> Position {
    record.data.get("type").map_or(record.position, |of| of.position)
}

fn not_ip(values: &[Value<'_>], record_type: RecordType, findings: &mut Findings) {
    for value in values {
        check_not_ip(value, record_type, "value", findings);
    }
}

fn absolute(values: &[Value<'_>], record_type: RecordType, findings: &mut Findings) {
    for value in values {
        check_absolute(value, record_type, "value", findings);
    }
}

fn check_one(values: &[Value<'_>], record_type: RecordType, findings: &mut Findings) {
    check_target(values.first().unwrap_or(&Value::NULL), record_type, "value", findings);
}

fn check_many(values: &[Value<'_>], record_type: RecordType, findings: &mut Findings) {
    if values.is_empty() {
        findings.error(Position::NONE, "missing value(s)").help(NAME_HELP);
    }
    for value in values {
        check_target(value, record_type, "value", findings);
    }
}

/// Checks that a field is a name: there, and in the form of RFC 1035, section 2.3.1, with underscores.
///
/// Names with braces are templates, which are checked once they are expanded.
pub(crate) fn check_target(
    value: &Value<'_>,
    record_type: RecordType,
    what: &str,
    findings: &mut Findings,
) {
    if !value.is_truthy() {
        findings.error(value.position, format!("missing {what}")).help(NAME_HELP);
        return;
    }
    let Kind::Str(text) = &value.kind else {
        findings.wrong_kind(what, value, "a name");
        return;
    };
    let may_be_root = matches!(
        record_type,
        RecordType::HTTPS | RecordType::MX | RecordType::SVCB | RecordType::SRV
    );
    if (may_be_root && text == ".") || (text.contains('{') && text.contains('}')) {
        return;
    }
    match idna::encode(text) {
        Ok(name) if is_fqdn(&name) => {}
        Ok(_) => {
            let message = format!("{what} \"{text}\" is not a fully qualified name");
            findings.error(value.position, message).help(NAME_HELP);
        }
        Err(error) => {
            let message = format!("{what} \"{text}\": {error}");
            findings.refused_name(value.position, message).help(error.problem.help());
        }
    }
}

const NAME_HELP: &str = "write a whole name with a dot at its end, such as \"www.example.com.\"";

/// Checks that a name is none that looks like an address. What is not a name is left to [`check_target`].
pub(crate) fn check_not_ip(
    value: &Value<'_>,
    record_type: RecordType,
    what: &str,
    findings: &mut Findings,
) {
    let Some(text) = value.as_str() else { return };
    let name = text.trim_end_matches('.');
    // A zone index is part of an IPv6 address, RFC 4007 section 11.
    let address = name.split_once('%').map_or(name, |(address, _)| address);
    if name.parse::<Ipv4Addr>().is_ok() || address.parse::<Ipv6Addr>().is_ok() {
        let message = format!("{what} \"{text}\" is an address, {record_type} takes a name");
        findings
            .error(value.position, message)
            .help("give the address an A or AAAA record, and write the name of that record here");
    }
}

/// Checks that a name ends with a dot. What is not a name is left to [`check_target`].
///
/// Names with braces are templates, which are checked once they are expanded.
pub(crate) fn check_absolute(
    value: &Value<'_>,
    record_type: RecordType,
    what: &str,
    findings: &mut Findings,
) {
    let Some(text) = value.as_str().filter(|text| !text.is_empty()) else { return };
    if text.ends_with('.') || (text.contains('{') && text.contains('}')) {
        return;
    }
    match idna::encode(text) {
        Ok(name) if name.ends_with('.') => {}
        Ok(_) => {
            let message = format!("{record_type} {what} \"{text}\" does not end with a dot");
            findings.error(value.position, message).help(format!("write \"{text}.\""));
        }
        Err(error) if !findings.are_fatal() => {
            let message = format!("{what} \"{text}\": {error}");
            findings.refused_name(value.position, message).help(error.problem.help());
        }
        Err(_) => {}
    }
}

/// Whether a name in IDNA form has at least two labels, each of 1 to 63 letters, digits, hyphens and
/// underscores, without a hyphen at either end, and at most 253 characters.
fn is_fqdn(name: &str) -> bool {
    // The reference's pattern overlooks a final line feed.
    let unbroken = name.strip_suffix('\n').unwrap_or(name);
    let relative = unbroken.strip_suffix('.').unwrap_or(unbroken);
    let length = name.strip_suffix('.').unwrap_or(name).len();
    let dots = name.bytes().filter(|byte| *byte == b'.').count();
    let labels = dots + usize::from(!name.ends_with('.'));
    length <= 253 && labels >= 2 && relative.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    let bytes = label.as_bytes();
    (1..=63).contains(&bytes.len())
        && bytes.first() != Some(&b'-')
        && bytes.last() != Some(&b'-')
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_has_one_spelling() {
        let name = HostName::new(r"\\ \0800\W\.x.Example.").unwrap();
        assert_eq!(name.as_str(), r"\\ p0w\.x.example.");
        assert_eq!(HostName::new(r"*._\x.\256.").unwrap().as_str(), r"*._\x.\256.");
    }

    #[test]
    fn a_full_name_has_two_labels_of_letters_digits_hyphens_and_underscores() {
        for (name, valid) in [
            ("a.b", true),
            ("a.b.", true),
            ("a.", false),
            ("a", false),
            (".", false),
            ("", false),
            ("a..b", false),
            ("_a.b-c.1", true),
            ("-a.b", false),
            ("a-.b", false),
            ("a b.c", false),
            ("*.a.b", false),
            ("a.b\n", true),
        ] {
            assert_eq!(is_fqdn(name), valid, "{name:?}");
        }
        let label = "a".repeat(63);
        assert!(is_fqdn(&format!("{label}.b")));
        assert!(!is_fqdn(&format!("{label}a.b")));
        let long = [&*label, &*label, &*label, &"a".repeat(61)].join(".");
        assert!(is_fqdn(&long) && is_fqdn(&format!("{long}.")));
        assert!(!is_fqdn(&format!("{long}a")));
    }
}
