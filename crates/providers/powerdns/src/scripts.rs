//! The scripts of a name: dynamic records and those of the type LUA share one `RRset` at the server.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use octodns_core::engine::unsupported;
use octodns_core::{Change, ProviderError, Record, RecordName, RecordType, Report, Zone, ZoneName};

use crate::client::{Patch, Row, RrSet};
use crate::disabled::Disabled;
use crate::records::{self, SERVER_LUA};

/// The scripts of a zone that are served, by name, each with the type of its record.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scripts(HashMap<String, Vec<(RecordType, Row)>>);

impl Scripts {
    pub(crate) fn of(sets: &[RrSet]) -> Self {
        let of_name = |set: &RrSet| {
            let rows: Vec<_> = set.records.iter().filter(|row| !row.disabled).collect();
            let contents: Vec<&str> = rows.iter().map(|row| &*row.content).collect();
            let types = records::script_types(&contents);
            let rows = types.into_iter().zip(rows.into_iter().cloned());
            (set.name.to_ascii_lowercase(), rows.collect())
        };
        Self(sets.iter().filter(|set| set.record_type == SERVER_LUA).map(of_name).collect())
    }

    /// The change of the scripts of a name, for all changes of the name that concern them; `None` if none does.
    /// Scripts of other records stay.
    pub(crate) fn patch(
        &self,
        zone: &ZoneName,
        changes: &[&Change],
        disabled: &Disabled,
    ) -> Result<Option<Patch>, ProviderError> {
        let is_script = |record: &Arc<Record>| records::server_type(record) == SERVER_LUA;
        let concerns = |change: &&&Change| {
            [change.existing(), change.desired()].into_iter().flatten().any(is_script)
        };
        let changes: Vec<&&Change> = changes.iter().filter(concerns).collect();
        let Some(first) = changes.first() else { return Ok(None) };
        let name = first.record().fqdn(zone);
        let is_kept =
            |of: RecordType| changes.iter().all(|change| change.record().record_type() != of);
        let held = self.0.get(&name).into_iter().flatten();
        let mut rows: Vec<Row> =
            held.filter(|(of, _)| is_kept(*of)).map(|(_, row)| row.clone()).collect();
        for new in changes.iter().filter_map(|change| change.desired()).filter(|new| is_script(new))
        {
            rows.extend(written(zone, new)?.1);
        }
        let is_deletion = rows.is_empty();
        rows.extend(disabled.beside(&name, SERVER_LUA, &rows));
        let is_empty = rows.is_empty();
        let ttl_of = |records: &mut dyn Iterator<Item = &Arc<Record>>| {
            records.filter(|record| is_script(record)).map(|record| record.ttl()).min()
        };
        // Those of other records have the TTL that the set had.
        let ttl = ttl_of(&mut changes.iter().filter_map(|change| change.desired()))
            .or_else(|| ttl_of(&mut changes.iter().filter_map(|change| change.existing())));
        Ok(Some(Patch {
            name,
            record_type: SERVER_LUA.to_owned(),
            changetype: if is_empty { "DELETE" } else { "REPLACE" },
            ttl: ttl.filter(|_| !is_empty),
            records: (!is_empty).then_some(rows),
            is_deletion,
        }))
    }
}

/// The server's type of a record, and its values.
pub(crate) fn written(
    zone: &ZoneName,
    record: &Record,
) -> Result<(String, Vec<Row>), ProviderError> {
    records::write(record).map_err(|why| {
        let (name, of) = (record.decoded_fqdn(zone), record.record_type());
        ProviderError::failed(format!("{name} {of}: {why}"))
    })
}

/// Gives the records with scripts at a name one TTL, which they share at the server.
pub(crate) fn share_ttl(desired: &mut Zone, report: &mut Report) {
    let mut names: BTreeMap<&RecordName, Vec<&Arc<Record>>> = BTreeMap::new();
    for record in desired.records().filter(|record| records::server_type(record) == SERVER_LUA) {
        names.entry(record.name()).or_default().push(record);
    }
    let mut changed = Vec::new();
    for records in names.into_values() {
        let least = records.iter().map(|record| record.ttl()).min().unwrap_or_default();
        for record in records.into_iter().filter(|record| record.ttl() != least) {
            let message = format!(
                "the TTL {} is not that of the other scripts of the name, and the server has one for all",
                record.ttl()
            );
            report.push(unsupported(desired, record, message, &format!("{least} is used")));
            changed.push(Record::clone(record).with_ttl(least));
        }
    }
    for record in changed {
        desired.set(record);
    }
}

#[cfg(test)]
mod tests {
    use octodns_core::RecordData;
    use octodns_core::record::dynamic::{Dynamic, Pool, PoolValue, Rule};

    use super::*;

    fn record(of: &str, ttl: i64, value: &str) -> Arc<Record> {
        let data = match of {
            "A" => RecordData::A(vec![value.parse().unwrap()]),
            _ => RecordData::Aaaa(vec![value.parse().unwrap()]),
        };
        let pools = vec![Pool::new("one", [PoolValue::new(value)])];
        let record = Record::new(RecordName::new("www").unwrap(), ttl, data);
        Arc::new(record.with_dynamic(Dynamic::new(pools, vec![Rule::new("one")])))
    }

    fn row(record: &Record) -> Row {
        records::write(record).unwrap().1.remove(0)
    }

    #[test]
    fn a_change_of_one_record_keeps_the_scripts_of_the_others() {
        let zone = ZoneName::new("unit.tests.").unwrap();
        let (four, six) = (record("A", 60, "192.0.2.1"), record("AAAA", 60, "2001:db8::1"));
        let script = Row { content: "TXT \"'text'\"".to_owned(), disabled: false };
        let set = RrSet {
            name: "www.unit.tests.".into(),
            record_type: SERVER_LUA.into(),
            ttl: 60,
            records: vec![row(&four), row(&six), script.clone()],
        };
        let scripts = Scripts::of(&[set]);
        let patch = |changes: &[Change]| {
            let changes: Vec<_> = changes.iter().collect();
            scripts.patch(&zone, &changes, &Disabled::default()).unwrap().unwrap()
        };
        let new = record("A", 90, "192.0.2.2");
        let changed =
            patch(&[Change::Update { existing: Arc::clone(&four), new: Arc::clone(&new) }]);
        assert_eq!(changed.records, Some(vec![row(&six), script.clone(), row(&new)]));
        assert_eq!(
            (changed.changetype, changed.ttl, changed.is_deletion),
            ("REPLACE", Some(90), false)
        );

        let plain = Arc::new(Record::clone(&four).with_dynamic(None).with_ttl(5));
        let left = patch(&[Change::Update { existing: Arc::clone(&four), new: plain }]);
        assert_eq!((left.records, left.ttl), (Some(vec![row(&six), script]), Some(60)));

        let gone = Scripts::of(&[]).patch(&zone, &[&Change::Delete(four)], &Disabled::default());
        let gone = gone.unwrap().unwrap();
        assert_eq!((gone.changetype, gone.records, gone.is_deletion), ("DELETE", None, true));
    }

    #[test]
    fn the_scripts_of_a_name_have_one_ttl() {
        let mut zone = Zone::new(ZoneName::new("unit.tests.").unwrap());
        zone.set(record("A", 60, "192.0.2.1"));
        zone.set(record("AAAA", 300, "2001:db8::1"));
        let mut report = Report::new();
        share_ttl(&mut zone, &mut report);
        assert_eq!(zone.records().map(|record| record.ttl()).collect::<Vec<_>>(), [60, 60]);
        let found: Vec<_> = report.iter().map(ToString::to_string).collect();
        assert!(matches!(&*found, [one] if one.contains("the TTL 300 is not")), "{found:?}");
    }
}
