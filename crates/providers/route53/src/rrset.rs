//! A record set in Route 53, as in lists and change batches.
//!
//! Independent of the SDK's type, so that everything outside `client` is pure data with few cases.

use std::borrow::Cow;
use std::net::Ipv6Addr;

use octodns_core::record::text::{Cut, Presentation};

/// Texts as the service accepts them: octal escapes, semicolons escaped, and strings split as in octoDNS.
///
/// <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html#TXTFormat>
pub(crate) const TEXT: Presentation =
    Presentation::OCTAL.with_escaped_semicolons().with_cut(Cut::Written);

/// A record set: a name has one of a type, or several that differ in their identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RrSet {
    /// Absolute, in lowercase, without octal escapes.
    pub(crate) name: String,
    pub(crate) record_type: String,
    /// Distinguishes record sets of the same name and type; only those with routing have one.
    pub(crate) identifier: Option<String>,
    pub(crate) body: Body,
    pub(crate) routing: Routing,
    pub(crate) health_check: Option<String>,
}

/// The answer of a record set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    /// Values in presentation format.
    Values { ttl: i64, values: Vec<String> },
    /// The answer of another record set.
    Alias(AliasTarget),
    /// The answer of a traffic policy; never written here.
    TrafficPolicy,
}

/// The target of an alias.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AliasTarget {
    /// Only the last part of the zone's id.
    pub(crate) zone_id: String,
    pub(crate) name: String,
    pub(crate) evaluate_health: bool,
}

/// The queries that a record set answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Routing {
    /// All.
    Simple,
    /// A share of them, by weight.
    Weighted(i64),
    /// All while it is healthy, or the rest.
    Failover { primary: bool },
    /// Those from a location.
    Geo(Place),
    /// Those from the networks of a CIDR location.
    Cidr { collection: String, location: String },
    /// A kind that octoDNS never writes.
    Other(&'static str),
}

/// A location in Route 53.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Everything that no other location covers.
    Default,
    Continent(String),
    Country(String),
    Subdivision {
        country: String,
        code: String,
    },
}

/// What identifies a record set in Route 53.
pub(crate) type Key = (String, String, Option<String>);

impl RrSet {
    pub(crate) fn key(&self) -> Key {
        (self.name.clone(), self.record_type.clone(), self.identifier.clone())
    }

    /// Whether both are equal, regardless of the spelling and order of values.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.key() == other.key()
            && self.routing == other.routing
            && self.health_check == other.health_check
            && match (&self.body, &other.body) {
                (Body::Alias(a), Body::Alias(b)) => {
                    a.evaluate_health == b.evaluate_health
                        && a.name.eq_ignore_ascii_case(&b.name)
                        && a.zone_id.eq_ignore_ascii_case(&b.zone_id)
                }
                (Body::Values { ttl: a, values: left }, Body::Values { ttl: b, values: right }) => {
                    a == b && same_values(&self.record_type, left, right)
                }
                _ => false,
            }
    }
}

/// Whether two lists of values are equal as sets.
pub(crate) fn same_values(record_type: &str, left: &[String], right: &[String]) -> bool {
    let canonical = |values: &[String]| {
        let mut values: Vec<_> = values.iter().map(|value| canonical(record_type, value)).collect();
        values.sort();
        values
    };
    canonical(left) == canonical(right)
}

/// A canonical form of values that Route 53 returns in other spellings.
fn canonical(record_type: &str, value: &str) -> String {
    match record_type {
        "AAAA" => value.parse::<Ipv6Addr>().map_or_else(|_| value.into(), |ip| ip.to_string()),
        // The division of a long text and its escapes do not matter.
        "TXT" | "SPF" => match TEXT.read(value) {
            Ok(octets) => TEXT.string(&octets),
            Err(_) => value.to_owned(),
        },
        "DS" => {
            let mut words = value.splitn(4, ' ');
            let numbers: Vec<_> = words.by_ref().take(3).collect();
            let digest: String = words.flat_map(str::split_whitespace).collect();
            format!("{} {}", numbers.join(" "), digest.to_ascii_lowercase())
        }
        // The last word is a name.
        "CNAME" | "MX" | "NAPTR" | "NS" | "PTR" | "SRV" => absolute(value).into_owned(),
        _ => value.to_owned(),
    }
}

/// The last part of an id: `Z1` of `/hostedzone/Z1`.
pub(crate) fn last_part(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}

/// A name from Route 53, without octal escapes (`\052` is `*`), in lowercase and absolute.
///
/// <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html>
pub(crate) fn plain_name(listed: &str) -> String {
    let mut name = String::with_capacity(listed.len() + 1);
    let mut rest = listed;
    while let Some(at) = rest.find('\\') {
        name.push_str(&rest[..at]);
        let digits = rest.get(at + 1..at + 4);
        let code = digits
            .filter(|digits| digits.bytes().all(|byte| matches!(byte, b'0'..=b'7')))
            .and_then(|digits| u8::from_str_radix(digits, 8).ok());
        if let Some(code) = code {
            name.push(char::from(code));
            rest = &rest[at + 4..];
        } else {
            name.push('\\');
            rest = &rest[at + 1..];
        }
    }
    name.push_str(rest);
    if !name.ends_with('.') {
        name.push('.');
    }
    name.make_ascii_lowercase();
    name
}

/// A name in a value. To the service, a name without its final dot is the same.
///
/// <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html>
pub(crate) fn absolute(name: &str) -> Cow<'_, str> {
    if name.is_empty() || name.ends_with('.') { name.into() } else { format!("{name}.").into() }
}

/// The routing of a record set that plain records and aliases of octoDNS never have.
pub(crate) fn foreign_routing(set: &RrSet) -> Option<&'static str> {
    match (&set.body, &set.routing) {
        (Body::TrafficPolicy, _) => Some("a traffic policy"),
        (_, Routing::Simple) => None,
        (_, Routing::Weighted(_)) => Some("weighted routing"),
        (_, Routing::Failover { .. }) => Some("failover routing"),
        (_, Routing::Geo(_)) => Some("geolocation routing"),
        (_, Routing::Cidr { .. }) => Some("CIDR routing"),
        (_, Routing::Other(_)) => Some("routing of a kind that octoDNS does not have"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octal_escapes_of_names_are_undone() {
        for (listed, name) in [
            ("\\052.unit.tests.", "*.unit.tests."),
            ("a\\100b.Unit.tests", "a@b.unit.tests."),
            ("\\052\\052", "**."),
            ("odd\\08\\.", "odd\\08\\."),
            ("end\\05", "end\\05."),
        ] {
            assert_eq!(plain_name(listed), name, "{listed}");
        }
    }

    #[test]
    fn spelling_makes_no_difference() {
        for (record_type, left, right, same) in [
            ("AAAA", "2001:db8:0:0:0:0:0:1", "2001:db8::1", true),
            ("TXT", "\"a\" \"b\\;\"", "\"ab;\"", true),
            ("DS", "1 2 3 AB CD", "1 2 3 abcd", true),
            ("CNAME", "a.unit.tests", "a.unit.tests.", true),
            ("MX", "10 a.unit.tests.", "10 a.unit.tests", true),
            ("SRV", "1 2 3 a.unit.tests", "1 2 4 a.unit.tests.", false),
            ("A", "192.0.2.1", "192.0.2.2", false),
        ] {
            assert_eq!(same_values(record_type, &[left.into()], &[right.into()]), same, "{left}");
        }
        let (a, b) = (["1".to_owned(), "2".to_owned()], ["2".to_owned(), "1".to_owned()]);
        assert!(same_values("A", &a, &b) && !same_values("A", &a, &a[..1]));
    }
}
