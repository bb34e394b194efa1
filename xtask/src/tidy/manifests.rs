//! `Cargo.toml` files: everything shared is in the workspace's manifest.

use super::Tree;

/// The manifests of the workspace's packages; the fuzz targets are a separate workspace.
fn members(tree: &Tree) -> impl Iterator<Item = (&str, &str)> {
    tree.ending("/Cargo.toml").filter(|(file, _)| !file.starts_with("fuzz/"))
}

/// Refuses lints and dependency versions that are not inherited from the workspace.
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

/// Refuses packages that are not named after their folder.
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

/// Refuses tests in the sources of a library that is not built for them: they would never run.
pub(super) fn tests_are_built(tree: &Tree) -> Vec<String> {
    let is_test = |line: &&str| {
        let line = line.trim_start();
        line.starts_with("#[cfg(test)]") || (line.starts_with("#[") && line.ends_with("test]"))
    };
    let mut problems = Vec::new();
    for (manifest, _) in members(tree).filter(|(_, text)| says_no_tests(text)) {
        let sources = manifest.replace("Cargo.toml", "src/");
        for (file, text) in tree.ending(".rs").filter(|(file, _)| file.starts_with(&sources)) {
            if let Some(index) = text.lines().position(|line| is_test(&line)) {
                let why = "never runs, since the library says `test = false`";
                problems.push(format!("{file}:{}: {why}", index + 1));
            }
        }
    }
    problems
}

/// Whether the library of a package is not built for tests.
fn says_no_tests(manifest: &str) -> bool {
    let section = manifest.lines().skip_while(|line| *line != "[lib]").skip(1);
    section.take_while(|line| !line.starts_with('[')).any(|line| line == "test = false")
}

/// Refuses a package that could not be published: without description, licence, repository or README, or with
/// a dependency that only exists in this workspace.
pub(super) fn publishable(tree: &Tree) -> Vec<String> {
    let is_ours = |file: &str| file.starts_with("crates/") || file.starts_with("bins/");
    let mut problems = Vec::new();
    for (file, text) in members(tree).filter(|(file, _)| is_ours(file)) {
        for key in ["description = \"", "license.workspace = true", "repository.workspace = true"] {
            if !text.lines().any(|line| line.starts_with(key)) {
                problems.push(format!("{file}: a package that is published says `{key}`"));
            }
        }
        let readme = file.replace("Cargo.toml", "README.md");
        let key = if tree.files.contains_key(&readme) {
            "readme = \"README.md\""
        } else {
            "readme.workspace = true"
        };
        if !text.lines().any(|line| line == key) {
            problems.push(format!("{file}: a package that is published says `{key}`"));
        }
        // The path of a program is on a separate line.
        let is_local = |line: &&str| line.starts_with("publish =") || line.contains("{ path = \"");
        let local = text.lines().filter(is_local);
        problems
            .extend(local.map(|line| format!("{file}: `{line}` keeps it from being published")));
    }
    let shared = tree.text("Cargo.toml").lines().filter(|line| line.contains("{ path = "));
    let unversioned = shared.filter(|line| !line.contains("version = "));
    problems.extend(
        unversioned
            .map(|line| format!("Cargo.toml: `{line}`: what is published needs its version")),
    );
    problems
}
