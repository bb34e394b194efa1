//! `test`: everything CI runs.

use std::io;
use std::time::Instant;

use crate::run::{cargo, check};
use crate::{conformance, deny, tidy};

/// What is run, and fails or not.
type Step = fn() -> io::Result<()>;

/// Runs every step, also after one failed, so that one run shows all there is to mend.
///
/// The tests come last: the output ends with the test runner's own closing lines.
pub(crate) fn run() -> io::Result<()> {
    let steps: [(&str, Step); 8] = [
        ("fmt", || check(&mut cargo(&["fmt", "--all", "--check"]))),
        ("tidy", tidy::run),
        ("deny", deny::run),
        ("clippy", || {
            let args = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
            check(&mut cargo(&args))
        }),
        ("doc", || {
            let mut doc = cargo(&["doc", "--workspace", "--no-deps", "--document-private-items"]);
            check(doc.env("RUSTDOCFLAGS", "-D warnings"))
        }),
        ("conformance", || conformance::run(&[])),
        ("example", || {
            check(&mut cargo(&["run", "--quiet", "--package", "octodns-example-embed"]))
        }),
        ("tests", || check(&mut cargo(&["test", "--workspace", "--no-fail-fast"]))),
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
