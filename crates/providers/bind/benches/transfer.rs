//! Transfers of a large zone from BIND and Knot: by this crate, by `dig`, and by the reference.
//!
//! `cargo xtask bench --axfr`. All query the same server on the same machine in turn, so that a busy machine
//! slows all of them; only the ratios matter. Arguments: `--records N` (name and type), `--runs N`, and
//! `--no-reference`, since the reference takes a minute.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark is a program of its own"
)]
#![expect(clippy::disallowed_methods, reason = "signing needs the clock")]

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use mimalloc::MiMalloc;
use octodns_core::record::RecordTypes;
use octodns_core::validate::RecordValidators;
use octodns_core::value::Map;
use octodns_core::zone::SubZones;
use octodns_core::{OwnedValue, Registry, Source, Value, ZoneName, ZoneRequest};
use octodns_testkit::server::{Key, Server, Setup, bind, knot, python};

/// The same allocator as in the programs.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

const NAME: &str = "bench.test.";

/// The script for the reference: it reads the zone once, and prints the number of records and the time,
/// without the time for loading modules.
const REFERENCE: &str = "
import sys, time
from octodns.zone import Zone
from octodns_bind import AxfrSource
port, key, secret, name = sys.argv[1:]
source = AxfrSource('axfr', '127.0.0.1', port=port, timeout=600, key_name=key, key_secret=secret)
zone = Zone(name, [])
start = time.monotonic()
source.populate(zone)
print(len(zone.records), time.monotonic() - start)
";

/// A server's name, and the function that starts it.
type Start = (&'static str, fn(&Setup) -> Option<Server>);

struct Arguments {
    records: usize,
    runs: usize,
    reference: bool,
}

fn main() {
    let arguments = arguments();
    let (text, total) = zone(arguments.records);
    println!("{} records of {} names and types, signed\n", total, arguments.records);
    println!("| server | who | wall s | to dig |\n|---|---|--:|--:|");
    let setup = Setup::with_key(NAME, &text);
    let starts: [Start; 2] = [("BIND", bind::start), ("Knot", knot::start)];
    for (name, start) in starts {
        if let Some(server) = start(&setup) {
            compare(name, &server, &setup.keys[0], total, &arguments);
        }
    }
}

fn arguments() -> Arguments {
    let mut given = Arguments { records: 100_000, runs: 5, reference: true };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--records" => given.records = words.next().unwrap().parse().unwrap(),
            "--runs" => given.runs = words.next().unwrap().parse().unwrap(),
            "--no-reference" => given.reference = false,
            // Added by Cargo.
            "--bench" => {}
            other => panic!("unknown argument {other}"),
        }
    }
    given
}

/// A zone with this many names and types, and the number of its records without the SOA.
fn zone(sets: usize) -> (String, usize) {
    let mut text =
        String::from("$TTL 300\n@ SOA ns1 root 1 3600 600 86400 60\n@ NS ns1.other.test.\n");
    let mut total = 1;
    for number in 1..sets {
        let (high, low) = (number / 250 % 250, number % 250 + 1);
        let mut add = |rdata: std::fmt::Arguments<'_>| {
            let service = if number % 10 == 9 { "_sip._tcp." } else { "" };
            let _ = writeln!(text, "{service}host-{number} {rdata}");
            total += 1;
        };
        match number % 10 {
            0..5 => {
                for value in 0..=number % 3 {
                    add(format_args!("A 10.{value}.{high}.{low}"));
                }
            }
            5 => add(format_args!("AAAA 2001:db8:{high:x}::{low:x}")),
            6 => add(format_args!("CNAME host-{}", number - 5)),
            7 => add(format_args!("TXT \"v=DKIM1; k=rsa; p={number:0>160}\"")),
            8 => {
                add(format_args!("MX 10 mx1.other.test."));
                add(format_args!("MX 20 host-{}", number - 7));
            }
            _ => add(format_args!("SRV 10 20 443 host-{}", number - 8)),
        }
    }
    (text, total)
}

fn compare(name: &str, server: &Server, key: &Key, total: usize, arguments: &Arguments) {
    let source = source(server, key);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (mut dig_best, mut source_best, mut target_best) =
        (Duration::MAX, Duration::MAX, Duration::MAX);
    for _ in 0..arguments.runs {
        dig_best = dig_best.min(dig(server, key, total));
        for (target, best) in [(false, &mut source_best), (true, &mut target_best)] {
            let (found, taken) = runtime.block_on(read(&*source, target));
            assert_eq!(found, arguments.records);
            *best = taken.min(*best);
        }
    }
    let line = |who: &str, taken: Duration| {
        let ratio = taken.as_secs_f64() / dig_best.as_secs_f64();
        println!("| {name} | {who} | {:.2} | {ratio:.1} |", taken.as_secs_f64());
    };
    line("dig", dig_best);
    line("octodns-bind, as a target", target_best);
    line("octodns-bind, as a source (validated)", source_best);
    if arguments.reference
        && let Some(python) = python()
    {
        line("the reference", reference(&python, server, key, arguments.records));
    }
}

fn source(server: &Server, key: &Key) -> Arc<dyn Source> {
    let mut registry = Registry::default();
    registry.host.clock = Arc::new(|| Some(SystemTime::now()));
    octodns_bind::register(&mut registry);
    let options: OwnedValue = Map::from_iter([
        ("host", Value::from("127.0.0.1")),
        ("port", Value::from(i64::from(server.address().port()))),
        ("key_name", Value::from(key.name.clone())),
        ("key_secret", Value::from(key.secret.clone())),
    ])
    .into();
    let class = registry.providers.get("octodns_bind.AxfrSource").unwrap();
    (class.build)("axfr", &options).unwrap().as_source()
}

/// Reads the zone: the number of records, and the time.
async fn read(source: &dyn Source, target: bool) -> (usize, Duration) {
    let types = Arc::new(RecordTypes::default());
    let name = ZoneName::new(NAME).unwrap();
    let sub_zones = SubZones::default();
    let validators = Arc::new(RecordValidators::legacy(&types));
    let mut request = ZoneRequest::new(&name, &sub_zones, &validators, &types);
    request.target = target;
    request.lenient = target;
    let start = Instant::now();
    let read = source.read(&request).await.unwrap().unwrap();
    assert!(!read.report.has_errors(), "{:?}", read.report.iter().next());
    (read.records.len(), start.elapsed())
}

fn dig(server: &Server, key: &Key, total: usize) -> Duration {
    let port = server.address().port().to_string();
    let key = format!("{}:{}:{}", key.algorithm, key.name, key.secret);
    let mut command = Command::new("dig");
    command.args(["@127.0.0.1", "-p", &port, "-y", &key, NAME, "AXFR"]);
    let start = Instant::now();
    let output = command.stderr(Stdio::inherit()).output().unwrap();
    let taken = start.elapsed();
    // With the SOA at the beginning and the end.
    let expected = format!("XFR size: {} records", total + 2);
    assert!(String::from_utf8_lossy(&output.stdout).contains(&expected), "{expected}");
    taken
}

fn reference(python: &Path, server: &Server, key: &Key, records: usize) -> Duration {
    let port = server.address().port().to_string();
    let mut command = Command::new(python);
    command.args(["-c", REFERENCE, &port, &key.name, &key.secret, NAME]);
    let output = command.stderr(Stdio::inherit()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let (found, seconds) = text.trim().split_once(' ').unwrap();
    assert_eq!(found.parse::<usize>().unwrap(), records);
    Duration::from_secs_f64(seconds.parse().unwrap())
}
