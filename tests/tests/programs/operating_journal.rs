//! The examples of `docs/operating-journal.md`: each section is run in a folder of its own, and says what the page says.

use std::fs;

use crate::support::Workspace;

const PAGE: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/operating-journal.md"));

/// The run of the page.
const RUN: &str = "20261201-001902-3f9a1c";

/// The id of the only run in a folder.
fn first_run(workspace: &Workspace) -> Option<String> {
    let ids = workspace
        .list()
        .into_iter()
        .filter_map(|name| Some(name.strip_prefix("runs/")?.strip_suffix(".jsonl")?.to_owned()));
    ids.min()
}

/// A line of the page, about the run that there is.
fn of(run: Option<&str>, line: &str) -> String {
    run.map_or_else(|| line.to_owned(), |run| line.replace(RUN, run))
}

/// Runs the blocks of a section in order: files are written, commands run, and their outputs have the lines shown.
fn run(section: &str) -> usize {
    let workspace = Workspace::new();
    let (mut commands, mut said) = (0, String::new());
    // Of two that start in the same second, the names do not tell which is the first.
    let mut first = None;
    for block in section.split("```").skip(1).step_by(2) {
        let (kind, text) = block.split_once('\n').unwrap();
        match kind {
            "yaml" => {
                let (path, text) = text.strip_prefix("# ").unwrap().split_once('\n').unwrap();
                fs::create_dir_all(workspace.path(path).parent().unwrap()).unwrap();
                workspace.write(path, text);
            }
            "sh" => {
                said.clear();
                for line in text.lines() {
                    let ran = workspace.run(&of(first.as_deref(), line));
                    first = first.or_else(|| first_run(&workspace));
                    ran.expect(0, &[]);
                    said = said + &ran.stdout + &ran.stderr;
                    commands += 1;
                }
            }
            "text" => {
                for line in text.lines().map(|line| of(first.as_deref(), line)) {
                    assert!(said.contains(&line), "\"{line}\" is not said: {said}");
                }
            }
            _ => panic!("a block of {kind}"),
        }
    }
    commands
}

#[test]
fn the_examples_do_what_the_page_says() {
    let sections = PAGE.split("\n## ").skip(1);
    let commands: usize = sections.map(run).sum();
    assert_eq!(commands, 8);
}
