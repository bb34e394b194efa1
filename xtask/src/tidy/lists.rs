//! Lists that must agree: features and providers, dependencies and reasons, docs and folders.

use std::collections::BTreeSet;

use super::Tree;
use crate::generate;

/// Refuses dependencies without a reason in `docs/dependencies.md`, and reasons without a dependency.
pub(super) fn dependencies_have_reasons(tree: &Tree) -> Vec<String> {
    let page = "docs/dependencies.md";
    let of_workspace = section(tree.text("Cargo.toml"), "[workspace.dependencies]");
    let of_fuzzing = section(tree.text("fuzz/Cargo.toml"), "[dependencies]");
    let listed: BTreeSet<&str> = of_workspace
        .chain(of_fuzzing)
        .filter(|line| !line.contains("path ="))
        .filter_map(key)
        .collect();
    let reasoned: BTreeSet<&str> = tree
        .text(page)
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    differences(&listed, "Cargo.toml", &reasoned, page)
}

/// Refuses a provider that is not compiled in by its feature, or has no page.
pub(super) fn providers_in_step(tree: &Tree) -> Vec<String> {
    let names: Vec<&str> = tree.folders("crates/providers").into_iter().collect();
    let read = |path: &str| Ok(tree.text(path).to_owned());
    let mut problems = match generate::lines(read, &names) {
        Ok(files) => {
            let stale = files.into_iter().filter(|file| file.before != file.text);
            stale.map(|file| format!("{}: run `cargo xtask generate`", file.path)).collect()
        }
        Err(error) => vec![error.to_string()],
    };
    let pages = names.into_iter().map(|name| format!("docs/providers/{name}.md"));
    let missing = pages.filter(|page| !tree.files.contains_key(page));
    problems.extend(missing.map(|page| format!("{page}: is missing")));
    problems
}

/// Refuses features of providers outside the facade: each would need another list of all of them.
pub(super) fn features_in_one_place(tree: &Tree) -> Vec<String> {
    let providers = tree.folders("crates/providers");
    let mut problems = Vec::new();
    for (file, text) in tree.ending("/Cargo.toml") {
        if file == "crates/octodns/Cargo.toml" {
            continue;
        }
        let features = section(text, "[features]").filter_map(key);
        let repeated = features.filter(|feature| providers.contains(feature));
        problems.extend(
            repeated.map(|feature| format!("{file}: the feature {feature} is the facade's alone")),
        );
    }
    problems
}

/// Refuses folders in the code map of `docs/architecture.md` that do not exist.
pub(super) fn architecture_names_folders(tree: &Tree) -> Vec<String> {
    let page = "docs/architecture.md";
    let named = tree.text(page).split('`').skip(1).step_by(2);
    let folders = named.filter(|word| {
        let top = word.split('/').next().unwrap_or_default();
        word.contains('/')
            && ["bins", "crates", "docs", "examples", "tests", "xtask"].contains(&top)
            && !word.contains(['*', '<', ' ', '{'])
    });
    let gone = folders.filter(|path| !tree.root.join(path).exists());
    gone.map(|path| format!("{page}: `{path}` does not exist")).collect()
}

/// The lines of a manifest's section.
fn section<'m>(manifest: &'m str, header: &str) -> impl Iterator<Item = &'m str> {
    let start = manifest.lines().skip_while(move |line| line.trim() != header).skip(1);
    start.take_while(|line| !line.starts_with('['))
}

fn key(line: &str) -> Option<&str> {
    let name = line.split_once('=')?.0.trim();
    (!name.starts_with('#')).then_some(name)
}

fn differences(
    left: &BTreeSet<&str>,
    left_name: &str,
    right: &BTreeSet<&str>,
    right_name: &str,
) -> Vec<String> {
    let only = |name: &str, here: &str, there: &str| format!("{name}: in {here}, not in {there}");
    let mut problems: Vec<String> =
        left.difference(right).map(|name| only(name, left_name, right_name)).collect();
    problems.extend(right.difference(left).map(|name| only(name, right_name, left_name)));
    problems
}
