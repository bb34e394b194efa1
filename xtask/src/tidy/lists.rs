//! Lists that must be in step: features and providers, dependencies and reasons, docs and folders.

use std::collections::BTreeSet;

use super::Tree;

/// Refuses dependencies that `docs/dependencies.md` gives no reason for, and reasons for nothing.
pub(super) fn dependencies_have_reasons(tree: &Tree) -> Vec<String> {
    let page = "docs/dependencies.md";
    let listed: BTreeSet<&str> = section(tree.text("Cargo.toml"), "[workspace.dependencies]")
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

/// Refuses a provider that is not everywhere: folder, feature, registry line, docs page and line in
/// the README.
pub(super) fn providers_in_step(tree: &Tree) -> Vec<String> {
    let manifest = "crates/octodns/Cargo.toml";
    let features: BTreeSet<&str> = section(tree.text(manifest), "[features]")
        .filter_map(key)
        // YAML has a crate of its own beside the providers.
        .filter(|feature| !["default", "all", "yaml"].contains(feature))
        .collect();
    let folders: BTreeSet<&str> = tree.folders("crates/providers");
    let facade = tree.ending(".rs").filter(|(file, _)| file.starts_with("crates/octodns/src/"));
    let registry: String = facade.map(|(_, text)| text).collect();
    let mut problems = differences(&folders, "crates/providers", &features, manifest);
    for folder in folders {
        if !registry.contains(&format!("octodns_{}::register(", folder.replace('-', "_"))) {
            problems.push(format!("{folder}: not registered in crates/octodns"));
        }
        if !tree.files.contains_key(&format!("docs/providers/{folder}.md")) {
            problems.push(format!("{folder}: docs/providers/{folder}.md is missing"));
        }
        if !tree.text("README.md").contains(&format!("](docs/providers/{folder}.md)")) {
            problems.push(format!("{folder}: the table of README.md has no line for it"));
        }
    }
    problems
}

/// Refuses a program that cannot be built with each feature of the facade.
pub(super) fn features_forwarded(tree: &Tree) -> Vec<String> {
    let of = |manifest: &str| -> BTreeSet<String> {
        section(tree.text(manifest), "[features]")
            .filter_map(key)
            .filter(|feature| !feature.starts_with('"'))
            .map(str::to_owned)
            .collect()
    };
    let facade = of("crates/octodns/Cargo.toml");
    let manifests = tree.ending("/Cargo.toml").map(|(file, _)| file);
    let forwarding =
        manifests.filter(|file| file.starts_with("bins/") || *file == "crates/cli/Cargo.toml");
    let lacking = forwarding.flat_map(|file| {
        let own = of(file);
        let missing: Vec<_> = facade.difference(&own).cloned().collect();
        missing.into_iter().map(move |feature| format!("{file}: the feature {feature} is missing"))
    });
    lacking.collect()
}

/// Refuses folders in the code map of `docs/architecture.md` that are gone.
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
