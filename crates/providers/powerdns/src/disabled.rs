//! Disabled values: the server keeps them in the `RRset` of the others, and does not serve them.
//!
//! Plans do not see them. Since an `RRset` is replaced as a whole, they are sent again with every change.

use std::collections::{HashMap, HashSet};

use octodns_core::record::RecordTypes;
use octodns_core::{Diagnostic, RecordType, Report};

use crate::client::{Row, RrSet};
use crate::records::canonical;

/// The disabled values of a zone, by name and the server's type.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disabled(HashMap<(String, String), Vec<Row>>);

impl Disabled {
    pub(crate) fn of(sets: &[RrSet]) -> Self {
        let disabled = |set: &RrSet| {
            let rows: Vec<_> = set.records.iter().filter(|row| row.disabled).cloned().collect();
            let key = || (set.name.to_ascii_lowercase(), set.record_type.clone());
            (!rows.is_empty()).then(|| (key(), rows))
        };
        Self(sets.iter().filter_map(disabled).collect())
    }

    /// Those to send with the new values of an `RRset`. A value that is enabled now is not among them.
    pub(crate) fn beside(&self, name: &str, record_type: &str, new: &[Row]) -> Vec<Row> {
        let key = (name.to_ascii_lowercase(), record_type.to_owned());
        let Some(rows) = self.0.get(&key) else { return Vec::new() };
        // The server accepts one value.
        if is_single(record_type) && new.len() + rows.len() > 1 {
            return Vec::new();
        }
        let types = RecordTypes::default();
        let canonical = |row: &Row| canonical(record_type, &row.content, &types);
        let new: HashSet<_> = new.iter().map(canonical).collect();
        rows.iter().filter(|row| !new.contains(&canonical(row))).cloned().collect()
    }

    /// Warns of those that a plan may replace.
    pub(crate) fn report(&self, report: &mut Report) {
        let mut single: Vec<_> = self.0.iter().filter(|((_, of), _)| is_single(of)).collect();
        single.sort_by_key(|(key, _)| *key);
        for ((name, of), rows) in single {
            let values: Vec<&str> = rows.iter().map(|row| &*row.content).collect();
            let message = format!(
                "the server has a disabled value, {}, which another {of} replaces",
                values.join(", ")
            );
            let help = "delete it at the server, or leave the name out of the config to keep it";
            let subject = format!("{name} {of}");
            report.push(Diagnostic::warning("supports", message).about(subject).help(help));
        }
    }
}

/// Whether an `RRset` of this type has one value, enabled or not.
fn is_single(record_type: &str) -> bool {
    record_type == RecordType::CNAME.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(content: &str, disabled: bool) -> Row {
        Row { content: content.to_owned(), disabled }
    }

    fn set(name: &str, of: &str, rows: &[Row]) -> RrSet {
        RrSet { name: name.into(), record_type: of.into(), ttl: 60, records: rows.to_vec() }
    }

    #[test]
    fn disabled_values_are_sent_with_the_others() {
        let sets = [
            set("A.example.", "AAAA", &[row("2001:DB8::1", true), row("2001:db8::2", false)]),
            set("c.example.", "CNAME", &[row("a.example.", true)]),
            set("t.example.", "TXT", &[row("\"a\" \"b\"", true), row("\"c\"", true)]),
        ];
        let disabled = Disabled::of(&sets);
        for (name, of, new, kept) in [
            ("a.example.", "AAAA", &["2001:db8::3"][..], &["2001:DB8::1"][..]),
            ("a.example.", "AAAA", &["2001:db8::1"], &[]),
            ("a.example.", "AAAA", &[], &["2001:DB8::1"]),
            ("a.example.", "A", &[], &[]),
            ("b.example.", "AAAA", &[], &[]),
            ("c.example.", "CNAME", &["b.example."], &[]),
            ("c.example.", "CNAME", &[], &["a.example."]),
            ("t.example.", "TXT", &["\"ab\""], &["\"c\""]),
        ] {
            let new: Vec<_> = new.iter().map(|content| row(content, false)).collect();
            let found = disabled.beside(name, of, &new);
            let kept: Vec<_> = kept.iter().map(|content| row(content, true)).collect();
            assert_eq!(found, kept, "{name} {of} {new:?}");
        }
        let mut report = Report::new();
        disabled.report(&mut report);
        let told: Vec<_> = report.iter().map(ToString::to_string).collect();
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("c.example. CNAME") && told[0].contains("a.example."), "{told:?}");
    }
}
