//! The minimum Rust version of each package: not older than its dependencies require.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::Tree;
use super::packages::{Workspace, list, metadata};

/// Refuses a `rust-version` that is older than that of a dependency with default features.
pub(super) fn not_older_than_dependencies(_: &Tree) -> Vec<String> {
    match metadata() {
        Ok(metadata) => too_old(&metadata),
        Err(error) => vec![error.to_string()],
    }
}

fn too_old(metadata: &Json) -> Vec<String> {
    let workspace = Workspace::new(metadata);
    let mut problems = Vec::new();
    for id in list(&metadata["workspace_members"]).filter_map(Json::as_str) {
        let package = workspace.packages[id];
        let own = package["rust_version"].as_str().unwrap_or_default();
        let mut needed = BTreeSet::new();
        workspace.walk(id, &BTreeSet::from(["default".to_owned()]), &mut needed);
        let newest = needed.iter().filter_map(|(id, _)| {
            let package = workspace.packages[id.as_str()];
            Some((numbers(package["rust_version"].as_str()?), package))
        });
        let newest = newest.filter(|(version, _)| *version > numbers(own));
        if let Some((_, other)) = newest.max_by(|(one, _), (other, _)| one.cmp(other)) {
            let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
            problems.push(format!(
                "{}: says that it compiles with Rust {own}, but {} needs {}",
                text(&package["name"]),
                text(&other["name"]),
                text(&other["rust_version"]),
            ));
        }
    }
    problems
}

/// `1.94.1` as comparable numbers.
fn numbers(version: &str) -> Vec<u32> {
    let mut numbers: Vec<u32> = version.split('.').filter_map(|part| part.parse().ok()).collect();
    numbers.resize(3, 0);
    numbers
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn package(
        name: &str,
        rust: &str,
        source: &Json,
        dependencies: &Json,
        features: &Json,
    ) -> Json {
        json!({
            "id": name, "name": name, "rust_version": rust, "source": source,
            "dependencies": dependencies, "features": features,
        })
    }

    #[test]
    fn a_version_older_than_that_of_an_enabled_dependency_is_refused() {
        let registry = json!("registry");
        let depends = |name: &str, optional: bool, features: &[&str]| json!({"name": name, "optional": optional, "features": features, "uses_default_features": true});
        let used =
            |name: &str, kind: Option<&str>| json!({"pkg": name, "dep_kinds": [{"kind": kind}]});
        let metadata = json!({
            "workspace_members": ["library", "program"],
            "packages": [
                package("sdk", "1.94.1", &registry, &json!([]), &json!({})),
                package("old", "1.60", &registry, &json!([]), &json!({})),
                package("tests", "1.95", &registry, &json!([]), &json!({})),
                package(
                    "library",
                    "1.88",
                    &Json::Null,
                    &json!([depends("sdk", true, &[]), depends("old", false, &[])]),
                    &json!({"default": [], "all": ["cloud"], "cloud": ["dep:sdk"]}),
                ),
                package(
                    "program",
                    "1.88",
                    &Json::Null,
                    &json!([depends("library", false, &[])]),
                    &json!({"default": ["library/all"]}),
                ),
            ],
            "resolve": {"nodes": [
                {"id": "library", "deps": [used("sdk", None), used("old", None), used("tests", Some("dev"))]},
                {"id": "program", "deps": [used("library", None)]},
            ]},
        });
        assert_eq!(
            too_old(&metadata),
            ["program: says that it compiles with Rust 1.88, but sdk needs 1.94.1"]
        );
    }
}
