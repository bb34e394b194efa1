//! `public-api`: compares the public API of the libraries with the lists in their folders.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::process::Command;

use crate::lints;
use crate::run::{beside_cargo, cargo, check, failed, root, target, this_program};

/// The libraries that other projects use, and their folders.
const LIBRARIES: &[(&str, &str)] = &[
    ("octodns", "crates/octodns"),
    ("octodns-core", "crates/core"),
    ("octodns-kit", "crates/kit"),
    ("octodns-manager", "crates/manager"),
];

/// The package whose program lists what a library offers.
const LISTS: &str = "octodns-public-api";

/// Makes this program act as rustdoc. Only set for rustdoc: a change for other compilers would compile every
/// dependency again.
const AS_RUSTDOC: &str = "XTASK_AS_RUSTDOC";
/// Its value for the documentation of all crates, with JSON for the libraries beside it.
const AND_JSON: &str = "and-json";

/// What makes rustdoc write JSON; a feature of nightly compilers.
const JSON: [&str; 4] = ["-Z", "unstable-options", "--output-format", "json"];

/// Compares the API of each library with its list, or writes the list with `--update`.
pub(crate) fn run(args: &[String]) -> io::Result<()> {
    for (package, _) in LIBRARIES {
        let mut document = cargo(&["rustdoc", "--quiet", "--lib", "--package", package, "--"]);
        document.env("RUSTDOC", this_program()?).env(AS_RUSTDOC, "1");
        check(document.args(JSON))?;
    }
    check(&mut cargo(&["build", "--quiet", "--package", LISTS]))?;
    compare(args.iter().any(|arg| arg == "--update"))
}

/// Documents the workspace, and writes what [`compare`] needs as well.
pub(crate) fn document_all() -> io::Result<()> {
    if let Some(documents) = lints::documents()? {
        return lints::for_each(documents, |document| {
            let call = |mut rustdoc| check(document.place(&mut rustdoc));
            document_by(document.args(), call)
        });
    }
    // Without the programs: the documentation of `octodns` is that of the library.
    let what = ["--workspace", "--lib", "--examples", "--bin", "xtask"];
    let mut doc = cargo(&["doc", "--no-deps", "--document-private-items"]);
    doc.env("RUSTDOC", this_program()?).env(AS_RUSTDOC, AND_JSON);
    check(doc.args(what).env("RUSTDOCFLAGS", "-D warnings"))
}

/// Compares what rustdoc wrote last, with the program of [`LISTS`], which must have been built.
pub(crate) fn compare(update: bool) -> io::Result<()> {
    let mut stale = 0;
    for (package, folder) in LIBRARIES {
        let path = root().join(folder).join("public-api.txt");
        let offered = offered(package)?;
        if update {
            fs::write(&path, &offered)?;
            continue;
        }
        let differences = differences(&fs::read_to_string(&path).unwrap_or_default(), &offered);
        for difference in &differences {
            println!("{package}: {difference}");
        }
        stale += differences.len();
    }
    match stale {
        0 => Ok(()),
        _ => Err(io::Error::other(format!(
            "{stale} lines of public API are not as kept; if they are meant: cargo xtask public-api --update"
        ))),
    }
}

/// The public items of a library, one per line.
fn offered(package: &str) -> io::Result<String> {
    let json = target().join("doc").join(format!("{}.json", package.replace('-', "_")));
    let mut command = Command::new(target().join("debug").join(LISTS));
    let output = command.arg(json).output();
    let output = output.map_err(|error| failed(&command, &error.to_string()))?;
    if output.status.success() {
        return String::from_utf8(output.stdout).map_err(io::Error::other);
    }
    Err(failed(&command, &String::from_utf8_lossy(&output.stderr)))
}

/// The lines that only one of two lists has.
fn differences(kept: &str, offered: &str) -> Vec<String> {
    let (kept, offered): (BTreeSet<_>, BTreeSet<_>) =
        (kept.lines().collect(), offered.lines().collect());
    let gone = kept.difference(&offered).map(|line| format!("- {line}"));
    gone.chain(offered.difference(&kept).map(|line| format!("+ {line}"))).collect()
}

/// Whether this program acts as rustdoc.
pub(crate) fn is_rustdoc() -> bool {
    std::env::var_os(AS_RUSTDOC).is_some()
}

/// Runs rustdoc with the same arguments.
pub(crate) fn rustdoc() -> io::Result<()> {
    let args: Vec<OsString> = std::env::args_os().skip(1).collect();
    if std::env::var_os(AS_RUSTDOC).is_some_and(|value| value == AND_JSON) {
        return document_by(&args, |mut rustdoc| check(&mut rustdoc));
    }
    check(&mut real_rustdoc(&args))
}

/// Makes documentation, and JSON beside it for the libraries, by calls of rustdoc.
fn document_by(args: &[OsString], call: impl Fn(Command) -> io::Result<()>) -> io::Result<()> {
    let mut rustdoc = real_rustdoc(args);
    // Nobody reads the pages here. A feature of nightly compilers as well.
    rustdoc.args(["-Z", "unstable-options", "--check"]);
    call(rustdoc)?;
    if !is_library(args) {
        return Ok(());
    }
    let public = args.iter().filter(|arg| *arg != "--document-private-items");
    let mut json = real_rustdoc(public);
    json.args(JSON);
    call(json)
}

/// Whether rustdoc is called for a library whose API is kept.
fn is_library(args: &[OsString]) -> bool {
    let value = |flag: &str| args.iter().skip_while(|arg| *arg != flag).nth(1);
    let is_listed =
        |name: &OsString| LIBRARIES.iter().any(|(package, _)| *name == *package.replace('-', "_"));
    value("--crate-name").is_some_and(is_listed)
        && value("--crate-type").is_some_and(|of| of == "lib")
}

fn real_rustdoc(args: impl IntoIterator<Item = impl AsRef<std::ffi::OsStr>>) -> Command {
    let mut command = Command::new(beside_cargo("rustdoc"));
    command.args(args).env("RUSTC_BOOTSTRAP", "1").env_remove(AS_RUSTDOC);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_known_by_name_and_type() {
        for (args, expected) in [
            ("--crate-type lib --crate-name octodns_core src/lib.rs", true),
            ("--crate-name octodns --crate-type lib src/lib.rs", true),
            ("--crate-type bin --crate-name octodns src/main.rs", false),
            ("--crate-type lib --crate-name octodns_http src/lib.rs", false),
            ("--crate-name", false),
        ] {
            let args: Vec<OsString> = args.split(' ').map(OsString::from).collect();
            assert_eq!(is_library(&args), expected, "{args:?}");
        }
    }

    #[test]
    fn added_and_removed_items_are_reported() {
        let differences = differences("pub fn a()\npub fn b()\n", "pub fn a()\npub fn c()\n");
        assert_eq!(differences, ["- pub fn b()", "+ pub fn c()"]);
    }
}
