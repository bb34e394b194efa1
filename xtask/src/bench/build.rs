//! `bench --build`: the time for building the program, from scratch and after a change, and the result with
//! each profile: its size, and its time for one large zone.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::measure::{Usage, measure};
use super::workload::{Shape, Workload};
use crate::dist::megabytes;
use crate::run::{cargo_program, root, target};

/// The changed file: a provider, which the facade and the program depend on.
const TOUCHED: &str = "crates/providers/cloudflare/src/lib.rs";

/// A way to build the program.
struct Build {
    name: &'static str,
    /// The folder of its profile.
    profile: &'static str,
    args: &'static [&'static str],
    touches: bool,
}

/// The first is the baseline for run times.
const BUILDS: &[Build] = &[
    Build { name: "dist", profile: "dist", args: &["--profile", "dist"], touches: true },
    Build { name: "release", profile: "release", args: &["--release"], touches: true },
    Build {
        name: "release, yaml alone",
        profile: "release",
        args: &["--release", "--no-default-features", "--features", "octodns/yaml"],
        touches: false,
    },
];

/// The cost of a build, and where its program is.
struct Built {
    build: &'static Build,
    cold: Usage,
    touched: Option<Usage>,
    program: PathBuf,
}

/// Builds in every way that `only` names, or in all, and prints a table.
pub(super) fn run(only: &[String], runs: usize) -> io::Result<()> {
    let is_wanted =
        |build: &&Build| only.is_empty() || only.iter().any(|name| name == build.profile);
    let builds = BUILDS.iter().filter(is_wanted).map(build).collect::<io::Result<Vec<_>>>()?;
    let workload = Workload::make(Shape::new(1, 100_000), 0)?;
    let mut figures: Vec<Vec<Usage>> = builds.iter().map(|_| Vec::new()).collect();
    // In turn, so that a busy machine slows all of them. The first run has cold caches and is not counted.
    for run in 0..=runs {
        for (built, figures) in builds.iter().zip(&mut figures) {
            let usage = measure(&built.program, &["sync", super::CONFIG], &workload.folder)?;
            figures.extend((run > 0).then_some(usage));
        }
    }
    println!(
        "| build | cold CPU s | wall s | provider touched CPU s | wall s | MB | {} CPU s | wall s | times {} |",
        workload.shape,
        builds.first().map_or("", |built| built.build.name)
    );
    println!("|---|--:|--:|--:|--:|--:|--:|--:|--:|");
    let medians: Vec<_> = figures.iter().filter_map(|figures| Usage::median(figures)).collect();
    for (built, ran) in builds.iter().zip(&medians) {
        println!("{}", row(built, *ran, medians[0])?);
    }
    Ok(())
}

/// Builds in a separate folder, from scratch and again after a provider is touched.
fn build(build: &'static Build) -> io::Result<Built> {
    let folder = target().join("bench/build");
    remove(&folder)?;
    let cold = cargo_build(build, &folder)?;
    let touched = if build.touches {
        File::options().append(true).open(root().join(TOUCHED))?.set_modified(SystemTime::now())?;
        Some(cargo_build(build, &folder)?)
    } else {
        None
    };
    let program = target().join("bench").join(format!("octodns, {}", build.name));
    fs::copy(folder.join(build.profile).join("octodns"), &program)?;
    remove(&folder)?;
    Ok(Built { build, cold, touched, program })
}

fn cargo_build(build: &Build, folder: &Path) -> io::Result<Usage> {
    let folder = folder.to_string_lossy();
    let mut args = vec!["build", "--quiet", "--package", "octodns-all", "--target-dir", &folder];
    args.extend(build.args);
    measure(&cargo_program(), &args, root())
}

fn remove(folder: &Path) -> io::Result<()> {
    if folder.exists() { fs::remove_dir_all(folder) } else { Ok(()) }
}

fn row(built: &Built, ran: Usage, first: Usage) -> io::Result<String> {
    let touched = |figure: fn(&Usage) -> Duration| {
        built.touched.map_or_else(String::new, |usage| whole(figure(&usage)))
    };
    let cells = [
        built.build.name.to_owned(),
        whole(built.cold.cpu),
        whole(built.cold.wall),
        touched(|usage| usage.cpu),
        touched(|usage| usage.wall),
        megabytes(fs::metadata(&built.program)?.len()),
        format!("{:.3}", ran.cpu.as_secs_f64()),
        format!("{:.3}", ran.wall.as_secs_f64()),
        format!("{:.2}", ran.cpu.as_secs_f64() / first.cpu.as_secs_f64().max(f64::MIN_POSITIVE)),
    ];
    Ok(format!("| {} |", cells.join(" | ")))
}

/// Whole seconds.
fn whole(time: Duration) -> String {
    format!("{:.0}", time.as_secs_f64())
}
