//! Writes a zone as a hosts file (hosts(5)), byte for byte like octoDNS.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Write as _;

use octodns_core::{RecordData, Zone};

use crate::names::{Names, Node, type_text};

/// How a file is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style<'s> {
    /// The id of the provider.
    pub(crate) id: &'s str,
    pub(crate) remove_trailing_dots: bool,
}

/// The end of a chain of names.
enum End {
    /// A record with addresses.
    Address,
    /// A name without a known record.
    Unknown,
    /// A name that was seen before.
    Loop,
}

/// The hosts file of a zone; `names` resolves its names.
pub(crate) fn file(zone: &Zone, names: &Names, style: Style<'_>) -> String {
    let ruler = "#".repeat(50);
    let mut text = format!("{ruler}\n# octoDNS {} {}\n{ruler}\n\n", style.id, zone.name().as_str());
    let mut records: Vec<_> = zone.records().collect();
    records.sort_by_key(|record| (record.name().as_str(), type_text(record)));
    // Only the first type of a name is used.
    records.dedup_by(|later, first| later.name() == first.name());
    for record in records {
        let fqdn = record.fqdn(zone.name());
        block(&mut text, Node { fqdn, record: record.clone() }, names, style);
    }
    text
}

/// The lines for one name. Writing to a string cannot fail.
fn block(text: &mut String, start: Node, names: &Names, style: Style<'_>) {
    let (path, end) = follow(start, names);
    for node in &path {
        if let Some(target) = target(node) {
            let _ = writeln!(text, "# {} -> {}", spelled(&node.fqdn), spelled(target));
        }
    }
    let (Some(first), Some(last)) = (path.first(), path.last()) else { return };
    let fqdn = &*spelled(&first.fqdn);
    let host = fqdn.strip_suffix('.').filter(|_| style.remove_trailing_dots).unwrap_or(fqdn);
    let address = last.record.rdata_strings().into_iter().next().unwrap_or_default();
    let _ = match end {
        End::Loop => writeln!(text, "# ** loop detected **"),
        End::Unknown => writeln!(text, "# ** unavailable **"),
        End::Address if fqdn.starts_with('*') => {
            writeln!(text, "# {address} -> {fqdn}\n# ** wildcard **")
        }
        End::Address if last.fqdn.starts_with('*') => {
            writeln!(text, "# {}\n{address}\t{host}", spelled(&last.fqdn))
        }
        End::Address => writeln!(text, "{address}\t{host}"),
    };
    text.push('\n');
}

/// A name on one line and as one word: blanks, `#` and control characters as codes, as in zone files.
fn spelled(name: &str) -> Cow<'_, str> {
    let is_special = |c: char| c.is_whitespace() || c.is_control() || c == '#';
    if !name.contains(is_special) {
        return Cow::Borrowed(name);
    }
    let mut spelled = String::new();
    for c in name.chars() {
        if is_special(c) {
            for octet in c.encode_utf8(&mut [0; 4]).bytes() {
                // Writing to text cannot fail.
                let _ = write!(spelled, "\\{octet:03}");
            }
        } else {
            spelled.push(c);
        }
    }
    Cow::Owned(spelled)
}

/// The chain of CNAME and ALIAS records from a record to its end.
fn follow(start: Node, names: &Names) -> (Vec<Node>, End) {
    // Differs from octoDNS: two zones may both have a CNAME `www`, one pointing to the other.
    let key = |node: &Node| (node.fqdn.clone(), node.record.record_type());
    let mut met = HashSet::from([key(&start)]);
    let mut path = vec![start];
    while let Some(target) = path.last().and_then(target) {
        let Some(node) = names.find(target) else { return (path, End::Unknown) };
        if !met.insert(key(&node)) {
            return (path, End::Loop);
        }
        path.push(node);
    }
    (path, End::Address)
}

fn target(node: &Node) -> Option<&str> {
    match node.record.data() {
        RecordData::Alias(target) | RecordData::Cname(target) => Some(target.as_str()),
        _ => None,
    }
}
