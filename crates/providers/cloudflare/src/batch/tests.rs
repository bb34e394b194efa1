use octodns_core::record::HostName;
use octodns_core::record::Mx;
use octodns_core::{Record, RecordData};
use serde_json::{Value as Json, json};

use super::*;

const WRITING: Writing = Writing { cdn: false, min_ttl: 120 };

fn zone() -> ZoneName {
    ZoneName::new("unit.tests.").unwrap()
}

fn a(name: &str, ttl: i64, values: &[&str]) -> Record {
    let values = values.iter().map(|value| value.parse().unwrap()).collect();
    Record::new(RecordName::new(name).unwrap(), ttl, RecordData::A(values))
}

fn cname(name: &str) -> Record {
    let data = RecordData::Cname(HostName::new("host.example.").unwrap());
    Record::new(RecordName::new(name).unwrap(), 300, data)
}

fn row(id: &str, name: &str, of: &str, content: &str) -> Row {
    let name = if name.is_empty() { "unit.tests".to_owned() } else { format!("{name}.unit.tests") };
    let row = json!({ "id": id, "name": name, "type": of, "content": content, "ttl": 300, "priority": 10 });
    serde_json::from_value(row).unwrap()
}

fn ids(rows: &[Row]) -> HashSet<String> {
    rows.iter().map(|row| row.id.clone()).collect()
}

fn update(existing: Record, new: Record) -> Change {
    Change::Update { existing: existing.into(), new: new.into() }
}

/// A batch in short form: `-id`, `id=content/ttl`, `+content/ttl`.
fn told(batch: &Batch) -> Vec<String> {
    let json = serde_json::to_value(batch).unwrap();
    let list = |key: &str| json.get(key).and_then(Json::as_array).cloned().unwrap_or_default();
    let text = |row: &Json, key: &str| row[key].as_str().unwrap().to_owned();
    let deletes = list("deletes").into_iter().map(|row| format!("-{}", text(&row, "id")));
    let patch =
        |row: Json| format!("{}={}/{}", text(&row, "id"), text(&row, "content"), row["ttl"]);
    let patches = list("patches").into_iter().map(patch);
    let post = |row: Json| format!("+{}/{}", text(&row, "content"), row["ttl"]);
    let posts = list("posts").into_iter().map(post);
    deletes.chain(patches).chain(posts).collect()
}

#[test]
fn as_few_rows_as_possible_are_touched() {
    let one = || a("www", 300, &["192.0.2.1"]);
    let rows = [row("1", "www", "A", "192.0.2.1"), row("2", "www", "A", "192.0.2.2")];
    for (change, expected) in [
        (Change::Delete(one().into()), &["-1", "-2"][..]),
        (update(one(), a("www", 300, &["192.0.2.1", "192.0.2.2"])), &[]),
        (
            update(one(), a("www", 600, &["192.0.2.1", "192.0.2.2"])),
            &["1=192.0.2.1/600", "2=192.0.2.2/600"],
        ),
        (update(one(), a("www", 300, &["192.0.2.2", "192.0.2.3"])), &["1=192.0.2.3/300"]),
        (update(one(), a("www", 300, &["192.0.2.2"])), &["-1"]),
        (
            update(one(), a("www", 300, &["192.0.2.1", "192.0.2.2", "192.0.2.3"])),
            &["+192.0.2.3/300"],
        ),
        (update(one(), a("www", 300, &["192.0.2.9"])), &["-2", "1=192.0.2.9/300"]),
        (Change::Create(a("new", 30, &["192.0.2.9", "192.0.2.9"]).into()), &["+192.0.2.9/120"]),
        (Change::Delete(a("gone", 300, &["192.0.2.1"]).into()), &[]),
    ] {
        let zone = zone();
        let batch = Rows::new(&rows, &ids(&rows), &zone, WRITING).unwrap().batch([&change]);
        assert_eq!(told(&batch), expected, "{change:?}");
    }
}

#[test]
fn a_type_is_never_changed_in_place() {
    let row: Row = serde_json::from_value(json!({
        "id": "1", "name": "www.unit.tests", "type": "A", "content": "192.0.2.1", "ttl": 1, "proxied": true,
    }))
    .unwrap();
    let zone = zone();
    let rows = [row];
    let writing = Writing { cdn: true, ..WRITING };
    let batch = Rows::new(&rows, &ids(&rows), &zone, writing)
        .unwrap()
        .batch([&update(cname("www"), cname("www"))]);
    assert_eq!(told(&batch), ["-1", "+host.example./300"]);
}

#[test]
fn a_ds_record_comes_after_the_ns_record_of_its_name_and_goes_before_it() {
    let types = RecordTypes::default();
    let make = |of: &str, rdata: &str| {
        let entry = types.get(of).unwrap();
        let data = entry.read(&[entry.parse(rdata).unwrap()]).unwrap();
        std::sync::Arc::new(Record::new(RecordName::new("sub").unwrap(), 300, data))
    };
    let (ds, ns) = (make("DS", "1 13 2 abcd"), make("NS", "ns.example."));
    let zone = zone();
    let batch = |rows: &[Row], changes: &[Change]| {
        let batch = Rows::new(rows, &ids(rows), &zone, WRITING).unwrap().batch(changes);
        serde_json::to_value(&batch).unwrap()
    };
    let posts = batch(&[], &[Change::Create(ds.clone()), Change::Create(ns.clone())]);
    let of = |index: usize| posts["posts"][index]["type"].as_str();
    assert_eq!((of(0), of(1)), (Some("NS"), Some("DS")));

    let rows = [row("1", "sub", "NS", "ns.example"), row("2", "sub", "DS", "1 13 2 abcd")];
    let deletes = batch(&rows, &[Change::Delete(ns), Change::Delete(ds)]);
    assert_eq!(deletes["deletes"], json!([{ "id": "2" }, { "id": "1" }]));
}

#[test]
fn changes_of_a_name_go_together_and_deletions_first() {
    let delete = |record: Record| Change::Delete(record.into());
    let create = |record: Record| Change::Create(record.into());
    let mx = Mx { preference: 10, exchange: HostName::new("mx.example.").unwrap() };
    let mx = Record::new(RecordName::new("zzz").unwrap(), 300, RecordData::Mx(vec![mx]));
    let changes = [
        delete(cname("both")),
        delete(mx),
        create(a("aaa", 300, &["192.0.2.1"])),
        create(a("both", 300, &["192.0.2.1"])),
    ];
    let (plan, forwarding) = (plan(changes.to_vec()), RecordData::Urlfwd(Vec::new()));
    let flat = |batches: Vec<engine::Batch>| -> Vec<_> {
        batches.into_iter().map(|batch| batch.concat()).collect()
    };
    assert_eq!(flat(batches(&plan, 1, |_| 1)), [vec![1], vec![2], vec![0, 3]]);
    // Page rules are not rows, and have no weight.
    let rule = Record::new(RecordName::new("both").unwrap(), 300, forwarding);
    let with_rule = self::plan([&changes[..], &[create(rule)]].concat());
    assert_eq!(flat(batches(&with_rule, 2, |_| 1)), [vec![1, 2], vec![0, 3]]);
}

fn plan(changes: Vec<Change>) -> Plan {
    let zone = octodns_core::Zone::new(zone());
    Plan::new(zone.clone(), zone, changes, true)
}

#[test]
fn batches_are_filled_up_to_the_limit() {
    for (sizes, limit, expected) in [
        (&[1, 1, 1][..], 10, vec![vec![1, 1, 1]]),
        (&[1, 1, 1], 2, vec![vec![1, 1], vec![1]]),
        (&[2, 3, 1], 3, vec![vec![2], vec![3], vec![1]]),
        (&[9, 1], 3, vec![vec![9], vec![1]]),
        (&[], 3, vec![]),
    ] {
        // Records with their size as TTL.
        let record = |(index, size): (usize, &usize)| {
            let record = a(&format!("host-{index}"), i64::try_from(*size).unwrap(), &["192.0.2.1"]);
            Change::Create(record.into())
        };
        let plan = plan(sizes.iter().enumerate().map(record).collect());
        let size = |change: &Change| usize::try_from(change.record().ttl()).unwrap();
        let batches = batches(&plan, limit, size);
        let sizes_of = |batch: &engine::Batch| -> Vec<usize> {
            batch.concat().iter().map(|index| sizes[*index]).collect()
        };
        let found: Vec<_> = batches.iter().map(sizes_of).collect();
        assert_eq!(found, expected, "{sizes:?} {limit}");
    }
}

/// A record can have more values than a batch may have rows.
#[test]
fn a_batch_over_the_limit_is_sent_in_pieces() {
    let existing: Vec<Row> =
        (0..5).map(|i| row(&i.to_string(), "www", "A", &format!("192.0.2.{i}"))).collect();
    let values: Vec<String> = (100..103).map(|i| format!("192.0.2.{i}")).collect();
    let values: Vec<&str> = values.iter().map(String::as_str).collect();
    let zone = zone();
    let planned = ids(&existing);
    let rows = Rows::new(&existing, &planned, &zone, WRITING).unwrap();
    let change = update(a("www", 300, &["192.0.2.0"]), a("www", 300, &values));
    let batch = rows.batch([&change, &Change::Create(a("x", 300, &["192.0.2.1"]).into())]);
    assert_eq!(batch.len(), 6);
    let pieces = batch.clone().pieces(4);
    let sizes: Vec<_> = pieces.iter().map(Batch::len).collect();
    assert_eq!(sizes, [4, 2]);
    assert_eq!(pieces.iter().flat_map(told).collect::<Vec<_>>(), told(&batch));
    assert_eq!(batch.clone().pieces(6), [batch]);
}

/// After a lost response the zone is read again, and only what is missing is sent.
#[test]
fn rows_of_an_earlier_attempt_are_not_created_again() {
    let create = Change::Create(a("www", 300, &["192.0.2.1", "192.0.2.2"]).into());
    let before = [row("1", "www", "A", "192.0.2.1")];
    let after = [row("1", "www", "A", "192.0.2.1"), row("2", "www", "A", "192.0.2.2")];
    let (zone, planned) = (zone(), ids(&before));
    let batch = |rows| told(&Rows::new(rows, &planned, &zone, WRITING).unwrap().batch([&create]));
    // The service may refuse the row that a processor hid from the plan; the provider must not change it.
    assert_eq!(batch(&before), ["+192.0.2.1/300", "+192.0.2.2/300"]);
    assert_eq!(batch(&after), ["+192.0.2.1/300"]);
    let planned = HashSet::new();
    let batch = Rows::new(&after, &planned, &zone, WRITING).unwrap().batch([&create]);
    assert!(batch.is_empty());
}
