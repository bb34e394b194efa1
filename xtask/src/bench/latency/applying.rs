//! `bench --apply`: applying changes to a slow service.
//!
//! Of many small zones each has one change, or one zone has many. What ours takes is held against the time that its
//! requests need at least, so many at the same time, and against what it takes without a journal.

use std::io;
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;

use super::contestants::{self, Contestant, IN_MEMORY, WITHOUT_JOURNAL};
use super::fake::{Fake, Fakes, Measured};
use super::services::{LATENCY, SERVICES, Service};
use super::{APPLYING, MOST, print_least};
use crate::bench::measure::Usage;
use crate::bench::workload::{self, Shape};
use crate::run::target;

/// Every record differs, so that a zone of one record has one change.
const CHANGES: u32 = 100;

/// The services to measure when none is named: one takes a call for each change, one a call for each zone.
const DEFAULT: &[&str] = &["digitalocean", "powerdns"];

/// How many times as long as without a journal ours takes at most, if the journal is in memory.
const MOST_OF_JOURNAL: f64 = 1.05;

/// What takes longer runs once.
const QUICK: Duration = Duration::from_secs(10);

/// Measures applying to the services of these names and prints a table.
pub(in crate::bench) fn run(
    shapes: &[Shape],
    runs: usize,
    only: &[String],
    ours: &Path,
    python: Option<&Path>,
) -> io::Result<()> {
    let is_meant = |service: &&Service| match only {
        [] => DEFAULT.contains(&service.name),
        only => only.iter().any(|name| name == service.name),
    };
    let services: Vec<_> = SERVICES.iter().filter(is_meant).collect();
    let fakes = Fakes::build()?;
    let (latency, at_once) = (LATENCY.as_millis(), APPLYING.at_once);
    println!("{latency} ms for each answer, {at_once} requests at once, reading included:\n");
    println!(
        "| service | zones x changes | who | requests | at once | CPU s | wall s | to the least | to ours |"
    );
    println!("|---|---|---|--:|--:|--:|--:|--:|--:|");
    let mut missed = Vec::new();
    for service in services {
        for shape in shapes {
            missed.extend(compare(service, &fakes, *shape, runs, ours, python)?);
        }
    }
    if missed.is_empty() { Ok(()) } else { Err(io::Error::other(missed.join("\n"))) }
}

/// Lets all programs apply in turn, the service filled anew before each; what missed an aim.
fn compare(
    service: &Service,
    fakes: &Fakes,
    shape: Shape,
    runs: usize,
    ours: &Path,
    python: Option<&Path>,
) -> io::Result<Vec<String>> {
    let program = ours.join("octodns-sync");
    let name = format!("apply-{}-{}x{}", service.name, shape.zones, shape.records);
    let folder = target().join("bench").join(name);
    workload::generate_ours(shape, CHANGES, &folder)?;
    let zones = if service.has_fixed_zones { shape.zones } else { 0 };
    let mut fake = fakes.start(service.name, zones)?;
    let memory = in_memory()?;
    let journals = memory.as_ref().map(TempDir::path);
    let contestants =
        contestants::applying(service, shape, &fake.url, &folder, (&program, python), journals)?;
    // All once, then all again: what else the machine does hits all of them.
    let mut figures: Vec<Vec<(Usage, Measured)>> = contestants.iter().map(|_| Vec::new()).collect();
    for _ in 0..runs {
        for (contestant, figures) in contestants.iter().zip(&mut figures) {
            let is_quick = |(usage, _): &(Usage, Measured)| usage.wall < QUICK;
            if figures.first().is_none_or(is_quick) {
                figures.push(once(contestant, &mut fake, &program, &folder)?);
            }
        }
    }
    let (mut ours, mut without, mut missed) = (None, None, Vec::new());
    for (contestant, figures) in contestants.iter().zip(&figures) {
        let usages: Vec<Usage> = figures.iter().map(|(usage, _)| *usage).collect();
        let most = figures.iter().map(|(_, of)| *of).reduce(Measured::most);
        let (Some(usage), Some(most)) = (Usage::median(&usages), most) else { continue };
        let wall = usage.wall.as_secs_f64();
        let to_least =
            contestant.limits.map(|limits| wall / limits.least(most.requests).as_secs_f64());
        let times = wall / *ours.get_or_insert(wall);
        println!(
            "| {} | {shape} | {} | {} | {} | {:.2} | {wall:.2} | {} | {times:.2} |",
            service.name,
            contestant.name,
            most.requests,
            most.max_at_once,
            usage.cpu.as_secs_f64(),
            print_least(to_least),
        );
        let who = format!("{}, {shape}, {}", service.name, contestant.name);
        // The changes of one zone are bounded by what a service takes for a zone.
        if to_least.is_some_and(|times| times > MOST) && shape.zones > 1 {
            missed.push(format!("{who}: the aim is {MOST} times the least"));
        }
        match contestant.name {
            WITHOUT_JOURNAL => without = Some(wall),
            IN_MEMORY if without.is_some_and(|without| wall > without * MOST_OF_JOURNAL) => {
                missed.push(format!("{who}: the aim is {MOST_OF_JOURNAL} times that without"));
            }
            _ => {}
        }
    }
    Ok(missed)
}

/// A folder in memory for journals, if the system has one.
fn in_memory() -> io::Result<Option<TempDir>> {
    let place = Path::new("/dev/shm");
    place.is_dir().then(|| tempfile::tempdir_in(place)).transpose()
}

/// One run, in which everything is to be changed.
fn once(
    contestant: &Contestant,
    fake: &mut Fake,
    program: &Path,
    folder: &Path,
) -> io::Result<(Usage, Measured)> {
    fake.order("latency 0")?;
    contestants::fill(program, folder)?;
    fake.order(&format!("latency {}", LATENCY.as_millis()))?;
    fake.measured()?;
    let usage = contestant.measure(folder)?;
    Ok((usage, contestant.within_limits(fake.measured()?)?))
}
