//! The examples of `docs/operating.md` and `docs/plans.md`: each section is run in a folder of its own, and says what
//! the page says.

use std::fs;

use crate::support::Workspace;

const OPERATING: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/operating.md"));
const PLANS: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/plans.md"));

/// Runs the blocks of a section in order: files are written, commands run, and their outputs have the lines shown.
fn run(section: &str) -> usize {
    let workspace = Workspace::new();
    let (mut commands, mut said) = (0, String::new());
    for block in section.split("```").skip(1).step_by(2) {
        let (kind, text) = block.split_once('\n').unwrap();
        match kind {
            "yaml" => {
                let (path, text) = text.strip_prefix("# ").unwrap().split_once('\n').unwrap();
                fs::create_dir_all(workspace.path(path).parent().unwrap()).unwrap();
                workspace.write(path, text);
            }
            "sh" | "sh fails" => {
                said.clear();
                for line in text.lines() {
                    let ran = workspace.run(line);
                    ran.expect(i32::from(kind != "sh"), &[]);
                    said = said + &ran.stdout + &ran.stderr;
                    commands += 1;
                }
            }
            "text" => {
                for line in text.lines() {
                    assert!(said.contains(line), "\"{line}\" is not said: {said}");
                }
            }
            _ => panic!("a block of {kind}"),
        }
    }
    commands
}

#[test]
fn the_examples_do_what_the_page_says() {
    for (page, least) in [(OPERATING, 8), (PLANS, 1)] {
        let sections = page.split("\n## ").skip(1);
        let commands: usize = sections.map(run).sum();
        assert!(commands >= least, "only {commands}");
    }
}
