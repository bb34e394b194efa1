//! Groups of lines, and functions for more than one kind of line.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use octodns_core::OwnedValue;

use crate::files::Files;
use crate::lines::Line;

/// The lines of one kind for one name.
pub(crate) type Group<'d> = Vec<Line<'d>>;

/// Groups lines: by kind in the order of their first appearance in the files, then by name in the order of
/// lines.
pub(crate) fn groups<'d>(
    files: &Files,
    lines: impl IntoIterator<Item = Line<'d>>,
) -> Vec<Group<'d>> {
    let mut numbers = HashMap::new();
    let mut groups: Vec<Group<'d>> = Vec::new();
    for line in lines {
        let key = (line.mark, line.name().text.to_lowercase());
        let number = *numbers.entry(key).or_insert(groups.len());
        match groups.get_mut(number) {
            Some(group) => group.push(line),
            None => groups.push(vec![line]),
        }
    }
    let mark = |group: &Group<'_>| group.first().map_or('#', |line| line.mark);
    groups.sort_by(|left, right| files.order(mark(left), mark(right)));
    groups
}

/// The TTL of a group: the first one among its lines.
pub(crate) fn ttl(lines: &[Line<'_>], index: usize) -> Option<OwnedValue> {
    // Differs from octoDNS: an empty TTL before a timestamp or a location is no TTL, as in tinydns.
    let field = lines.iter().find_map(|line| line.filled(index))?;
    let number = field.text.parse::<i64>().map(OwnedValue::from);
    // If it is not a number, the record is refused later.
    Some(number.map_or(field.value(), |value| OwnedValue::new(value.kind, field.position)))
}

/// An IPv6 address in the format's form: 32 digits.
pub(crate) fn ipv6(text: &str) -> Option<Ipv6Addr> {
    // Differs from octoDNS: fewer digits are an error, not another address.
    let whole = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    whole.then(|| u128::from_str_radix(text, 16).ok()).flatten().map(Ipv6Addr::from_bits)
}

/// An address of either kind.
pub(crate) fn address(text: &str) -> Option<IpAddr> {
    if text.contains('.') {
        return text.parse::<Ipv4Addr>().ok().map(IpAddr::from);
    }
    ipv6(text).map(IpAddr::from)
}
