//! What a zone makes its servers answer: with wildcards, aliases and delegations, not by name alone.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use octodns_core::{Record, RecordName, RecordType, Zone, ZoneName};

/// A zone, for what its servers answer (RFC 1034, section 4.3.2; RFC 4592).
#[derive(Debug)]
pub struct Content<'z> {
    zone: &'z ZoneName,
    /// Every name that exists. A name between others has no records.
    nodes: HashMap<&'z str, &'z [Arc<Record>]>,
}

/// What is answered for a name and type.
#[derive(Debug)]
pub(super) enum Expected<'c> {
    /// This record; one of a wildcard answers for other names as well.
    Record(&'c Arc<Record>),
    /// The name is an alias by this record.
    Alias(&'c Arc<Record>),
    /// Nothing: no such name, or nothing of the type.
    Nothing,
    /// A referral to a zone below, with this record beside it as glue.
    Below(Option<&'c Arc<Record>>),
    /// It cannot be known, for this reason.
    Open(String),
}

impl<'z> Content<'z> {
    /// What this zone makes its servers answer.
    pub fn of(zone: &'z Zone) -> Self {
        let mut nodes: HashMap<&str, &[Arc<Record>]> = HashMap::with_capacity(zone.len() + 1);
        nodes.insert("", &[]);
        for (name, records) in zone.nodes() {
            nodes.insert(name.as_str(), records);
        }
        for (name, _) in zone.nodes() {
            for above in ancestors(name.as_str()) {
                match nodes.entry(above) {
                    // Whatever is above it is there as well.
                    Entry::Occupied(_) => {}
                    Entry::Vacant(entry) => _ = entry.insert(&[]),
                }
            }
        }
        Self { zone: zone.name(), nodes }
    }

    /// Its name.
    pub(super) fn zone(&self) -> &'z ZoneName {
        self.zone
    }

    /// What is answered for a name of the zone.
    pub(super) fn expected(&self, name: &RecordName, of: RecordType) -> Expected<'z> {
        let name = name.as_str();
        if self.is_delegated(name, of) {
            return Expected::Below(find(self.records(name), of));
        }
        let above = ancestors(name).find_map(|above| find(self.records(above), RecordType::DNAME));
        if let Some(dname) = above {
            let owner = dname.decoded_fqdn(self.zone);
            return Expected::Open(format!("below the DNAME record of {owner}"));
        }
        match self.nodes.get(name) {
            Some(node) => in_node(node, of),
            None => self.wildcard(name).map_or(Expected::Nothing, |node| in_node(node, of)),
        }
    }

    fn records(&self, name: &str) -> &'z [Arc<Record>] {
        self.nodes.get(name).copied().unwrap_or_default()
    }

    /// Whether a name is at or below a zone cut, and belongs to the zone below.
    fn is_delegated(&self, name: &str, of: RecordType) -> bool {
        let is_cut =
            |name: &str| !name.is_empty() && find(self.records(name), RecordType::NS).is_some();
        let own = matches!(of, RecordType::NS | RecordType::DS);
        ancestors(name).any(is_cut) || (!own && is_cut(name))
    }

    /// The wildcard that answers for a name that does not exist: the one at its closest encloser, if there is one
    /// there.
    fn wildcard(&self, name: &str) -> Option<&'z [Arc<Record>]> {
        let encloser = ancestors(name).find(|above| self.nodes.contains_key(above))?;
        let wildcard = if encloser.is_empty() { "*".to_owned() } else { format!("*.{encloser}") };
        self.nodes.get(wildcard.as_str()).copied()
    }
}

fn find(records: &[Arc<Record>], of: RecordType) -> Option<&Arc<Record>> {
    records.iter().find(|record| record.record_type() == of)
}

fn in_node(node: &[Arc<Record>], of: RecordType) -> Expected<'_> {
    if let Some(record) = find(node, of) {
        return Expected::Record(record);
    }
    if let Some(alias) = find(node, RecordType::CNAME) {
        return Expected::Alias(alias);
    }
    let is_address = matches!(of, RecordType::A | RecordType::AAAA);
    if is_address && find(node, RecordType::ALIAS).is_some() {
        return Expected::Open("answered through an ALIAS record".to_owned());
    }
    Expected::Nothing
}

/// The names above a name, the nearest first, up to the apex.
fn ancestors(name: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(above(name), |name| above(name))
}

/// The name without its first label. Dots within labels have a backslash before them.
fn above(name: &str) -> Option<&str> {
    if name.is_empty() {
        return None;
    }
    let mut escaped = false;
    for (at, byte) in name.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'.' => return name.get(at + 1..),
            _ => {}
        }
    }
    Some("")
}

#[cfg(test)]
mod tests {
    use octodns_core::record::RecordTypes;

    use super::*;

    #[test]
    fn names_are_cut_at_dots_that_are_no_part_of_a_label() {
        for (name, all) in [
            ("a.b.c", &["b.c", "c", ""][..]),
            ("a", &[""]),
            (r"a\.b.c", &["c", ""]),
            (r"a\\.b", &["b", ""]),
            (r"*.\046", &[r"\046", ""]),
            ("", &[]),
        ] {
            assert_eq!(ancestors(name).collect::<Vec<_>>(), all, "{name}");
        }
    }

    fn zone(rows: &[(&str, &str, &str)]) -> Zone {
        let mut zone = Zone::new(ZoneName::new("example.com.").unwrap());
        let types = RecordTypes::default();
        for (name, of, value) in rows {
            let entry = types.get(of).unwrap();
            let data = entry.read(&[entry.parse(value).unwrap()]).unwrap();
            zone.set(Record::new(RecordName::new(name).unwrap(), 60, data));
        }
        zone
    }

    #[test]
    fn wildcards_aliases_and_cuts_are_heeded() {
        let zone = zone(&[
            ("", "NS", "ns.example.net."),
            ("*", "TXT", "wild"),
            ("*.w", "CNAME", "target.example.net."),
            ("a.between.w", "A", "192.0.2.1"),
            ("www", "A", "192.0.2.1"),
            ("alias", "ALIAS", "www.example.com."),
            ("sub", "NS", "ns.sub.example.com."),
            ("ns.sub", "A", "192.0.2.2"),
            ("dn", "DNAME", "other.example."),
        ]);
        let content = Content::of(&zone);
        let say = |name: &str, of: RecordType| match content
            .expected(&RecordName::new(name).unwrap(), of)
        {
            Expected::Record(record) => format!("record of {}", record.name().as_str()),
            Expected::Alias(record) => format!("alias of {}", record.name().as_str()),
            Expected::Nothing => "nothing".to_owned(),
            Expected::Below(glue) => format!("below, glue: {}", glue.is_some()),
            Expected::Open(why) => why,
        };
        for (name, of, expected) in [
            ("", RecordType::NS, "record of "),
            ("", RecordType::A, "nothing"),
            ("www", RecordType::A, "record of www"),
            ("www", RecordType::TXT, "nothing"),
            ("new", RecordType::TXT, "record of *"),
            ("new", RecordType::A, "nothing"),
            ("x.new", RecordType::TXT, "record of *"),
            // Names below one that exists are not those of the wildcard above.
            ("x.www", RecordType::TXT, "nothing"),
            ("x.w", RecordType::A, "alias of *.w"),
            ("x.w", RecordType::CNAME, "record of *.w"),
            // This name exists, since there is one below it.
            ("between.w", RecordType::A, "nothing"),
            ("x.between.w", RecordType::A, "nothing"),
            ("w", RecordType::TXT, "nothing"),
            ("alias", RecordType::A, "answered through an ALIAS record"),
            ("alias", RecordType::MX, "nothing"),
            ("sub", RecordType::NS, "record of sub"),
            ("sub", RecordType::DS, "nothing"),
            ("sub", RecordType::A, "below, glue: false"),
            ("ns.sub", RecordType::A, "below, glue: true"),
            ("gone.sub", RecordType::A, "below, glue: false"),
            ("dn", RecordType::DNAME, "record of dn"),
            ("dn", RecordType::A, "nothing"),
            ("x.dn", RecordType::A, "below the DNAME record of dn.example.com."),
        ] {
            assert_eq!(say(name, of), expected, "{name} {of}");
        }
    }
}
