//! The examples of pages: files are written, commands run, and what they say is what the page shows.

use std::path::Path;

use octodns_yaml::{LoadOptions, load};

use crate::blocks::{Block, blocks};
use crate::page;
use crate::shell::{Scratch, is_as_shown};

/// What a page needs, and what of it is not run.
struct Page {
    name: &'static str,
    /// Whether it needs Python with octoDNS, as `venv`, and the script that compares.
    python: bool,
    /// Blocks with commands that are run.
    run: usize,
    /// Blocks with commands that are not.
    not_run: usize,
}

const PAGES: &[Page] = &[
    Page { name: "introduction", python: false, run: 0, not_run: 0 },
    Page { name: "getting-started", python: false, run: 7, not_run: 1 },
    Page { name: "concepts", python: false, run: 0, not_run: 0 },
    Page { name: "zone-files", python: false, run: 1, not_run: 0 },
    Page { name: "ci-recipes", python: false, run: 2, not_run: 1 },
    Page { name: "faq", python: false, run: 0, not_run: 0 },
    Page { name: "moving-from-octodns", python: true, run: 2, not_run: 0 },
];

/// Pages whose commands other tests run.
const ELSEWHERE: &[&str] = &[
    "findings",
    "operating",
    "operating-journal",
    "plans",
    "schema",
    "tools",
    "writing-a-provider",
];

/// Pages with commands that nothing runs, and why.
const NOT_RUN: &[(&str, &str)] = &[
    ("install", "they download a release"),
    ("operating-verify", "flags alone, on a config that the page does not have"),
    ("python-classes", "they install packages"),
    ("report", "name servers of the page's zone"),
];

/// A page is in one of the lists as soon as it has commands, so that nobody forgets to run them.
#[test]
fn every_page_with_commands_is_run_or_listed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let mut with_commands: Vec<String> = Vec::new();
    for file in std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let is_page = file.extension().is_some_and(|end| end == "md");
        let is_command = |block: &Block<'_>| {
            matches!(block, Block::Script { .. } | Block::Session { .. } | Block::NotRun(_))
        };
        if is_page && blocks(&page(&name)).iter().any(is_command) {
            with_commands.push(name);
        }
    }
    let run = PAGES.iter().filter(|page| page.run + page.not_run > 0).map(|page| page.name);
    let listed = run.chain(ELSEWHERE.iter().copied()).chain(NOT_RUN.iter().map(|(name, _)| *name));
    let mut listed: Vec<&str> = listed.collect();
    listed.sort_unstable();
    with_commands.sort_unstable();
    assert_eq!(with_commands, listed);
}

#[test]
fn the_examples_of_pages_do_what_they_say() {
    for Page { name, python, run, not_run } in PAGES {
        let scratch = Scratch::new();
        if *python && !with_python(&scratch) {
            continue;
        }
        let text = page(name);
        let (mut said, mut ran, mut left) = (None, 0, 0);
        for block in blocks(&text) {
            match block {
                Block::File { path, text } => scratch.write(path, text),
                Block::Part(text) => {
                    let read = load(text, &LoadOptions::new("part.yaml"));
                    assert!(read.is_ok(), "{name}: no YAML: {text}");
                }
                Block::Script { text, fails } => {
                    said = Some(output(name, &scratch, text, fails));
                    ran += 1;
                }
                Block::Session { commands, fails } => {
                    let last = commands.len() - 1;
                    for (number, command) in commands.iter().enumerate() {
                        let output = output(name, &scratch, command.line, fails && number == last);
                        expect(name, command.line, &output, &command.output);
                    }
                    ran += 1;
                }
                Block::Output(lines) => {
                    // Without a command before it, it is a drawing.
                    if let Some(said) = &said {
                        expect(name, "the script", said, &lines.lines().collect::<Vec<_>>());
                    }
                }
                Block::NotRun(_) => left += 1,
                Block::Other { language, .. } => panic!("{name}: a block of {language}"),
            }
        }
        assert_eq!((ran, left), (*run, *not_run), "{name}: blocks that are run, and that are not");
    }
}

/// What a command says, which fails or does not.
fn output(page: &str, scratch: &Scratch, script: &str, fails: bool) -> String {
    let ran = scratch.run(script);
    assert_eq!(ran.code != Some(0), fails, "{page}: {script}: {}", ran.stdout);
    ran.stdout
}

fn expect(page: &str, what: &str, said: &str, shown: &[&str]) {
    assert!(is_as_shown(said, shown), "{page}: {what} says\n{said}\nand not\n{}", shown.join("\n"));
}

/// Puts Python and the script into a folder, as the page has them; false if there is none and none is required.
fn with_python(scratch: &Scratch) -> bool {
    let Some(python) = octodns_testkit::server::python() else { return false };
    let venv = python.parent().and_then(Path::parent).unwrap();
    scratch.link(venv, "venv");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let script = "compare-with-octodns.py";
    scratch.link(&root.join("examples").join(script), script);
    true
}
