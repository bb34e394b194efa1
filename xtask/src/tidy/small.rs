//! The smallest program, which the README builds first: what it is not made of.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::Tree;
use super::packages::{Workspace, metadata};

/// The package of the program, and the feature that is left of its default.
const PROGRAM: &str = "octodns-all";
const FEATURE: &str = "octodns/yaml";

/// TLS, HTTP, a DNS client, and cryptography in C: packages with these names, and with these before a hyphen.
const UNWANTED: &[&str] =
    &["aws", "azure", "hickory", "hyper", "octodns-http", "openssl", "reqwest", "ring", "rustls"];

/// Refuses what takes minutes to build where files are all there is.
pub(super) fn has_no_network(_: &Tree) -> Vec<String> {
    match metadata() {
        Ok(metadata) => unwanted(&metadata),
        Err(error) => vec![error.to_string()],
    }
}

fn unwanted(metadata: &Json) -> Vec<String> {
    let workspace = Workspace::new(metadata);
    let is_program = |(_, package): &(&&str, &&Json)| package["name"] == PROGRAM;
    let Some((program, _)) = workspace.packages.iter().find(is_program) else {
        return vec![format!("{PROGRAM}: is not there")];
    };
    let mut needed = BTreeSet::new();
    workspace.walk(program, &BTreeSet::from([FEATURE.to_owned()]), &mut needed);
    let names =
        needed.iter().filter_map(|(id, _)| workspace.packages[id.as_str()]["name"].as_str());
    let names: BTreeSet<_> = names.filter(|name| is_unwanted(name)).collect();
    let problem = |name| format!("{name}: is in {PROGRAM} with {FEATURE} alone");
    names.into_iter().map(problem).collect()
}

fn is_unwanted(name: &str) -> bool {
    let name = name.replace('_', "-");
    UNWANTED.iter().any(|word| {
        name.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn packages_for_the_network_are_found_behind_the_feature_alone() {
        let package = |name: &str, dependencies: &Json, features: &Json| {
            let source = if name.starts_with("octodns") { Json::Null } else { json!("registry") };
            json!({"id": name, "name": name, "source": source, "dependencies": dependencies, "features": features})
        };
        let depends = |name: &str, optional: bool| json!({"name": name, "optional": optional, "features": []});
        let used = |name: &str| json!({"pkg": name, "dep_kinds": [{"kind": null}]});
        let metadata = |yaml: &str| {
            json!({
                "workspace_members": ["octodns", "octodns-all"],
                "packages": [
                    package("rustls", &json!([]), &json!({})),
                    package("aws_lc", &json!([]), &json!({})),
                    package("ringbuf", &json!([depends("aws_lc", false)]), &json!({})),
                    package(
                        "octodns",
                        &json!([depends("rustls", true), depends("ringbuf", true)]),
                        &json!({"all": ["dep:rustls"], "yaml": [yaml]}),
                    ),
                    package(
                        "octodns-all",
                        &json!([depends("octodns", false)]),
                        &json!({"default": ["octodns/all"]}),
                    ),
                ],
                "resolve": {"nodes": [
                    {"id": "ringbuf", "deps": [used("aws_lc")]},
                    {"id": "octodns", "deps": [used("rustls"), used("ringbuf")]},
                    {"id": "octodns-all", "deps": [used("octodns")]},
                ]},
            })
        };
        let found = |yaml: &str| unwanted(&metadata(yaml));
        assert_eq!(found("all"), ["rustls: is in octodns-all with octodns/yaml alone"]);
        assert_eq!(found("dep:ringbuf"), ["aws_lc: is in octodns-all with octodns/yaml alone"]);
        assert_eq!(found("std"), [] as [String; 0]);
    }
}
