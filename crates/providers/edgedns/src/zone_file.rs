//! Record sets as lines of a zone file, which replaces all sets of a change list in one call.

use octodns_kit::Json;

/// Types that zone files cannot have. The service keeps them whatever a file has.
pub(crate) const APART: [&str; 2] = ["AKAMAICDN", "AKAMAITLC"];

/// Where the values of a type have names.
#[derive(Clone, Copy)]
enum Names {
    Nowhere,
    /// The first two words.
    First,
    /// The second word.
    Second,
    Last,
}

/// The types whose values can be written.
const TYPES: &[(&str, Names)] = &[
    ("A", Names::Nowhere),
    ("AAAA", Names::Nowhere),
    ("AFSDB", Names::Last),
    ("CAA", Names::Nowhere),
    ("CERT", Names::Nowhere),
    ("CNAME", Names::Last),
    ("DNSKEY", Names::Nowhere),
    ("DS", Names::Nowhere),
    ("HINFO", Names::Nowhere),
    ("HTTPS", Names::Second),
    ("LOC", Names::Nowhere),
    ("MX", Names::Last),
    ("NAPTR", Names::Last),
    ("NS", Names::Last),
    ("PTR", Names::Last),
    ("RP", Names::First),
    ("SOA", Names::First),
    ("SPF", Names::Nowhere),
    ("SRV", Names::Last),
    ("SSHFP", Names::Nowhere),
    ("SVCB", Names::Second),
    ("TLSA", Names::Nowhere),
    ("TXT", Names::Nowhere),
];

/// A zone file of these sets; `None` if one of them has something that may mean something else there.
pub(crate) fn of<'s>(sets: impl Iterator<Item = &'s Json>) -> Option<String> {
    let mut sets: Vec<_> = sets.filter(|set| !is_apart(set)).collect();
    sets.sort_by_key(|set| set["type"] != "SOA");
    sets.into_iter().map(lines).collect()
}

fn is_apart(set: &Json) -> bool {
    set["type"].as_str().is_some_and(|of| APART.contains(&of))
}

fn lines(set: &Json) -> Option<String> {
    let (name, of, ttl) = (set["name"].as_str()?, set["type"].as_str()?, set["ttl"].as_u64()?);
    let (_, names) = TYPES.iter().find(|(known, _)| *known == of)?;
    if !is_plain(name) || name.contains(['"', ' ', '$', '@']) {
        return None;
    }
    let name = absolute(name);
    let line = |value: &Json| {
        let value = value.as_str().filter(|value| is_plain(value))?;
        Some(format!("{name} {ttl} IN {of} {}\n", with_absolute(value, *names)))
    };
    set["rdata"].as_array()?.iter().map(line).collect()
}

/// Whether a text is itself in a zone file: one line of ASCII, whose quotes are closed, without comments and
/// parentheses.
fn is_plain(text: &str) -> bool {
    let (mut is_quoted, mut is_escaped) = (false, false);
    for octet in text.bytes() {
        match octet {
            0..=0x1f | 0x7f.. => return false,
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => is_quoted = !is_quoted,
            b';' | b'(' | b')' if !is_quoted => return false,
            _ => {}
        }
    }
    !text.is_empty() && !is_quoted && !is_escaped
}

/// A value whose names are absolute: without a dot, they are so at the service, and relative in a zone file.
fn with_absolute(value: &str, names: Names) -> String {
    let words: Vec<_> = value.splitn(3, ' ').collect();
    match (names, &*words) {
        (Names::First, [one, two, rest @ ..]) => {
            [&[&*absolute(one), &*absolute(two)], rest].concat().join(" ")
        }
        (Names::Second, [one, two, rest @ ..]) => {
            [&[*one, &*absolute(two)], rest].concat().join(" ")
        }
        (Names::Last, _) => match value.rsplit_once(' ') {
            Some((before, name)) => format!("{before} {}", absolute(name)),
            None => absolute(value),
        },
        _ => value.to_owned(),
    }
}

fn absolute(name: &str) -> String {
    let dot = if name.ends_with('.') { "" } else { "." };
    format!("{name}{dot}")
}
