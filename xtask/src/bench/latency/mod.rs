//! `bench --latency`: planning many small zones of slow services.
//!
//! The services are the fakes of the provider crates' tests, each a separate program on loopback. They
//! measure the rate and concurrency of requests; it is a failure if a provider exceeds its own limits.

mod contestants;
mod fake;

use std::io;
use std::path::{Path, PathBuf};

use super::measure::Usage;
use super::plans;
use super::workload::{self, Shape};
use crate::run::{cargo, check, target};
use contestants::Contestant;
use fake::{Fake, Measured};

/// The latency of each response, in milliseconds.
const LATENCY: u32 = 50;

/// Percent of the records that differ.
const CHANGES: u32 = 15;

/// The goal: how many times as long as ours the reference takes.
const AIM: f64 = 10.0;

/// A service, and the limits of our provider for it.
struct Service {
    name: &'static str,
    /// The class of the provider, which is the same in octoDNS.
    class: &'static str,
    /// Options of both providers.
    credentials: &'static str,
    /// The path of the API at the fake, for the option `endpoint`.
    below: &'static str,
    /// The URL in the reference's requests, which are redirected.
    origin: &'static str,
    limits: Limits,
}

/// Limits on requests.
#[derive(Clone, Copy)]
struct Limits {
    at_once: u64,
    in_a_second: u64,
    in_a_minute: u64,
}

impl Limits {
    fn allow(self, measured: Measured) -> bool {
        measured.max_at_once <= self.at_once
            && measured.max_in_a_second <= self.in_a_second
            && measured.max_in_a_minute <= self.in_a_minute
    }
}

const UNLIMITED: u64 = u64::MAX;

const SERVICES: &[Service] = &[
    Service {
        name: "cloudflare",
        class: "octodns_cloudflare.CloudflareProvider",
        credentials: "token: let-me-in",
        below: "/client/v4",
        origin: "https://api.cloudflare.com",
        limits: Limits { at_once: 16, in_a_second: 200, in_a_minute: 1200 },
    },
    Service {
        name: "digitalocean",
        class: "octodns_digitalocean.DigitalOceanProvider",
        credentials: "token: dop_v1_hunter2",
        below: "/v2",
        origin: "https://api.digitalocean.com",
        limits: Limits { at_once: 8, in_a_second: 250, in_a_minute: 250 },
    },
    Service {
        name: "powerdns",
        class: "octodns_powerdns.PowerDnsProvider",
        credentials: "host: powerdns.invalid, api_key: let-me-in",
        below: "",
        origin: "http://powerdns.invalid:8081",
        limits: Limits { at_once: 16, in_a_second: UNLIMITED, in_a_minute: UNLIMITED },
    },
];

/// The limits of the second of our runs, below those of the services.
const BOUNDED: Limits = Limits { at_once: 4, in_a_second: 50, in_a_minute: UNLIMITED };

/// Measures zones of this shape and prints a table.
pub(super) fn run(shape: Shape, runs: usize, ours: &Path, python: Option<&Path>) -> io::Result<()> {
    let mut build = cargo(&["build"]);
    for service in SERVICES {
        let example = format!("fake-{}", service.name);
        build.args(["--package", &format!("octodns-{}", service.name), "--example", &example]);
    }
    check(&mut build)?;
    println!("{shape} records, {CHANGES} % of them to be changed, {LATENCY} ms for each answer:\n");
    println!(
        "| service | who | requests | at once | in a second | CPU s | wall s | to ours, wall |"
    );
    println!("|---|---|--:|--:|--:|--:|--:|--:|");
    SERVICES.iter().try_for_each(|service| compare(service, shape, runs, ours, python))
}

/// Fills a service, and lets all programs plan in turn.
fn compare(
    service: &Service,
    shape: Shape,
    runs: usize,
    ours: &Path,
    python: Option<&Path>,
) -> io::Result<()> {
    let program = ours.join("octodns-sync");
    let folder = target().join("bench").join(format!("latency-{}", service.name));
    workload::generate_ours(shape, CHANGES, &folder)?;
    let mut fake = Fake::start(service.name)?;
    let contestants = contestants::all(service, shape, &fake.url, &folder, &program, python)?;
    contestants::fill(&program, &folder)?;
    fake.order("measured")?;
    expect_one_plan(&contestants, shape, &folder)?;
    fake.order(&format!("latency {LATENCY}"))?;

    let mut figures: Vec<Vec<(Usage, Measured)>> = contestants.iter().map(|_| Vec::new()).collect();
    for run in 0..runs {
        for (contestant, figures) in contestants.iter().zip(&mut figures) {
            // The reference takes many times as long, so it runs once.
            if run == 0 || contestant.limits.is_some() {
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
    for (contestant, figures) in contestants.iter().zip(figures) {
        let usages: Vec<Usage> = figures.iter().map(|(usage, _)| *usage).collect();
        let (Some(usage), Some(most)) =
            (Usage::median(&usages), figures.iter().map(|(_, of)| *of).reduce(Measured::most))
        else {
            continue;
        };
        let wall = usage.wall.as_secs_f64();
        let times = wall / *ours.get_or_insert(wall);
        println!(
            "| {} | {} | {} | {} | {} | {:.2} | {wall:.2} | {times:.1} |",
            service.name,
            contestant.name,
            most.requests,
            most.max_at_once,
            most.max_in_a_second,
            usage.cpu.as_secs_f64(),
        );
        if contestant.limits.is_none() && times < AIM {
            return Err(io::Error::other(format!("{}: the aim is {AIM} times", service.name)));
        }
    }
    Ok(())
}

/// The config file of a program, in the folder of a service.
fn config_file(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.yaml"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measurements_are_within_limits_if_none_is_exceeded() {
        let limits = Limits { at_once: 4, in_a_second: 50, in_a_minute: 60 };
        for (at_once, second, minute, kept) in
            [(4, 50, 60, true), (5, 1, 1, false), (1, 51, 51, false), (1, 1, 61, false)]
        {
            let measured = Measured {
                requests: minute,
                max_at_once: at_once,
                max_in_a_second: second,
                max_in_a_minute: minute,
            };
            assert_eq!(limits.allow(measured), kept, "{measured:?}");
        }
    }
}
