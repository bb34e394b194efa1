//! Facts: what cargo knows about the program and about all that it is built from.

use std::collections::BTreeSet;
use std::io;
use std::process::Command;

use serde_json::Value as Json;

use super::target::Target;
use crate::run::{cargo, failed};

/// The package of the program that contains all others.
pub(super) const PACKAGE: &str = "octodns-all";

/// What the manifests say.
pub(super) struct Facts {
    pub(super) version: String,
    pub(super) license: String,
    pub(super) repository: String,
    pub(super) description: String,
    /// Cargo's data about each package in the program, the program first, the others by name and version.
    pub(super) packages: Vec<Json>,
    /// Which package depends on which, by cargo's ids.
    pub(super) nodes: Vec<Json>,
}

impl Facts {
    /// Asks cargo about the program with its default features, for a target.
    pub(super) fn read(target: &Target) -> io::Result<Self> {
        let platform = ["--filter-platform", target.triple()];
        let mut metadata = cargo(&["metadata", "--format-version", "1", "--locked"]);
        let metadata: Json = serde_json::from_slice(&output(metadata.args(platform))?)?;
        // Cargo's metadata is of all packages of the workspace together, tests included.
        let mut tree = cargo(&["tree", "--locked", "--package", PACKAGE, "--edges", "normal"]);
        tree.args(["--prefix", "none", "--format", "{p}", "--target", target.triple()]);
        Self::of(&metadata, &String::from_utf8_lossy(&output(&mut tree)?))
    }

    /// Keeps of the metadata what is in the tree, a line `name v1.2.3 ...` for each package.
    fn of(metadata: &Json, tree: &str) -> io::Result<Self> {
        let in_tree: BTreeSet<(&str, &str)> = tree
            .lines()
            .filter_map(|line| {
                let mut words = line.split_whitespace();
                Some((words.next()?, words.next()?.strip_prefix('v')?))
            })
            .collect();
        let is_in_it = |package: &&Json| {
            let key = package["name"].as_str().zip(package["version"].as_str());
            key.is_some_and(|key| in_tree.contains(&key))
        };
        let mut packages: Vec<Json> =
            list(&metadata["packages"]).filter(is_in_it).cloned().collect();
        packages.sort_by_key(|package| {
            (package["name"] != PACKAGE, text(package, "name"), text(package, "version"))
        });
        let program = packages.first().filter(|package| package["name"] == PACKAGE);
        let program = program.ok_or_else(|| io::Error::other(format!("there is no {PACKAGE}")))?;
        Ok(Self {
            version: text(program, "version"),
            license: text(program, "license"),
            repository: text(program, "repository"),
            description: text(program, "description"),
            nodes: list(&metadata["resolve"]["nodes"]).cloned().collect(),
            packages,
        })
    }

    #[cfg(test)]
    pub(super) fn for_tests() -> Self {
        let package = |name: &str, version: &str, source: Json| {
            serde_json::json!({
                "id": name, "name": name, "version": version, "license": "MIT/Apache-2.0",
                "repository": "https://example.com/r", "description": "DNS as code", "source": source,
            })
        };
        let registry = || Json::from("registry+https://example.com/index");
        let metadata = serde_json::json!({
            "packages": [
                package("zlib", "2.0.0", registry()),
                package(PACKAGE, "1.2.3", Json::Null),
                package("abc", "1.0.0", registry()),
                package("only-for-tests", "1.0.0", registry()),
            ],
            "resolve": {"nodes": [
                {"id": PACKAGE, "deps": [{"pkg": "abc"}, {"pkg": "only-for-tests"}]},
                {"id": "abc", "deps": [{"pkg": "zlib"}]},
            ]},
        });
        let tree = "octodns-all v1.2.3 (/somewhere)\nabc v1.0.0\nzlib v2.0.0\nabc v1.0.0 (*)\n";
        Self::of(&metadata, tree).unwrap()
    }
}

/// What a command writes to its standard output.
pub(super) fn output(command: &mut Command) -> io::Result<Vec<u8>> {
    let output = command.output().map_err(|error| failed(command, &error.to_string()))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = [output.stdout, output.stderr].concat();
    Err(failed(command, &format!("{}: {}", output.status, String::from_utf8_lossy(&said).trim())))
}

/// The items of a list.
pub(super) fn list(json: &Json) -> impl Iterator<Item = &Json> {
    json.as_array().into_iter().flatten()
}

/// A text of a package; empty if it has none.
pub(super) fn text(package: &Json, key: &str) -> String {
    package[key].as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_in_the_program_counts() {
        let facts = Facts::for_tests();
        assert_eq!(facts.version, "1.2.3");
        let names: Vec<String> =
            facts.packages.iter().map(|package| text(package, "name")).collect();
        assert_eq!(names, [PACKAGE, "abc", "zlib"]);
    }
}
