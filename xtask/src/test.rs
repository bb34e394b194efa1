//! `test`: everything CI runs.

use std::io;
use std::process::Command;
use std::thread::{self, JoinHandle};
use std::time::Instant;

use serde_json::json;

use crate::install::{self, Installed};
use crate::programs::TestProgram;
use crate::run::{WHOLE, cargo, check, failed, target};
use crate::{
    cases, conformance, deny, dist, fuzz, lints, new_provider, programs, public_api, tidy,
};

/// A step of the run: its name, and what it does.
type Step = (&'static str, Box<dyn FnOnce() -> io::Result<()> + Send>);

/// Steps that come one after the other.
type Lane = Vec<Step>;

/// Runs every step, even after a failure, so that one run shows everything that has to be fixed.
///
/// The lanes of a stage run at the same time: one processor is not enough for what cargo compiles, and too much for what
/// only reads files. The tests come last, so that the output ends with the test runner's summary.
pub(crate) fn run() -> io::Result<()> {
    // Mostly waits for the network, so it runs in parallel with the steps that do not need it.
    let installing = thread::spawn(install::run);
    let mut failed = Vec::new();
    for stage in stages(installing) {
        let lanes: Vec<_> = stage.into_iter().map(|lane| thread::spawn(|| in_turn(lane))).collect();
        for lane in lanes {
            failed.extend(lane.join().map_err(|_| io::Error::other("a step panicked"))?);
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    Err(io::Error::other(format!("failed: {}", failed.join(", "))))
}

/// Runs steps, and returns the names of those that failed.
fn in_turn(lane: Lane) -> Vec<&'static str> {
    let mut failed = Vec::new();
    for (name, step) in lane {
        let start = Instant::now();
        println!("--- {name}");
        if let Err(problem) = step() {
            eprintln!("error: {name}: {problem}");
            failed.push(name);
        }
        eprintln!("--- {name}: {:.0} s", start.elapsed().as_secs_f64());
    }
    failed
}

fn stages(installing: JoinHandle<Installed>) -> Vec<Vec<Lane>> {
    vec![
        vec![
            vec![("clippy", Box::new(lint_and_build))],
            vec![
                ("fmt", Box::new(format)),
                ("tidy", Box::new(tidy::run)),
                ("deny", Box::new(deny::run)),
                ("package", Box::new(package)),
            ],
        ],
        vec![
            vec![
                ("doc", Box::new(public_api::document_all)),
                ("public-api", Box::new(|| public_api::compare(false))),
            ],
            vec![
                ("conformance", Box::new(|| conformance::run(&[]))),
                ("cases", Box::new(|| cases::run(&[]))),
                ("dist", Box::new(dist::try_out)),
            ],
        ],
        vec![vec![
            ("slim", Box::new(slim)),
            ("example", Box::new(example)),
            ("new-provider and tests", Box::new(|| prove_and_test(installing))),
        ]],
    ]
}

fn format() -> io::Result<()> {
    let formatted = check(&mut cargo(&["fmt", "--all", "--check"]));
    formatted.and(fuzz::check_format())
}

fn lint_and_build() -> io::Result<()> {
    lints::lint_all()?;
    check(&mut cargo(&["build", "--workspace", "--all-targets"]))
}

/// A selection of providers must have no warnings either. The tests need all providers.
///
/// What does not depend on the selection is built already, and of the programs, which differ in a line, one is enough.
fn slim() -> io::Result<()> {
    let args = ["build", "--workspace", "--exclude", "octodns-tests"];
    let targets = ["--lib", "--examples", "--bin", "octodns"];
    let features = ["--no-default-features", "--features", "octodns/yaml,octodns/cloudflare"];
    check(cargo(&args).args(targets).args(features))
}

/// Runs the programs that embed the library. It builds the whole program again, after [`slim`].
fn example() -> io::Result<()> {
    check(cargo(&["build", "--quiet"]).args(WHOLE))?;
    for program in ["zone-in-code", "own-classes"] {
        check(&mut Command::new(target().join("debug").join(program)))?;
    }
    Ok(())
}

/// Packs everything that is published; compiling it again would add little.
fn package() -> io::Result<()> {
    let mut command = cargo(&["package", "--workspace", "--quiet", "--no-verify", "--allow-dirty"]);
    for unpublished in
        ["octodns-tests", "octodns-fuzz", "octodns-example-embed", "octodns-public-api", "xtask"]
    {
        command.args(["--exclude", unpublished]);
    }
    // If the registry cannot be reached, the fetched dependencies are enough.
    check(command.arg("--offline"))
}

/// The tests mostly wait, while the proof of the page about new providers and the examples in the documentation
/// compile, so they run at the same time.
fn prove_and_test(installing: JoinHandle<Installed>) -> io::Result<()> {
    // First, since cargo builds one thing at a time.
    let programs = programs::build()?;
    let compiling = thread::spawn(|| {
        // One after the other: cargo would let one wait for the other, and the proof takes longer.
        let proven = new_provider::prove();
        examples().and(proven)
    });
    let tested = tests(programs, installing);
    let compiled = compiling.join().map_err(|_| io::Error::other("a step panicked"))?;
    tested.and(compiled)
}

/// Runs the examples in the documentation; their output is printed as a whole.
fn examples() -> io::Result<()> {
    let mut command = cargo(&["test", "--workspace", "--doc", "--no-fail-fast", "--quiet"]);
    let output = command.output()?;
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    println!("\n--- examples in the documentation\n{}", text.trim());
    if output.status.success() { Ok(()) } else { Err(failed(&command, &output.status.to_string())) }
}

/// Tests of one program that run at the same time on each processor, and programs: most wait for timers and for
/// programs that they start.
const TESTS_PER_PROCESSOR: usize = 4;
const PROGRAMS_PER_PROCESSOR: usize = 2;

/// Runs the tests with what they need; reports what is missing, or fails if it is required.
fn tests(programs: Vec<TestProgram>, installing: JoinHandle<Installed>) -> io::Result<()> {
    let installed = installing.join().map_err(|_| io::Error::other("installing panicked"))?;
    for missing in &installed.missing {
        eprintln!("missing: {missing}");
    }
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let of_providers = json!(programs::of_providers(&programs)).to_string();
    let prepare = |command: &mut Command| {
        command.env("RUST_TEST_THREADS", (processors * TESTS_PER_PROCESSOR).to_string());
        command.envs(installed.variables());
        command.env("OCTODNS_TEST_PROVIDERS", &of_providers);
        if install::is_required() {
            command.env("OCTODNS_TEST_REQUIRE", "1");
        }
    };
    programs::run(programs, processors * PROGRAMS_PER_PROCESSOR, &prepare)?;
    if install::is_required() && !installed.missing.is_empty() {
        return Err(io::Error::other("what the tests need is missing, see above"));
    }
    Ok(())
}
