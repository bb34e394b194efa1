//! How long it takes to load records, to fill a zone, and to find what differs between two.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use octodns_core::record::{LoadContext, RecordTypes};
use octodns_core::validate::RecordValidators;
use octodns_core::value::{Map, Value};
use octodns_core::zone::{AddOptions, DiffScope, changes};
use octodns_core::{Capabilities, Record, Report, Zone, ZoneName};

const RECORDS: u32 = 10_000;

/// Names and data of a mix of common types.
fn data() -> Vec<(Value<'static>, Value<'static>)> {
    let record = |index: u32| {
        let (kind, value) = match index % 4 {
            0 => ("A", Value::from(format!("192.0.2.{}", index % 250))),
            1 => ("CNAME", Value::from(format!("host{index}.example.net."))),
            2 => ("TXT", Value::from(format!("v=check{index} some words of text"))),
            _ => {
                let exchange = Value::from(format!("mail{index}.example.net."));
                let mx: Map =
                    [("exchange", exchange), ("preference", 10.into())].into_iter().collect();
                ("MX", mx.into())
            }
        };
        let map: Map = [("ttl", Value::from(300)), ("type", kind.into()), ("value", value)]
            .into_iter()
            .collect();
        (Value::from(format!("name{index:06}")), map.into())
    };
    (0..RECORDS).map(record).collect()
}

fn records(data: &[(Value<'_>, Value<'_>)], zone: &ZoneName) -> Vec<Record> {
    let types = RecordTypes::default();
    let validators = RecordValidators::legacy(&types);
    let context = LoadContext::new(zone, &validators, &types);
    let mut report = Report::new();
    let records = data
        .iter()
        .filter_map(|(name, data)| Record::load(name, data, &context, &mut report))
        .collect();
    assert!(report.is_empty(), "{report:?}");
    records
}

fn fill(name: &ZoneName, records: Vec<Record>) -> Zone {
    let mut zone = Zone::new(name.clone());
    for record in records {
        // Names are unique here.
        let _ = zone.add(record, AddOptions::default());
    }
    zone
}

fn zone(criterion: &mut Criterion) {
    let Ok(name) = ZoneName::new("example.com.") else { return };
    let data = data();
    let mut group = criterion.benchmark_group("zone of 10,000 records");
    group.throughput(Throughput::Elements(RECORDS.into()));
    group.bench_function("load", |bench| bench.iter(|| records(black_box(&data), &name)));
    let loaded = records(&data, &name);
    group.bench_function("fill", |bench| {
        bench.iter_batched(
            || loaded.clone(),
            |records| fill(&name, records),
            BatchSize::LargeInput,
        );
    });
    let (existing, desired) = (fill(&name, loaded.clone()), fill(&name, loaded));
    let target = DiffScope::new("target", &Capabilities::EVERYTHING);
    group.bench_function("diff", |bench| {
        bench.iter(|| changes(black_box(&existing), black_box(&desired), &target));
    });
    group.finish();
}

criterion_group!(benches, zone);
criterion_main!(benches);
