//! Where a change comes from: what wants the record that the target is to hold.

use std::fmt;

use super::Change;
use crate::diagnostic::Origin;
use crate::value::visible;

/// What wants a record: a source, a place in a file of it, a processor.
///
/// Displays as much of it as is known, as in `zones, config/example.com.yaml:12:3`. What a terminal obeys is escaped.
///
/// ```
/// use octodns_core::{Change, Origin, Record, RecordData, RecordName};
///
/// let record = Record::new(RecordName::new("www")?, 60, RecordData::A(Vec::new()));
/// let record = record.with_source("zones").with_origin(Origin::at("example.com.yaml", 12, 3));
/// let change = Change::Create(record.into());
/// let origin = change.origin().map(|origin| origin.to_string());
/// assert_eq!(origin.as_deref(), Some("zones, example.com.yaml:12:3"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChangeOrigin<'c> {
    /// The id of the source that has it.
    pub source: Option<&'c str>,
    /// The id of the processor that made it.
    pub processor: Option<&'c str>,
    /// Where it is written. Of what a processor made for a record, where that is.
    pub place: &'c Origin,
}

impl Change {
    /// Where the record comes from that the target is to hold; `None` for a deletion, as there is none.
    pub fn origin(&self) -> Option<ChangeOrigin<'_>> {
        let record = self.desired()?;
        Some(ChangeOrigin {
            source: record.source().map(|source| &**source),
            processor: record.maker().map(|maker| &**maker),
            place: record.origin(),
        })
    }
}

impl fmt::Display for ChangeOrigin<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place.is_known().then(|| self.place.to_string());
        let processor = self.processor.map(|id| format!("the processor {id}"));
        let parts = [self.source.map(str::to_owned), processor, place];
        let known: Vec<_> = parts.into_iter().flatten().collect();
        if known.is_empty() {
            return f.write_str("unknown place");
        }
        f.write_str(&visible(&known.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use crate::record::{Record, RecordData};
    use crate::{Change, Origin, RecordName};

    #[test]
    fn as_much_is_shown_as_is_known() {
        let record = || Record::new(RecordName::APEX, 60, RecordData::A(Vec::new()));
        let place = || Origin::at("zones/a\u{1b}.yaml", 3, 1);
        for (record, shown) in [
            (record(), "unknown place"),
            (record().with_source("zones"), "zones"),
            (record().with_maker("meta"), "the processor meta"),
            (
                record().with_maker("own").with_origin(place()),
                "the processor own, zones/a\\x1b.yaml:3:1",
            ),
        ] {
            let change = Change::Create(record.clone().into());
            assert_eq!(change.origin().unwrap().to_string(), shown);
            assert!(Change::Delete(record.into()).origin().is_none());
        }
    }

    #[test]
    fn routing_and_maker_do_not_displace_each_other() {
        let record = Record::new(RecordName::APEX, 60, RecordData::A(Vec::new())).with_maker("own");
        let record = record.with_dynamic(None).with_geo(None);
        assert_eq!(record.maker().map(|maker| &**maker), Some("own"));
        let plain = record.plain_with(RecordData::A(Vec::new()));
        assert_eq!(plain.maker().map(|maker| &**maker), Some("own"));
    }
}
