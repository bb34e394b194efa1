//! The copy of the workspace needs the same features of dependencies as the workspace.
//!
//! Cargo compiles a dependency once for each set of features that commands need, and a command about one package
//! needs fewer than one about all of them. So a package that every other depends on asks for all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::run::{cargo, failed};

/// The name of the package.
const PACKAGE: &str = "same-features";
/// The manifest of the copy that depends on it. All packages depend on that one.
const ABOVE: &str = "crates/core/Cargo.toml";

/// Writes the package beside the copy.
pub(super) fn write_package(copy: &Path) -> io::Result<()> {
    let folder = folder(copy);
    write(&folder.join("Cargo.toml"), &manifest(&dependencies()?))?;
    // As rustfmt writes it: a command of the page formats this package too, and whatever changes here is compiled
    // again, with all that depends on it.
    write(&folder.join("src/lib.rs"), "//! Nothing.\n")?;
    // Cargo ignores the dependencies of a build script that does not exist.
    let script = "fn main() {\n    println!(\"cargo::rerun-if-changed=build.rs\");\n}\n";
    write(&folder.join("build.rs"), script)
}

/// What a file of the copy has at its end, so that the copy depends on the package.
///
/// With single quotes and in a table of its own, `tidy` does not take it for a dependency of the project.
pub(super) fn addition(copy: &Path, file: &Path) -> Option<String> {
    let path = folder(copy);
    (file == Path::new(ABOVE)).then(|| {
        format!("\n[target.'cfg(all())'.dependencies.{PACKAGE}]\npath = '{}'\n", path.display())
    })
}

fn folder(copy: &Path) -> PathBuf {
    copy.with_file_name(PACKAGE)
}

/// Leaves a file with the same text alone, so that nothing is compiled again.
fn write(path: &Path, text: &str) -> io::Result<()> {
    if fs::read_to_string(path).is_ok_and(|held| held == text) {
        return Ok(());
    }
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::write(path, text)
}

/// A published package: its name and version.
type Package = (String, String);
/// The features of packages.
type Features = BTreeMap<Package, BTreeSet<String>>;

/// What the workspace is compiled with.
#[derive(Debug, Default, PartialEq, Eq)]
struct Dependencies {
    normal: Features,
    /// For build scripts and macros, which have features of their own.
    build: Features,
}

/// The features that commands about the whole workspace select.
fn dependencies() -> io::Result<Dependencies> {
    let mut command = cargo(&["tree", "--workspace", "--locked", "--format", " {p}|{f}"]);
    let output = command.output().map_err(|error| failed(&command, &error.to_string()))?;
    if !output.status.success() {
        return Err(failed(&command, &String::from_utf8_lossy(&output.stderr)));
    }
    parse(&String::from_utf8_lossy(&output.stdout))
        .ok_or_else(|| failed(&command, "its output has an unknown form"))
}

/// Reads the tree that cargo draws, with four characters for each level.
///
/// What is below a macro or a list of dependencies of build scripts is compiled for these.
fn parse(tree: &str) -> Option<Dependencies> {
    let mut dependencies = Dependencies::default();
    let mut built_from = usize::MAX;
    for line in tree.lines().filter(|line| !line.is_empty()) {
        let start = line.find(|letter: char| letter.is_ascii_alphanumeric() || letter == '[')?;
        let level = line[..start].chars().count() / 4;
        let entry = &line[start..];
        if entry.starts_with('[') {
            built_from = if entry == "[build-dependencies]" { level + 1 } else { usize::MAX };
            continue;
        }
        if level < built_from {
            built_from = usize::MAX;
        }
        let (package, features) = entry.split_once('|')?;
        let (name, version) = package.split_once(" v")?;
        let (version, rest) = version.split_once(' ').unwrap_or((version, ""));
        // A package of the workspace, which has its path here.
        if rest.starts_with("(/") {
            continue;
        }
        if rest == "(proc-macro)" {
            built_from = built_from.min(level + 1);
        }
        let list =
            if level + 1 < built_from { &mut dependencies.normal } else { &mut dependencies.build };
        let features =
            features.trim_end_matches(" (*)").split(',').filter(|feature| !feature.is_empty());
        list.entry((name.to_owned(), version.to_owned()))
            .or_default()
            .extend(features.map(str::to_owned));
    }
    Some(dependencies)
}

fn manifest(dependencies: &Dependencies) -> String {
    let mut text = format!(
        "[package]\nname = \"{PACKAGE}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n"
    );
    let lists =
        [("dependencies", &dependencies.normal), ("build-dependencies", &dependencies.build)];
    for (section, features) in lists {
        let _ = write!(text, "\n[{section}]\n");
        for ((name, version), features) in features {
            let features: Vec<_> = features.iter().collect();
            // Of some packages there are several versions, which need names of their own.
            let number = version.replace(['.', '+'], "_");
            let _ = writeln!(
                text,
                "{name}-{number} = {{ package = \"{name}\", version = \"={version}\", default-features = false, \
                 features = {features:?} }}"
            );
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn macros_and_build_scripts_have_features_of_their_own() {
        let tree = "\
 ours v0.1.0 (/here)|
├──  async-trait v0.1.92 (proc-macro)|
│   ├──  syn v3.0.10|full,visit
│   └──  libc v0.2.1|std (*)
├──  aws-lc-sys v0.47.0|
│   [build-dependencies]
│   └──  cc v1.1.1|parallel
│       └──  libc v0.2.1|default
└──  syn v3.0.10|default (*)
[dev-dependencies]
└──  libc v0.2.1|

 more v0.1.0 (/here)|
└──  libc v0.2.1|extra
";
        let of = |list: &[(&str, &str, &[&str])]| -> Features {
            let of = |(name, version, features): &(&str, &str, &[&str])| {
                let features = features.iter().map(|feature| (*feature).to_owned()).collect();
                (((*name).to_owned(), (*version).to_owned()), features)
            };
            list.iter().map(of).collect()
        };
        let expected = Dependencies {
            normal: of(&[
                ("aws-lc-sys", "0.47.0", &[]),
                ("libc", "0.2.1", &["extra"]),
                ("syn", "3.0.10", &["default"]),
            ]),
            build: of(&[
                ("async-trait", "0.1.92", &[]),
                ("cc", "1.1.1", &["parallel"]),
                ("libc", "0.2.1", &["default", "std"]),
                ("syn", "3.0.10", &["full", "visit"]),
            ]),
        };
        assert_eq!(parse(tree), Some(expected));
    }
}
