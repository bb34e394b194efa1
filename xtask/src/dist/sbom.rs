//! The SBOM: every package that is compiled into the program, as a `CycloneDX` 1.6 document.
//!
//! It is made here: the crates that make one bring a parser of `Cargo.toml` and a model of several versions of the
//! format, for what is one document of cargo's metadata.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::facts::{Facts, list, text};

/// The document. The same program has the same one: it has no time and no serial number.
pub(super) fn document(facts: &Facts, lock: &str) -> Json {
    let checksums = checksums(lock);
    let components: Vec<Json> = facts
        .packages
        .iter()
        .map(|package| {
            let key = (text(package, "name"), text(package, "version"));
            component(package, checksums.get(&key).map(String::as_str))
        })
        .collect();
    let Some((program, libraries)) = components.split_first() else { return Json::Null };
    let mut program = program.clone();
    program["type"] = "application".into();
    json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": program,
            "tools": {"components": [{
                "type": "application", "name": "xtask dist", "version": facts.version,
            }]},
        },
        "components": libraries,
        "dependencies": dependencies(facts),
    })
}

fn component(package: &Json, checksum: Option<&str>) -> Json {
    let reference = reference(package);
    let mut component = json!({
        "type": "library",
        "bom-ref": reference,
        "name": package["name"],
        "version": package["version"],
        "purl": reference,
        "scope": "required",
    });
    let description = text(package, "description");
    let description = description.split_whitespace().collect::<Vec<_>>().join(" ");
    if !description.is_empty() {
        component["description"] = description.into();
    }
    if let Some(license) = license(package) {
        component["licenses"] = json!([{"expression": license}]);
    }
    if let Some(checksum) = checksum {
        component["hashes"] = json!([{"alg": "SHA-256", "content": checksum}]);
    }
    let repository = text(package, "repository");
    if !repository.is_empty() {
        component["externalReferences"] = json!([{"type": "vcs", "url": repository}]);
    }
    component
}

/// A package URL, by which databases of advisories know it.
fn reference(package: &Json) -> String {
    // The only character of versions that has a meaning in it.
    let version = text(package, "version").replace('+', "%2B");
    format!("pkg:cargo/{}@{version}", text(package, "name"))
}

/// The licence as an SPDX expression; old manifests have a slash between alternatives.
pub(super) fn license(package: &Json) -> Option<String> {
    let license = package["license"].as_str()?;
    Some(license.split('/').map(str::trim).collect::<Vec<_>>().join(" OR "))
}

/// Which component needs which.
fn dependencies(facts: &Facts) -> Vec<Json> {
    let references: BTreeMap<String, String> =
        facts.packages.iter().map(|package| (text(package, "id"), reference(package))).collect();
    let of = |id: &String| {
        let node = facts.nodes.iter().find(|node| node["id"] == *id);
        let used = node.into_iter().flat_map(|node| list(&node["deps"]));
        let used = used.filter_map(|used| references.get(used["pkg"].as_str()?));
        used.collect::<BTreeSet<_>>()
    };
    let all = references.iter();
    all.map(|(id, reference)| json!({"ref": reference, "dependsOn": of(id)})).collect()
}

/// The checksums of packages in `Cargo.lock`, by name and version.
fn checksums(lock: &str) -> BTreeMap<(String, String), String> {
    let value = |package: &str, key: &str| {
        let line = package.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \""));
        line.and_then(|value| value.strip_suffix('"')).map(str::to_owned)
    };
    let packages = lock.split("[[package]]").filter_map(|package| {
        let key = (value(package, "name")?, value(package, "version")?);
        Some((key, value(package, "checksum")?))
    });
    packages.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_has_each_package_with_its_checksum_and_what_it_needs() {
        let lock = "version = 4\n\n[[package]]\nname = \"abc\"\nversion = \"1.0.0\"\n\
                    source = \"registry\"\nchecksum = \"00ff\"\n\n[[package]]\nname = \"octodns-all\"\n\
                    version = \"1.2.3\"\n";
        let document = document(&Facts::for_tests(), lock);
        assert_eq!(document["metadata"]["component"]["purl"], "pkg:cargo/octodns-all@1.2.3");
        assert_eq!(
            document["components"][0],
            json!({
                "type": "library", "bom-ref": "pkg:cargo/abc@1.0.0", "name": "abc", "version": "1.0.0",
                "purl": "pkg:cargo/abc@1.0.0", "scope": "required", "description": "DNS as code",
                "licenses": [{"expression": "MIT OR Apache-2.0"}],
                "hashes": [{"alg": "SHA-256", "content": "00ff"}],
                "externalReferences": [{"type": "vcs", "url": "https://example.com/r"}],
            })
        );
        assert_eq!(
            document["dependencies"],
            json!([
                {"ref": "pkg:cargo/abc@1.0.0", "dependsOn": ["pkg:cargo/zlib@2.0.0"]},
                {"ref": "pkg:cargo/octodns-all@1.2.3", "dependsOn": ["pkg:cargo/abc@1.0.0"]},
                {"ref": "pkg:cargo/zlib@2.0.0", "dependsOn": []},
            ])
        );
    }
}
