//! `Cargo.toml` files: everything shared is said once, in the workspace's.

use super::Tree;

/// The workspace's packages' manifests; the fuzz targets are a workspace of their own.
fn members(tree: &Tree) -> impl Iterator<Item = (&str, &str)> {
    tree.ending("/Cargo.toml").filter(|(file, _)| !file.starts_with("fuzz/"))
}

/// Refuses lints and dependency versions that are not the workspace's.
pub(super) fn inherited(tree: &Tree) -> Vec<String> {
    let mut problems = Vec::new();
    for (file, text) in members(tree) {
        if !text.contains("[lints]\nworkspace = true") {
            problems.push(format!("{file}: inherit the lints: [lints] workspace = true"));
        }
        let mut section = "";
        for line in text.lines().map(str::trim) {
            if line.starts_with('[') {
                section = line;
            } else if section.contains("dependencies") && has_version(line) {
                problems.push(format!("{file}: `{line}`: versions stand in the workspace's file"));
            }
        }
    }
    problems
}

fn has_version(line: &str) -> bool {
    let Some((name, value)) = line.split_once('=') else { return false };
    let value = value.trim_start();
    !name.trim_end().ends_with(".workspace")
        && (value.starts_with('"') || value.contains("version ="))
}

/// Refuses packages that are not called after their folder.
pub(super) fn package_names(tree: &Tree) -> Vec<String> {
    let mut problems = Vec::new();
    for (file, text) in members(tree) {
        let folder = file.trim_end_matches("/Cargo.toml");
        let last = folder.rsplit('/').next().unwrap_or(folder);
        let expected = match folder {
            "crates/octodns" | "xtask" => last.to_owned(),
            _ if folder.starts_with("bins/") => last.to_owned(),
            _ if folder.starts_with("examples/") => format!("octodns-example-{last}"),
            _ => format!("octodns-{last}"),
        };
        if !text.contains(&format!("name = \"{expected}\"")) {
            problems.push(format!("{file}: the package of this folder is called {expected}"));
        }
    }
    problems
}
