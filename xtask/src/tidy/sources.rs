//! Files: their location, length and name.

use std::collections::BTreeSet;

use super::Tree;

/// What is allowed at the top level.
const TOP_LEVEL: &[&str] = &[
    ".cargo",
    ".ci",
    ".dockerignore",
    ".github",
    ".gitignore",
    ".pre-commit-hooks.yaml",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "Dockerfile",
    "LICENSE",
    "README.md",
    "SECURITY.md",
    "action.yml",
    "bins",
    "book.toml",
    "clippy.toml",
    "crates",
    "deny.toml",
    "docs",
    "examples",
    "fuzz",
    "packaging",
    "pyproject.toml",
    "rust-toolchain.toml",
    "rustfmt.toml",
    "tests",
    "xtask",
];

/// The maximum number of lines of a file.
const MAX_LINES: usize = 800;

/// The maximum number of lines of a `lib.rs`, which is a table of contents.
const MAX_LINES_OF_CONTENTS: usize = 120;

/// Files that are one long table, and may be longer.
const FLAT_TABLES: &[&str] = &[];

/// Names that do not say what a file is about.
const VAGUE: &[&str] = &["common", "helper", "helpers", "misc", "types", "util", "utils"];

/// Refuses files and folders at the top level that are not in the architecture.
pub(super) fn top_level(tree: &Tree) -> Vec<String> {
    let found: BTreeSet<&str> =
        tree.files.keys().filter_map(|file| file.split('/').next()).collect();
    let strangers = found.into_iter().filter(|name| !TOP_LEVEL.contains(name));
    strangers.map(|name| format!("{name}: has no place at the top level")).collect()
}

/// Refuses files that have grown a second subject.
pub(super) fn sizes(tree: &Tree) -> Vec<String> {
    let mut problems = Vec::new();
    for (file, text) in tree.ending(".rs") {
        let contents = file.ends_with("/src/lib.rs");
        let most = if contents { MAX_LINES_OF_CONTENTS } else { MAX_LINES };
        let lines = text.lines().count();
        if lines > most && !FLAT_TABLES.contains(&file) {
            problems.push(format!("{file}: {lines} lines, at most {most}: split it by subject"));
        }
    }
    problems
}

/// Refuses modules and folders whose name does not say what they are about.
pub(super) fn file_names(tree: &Tree) -> Vec<String> {
    let vague = |file: &str| {
        let path = file.strip_suffix(".rs").unwrap_or(file);
        // `record/types/` is the one folder that contains what its name says: the record types.
        path.replace("record/types/", "record/").split('/').any(|word| VAGUE.contains(&word))
    };
    let found = tree.ending(".rs").filter(|(file, _)| vague(file));
    found.map(|(file, _)| format!("{file}: name it after its subject")).collect()
}

/// Refuses `#[allow]`: an exception from a lint is an `#[expect]` with a reason.
pub(super) fn silenced_lints(tree: &Tree) -> Vec<String> {
    let mut problems = Vec::new();
    for (file, text) in tree.ending(".rs") {
        for (index, line) in text.lines().enumerate() {
            let line = line.trim_start();
            if line.starts_with("#[allow(") || line.starts_with("#![allow(") {
                let place = format!("{file}:{}", index + 1);
                problems.push(format!("{place}: use #[expect(lint, reason = \"...\")]"));
            }
        }
    }
    problems
}
