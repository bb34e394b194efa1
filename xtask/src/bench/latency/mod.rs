//! `bench --latency`: planning many small zones of slow services.
//!
//! The services are the fakes of the provider crates' tests, each a separate process on loopback. They
//! measure the rate and concurrency of requests; it is a failure if a provider exceeds its own limits.

mod applying;
mod contestants;
mod fake;
mod services;

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::measure::Usage;
use super::plans;
use super::workload::{self, Shape};
use crate::run::target;
use contestants::Contestant;
use fake::{Fakes, Measured};
use services::{LATENCY, Limits, SERVICES, Service};

pub(super) use applying::run as apply;

/// Percent of the records that differ.
const CHANGES: u32 = 15;

/// Runs that take longer are not repeated.
const QUICK: Duration = Duration::from_secs(10);

/// The goal: how many times as long as the limits of the service require ours takes at most.
const MOST: f64 = 1.3;

/// The limits of programs that apply: `bench --apply`.
const APPLYING: Limits = Limits { at_once: 20, rates: &[] };

/// The limits of the second of our runs, below those of most services.
const BOUNDED: Limits = Limits { at_once: 4, rates: &[(50, 1)] };

/// Measures zones of this shape at the services of these names, or all, and prints a table.
pub(super) fn run(
    shape: Shape,
    runs: usize,
    only: &[String],
    ours: &Path,
    python: Option<&Path>,
) -> io::Result<()> {
    let is_meant =
        |service: &&Service| only.is_empty() || only.iter().any(|name| name == service.name);
    let services: Vec<_> = SERVICES.iter().filter(is_meant).collect();
    let fakes = Fakes::build()?;
    let latency = LATENCY.as_millis();
    println!("{shape} records, {CHANGES} % of them to be changed, {latency} ms for each answer:\n");
    println!(
        "| service | who | requests | at once | in a second | CPU s | wall s | to the least | to ours |"
    );
    println!("|---|---|--:|--:|--:|--:|--:|--:|--:|");
    let compare = |service| compare(service, &fakes, shape, runs, ours, python).err();
    let failed: Vec<_> =
        services.into_iter().filter_map(compare).map(|it| it.to_string()).collect();
    if failed.is_empty() { Ok(()) } else { Err(io::Error::other(failed.join("\n"))) }
}

/// Fills a service, and lets all programs plan in turn.
fn compare(
    service: &Service,
    fakes: &Fakes,
    shape: Shape,
    runs: usize,
    ours: &Path,
    python: Option<&Path>,
) -> io::Result<()> {
    let program = ours.join("octodns-sync");
    let folder = target().join("bench").join(format!("latency-{}", service.name));
    workload::generate_ours(shape, CHANGES, &folder)?;
    let zones = if service.has_fixed_zones { shape.zones } else { 0 };
    let mut fake = fakes.start(service.name, zones)?;
    let contestants = contestants::all(service, shape, &fake.url, &folder, &program, python)?;
    contestants::fill(&program, &folder)?;
    fake.order("measured")?;
    expect_one_plan(&contestants, shape, &folder)?;
    fake.order(&format!("latency {}", LATENCY.as_millis()))?;

    let mut figures: Vec<Vec<(Usage, Measured)>> = contestants.iter().map(|_| Vec::new()).collect();
    for _ in 0..runs {
        for (contestant, figures) in contestants.iter().zip(&mut figures) {
            // What takes long anyway, as the reference does, runs once.
            let is_quick = |usage: &Usage| usage.wall < QUICK && contestant.limits.is_some();
            if figures.first().is_none_or(|(usage, _)| is_quick(usage)) {
                fake.measured()?;
                let usage = contestant.measure(&folder)?;
                figures.push((usage, contestant.within_limits(fake.measured()?)?));
            }
        }
    }
    print(service, &contestants, &figures)
}

/// All must plan the same changes before they are measured.
fn expect_one_plan(contestants: &[Contestant], shape: Shape, folder: &Path) -> io::Result<()> {
    let mut first = None;
    for contestant in contestants {
        let plan = contestant.plan(folder)?;
        let counts = plans::counts(&plan);
        if counts.iter().sum::<usize>() < shape.zones || plan != *first.get_or_insert(plan.clone())
        {
            let (who, folder) = (contestant.name, folder.display());
            return Err(io::Error::other(format!(
                "{folder}: {who} plans something else: {counts:?}"
            )));
        }
    }
    Ok(())
}

fn print(
    service: &Service,
    contestants: &[Contestant],
    figures: &[Vec<(Usage, Measured)>],
) -> io::Result<()> {
    let mut ours = None;
    let mut problems = Vec::new();
    for (contestant, figures) in contestants.iter().zip(figures) {
        let usages: Vec<Usage> = figures.iter().map(|(usage, _)| *usage).collect();
        let (Some(usage), Some(most)) =
            (Usage::median(&usages), figures.iter().map(|(_, of)| *of).reduce(Measured::most))
        else {
            continue;
        };
        let wall = usage.wall.as_secs_f64();
        let least = contestant.limits.map(|limits| limits.least(most.requests).as_secs_f64());
        let to_least = least.map(|least| wall / least);
        let times = wall / *ours.get_or_insert(wall);
        println!(
            "| {} | {} | {} | {} | {} | {:.2} | {wall:.2} | {} | {times:.1} |",
            service.name,
            contestant.name,
            most.requests,
            most.max_at_once,
            most.max_in_a_second,
            usage.cpu.as_secs_f64(),
            print_least(to_least),
        );
        problems.extend(match to_least {
            Some(times) if times > MOST => Some(format!("the aim is {MOST} times the least")),
            // Where the limits of the service leave room for that.
            None if times < service.aim
                && service.limits.least(most.requests).as_secs_f64() * service.aim < wall =>
            {
                Some(format!("the aim is {} times ours", service.aim))
            }
            _ => None,
        });
    }
    if problems.is_empty() {
        return Ok(());
    }
    Err(io::Error::other(format!("{}: {}", service.name, problems.join(", "))))
}

/// How many times as long as necessary, if that is known.
fn print_least(times: Option<f64>) -> String {
    times.map(|times| format!("{times:.2}")).unwrap_or_default()
}

/// The config file of a program, in the folder of a service.
fn config_file(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.yaml"))
}
