//! `test`: everything CI runs.

use std::io;
use std::process::Command;
use std::thread::{self, JoinHandle};
use std::time::Instant;

use crate::install::{self, Installed};
use crate::run::{WHOLE, cargo, check, target};
use crate::{conformance, deny, dist, fuzz, new_provider, tidy};

/// What is run, and fails or not.
type Step = Box<dyn FnOnce() -> io::Result<()>>;

/// Runs every step, also after one failed, so that one run shows all there is to fix.
///
/// The tests come last: the output ends with the test runner's own closing lines.
pub(crate) fn run() -> io::Result<()> {
    // Waits for the network mostly, so it does that beside the steps that need nothing of it.
    let installing = thread::spawn(install::run);
    let steps: [(&str, Step); 12] = [
        (
            "fmt",
            Box::new(|| {
                let formatted = check(&mut cargo(&["fmt", "--all", "--check"]));
                formatted.and(fuzz::check_format())
            }),
        ),
        ("tidy", Box::new(tidy::run)),
        ("deny", Box::new(deny::run)),
        (
            "clippy",
            Box::new(|| {
                let args = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
                check(&mut cargo(&args))
            }),
        ),
        (
            "doc",
            Box::new(|| {
                // Not the programs: the page of `octodns` is the library's.
                let what = ["--workspace", "--lib", "--examples", "--bin", "xtask"];
                let mut doc = cargo(&["doc", "--no-deps", "--document-private-items"]);
                check(doc.args(what).env("RUSTDOCFLAGS", "-D warnings"))
            }),
        ),
        ("conformance", Box::new(|| conformance::run(&[]))),
        (
            // Small programs with the providers one needs: no warnings either. The tests need all providers.
            "slim",
            Box::new(|| {
                let args = ["clippy", "--exclude", "octodns-tests", "--no-default-features"];
                let features = ["--features", "octodns/yaml,octodns/cloudflare"];
                check(cargo(&args).args(WHOLE).args(features).args(["--", "-D", "warnings"]))
            }),
        ),
        (
            "example",
            Box::new(|| {
                check(cargo(&["build", "--quiet"]).args(WHOLE))?;
                check(&mut Command::new(target().join("debug/octodns-example-embed")))
            }),
        ),
        ("dist", Box::new(dist::try_out)),
        ("package", Box::new(package)),
        ("new-provider", Box::new(new_provider::prove)),
        ("tests", Box::new(|| tests(installing))),
    ];
    let mut failed = Vec::new();
    for (name, step) in steps {
        let start = Instant::now();
        println!("--- {name}");
        if let Err(problem) = step() {
            eprintln!("error: {problem}");
            failed.push(name);
        }
        eprintln!("--- {name}: {:.0} s", start.elapsed().as_secs_f64());
    }
    if failed.is_empty() {
        return Ok(());
    }
    Err(io::Error::other(format!("failed: {}", failed.join(", "))))
}

/// Packs everything that is published as the registry gets it; compiling it once more would show little.
fn package() -> io::Result<()> {
    let mut command = cargo(&["package", "--workspace", "--quiet", "--no-verify", "--allow-dirty"]);
    for unpublished in ["octodns-tests", "octodns-fuzz", "octodns-example-embed", "xtask"] {
        command.args(["--exclude", unpublished]);
    }
    // Where the registry cannot be reached, what was fetched has to do; it does.
    check(command.arg("--offline"))
}

/// Runs the tests with what they need; what is missing is said, and fails where it is required.
fn tests(installing: JoinHandle<Installed>) -> io::Result<()> {
    let installed = installing.join().map_err(|_| io::Error::other("installing panicked"))?;
    for missing in &installed.missing {
        eprintln!("missing: {missing}");
    }
    let mut command = cargo(&["test", "--workspace", "--no-fail-fast"]);
    if let Some(python) = &installed.python {
        command.env("OCTODNS_TEST_PYTHON", python);
    }
    if install::is_required() {
        command.env("OCTODNS_TEST_REQUIRE", "1");
    }
    check(&mut command)?;
    if install::is_required() && !installed.missing.is_empty() {
        return Err(io::Error::other("what the tests need is missing, see above"));
    }
    Ok(())
}
