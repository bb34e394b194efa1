//! `fuzz`: runs everything that reads files, messages and answers on hostile input, with libFuzzer.
//!
//! It needs no nightly compiler: without a sanitizer (our code has no unsafe blocks) the instrumentation is
//! an LLVM pass that the stable compiler accepts.

mod seeds;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::run::{cargo, check, failed, root, succeeds, target};

/// Flags that let libFuzzer see which code an input reaches, and which values are compared.
const INSTRUMENTATION: &[&str] = &[
    "--cfg=fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];

/// The limits of one input.
const LIMITS: &[&str] =
    &["-rss_limit_mb=2048", "-timeout=10", "-report_slow_units=2", "-max_len=4096"];

/// The folders of the targets, each with its kept inputs.
const INPUTS: &str = "tests/fuzz/inputs";

/// The parsed arguments.
struct Options {
    targets: Vec<String>,
    seconds: u32,
}

/// Builds the targets and runs all of them, even if one fails.
pub(crate) fn run(args: &[String]) -> io::Result<()> {
    let options = parse(args).map_err(io::Error::other)?;
    let program = build()?;
    let mut bad = Vec::new();
    for name in &options.targets {
        let start = Instant::now();
        let result = fuzz(&program, name, options.seconds);
        println!("fuzz: {name}: {:.0} s", start.elapsed().as_secs_f64());
        if let Err(problem) = result {
            eprintln!("{problem}");
            bad.push(name.as_str());
        }
    }
    if bad.is_empty() {
        Ok(())
    } else {
        Err(io::Error::other(format!("failed: {}", bad.join(", "))))
    }
}

fn parse(args: &[String]) -> Result<Options, String> {
    let known = names().map_err(|error| error.to_string())?;
    let mut options = Options { targets: Vec::new(), seconds: 60 };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        if arg == "--seconds" {
            let seconds = args.next().and_then(|seconds| seconds.parse().ok());
            options.seconds = seconds.ok_or("--seconds takes a number")?;
        } else if known.contains(arg) {
            options.targets.push(arg.clone());
        } else {
            return Err(format!("unknown argument `{arg}`; the targets are {}", known.join(", ")));
        }
    }
    if options.targets.is_empty() {
        options.targets = known;
    }
    Ok(options)
}

/// The names of all targets.
fn names() -> io::Result<Vec<String>> {
    let entries = fs::read_dir(root().join(INPUTS))?;
    let name =
        |entry: io::Result<fs::DirEntry>| Ok(entry?.file_name().to_string_lossy().into_owned());
    let mut names = entries.map(name).collect::<io::Result<Vec<_>>>()?;
    names.sort();
    Ok(names)
}

/// The folder for fuzzing: build output, inputs that reach new code, and failures.
fn folder() -> PathBuf {
    target().join("fuzz")
}

/// Builds the program with all targets, with the workspace's versions of dependencies.
fn build() -> io::Result<PathBuf> {
    let triple = host()?;
    fs::copy(root().join("Cargo.lock"), root().join("fuzz/Cargo.lock"))?;
    let command = |network: &[&str]| {
        // With an explicit target, build scripts are not instrumented.
        let mut command = cargo(&["build", "--release", "--manifest-path", "fuzz/Cargo.toml"]);
        command.args(["--target", &triple]).args(network);
        command.env("CARGO_TARGET_DIR", folder()).env("RUSTFLAGS", INSTRUMENTATION.join(" "));
        command
    };
    // If the registry cannot be reached, the dependencies fetched earlier are used.
    if check(&mut command(&[])).is_err() && check(&mut command(&["--offline"])).is_err() {
        return Err(io::Error::other(
            "the targets cannot be built, see above; beside the workspace's dependencies they need the package \
             libfuzzer-sys from the registry, or from cargo's cache of it, and a C++ compiler",
        ));
    }
    Ok(folder().join(triple).join("release/octodns-fuzz-driver"))
}

/// The target triple of this machine.
fn host() -> io::Result<String> {
    let mut command = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    let output = command.current_dir(root()).arg("-vV").output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let triple = text.lines().find_map(|line| line.strip_prefix("host: "));
    triple
        .map(str::to_owned)
        .ok_or_else(|| failed(&command, "it does not say which machine it is for"))
}

/// Runs a target for this many seconds.
fn fuzz(program: &Path, name: &str, seconds: u32) -> io::Result<()> {
    let [corpus, found] = ["corpus", "found"].map(|part| folder().join(part).join(name));
    fs::create_dir_all(&found)?;
    let count = seeds::write(name, &corpus)?;
    let log = folder().join(format!("{name}.log"));
    println!("fuzz: {name}: {seconds} s from {count} seeds; the log is {}", log.display());
    let temporary = temporary(name)?;
    let mut command = Command::new(program);
    command.env("OCTODNS_FUZZ_TARGET", name).env("TMPDIR", &temporary);
    command.args(LIMITS).arg(format!("-max_total_time={seconds}"));
    command.arg(format!("-artifact_prefix={}/", found.display()));
    let words = root().join(format!("tests/fuzz/words/{name}.txt"));
    if words.is_file() {
        command.arg(format!("-dict={}", words.display()));
    }
    let output = fs::File::create(&log)?;
    let status = command.arg(&corpus).stdout(output.try_clone()?).stderr(output).status();
    let _ = fs::remove_dir_all(&temporary);
    let status = status.map_err(|error| failed(&command, &error.to_string()))?;
    let said = String::from_utf8_lossy(&fs::read(&log)?).into_owned();
    for line in told(&said) {
        println!("  {line}");
    }
    if status.success() {
        return Ok(());
    }
    Err(io::Error::other(format!(
        "{name} failed; once it is fixed, keep the input below {INPUTS}/{name}, so that the tests try it"
    )))
}

/// The folder for a target's files: in memory, if the system has such a folder.
fn temporary(name: &str) -> io::Result<PathBuf> {
    let memory = Path::new("/dev/shm");
    let parent = if memory.is_dir() { memory.to_owned() } else { folder() };
    let folder = parent.join(format!("octodns-fuzz-{}-{name}", std::process::id()));
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// The important lines of a log: coverage, slow inputs, and the reason for a failure.
fn told(log: &str) -> Vec<&str> {
    let mut told = Vec::new();
    let mut after_panic = 0;
    for line in log.lines() {
        let is_panic = line.contains("panicked at ");
        if is_panic {
            after_panic = 4;
        }
        let is_summary = line.starts_with('#') && line.contains("DONE")
            || line.starts_with("SUMMARY:")
            || line.starts_with("Slowest unit:")
            || line.contains("Test unit written to");
        if is_summary || after_panic > 0 {
            told.push(line.trim_end());
        }
        after_panic -= i32::from(after_panic > 0);
    }
    told
}

/// Checks that the workspace of the targets is formatted, for the test command.
pub(crate) fn check_format() -> io::Result<()> {
    let mut command = cargo(&["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"]);
    if succeeds(&mut command) {
        return Ok(());
    }
    Err(failed(&command, "the workspace fuzz is not formatted"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_and_seconds_are_the_arguments() {
        let parse = |args: &[&str]| {
            let args: Vec<_> = args.iter().map(ToString::to_string).collect();
            parse(&args).map(|options| (options.targets.len(), options.seconds))
        };
        let all = names().unwrap().len();
        assert_eq!(parse(&[]), Ok((all, 60)));
        assert_eq!(parse(&["yaml", "--seconds", "5"]), Ok((1, 5)));
        assert!(parse(&["nope"]).unwrap_err().contains("zone_file"));
        assert!(parse(&["--seconds"]).is_err());
    }

    #[test]
    fn a_failure_is_shown_with_its_message_and_its_input() {
        let log = "INFO: x\nthread 'a' panicked at b.rs:1:2:\nno such luck\nstack backtrace:\n   0: a\n   1: b\n\
                   SUMMARY: libFuzzer: deadly signal\nartifact_prefix='f/'; Test unit written to f/crash-1\n";
        assert_eq!(told(log).len(), 6);
        assert_eq!(told("#1 NEW cov: 2\n#3\tDONE cov: 4\n"), ["#3\tDONE cov: 4"]);
    }
}
