//! `generate`: writes what is derived from the folders of the providers, and from their classes.
//!
//! The lines that compile a provider in are derived from its folder, so writing them requires no build. The
//! tables of the documentation are derived from the registered classes; a test of `octodns-tests` has them,
//! and can write them.

pub(crate) mod region;

use std::fs;
use std::io;
use std::path::Path;

use crate::run::{cargo, check, root};

/// The environment variable that makes the test write the tables.
const WRITE_TABLES: &str = "OCTODNS_WRITE_TABLES";

/// Writes everything.
pub(crate) fn run() -> io::Result<()> {
    let read = |path: &str| fs::read_to_string(root().join(path));
    for file in lines(read, &folders(root())?)? {
        if file.before != file.text {
            fs::write(root().join(file.path), &file.text)?;
            println!("{}: written", file.path);
        }
    }
    let args = ["test", "--quiet", "--package", "octodns-tests", "--lib", "tables::"];
    check(cargo(&args).env(WRITE_TABLES, "1"))
}

/// A file with generated parts.
pub(crate) struct Generated {
    /// Its path, relative to the workspace.
    pub(crate) path: &'static str,
    /// Its current text.
    pub(crate) before: String,
    /// Its new text.
    pub(crate) text: String,
}

/// The line of one provider in a part.
type Row = fn(&str, &Workspace) -> String;

/// What rows may use of the workspace.
struct Workspace {
    version: String,
}

/// Every part with one row per provider: its file and its name.
const PARTS: &[(&str, &[(&str, Row)])] = &[
    ("Cargo.toml", &[("providers", package)]),
    (
        "crates/octodns/Cargo.toml",
        &[("all", member), ("features", feature), ("dependencies", dependency)],
    ),
    ("crates/octodns/src/registry.rs", &[("features", registration)]),
    ("docs/SUMMARY.md", &[("providers", entry)]),
];

fn package(name: &str, workspace: &Workspace) -> String {
    let Workspace { version } = workspace;
    format!("octodns-{name} = {{ path = \"crates/providers/{name}\", version = \"{version}\" }}")
}

fn member(name: &str, _: &Workspace) -> String {
    format!("\"{name}\",")
}

fn feature(name: &str, _: &Workspace) -> String {
    format!("{name} = [\"dep:octodns-{name}\"]")
}

fn dependency(name: &str, _: &Workspace) -> String {
    format!("octodns-{name} = {{ workspace = true, optional = true }}")
}

fn registration(name: &str, _: &Workspace) -> String {
    let module = name.replace('-', "_");
    format!("#[cfg(feature = \"{name}\")]\n(\"{name}\", octodns_{module}::register),")
}

fn entry(name: &str, _: &Workspace) -> String {
    format!("- [{name}](providers/{name}.md)")
}

/// The names of all providers: their folders.
pub(crate) fn folders(root: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root.join("crates/providers"))? {
        let entry = entry?;
        if entry.path().join("Cargo.toml").is_file() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// The files that compile these providers in, updated from the files that `read` returns.
pub(crate) fn lines<N: AsRef<str>>(
    read: impl Fn(&str) -> io::Result<String>,
    names: &[N],
) -> io::Result<Vec<Generated>> {
    let version = read("Cargo.toml")?;
    let version =
        version.lines().find_map(|line| line.strip_prefix("version = ")).unwrap_or_default();
    let workspace = Workspace { version: version.trim_matches('"').to_owned() };
    let file = |(path, parts): &(&'static str, &[(&str, Row)])| {
        let before = read(path)?;
        let mut text = before.clone();
        for (part, row) in *parts {
            let rows: Vec<_> = names.iter().map(|name| row(name.as_ref(), &workspace)).collect();
            text = region::replace(path, &text, part, &rows).map_err(io::Error::other)?;
        }
        Ok(Generated { path, before, text })
    };
    PARTS.iter().map(file).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_folder_is_all_that_a_provider_needs() {
        let mut names = folders(root()).unwrap();
        names.push("zzz-dns".to_owned());
        let read = |path: &str| fs::read_to_string(root().join(path));
        let files = lines(read, &names).unwrap();
        let added: Vec<_> = files
            .iter()
            .flat_map(|file| file.text.lines().filter(|line| !file.before.contains(*line)))
            .map(str::trim)
            .collect();
        let version = env!("CARGO_PKG_VERSION");
        let package = format!(
            "octodns-zzz-dns = {{ path = \"crates/providers/zzz-dns\", version = \"{version}\" }}"
        );
        let expected = [
            &*package,
            "\"zzz-dns\",",
            "zzz-dns = [\"dep:octodns-zzz-dns\"]",
            "octodns-zzz-dns = { workspace = true, optional = true }",
            "#[cfg(feature = \"zzz-dns\")]",
            "(\"zzz-dns\", octodns_zzz_dns::register),",
            "- [zzz-dns](providers/zzz-dns.md)",
        ];
        assert_eq!(added, expected);
    }
}
