//! A service in memory: what is called, in which order, and what it holds then.

use std::sync::{Arc, Mutex};

use super::*;
use crate::apply_log::Outcome;
use crate::provider::{Includes, ZoneRead, ZoneRequest};
use crate::record::RecordTypes;
use crate::validate::RecordValidators;
use crate::value::Value;
use crate::zone::SubZones;
use crate::{Capabilities, RecordName, Zone};

/// A row as a test writes it: name, type, TTL, value.
type Line = (&'static str, &'static str, i64, &'static str);

/// What becomes of the next creations.
#[derive(Clone, Copy, PartialEq)]
enum Fate {
    Fine,
    /// It is interrupted, carried out.
    BreaksOffDone,
    /// It is interrupted, not carried out.
    BreaksOff,
    /// It is interrupted, and then nothing is to be learnt.
    GoesDark,
    Refused,
}

struct Service {
    rows: Mutex<Vec<(u32, Record)>>,
    calls: Mutex<Vec<String>>,
    fates: Mutex<Vec<Fate>>,
    is_dark: Mutex<bool>,
    updates_values: bool,
}

fn shown(record: &Record) -> String {
    let (name, of, ttl) = (record.name(), record.record_type(), record.ttl());
    format!("{name} {of} {ttl} {}", record.rdata_strings().join(" "))
}

#[async_trait]
impl RowApi for Service {
    type Id = u32;

    async fn create(&self, _: &ZoneName, record: &Record) -> Result<(), ProviderError> {
        self.calls.lock().unwrap().push(format!("create {}", shown(record)));
        let fate = self.fates.lock().unwrap().pop().unwrap_or(Fate::Fine);
        if matches!(fate, Fate::Fine | Fate::BreaksOffDone) {
            let mut rows = self.rows.lock().unwrap();
            let id = 100 + u32::try_from(rows.len()).unwrap();
            rows.push((id, record.clone()));
        }
        *self.is_dark.lock().unwrap() = fate == Fate::GoesDark;
        match fate {
            Fate::Fine => Ok(()),
            Fate::Refused => Err(ProviderError::service(ServiceErrorKind::Refused, "422: no")),
            _ => Err(ProviderError::service(ServiceErrorKind::Indeterminate, "broke off")),
        }
    }

    async fn update(
        &self,
        _: &ZoneName,
        existing: &StoredRow<u32>,
        record: &Record,
    ) -> Result<(), ProviderError> {
        self.calls.lock().unwrap().push(format!("update {} to {}", existing.id, shown(record)));
        let mut rows = self.rows.lock().unwrap();
        let row = rows.iter_mut().find(|(id, _)| *id == existing.id).unwrap();
        row.1 = record.clone();
        Ok(())
    }

    async fn delete(&self, _: &ZoneName, row: &StoredRow<u32>) -> Result<(), ProviderError> {
        self.calls.lock().unwrap().push(format!("delete {}", row.id));
        self.rows.lock().unwrap().retain(|(id, _)| *id != row.id);
        Ok(())
    }

    async fn delete_unreadable(
        &self,
        _: &ZoneName,
        id: &u32,
        _: &Record,
    ) -> Result<(), ProviderError> {
        self.calls.lock().unwrap().push(format!("delete unreadable {id}"));
        Ok(())
    }

    async fn holds(&self, _: &ZoneName, record: &Record) -> Result<bool, ProviderError> {
        self.calls.lock().unwrap().push("look".to_owned());
        if *self.is_dark.lock().unwrap() {
            return Err(ProviderError::service(ServiceErrorKind::Unreachable, "503"));
        }
        let rows = self.rows.lock().unwrap();
        Ok(rows.iter().any(|(_, row)| row.name() == record.name() && self.is_same(row, record)))
    }

    async fn pause(&self, _: &ProviderError, attempt: u32) {
        self.calls.lock().unwrap().push(format!("pause {attempt}"));
    }

    fn updates_values(&self) -> bool {
        self.updates_values
    }

    fn can_become(&self, existing: &StoredRow<u32>, record: &Record) -> bool {
        let is_key = |record: &Record| record.rdata_strings().concat().contains("key=");
        self.updates_values && is_key(&existing.record) == is_key(record)
    }

    fn concurrency(&self) -> usize {
        1
    }
}

fn read(lines: &[Line]) -> (Zone, ExistingRows<u32>, Vec<(u32, Record)>) {
    let (name, types) = (ZoneName::new("example.com.").unwrap(), Arc::new(RecordTypes::default()));
    let validators = Arc::new(RecordValidators::legacy(&types));
    let (validators, types) = (&validators, &types);
    let sub_zones = SubZones::default();
    let request = ZoneRequest {
        name: &name,
        sub_zones: &sub_zones,
        target: true,
        lenient: true,
        validators,
        types,
        includes: Includes::default(),
        settings: None,
    };
    let mut rows = RowReader::new(&request, "mine", &Capabilities::EVERYTHING);
    for (id, (name, of, ttl, value)) in (1..).zip(lines) {
        rows.add(id, name, of, *ttl, *value);
    }
    let (read, held) = rows.finish();
    assert!(read.report.is_empty(), "{:?}", read.report);
    let mut zone = Zone::new(name.clone());
    for record in read.records {
        zone.set(record);
    }
    let rows = held.iter().map(|row| (row.id, row.record.clone())).collect();
    (zone, held, rows)
}

/// Applies the difference of two states: the calls, the outcome, and whether the service then holds what
/// is desired.
async fn apply_to(
    existing: &[Line],
    desired: &[Line],
    fates: &[Fate],
    updates_values: bool,
) -> (Vec<String>, Vec<Outcome>, bool) {
    let (existing, held, rows) = read(existing);
    let (desired, _, wanted) = read(desired);
    let compared = crate::zone::DiffScope { id: "mine", capabilities: &Capabilities::EVERYTHING };
    let changes = crate::zone::changes(&existing, &desired, &compared);
    let plan = Plan::new(existing, desired, changes, true).approve_by_force();
    let service = Service {
        rows: Mutex::new(rows),
        calls: Mutex::default(),
        is_dark: Mutex::default(),
        fates: Mutex::new(fates.iter().rev().copied().collect()),
        updates_values,
    };
    let log = ApplyLog::new("mine", &plan, &());
    let result = apply(&service, &plan, &held, &log).await;
    let sorted = |rows: &[(u32, Record)]| {
        let mut rows: Vec<_> = rows.iter().map(|(_, record)| shown(record)).collect();
        rows.sort();
        rows
    };
    let converged = sorted(&service.rows.into_inner().unwrap()) == sorted(&wanted);
    assert_eq!(result.is_ok(), log.outcomes().iter().all(|outcome| *outcome == Outcome::Applied));
    (service.calls.into_inner().unwrap(), log.outcomes(), converged)
}

#[tokio::test]
async fn a_change_is_the_least_set_of_calls() {
    for (existing, desired, updates_values, expected) in [
        // A value that stays is left alone; one that goes becomes one that comes.
        (
            &[("", "A", 60, "192.0.2.1"), ("", "A", 60, "192.0.2.2")][..],
            &[("", "A", 60, "192.0.2.2"), ("", "A", 60, "192.0.2.3")][..],
            true,
            &["update 1 to  A 60 192.0.2.3"][..],
        ),
        // What is too much goes last.
        (
            &[
                ("w", "A", 60, "192.0.2.1"),
                ("w", "A", 60, "192.0.2.2"),
                ("w", "A", 60, "192.0.2.3"),
            ],
            &[("w", "A", 60, "192.0.2.4")],
            true,
            &["update 1 to w A 60 192.0.2.4", "delete 2", "delete 3"],
        ),
        (
            &[("w", "A", 60, "192.0.2.1")],
            &[("w", "A", 60, "192.0.2.1"), ("w", "A", 60, "192.0.2.2")],
            true,
            &["create w A 60 192.0.2.2"],
        ),
        // A TTL is one of every row.
        (
            &[("w", "A", 60, "192.0.2.1"), ("w", "A", 60, "192.0.2.2")],
            &[("w", "A", 90, "192.0.2.1"), ("w", "A", 90, "192.0.2.2")],
            true,
            &["update 1 to w A 90 192.0.2.1", "update 2 to w A 90 192.0.2.2"],
        ),
        // Where rows keep their values, what is new comes before what is old goes...
        (
            &[("w", "A", 60, "192.0.2.1")],
            &[("w", "A", 60, "192.0.2.2")],
            false,
            &["create w A 60 192.0.2.2", "delete 1"],
        ),
        // ... unless there can be only one.
        (
            &[("w", "CNAME", 60, "a.example.")],
            &[("w", "CNAME", 60, "b.example.")],
            false,
            &["delete 1", "create w CNAME 60 b.example."],
        ),
        (
            &[("w", "CNAME", 60, "a.example.")],
            &[("w", "A", 60, "192.0.2.1"), ("v", "A", 60, "192.0.2.1")],
            true,
            &["create v A 60 192.0.2.1", "delete 1", "create w A 60 192.0.2.1"],
        ),
        // A row that cannot become what comes is left for another value, or deleted at the end.
        (
            &[("w", "TXT", 60, "key=1"), ("w", "TXT", 60, "other")],
            &[("w", "TXT", 60, "another"), ("w", "TXT", 60, "key=2")],
            true,
            &["update 2 to w TXT 60 \"another\"", "update 1 to w TXT 60 \"key=2\""],
        ),
        (
            &[("w", "TXT", 60, "other")],
            &[("w", "TXT", 60, "key=1")],
            true,
            &["create w TXT 60 \"key=1\"", "delete 1"],
        ),
        // Two rows with one value, as some services allow: one stays.
        (
            &[("w", "A", 60, "192.0.2.1"), ("w", "A", 60, "192.0.2.1")],
            &[("w", "A", 60, "192.0.2.1")],
            true,
            &["delete 2"],
        ),
    ] {
        let (calls, outcomes, converged) = apply_to(existing, desired, &[], updates_values).await;
        assert_eq!(calls, expected, "{existing:?}");
        assert!(converged && outcomes.iter().all(|outcome| *outcome == Outcome::Applied));
    }
}

#[tokio::test]
async fn a_creation_that_breaks_off_is_neither_lost_nor_doubled() {
    let create = "create w A 60 192.0.2.1";
    for (fates, expected) in [
        (&[Fate::BreaksOffDone][..], &[create, "pause 1", "look"][..]),
        (&[Fate::BreaksOff], &[create, "pause 1", "look", create]),
        (
            &[Fate::BreaksOff, Fate::BreaksOffDone],
            &[create, "pause 1", "look", create, "pause 2", "look"],
        ),
    ] {
        let (calls, _, converged) =
            apply_to(&[], &[("w", "A", 60, "192.0.2.1")], fates, true).await;
        assert_eq!(calls, expected);
        assert!(converged);
    }
    let (calls, outcomes, _) =
        apply_to(&[], &[("w", "A", 60, "192.0.2.1")], &[Fate::BreaksOff; 9], true).await;
    assert_eq!(calls.len(), 15);
    let words = "w.example.com. A: broke off; a check found that it was not done";
    assert_eq!(outcomes, [Outcome::Failed(words.to_owned())]);
    let (calls, outcomes, _) =
        apply_to(&[], &[("w", "A", 60, "192.0.2.1")], &[Fate::GoesDark], true).await;
    assert_eq!(calls, [create, "pause 1", "look"]);
    assert_eq!(outcomes, [Outcome::Unknown], "what cannot be looked for may be there");
}

#[tokio::test]
async fn a_failure_says_how_far_its_change_came() {
    let desired =
        [("v", "A", 60, "192.0.2.1"), ("v", "A", 60, "192.0.2.2"), ("w", "A", 60, "192.0.2.1")];
    let (_, outcomes, converged) =
        apply_to(&[], &desired, &[Fate::Fine, Fate::Refused], true).await;
    let why = "v.example.com. A: 422: no".to_owned();
    let partial = Outcome::Partial { done: 1, of: 2, perhaps_one_more: false, why };
    assert_eq!(outcomes, [partial, Outcome::NotSent]);
    assert!(!converged);
}

/// A deletion of nothing would be reported as done, and planned again forever; an update without the old
/// rows would add to them; what is created over rows that nobody saw would double them.
#[test]
fn a_change_that_does_not_fit_the_rows_is_an_error() {
    let (existing, held, rows) = read(&[("w", "A", 60, "192.0.2.1")]);
    let service = Service {
        rows: Mutex::new(rows),
        calls: Mutex::default(),
        is_dark: Mutex::default(),
        fates: Mutex::default(),
        updates_values: true,
    };
    let record = Arc::clone(existing.records().next().unwrap());
    let none = ExistingRows::default();
    for (change, held, expected) in [
        (Change::Delete(Arc::clone(&record)), &none, "cannot delete w A: it was not read"),
        (
            Change::Update { existing: Arc::clone(&record), new: Arc::clone(&record) },
            &none,
            "cannot update w A: it was not read",
        ),
        (
            Change::Create(record),
            &held,
            "cannot create w A: the target held it already when it was read",
        ),
    ] {
        let error = row_calls(&service, &change, held, true).unwrap_err();
        assert_eq!(error.to_string(), format!("{expected}; plan again"));
    }
}

#[test]
fn rows_become_records() {
    let (zone, held, _) = read(&[
        ("", "TXT", 60, "b\\; c"),
        ("www", "A", 60, "192.0.2.2"),
        ("", "TXT", 90, "a"),
        ("www", "CNAME", 60, "Example.ORG."),
    ]);
    let shown: Vec<_> = zone.records().map(|record| shown(record)).collect();
    let expected = [" TXT 60 \"a\" \"b; c\"", "www A 60 192.0.2.2", "www CNAME 60 example.org."];
    assert_eq!(shown, expected);
    let rows = held.of(&RecordName::APEX, crate::RecordType::TXT);
    assert_eq!(
        rows.iter().map(|row| (row.id, row.record.ttl())).collect::<Vec<_>>(),
        [(1, 60), (3, 90)]
    );
}

/// What is read of rows for which the service has these types only.
fn read_some(lines: &[(&str, &str, Result<&str, &str>)]) -> (ZoneRead, ExistingRows<u32>) {
    let (name, types) = (ZoneName::new("example.com.").unwrap(), Arc::new(RecordTypes::default()));
    let validators = Arc::new(RecordValidators::legacy(&types));
    let sub_zones = SubZones::default();
    let request = ZoneRequest {
        name: &name,
        sub_zones: &sub_zones,
        target: true,
        lenient: true,
        validators: &validators,
        types: &types,
        includes: Includes::default(),
        settings: None,
    };
    let types = crate::TypeSupport::Only(&[crate::RecordType::A, crate::RecordType::CNAME]);
    let capabilities = Capabilities { types, ..Capabilities::NOTHING };
    let mut rows = RowReader::new(&request, "mine", &capabilities);
    for (id, (name, of, value)) in (1..).zip(lines) {
        match value {
            Ok(value) => rows.add(id, name, of, 60, Value::from((*value).to_owned())),
            Err(spelled) => rows.add_unreadable(id, name, of, 60, spelled),
        }
    }
    rows.finish()
}

#[test]
fn rows_that_cannot_be_read_do_not_block_the_others() {
    use crate::diagnostic::Severity::Warning;
    for (lines, found, read, unreadable) in [
        (
            &[("w", "A", Ok("192.0.2.256"))][..],
            Some((Warning, "a value that cannot be read: invalid IPv4 address \"192.0.2.256\"")),
            &[][..],
            &[1][..],
        ),
        (
            &[("w", "A", Err("one")), ("w", "A", Ok("192.0.2.1")), ("w", "A", Err("two"))],
            Some((
                Warning,
                "values that cannot be read: \"one\" is not valid; \"two\" is not valid",
            )),
            &["w A 60 192.0.2.1"],
            &[1, 3],
        ),
        (
            &[("w", "CNAME", Ok("a.example.")), ("w", "CNAME", Ok("b.example."))],
            Some((Warning, "2 values, where there can be only one; \"a.example.\" counts")),
            &["w CNAME 60 a.example."],
            &[],
        ),
        (&[("w", "SOA", Ok("whatever")), ("w", "SVCB", Err("not supported here"))], None, &[], &[]),
    ] {
        let (zone, held) = read_some(lines);
        let told: Vec<_> =
            zone.report.iter().map(|found| (found.severity, &*found.message)).collect();
        assert_eq!(told, found.into_iter().collect::<Vec<_>>());
        assert_eq!(zone.records.iter().map(|record| shown(record)).collect::<Vec<_>>(), read);
        let name = RecordName::new("w").unwrap();
        assert_eq!(held.unreadable(&name, crate::RecordType::A), unreadable);
    }
}

/// They go when a plan changes their record, after the new values are there.
#[test]
fn rows_that_cannot_be_read_are_replaced_with_their_record() {
    let service = Service {
        rows: Mutex::default(),
        calls: Mutex::default(),
        is_dark: Mutex::default(),
        fates: Mutex::default(),
        updates_values: true,
    };
    let a = |last: u8| {
        let data = crate::RecordData::A(vec![format!("192.0.2.{last}").parse().unwrap()]);
        Arc::new(Record::new(RecordName::new("w").unwrap(), 60, data))
    };
    let cname = || {
        let data = crate::RecordData::Cname(crate::record::HostName::new("b.example.").unwrap());
        Arc::new(Record::new(RecordName::new("w").unwrap(), 60, data))
    };
    for (lines, change, expected) in [
        (
            &[("w", "A", Err("broken"))][..],
            Change::Create(a(1)),
            &["create w A 60 192.0.2.1", "delete unreadable 1"][..],
        ),
        (
            &[("w", "A", Err("broken")), ("w", "A", Ok("192.0.2.1"))],
            Change::Update { existing: a(1), new: a(2) },
            &["update 2 to w A 60 192.0.2.2", "delete unreadable 1"],
        ),
        (
            &[("w", "A", Err("broken")), ("w", "A", Ok("192.0.2.1"))],
            Change::Delete(a(1)),
            &["delete 2", "delete unreadable 1"],
        ),
        // There can be only one.
        (
            &[("w", "CNAME", Err(""))],
            Change::Create(cname()),
            &["delete unreadable 1", "create w CNAME 60 b.example."],
        ),
    ] {
        let (_, held) = read_some(lines);
        let calls = row_calls(&service, &change, &held, true).unwrap();
        let told = |call: &RowCall<'_, u32>| match call {
            RowCall::Update(row, record) => format!("update {} to {}", row.id, shown(record)),
            RowCall::Create(record) => format!("create {}", shown(record)),
            RowCall::Delete(row) => format!("delete {}", row.id),
            RowCall::DeleteUnreadable(id) => format!("delete unreadable {id}"),
        };
        assert_eq!(calls.iter().map(told).collect::<Vec<_>>(), expected);
    }
}

/// This ends soon since reading and planning take time in proportion to the values, not to their square.
#[tokio::test]
async fn many_values_at_one_name_are_read_and_compared() {
    let lines = |ttl: i64| -> Vec<(String, i64)> {
        (0..20_000).map(|number| (format!("number {number} {}", "x".repeat(200)), ttl)).collect()
    };
    let lines = lines(60);
    let lines: Vec<Line> = lines
        .iter()
        .map(|(text, ttl)| ("many", "TXT", *ttl, &*String::leak(text.clone())))
        .collect();
    let (calls, _, is_held) = apply_to(&lines[1..], &lines, &[], true).await;
    assert_eq!(calls.len(), 1, "{:?}", calls.first());
    assert!(calls[0].starts_with("create many TXT 60 "));
    assert!(is_held);
}
