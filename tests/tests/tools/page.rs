//! `docs/tools.md`: its examples are run, and its table of variables is that of the program.

use std::fs;

use octodns::init::{SERVICES, Service, Without};

use crate::service;
use crate::support::Workspace;

const PAGE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/tools.md"));

#[test]
fn the_examples_do_what_the_page_says() {
    let sections = PAGE.split("\n## ").skip(1);
    let commands: usize = sections.map(run).sum();
    assert!(commands >= 10, "only {commands}");
}

/// Runs the blocks of a section in order, beside a service: files are written, commands run, and what they say has the
/// lines shown.
fn run(section: &str) -> usize {
    let service = service::Service::new(service::Zones::two());
    let workspace = Workspace::new();
    if section.starts_with("A new repository") {
        fs::remove_file(workspace.path("config.yaml")).unwrap();
        fs::remove_dir_all(workspace.path("zones")).unwrap();
    }
    let (mut commands, mut said) = (0, String::new());
    for block in section.split("```").skip(1).step_by(2) {
        let (kind, text) = block.split_once('\n').unwrap();
        match kind {
            "yaml" => {
                let (path, text) = text.strip_prefix("# ").unwrap().split_once('\n').unwrap();
                workspace.write(path, text);
            }
            "sh" | "sh fails" => {
                said.clear();
                for line in text.lines() {
                    let ran = workspace.run_with(line, &service.variables());
                    ran.expect(i32::from(kind != "sh"), &[]);
                    said = said + &without_times(&ran.stdout) + &ran.stderr;
                    commands += 1;
                }
            }
            "text" => {
                for line in without_times(text).lines() {
                    assert!(said.contains(line), "\"{line}\" is not said: {said}");
                }
            }
            _ => panic!("a block of {kind}"),
        }
    }
    commands
}

/// A table without what is another in each run: how long a provider took, and so how wide its column is.
fn without_times(text: &str) -> String {
    let line = |line: &str| match line.split_once("┆ ok, ") {
        Some((start, _)) => format!("{start}┆ ok\n"),
        None if line.starts_with(['┌', '╞', '├', '└']) => String::new(),
        None => format!("{}\n", line.trim_end_matches([' ', '│'])),
    };
    text.lines().map(line).collect()
}

#[test]
fn the_table_has_every_service() {
    let (_, table) = PAGE.split_once("<!-- the table of services:").unwrap();
    let (table, _) = table.split_once("<!-- end of the table of services -->").unwrap();
    let rows: Vec<_> = table.lines().skip(3).collect();
    let expected: Vec<_> = SERVICES.iter().map(row).collect();
    assert_eq!(rows, expected);
}

fn row(service: &Service) -> String {
    let named = service.options.iter().filter(|option| !option.variable.is_empty());
    let variables: Vec<_> = named
        .map(|option| match option.without {
            Without::Impossible => format!("`{}`", option.variable),
            _ => format!("(`{}`)", option.variable),
        })
        .collect();
    format!("| {} | `{}` | {} |", service.id, service.class, variables.join(", "))
}
