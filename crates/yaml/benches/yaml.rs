//! The speed of reading and writing zone files: `cargo bench -p octodns-yaml`.

use std::fmt::Write as _;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use octodns_yaml::{DumpOptions, LoadOptions, Order, dump, load};

/// A zone file with this many names, and the usual kinds of records.
fn zone(names: usize) -> String {
    let mut text = String::from("---\n");
    for name in 0..names {
        let _ = match name % 4 {
            0 => writeln!(
                text,
                "host{name}:\n  ttl: 300\n  type: A\n  value: 192.0.2.{}",
                name % 250
            ),
            1 => writeln!(
                text,
                "host{name}:\n- type: A\n  values:\n  - 192.0.2.1\n  - 192.0.2.2\n- type: TXT\n  \
                 value: v=spf1 include:example.net -all"
            ),
            2 => writeln!(
                text,
                "host{name}:\n  type: MX\n  values:\n  - exchange: mx.example.net.\n    preference: 10"
            ),
            _ => writeln!(text, "host{name}:\n  type: CNAME\n  value: 'www.example.com.'"),
        };
    }
    text
}

fn bench(criterion: &mut Criterion) {
    let text = zone(10_000);
    let mut group = criterion.benchmark_group("yaml");
    group.throughput(Throughput::Bytes(text.len() as u64));
    let fast = LoadOptions::new("zone.yaml").order(Some(Order::Natural));
    let mut full = fast.clone();
    full.thorough = true;
    group.bench_function("read fast", |bench| {
        bench.iter(|| load(black_box(&text), &fast).map(|document| document.files.len()));
    });
    group.bench_function("read full", |bench| {
        bench.iter(|| load(black_box(&text), &full).map(|document| document.files.len()));
    });
    if let Ok(document) = load(&text, &fast) {
        group.bench_function("write", |bench| {
            bench.iter(|| dump(black_box(&document.root), &DumpOptions::default()));
        });
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
