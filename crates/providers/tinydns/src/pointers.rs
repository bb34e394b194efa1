//! PTR records: `^` lines, and the addresses of `=` and `6` lines.

use std::fmt::Write as _;
use std::net::IpAddr;

use octodns_core::value::{Kind, Position};
use octodns_core::{Diagnostic, Origin, OwnedValue, Report, ZoneName};

use crate::files::{Files, absolute, backwards};
use crate::groups::{address, groups, ttl};
use crate::lines::Line;
use crate::octets;

/// One PTR record's value.
#[derive(Debug)]
pub(crate) struct Pointer {
    /// The name in the reverse zone, absolute.
    pub(crate) name: String,
    pub(crate) ttl: Option<OwnedValue>,
    pub(crate) value: OwnedValue,
    pub(crate) position: Position,
}

/// The PTR records of all reverse zones.
#[derive(Debug, Default)]
pub(crate) struct Pointers {
    /// By their names, with reversed labels.
    index: Vec<(String, Pointer)>,
    /// Errors in lines, which may belong to any reverse zone.
    pub(crate) report: Report,
}

impl Pointers {
    /// All PTR records of the files.
    pub(crate) fn new(files: &Files) -> Self {
        let mut pointers = Self::default();
        for group in groups(files, files.of_kinds(&['^', '=', '6'])) {
            let ttl = ttl(&group, 2);
            for line in &group {
                match pointer(line) {
                    Ok((name, value)) => {
                        let position = line.name().position;
                        let pointer = Pointer { name, ttl: ttl.clone(), value, position };
                        pointers.index.push((backwards(&pointer.name), pointer));
                    }
                    Err((message, position)) => pointers.report.push(
                        Diagnostic::error("tinydns", message)
                            .help(line.form())
                            .about(octets::shown(line.name().text))
                            .at(Origin::new(&files.names, position)),
                    ),
                }
            }
        }
        pointers.index.sort_by(|(left, _), (right, _)| left.cmp(right));
        pointers
    }

    /// The PTR records of a reverse zone.
    pub(crate) fn of_zone(&self, zone: &ZoneName) -> impl Iterator<Item = &Pointer> {
        let zone = backwards(zone.as_str());
        let start = self.index.partition_point(|(name, _)| name.as_str() < zone.as_str());
        let within =
            self.index[start..].iter().take_while(move |(name, _)| name.starts_with(&zone));
        within.map(|(_, pointer)| pointer)
    }
}

/// The reverse name and the host of a line.
fn pointer(line: &Line<'_>) -> Result<(String, OwnedValue), (String, Position)> {
    let missing = |index, what| (format!("missing {what}"), line.position_of(index));
    let name = line.filled(0).ok_or_else(|| missing(0, "name"))?;
    let reverse = absolute(name.text);
    // Differs from octoDNS: with or without a final dot, for both suffixes.
    if reverse.ends_with(".in-addr.arpa.") || reverse.ends_with(".ip6.arpa.") {
        let host = line.filled(1).ok_or_else(|| missing(1, "host"))?;
        return Ok((reverse, dotted(host.text, host.position)));
    }
    let field = line.filled(1).ok_or_else(|| missing(1, "address"))?;
    let Some(address) = address(field.text) else {
        let message = format!(
            "\"{}\" is neither an IPv4 address nor the 32 digits of an IPv6 address",
            field.text
        );
        return Err((message, field.position));
    };
    Ok((reverse_name(address), dotted(name.text, name.position)))
}

/// A name with its final dot.
pub(crate) fn dotted(host: &str, position: Position) -> OwnedValue {
    let host = octets::name(host);
    let dot = if host.ends_with('.') { "" } else { "." };
    OwnedValue::new(Kind::Str(format!("{host}{dot}").into()), position)
}

/// RFC 1035 section 3.5, RFC 3596 section 2.5.
fn reverse_name(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => {
            let [a, b, c, d] = address.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa.")
        }
        IpAddr::V6(address) => {
            let mut bits = address.to_bits();
            let mut name = String::with_capacity(73);
            for _ in 0..32 {
                // Writing to a string does not fail.
                let _ = write!(name, "{:x}.", bits & 0xf);
                bits >>= 4;
            }
            name.push_str("ip6.arpa.");
            name
        }
    }
}
