//! `bench`: compares our programs with octoDNS on generated zones.
//!
//! Both run the same command on the same files, alternating, so that a busy machine slows both. Only the
//! ratios matter. Both must plan the same before they are measured.

mod build;
mod checks;
mod latency;
mod measure;
mod plans;
mod python;
mod render;
mod report;
mod table;
mod workload;
mod zone_file;

use std::io;
use std::path::{Path, PathBuf};

use crate::dist;
use crate::run::{cargo, check, own_state, shared, succeeds, target};
use measure::{Figures, Usage, measure};
use table::Row;
use workload::{Shape, Workload};

/// Up to this many records the reference runs as often as ours; beyond that it takes minutes and runs once.
const REPEATED_UP_TO: usize = 10_000;

/// A measured command, in a workload's folder.
struct Task {
    name: &'static str,
    program: &'static str,
    args: &'static [&'static str],
    /// The output folder of the command, removed before each run.
    writes: Option<&'static str>,
    /// Percent of the records that differ between source and target.
    changes: u32,
}

const CONFIG: &str = "--config-file=config.yaml";

const TASKS: &[Task] = &[
    Task {
        name: "validate",
        program: "octodns-validate",
        args: &[CONFIG],
        writes: None,
        changes: 0,
    },
    Task {
        name: "sync, no change",
        program: "octodns-sync",
        args: &[CONFIG],
        writes: None,
        changes: 0,
    },
    Task {
        name: "sync, 5% changed",
        program: "octodns-sync",
        args: &[CONFIG],
        writes: None,
        changes: 5,
    },
    Task {
        name: "sync --doit, new zones",
        program: "octodns-sync",
        args: &["--config-file=config-create.yaml", "--doit"],
        writes: Some("created"),
        changes: 0,
    },
    Task {
        name: "dump",
        program: "octodns-dump",
        args: &[CONFIG, "--output-dir=dumped", "*", "config"],
        writes: Some("dumped"),
        changes: 0,
    },
];

struct Options {
    shapes: Vec<Shape>,
    runs: usize,
    reference: bool,
    /// Measure validators and processors instead.
    validators: bool,
    /// Measure `octodns-report` instead.
    report: bool,
    /// The only services to measure, if there are some.
    services: Vec<String>,
    /// The profiles for our programs: only the first is used, except with `--build`.
    profiles: Vec<String>,
    /// The folder of our programs, if they are built already.
    programs: Option<PathBuf>,
}

impl Options {
    /// The folder of our programs, built if necessary.
    fn ours(&self) -> io::Result<PathBuf> {
        if let Some(programs) = &self.programs {
            // They run in folders of their own.
            return std::path::absolute(programs);
        }
        dist::programs(self.profiles.first().map_or(dist::PROFILE, String::as_str))
    }
}

/// Measures and prints a table.
pub(crate) fn run(args: &[String]) -> io::Result<()> {
    if let Some((first, rest)) = args.split_first() {
        match first.as_str() {
            "--axfr" => return transfers(rest),
            "--zone-file" => return zone_files(rest),
            "--python" => return classes(rest),
            "--render" => return renderings(rest),
            "--latency" => return latencies(rest),
            "--apply" => return applies(rest),
            "--build" => return builds(rest),
            _ => {}
        }
    }
    let options = parse(args).map_err(io::Error::other)?;
    let ours = options.ours()?;
    let records: Vec<_> = options.shapes.iter().map(|shape| shape.total()).collect();
    if options.validators {
        return checks::run(&ours, &records, options.runs);
    }
    if options.report {
        let reference = if options.reference { reference()? } else { None };
        return report::run(&ours, &records, options.runs, reference.as_deref());
    }
    let reference = if options.reference { reference()? } else { None };
    if reference.is_none() {
        println!("without the reference: our figures only");
    }

    let mut rows = vec![start_up(&ours, reference.as_deref(), options.runs)?];
    for shape in &options.shapes {
        for task in TASKS {
            let workload = Workload::make(*shape, task.changes)?;
            rows.push(compare(task, &workload, &ours, reference.as_deref(), options.runs)?);
            eprintln!("{}", table::line(rows.last().unwrap_or(&rows[0])));
        }
    }
    println!("\n{}", table::table(&rows));
    Ok(())
}

/// Builds in separate folders.
fn builds(args: &[String]) -> io::Result<()> {
    let options = parse(args).map_err(io::Error::other)?;
    build::run(&options.profiles, options.runs)
}

/// Transfers from servers: a separate program starts them, and has its own arguments.
fn transfers(args: &[String]) -> io::Result<()> {
    let mut bench = cargo(&["bench", "--package", "octodns-bind", "--bench", "transfer", "--"]);
    if let Some(python) = crate::install::run().python {
        bench.env("OCTODNS_TEST_PYTHON", python);
    }
    check(bench.args(args))
}

/// Zone files are single zones, and the reference reads them with another package.
fn zone_files(args: &[String]) -> io::Result<()> {
    let mut options = parse(args).map_err(io::Error::other)?;
    if args.iter().all(|arg| arg != "--shape" && arg != "--quick") {
        options.shapes = vec![Shape::new(1, 100_000)];
    }
    let python = if options.reference { crate::install::run().python } else { None };
    let records: Vec<_> = options.shapes.iter().map(|shape| shape.total()).collect();
    zone_file::run(&records, options.runs, python)
}

/// Starting Python with one record, and what many records cost.
fn classes(args: &[String]) -> io::Result<()> {
    let mut options = parse(args).map_err(io::Error::other)?;
    if args.iter().all(|arg| arg != "--shape" && arg != "--quick") {
        options.shapes = vec![Shape::new(1, 1), Shape::new(1, 20_000)];
    }
    let theirs = reference()?.ok_or_else(|| io::Error::other("octoDNS is not installed"))?;
    let records: Vec<_> = options.shapes.iter().map(|shape| shape.total()).collect();
    python::run(&options.ours()?, &theirs, &records, options.runs)
}

/// A fifth of the records of a zone differ: 10,000 and 20,000 changes, so that what is not linear shows.
fn renderings(args: &[String]) -> io::Result<()> {
    let mut options = parse(args).map_err(io::Error::other)?;
    if args.iter().all(|arg| arg != "--shape" && arg != "--quick") {
        options.shapes = vec![Shape::new(1, 50_000), Shape::new(1, 100_000)];
    }
    let records: Vec<_> = options.shapes.iter().map(|shape| shape.total()).collect();
    render::run(&options.ours()?, &records, options.runs)
}

/// The reference has a separate package for each service, and the shape is that of many small zones.
fn latencies(args: &[String]) -> io::Result<()> {
    let mut options = parse(args).map_err(io::Error::other)?;
    if args.iter().all(|arg| arg != "--shape" && arg != "--quick") {
        options.shapes = vec![Shape::new(200, 20)];
    }
    let python = if options.reference { crate::install::run().python } else { None };
    let ours = options.ours()?;
    let python = python.as_deref();
    let measured =
        |shape: &Shape| latency::run(*shape, options.runs, &options.services, &ours, python);
    options.shapes.iter().try_for_each(measured)
}

/// Many small zones with a change each, and one zone with as many.
fn applies(args: &[String]) -> io::Result<()> {
    let mut options = parse(args).map_err(io::Error::other)?;
    if args.iter().all(|arg| arg != "--shape" && arg != "--quick") {
        options.shapes = vec![Shape::new(1_000, 1), Shape::new(1, 1_000)];
    }
    let python = if options.reference { crate::install::run().python } else { None };
    let ours = options.ours()?;
    latency::apply(&options.shapes, options.runs, &options.services, &ours, python.as_deref())
}

fn parse(args: &[String]) -> Result<Options, String> {
    let mut options = Options {
        shapes: Vec::new(),
        runs: 5,
        reference: true,
        validators: false,
        report: false,
        services: Vec::new(),
        profiles: Vec::new(),
        programs: None,
    };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or_else(|| format!("{arg} needs a value"));
        match arg.as_str() {
            "--quick" => options.shapes.extend([Shape::new(1, 1_000), Shape::new(20, 50)]),
            "--shape" => options.shapes.push(value()?.parse()?),
            "--profile" => options.profiles.push(value()?.clone()),
            "--programs" => options.programs = Some(value()?.into()),
            "--runs" => options.runs = value()?.parse().map_err(|_| "--runs needs a number")?,
            "--service" => options.services.push(value()?.clone()),
            "--validators" => options.validators = true,
            "--report" => options.report = true,
            "--no-reference" => options.reference = false,
            _ => return Err(format!("unknown argument `{arg}`")),
        }
    }
    if options.shapes.is_empty() && options.report {
        options.shapes = vec![Shape::new(1, 10_000)];
    }
    if options.shapes.is_empty() && options.validators {
        options.shapes = vec![Shape::new(1, 100_000)];
    }
    if options.shapes.is_empty() {
        options.shapes = [(1, 1_000), (1, 10_000), (1, 100_000), (100, 100), (1_000, 100)]
            .map(|(zones, records)| Shape::new(zones, records))
            .to_vec();
    }
    options.runs = options.runs.max(1);
    Ok(options)
}

/// The folder of octoDNS' programs, installed below `target` on first use; `None` if that is not possible.
fn reference() -> io::Result<Option<PathBuf>> {
    let folder = target().join("oracle");
    let bin = folder.join("bin");
    if succeeds(std::process::Command::new(bin.join("octodns-sync")).arg("--version")) {
        return Ok(Some(bin));
    }
    let setup = shared().join("oracle/setup");
    if !setup.is_file() {
        return Ok(None);
    }
    check(std::process::Command::new(setup).arg(&folder).arg("--core"))?;
    Ok(Some(bin))
}

/// The cost of starting a program.
fn start_up(ours: &Path, reference: Option<&Path>, runs: usize) -> io::Result<Row> {
    let task = Task {
        name: "octodns-sync --help",
        program: "octodns-sync",
        args: &["--help"],
        writes: None,
        changes: 0,
    };
    let figures = alternate(&task, Path::new("."), ours, reference, (runs, runs))?;
    Ok(Row { shape: None, task: task.name, bytes: 0, figures })
}

fn compare(
    task: &Task,
    workload: &Workload,
    ours: &Path,
    reference: Option<&Path>,
    runs: usize,
) -> io::Result<Row> {
    if task.program == "octodns-sync" && task.writes.is_none() {
        let mine = plans::plan(&ours.join(task.program), task.args, &workload.folder)?;
        workload.expect(plans::counts(&mine))?;
        if let Some(theirs) = reference.filter(|_| workload.shape.total() <= REPEATED_UP_TO) {
            let theirs = plans::plan(&theirs.join(task.program), task.args, &workload.folder)?;
            if mine != theirs {
                return Err(io::Error::other(format!(
                    "{}: the plans differ",
                    workload.folder.display()
                )));
            }
        }
    }
    let theirs = if workload.shape.total() > REPEATED_UP_TO { 1 } else { runs.min(3) };
    let figures = alternate(task, &workload.folder, ours, reference, (runs, theirs))?;
    Ok(Row { shape: Some(workload.shape), task: task.name, bytes: workload.bytes, figures })
}

/// Runs both programs in turn; the reference may run less often.
fn alternate(
    task: &Task,
    folder: &Path,
    ours: &Path,
    reference: Option<&Path>,
    (our_runs, their_runs): (usize, usize),
) -> io::Result<Figures> {
    let once = |bin: &Path| -> io::Result<Usage> {
        // What a run before wrote is gone, so the sizes of its zones must be as well: a zone that has shrunk is not
        // written.
        let left = task.writes.map(|name| [folder.join(name), own_state()]);
        for path in left.into_iter().flatten().filter(|path| path.exists()) {
            std::fs::remove_dir_all(path)?;
        }
        measure(&bin.join(task.program), task.args, folder)
    };
    // The first run has cold caches, and is not counted.
    once(ours)?;
    let (mut mine, mut theirs) = (Vec::new(), Vec::new());
    for run in 0..our_runs {
        mine.push(once(ours)?);
        if let Some(bin) = reference.filter(|_| run < their_runs) {
            theirs.push(once(bin)?);
        }
    }
    Ok(Figures { ours: Usage::median(&mine), reference: Usage::median(&theirs) })
}
