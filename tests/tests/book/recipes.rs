//! The recipes for pipelines: their files are YAML, and what they run works.

use octodns_yaml::{LoadOptions, load};

use crate::blocks::{Block, blocks};
use crate::page;
use crate::shell::Scratch;

/// What is no command of ours, and is not run.
const OTHERS: &[&str] = &["cargo install ", "gh pr comment "];

/// The pipeline of GitLab, which is no part of the page.
const GITLAB: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/gitlab/.gitlab-ci.yml"));

#[test]
fn the_commands_of_recipes_work() {
    let text = page("ci-recipes");
    let mut inputs = Vec::new();
    let mut recipes = vec![("examples/gitlab/.gitlab-ci.yml", GITLAB)];
    for block in blocks(&text) {
        if let Block::File { path, text } = block {
            let is_input = path == "config.yaml" || path.starts_with("zones/");
            if is_input { &mut inputs } else { &mut recipes }.push((path, text));
        }
    }
    assert_eq!(recipes.len(), 2);
    for (path, recipe) in recipes {
        let read = load(recipe, &LoadOptions::new(path));
        assert!(read.is_ok(), "{path} is no YAML");
        let scratch = Scratch::new();
        for (path, text) in &inputs {
            scratch.write(path, text);
        }
        let mut ran = 0;
        for command in commands(recipe) {
            if !OTHERS.iter().any(|other| command.starts_with(other)) {
                let run = scratch.run(&format!("CONFIG_FILE=config.yaml\n{command}"));
                assert_eq!(run.code, Some(0), "{path}: {command}: {}", run.stdout);
                ran += 1;
            }
        }
        assert!(ran >= 3, "{path}: only {ran} commands");
        let live = scratch.path().join("live/example.com.yaml");
        assert!(live.is_file(), "{path}: nothing was applied");
    }
}

/// The commands of the steps of a pipeline: what stands behind `run`, and the items of `script`.
fn commands(recipe: &str) -> impl Iterator<Item = &str> {
    recipe.lines().filter_map(|line| {
        let item = line.trim().strip_prefix("- ")?;
        item.strip_prefix("run: ").or(item.starts_with("octodns ").then_some(item))
    })
}
