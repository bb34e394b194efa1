//! Packages and features: what is compiled for a package, from cargo's metadata.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::process::Command;

use serde_json::Value as Json;

use crate::run::{cargo, failed};

/// Cargo's metadata for the packages that are compiled on this machine.
pub(super) fn metadata() -> io::Result<Json> {
    let about = output(Command::new("rustc").arg("-vV"))?;
    let about = String::from_utf8_lossy(&about);
    let host = about.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
    let args = ["metadata", "--format-version", "1", "--locked", "--filter-platform", host];
    Ok(serde_json::from_slice(&output(&mut cargo(&args))?)?)
}

fn output(command: &mut Command) -> io::Result<Vec<u8>> {
    let output = command.output().map_err(|error| failed(command, &error.to_string()))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(failed(command, &String::from_utf8_lossy(&output.stderr)))
}

/// A package and its features.
pub(super) type Needed = (String, BTreeSet<String>);

/// The packages of the workspace, and all that they are built from.
pub(super) struct Workspace<'m> {
    pub(super) packages: BTreeMap<&'m str, &'m Json>,
    members: BTreeSet<&'m str>,
    /// The dependencies of each package, without those only for tests.
    dependencies: BTreeMap<&'m str, Vec<&'m str>>,
}

impl<'m> Workspace<'m> {
    pub(super) fn new(metadata: &'m Json) -> Self {
        let id = |package: &'m Json| Some((package["id"].as_str()?, package));
        let node = |node: &'m Json| {
            let is_compiled = |kind: &Json| kind["kind"].as_str() != Some("dev");
            let used = list(&node["deps"])
                .filter(|used| list(&used["dep_kinds"]).any(is_compiled))
                .filter_map(|used| used["pkg"].as_str());
            Some((node["id"].as_str()?, used.collect()))
        };
        Self {
            packages: list(&metadata["packages"]).filter_map(id).collect(),
            members: list(&metadata["workspace_members"]).filter_map(Json::as_str).collect(),
            dependencies: list(&metadata["resolve"]["nodes"]).filter_map(node).collect(),
        }
    }

    /// All packages that a package with these features compiles. For our own packages only what the features
    /// enable: cargo's data is for all features together.
    pub(super) fn walk(
        &self,
        id: &str,
        features: &BTreeSet<String>,
        needed: &mut BTreeSet<Needed>,
    ) {
        if !needed.insert((id.to_owned(), features.clone())) {
            return;
        }
        let package = self.packages[id];
        let is_ours = package["source"].is_null();
        // `new-provider --prove` has one beside its copy of the workspace, which is not published.
        if is_ours && !self.members.contains(id) {
            return;
        }
        let features = all_features(package, features);
        for used in self.dependencies.get(id).into_iter().flatten() {
            let name = &self.packages[used]["name"];
            let declared =
                list(&package["dependencies"]).find(|declared| declared["name"] == *name);
            let asked = declared.map(|declared| asked(declared, &features)).unwrap_or_default();
            match asked {
                Some(asked) => self.walk(used, &asked, needed),
                None if is_ours => {}
                None => self.walk(used, &BTreeSet::new(), needed),
            }
        }
    }
}

/// The features that these enable, including themselves.
fn all_features(package: &Json, features: &BTreeSet<String>) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let mut open: Vec<String> = features.iter().cloned().collect();
    while let Some(feature) = open.pop() {
        let turned_on = list(&package["features"][feature.as_str()]);
        open.extend(turned_on.filter_map(Json::as_str).map(str::to_owned));
        all.insert(feature);
    }
    all
}

/// The features that are requested of a dependency; `None` if it is optional and not enabled.
fn asked(declared: &Json, features: &BTreeSet<String>) -> Option<BTreeSet<String>> {
    let name = declared["name"].as_str()?;
    let is_optional = declared["optional"].as_bool() == Some(true);
    if is_optional && !features.contains(&format!("dep:{name}")) && !features.contains(name) {
        return None;
    }
    let of_it = features.iter().filter_map(|feature| feature.strip_prefix(name)?.strip_prefix('/'));
    let mut asked: BTreeSet<String> = of_it.map(str::to_owned).collect();
    asked.extend(list(&declared["features"]).filter_map(Json::as_str).map(str::to_owned));
    if declared["uses_default_features"].as_bool() == Some(true) {
        asked.insert("default".to_owned());
    }
    Some(asked)
}

/// The items of a list.
pub(super) fn list(json: &Json) -> impl Iterator<Item = &Json> {
    json.as_array().into_iter().flatten()
}
