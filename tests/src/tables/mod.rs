//! Tables that are generated from the classes of a build: in the README, the documentation and the facade.
//!
//! A test compares them with the files. `cargo xtask generate` makes the same test write them.

mod capabilities;
mod options;
mod provider;
mod summary;

// The format of generated regions is defined once, next to the command that writes them.
#[path = "../../../xtask/src/generate/region.rs"]
mod region;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use provider::Provider;

/// The environment variable that makes the test write stale tables.
const WRITE: &str = "OCTODNS_WRITE_TABLES";

/// A generated part of a file.
struct Part {
    /// The file, relative to the workspace.
    file: String,
    /// The name in its comments.
    name: String,
    lines: Vec<String>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The text of a file of the workspace.
fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn parts() -> Vec<Part> {
    let providers = Provider::all();
    let mut parts = vec![
        summary::readme(&providers),
        summary::class_names(&providers),
        capabilities::table(&providers),
    ];
    parts.extend(options::tables(&providers));
    parts
}

/// A stale table misinforms users.
#[test]
fn the_tables_are_up_to_date() {
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    for Part { file, name, lines } in parts() {
        let text = texts.entry(file.clone()).or_insert_with(|| read(&file));
        *text = region::replace(&file, text, &name, &lines).unwrap();
    }
    let stale: Vec<_> = texts.into_iter().filter(|(file, text)| read(file) != *text).collect();
    if std::env::var_os(WRITE).is_some() {
        for (file, text) in stale {
            fs::write(root().join(&file), text).unwrap();
            println!("{file}: written");
        }
        return;
    }
    let names: Vec<_> = stale.iter().map(|(file, _)| file).collect();
    assert!(names.is_empty(), "run `cargo xtask generate`: {names:?}");
}

/// A Markdown table.
fn markdown<const N: usize>(heads: [&str; N], rows: &[[String; N]]) -> Vec<String> {
    let line = |cells: &[String]| {
        let cells = cells.iter().map(|cell| cell.replace('\n', " ").replace('|', "\\|"));
        // An empty cell has a single blank.
        cells.fold("|".to_owned(), |line, cell| {
            if cell.is_empty() { line + " |" } else { line + &format!(" {cell} |") }
        })
    };
    let mut lines = vec![line(&heads.map(str::to_owned)), format!("|{}", "---|".repeat(N))];
    lines.extend(rows.iter().map(|row| line(row)));
    lines
}
