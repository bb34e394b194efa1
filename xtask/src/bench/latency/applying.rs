//! `bench --apply`: applying changes to a slow service.
//!
//! Of many small zones each has one change, or one zone has many. What ours takes is held against the time that its
//! requests need at least, so many at the same time.

use std::io;
use std::path::Path;
use std::time::Duration;

use super::contestants::{self, Contestant};
use super::fake::{Fake, Measured};
use super::services::{LATENCY, SERVICES, Service};
use super::{APPLYING, MOST, build_fakes, print_least};
use crate::bench::measure::Usage;
use crate::bench::workload::{self, Shape};
use crate::run::target;

/// Every record differs, so that a zone of one record has one change.
const CHANGES: u32 = 100;

/// The services to measure when none is named: one takes a call for each change, one a call for each zone.
const DEFAULT: &[&str] = &["digitalocean", "powerdns"];

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
    build_fakes(&services)?;
    let (latency, at_once) = (LATENCY.as_millis(), APPLYING.at_once);
    println!("{latency} ms for each answer, {at_once} requests at once, reading included:\n");
    println!(
        "| service | zones x changes | who | requests | at once | CPU s | wall s | to the least | to ours |"
    );
    println!("|---|---|---|--:|--:|--:|--:|--:|--:|");
    for service in services {
        for shape in shapes {
            compare(service, *shape, runs, ours, python)?;
        }
    }
    Ok(())
}

/// Lets all programs apply in turn, the service filled anew before each.
fn compare(
    service: &Service,
    shape: Shape,
    runs: usize,
    ours: &Path,
    python: Option<&Path>,
) -> io::Result<()> {
    let program = ours.join("octodns-sync");
    let name = format!("apply-{}-{}x{}", service.name, shape.zones, shape.records);
    let folder = target().join("bench").join(name);
    workload::generate_ours(shape, CHANGES, &folder)?;
    let zones = if service.has_fixed_zones { shape.zones } else { 0 };
    let mut fake = Fake::start(service.name, zones)?;
    let contestants = contestants::applying(service, shape, &fake.url, &folder, &program, python)?;
    let mut ours = None;
    for contestant in &contestants {
        let mut figures: Vec<(Usage, Measured)> = Vec::new();
        for _ in 0..runs {
            let is_quick = |(usage, _): &(Usage, Measured)| usage.wall < QUICK;
            if figures.first().is_none_or(is_quick) {
                figures.push(once(contestant, &mut fake, &program, &folder)?);
            }
        }
        let usages: Vec<Usage> = figures.iter().map(|(usage, _)| *usage).collect();
        let most = figures.iter().map(|(_, of)| *of).reduce(Measured::most);
        let (Some(usage), Some(most)) = (Usage::median(&usages), most) else { continue };
        let wall = usage.wall.as_secs_f64();
        let to_least =
            contestant.limits.map(|limits| wall / limits.least(most.requests).as_secs_f64());
        let times = wall / *ours.get_or_insert(wall);
        println!(
            "| {} | {shape} | {} | {} | {} | {:.2} | {wall:.2} | {} | {times:.1} |",
            service.name,
            contestant.name,
            most.requests,
            most.max_at_once,
            usage.cpu.as_secs_f64(),
            print_least(to_least),
        );
        // The changes of one zone are bounded by what a service takes for a zone.
        if to_least.is_some_and(|times| times > MOST) && shape.zones > 1 {
            let name = service.name;
            return Err(io::Error::other(format!("{name}: the aim is {MOST} times the least")));
        }
    }
    Ok(())
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
