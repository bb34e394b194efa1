//! The providers of a build: their classes, and the components built from the examples on their pages.

use std::fs;
use std::iter;

use octodns::core::registry::{Class, Component, Registry};
use octodns::core::value::{Kind, OwnedValue, python_str};
use octodns::core::{TargetOptions, Value};
use octodns_yaml::{LoadOptions, load};
use serde_json::Value as Json;

use super::{read, root};

/// The classes of one feature.
pub(super) struct Provider {
    /// The feature, which is also the name of the page.
    pub(super) feature: &'static str,
    /// Its sources and providers, first the one with the name of the feature, then the others by path.
    pub(super) classes: Vec<Described>,
    /// The names of all its components: paths and short names.
    pub(super) names: Vec<&'static str>,
}

/// A source or provider, with its short names.
pub(super) struct Described {
    pub(super) class: Class<Component>,
    pub(super) short_names: Vec<&'static str>,
}

impl Provider {
    pub(super) fn all() -> Vec<Self> {
        octodns::FEATURES.iter().map(|(feature, register)| Self::new(feature, *register)).collect()
    }

    fn new(feature: &'static str, register: octodns::Register) -> Self {
        let mut registry = Registry::default();
        register(&mut registry);
        let mut classes: Vec<Described> = Vec::new();
        for (name, class) in registry.providers.iter() {
            let known = classes.iter().position(|known| known.class.path == class.path);
            let index = known.unwrap_or_else(|| {
                classes.push(Described { class: class.clone(), short_names: Vec::new() });
                classes.len() - 1
            });
            if name != class.path {
                classes[index].short_names.push(name);
            }
        }
        classes.sort_by_key(|class| (!class.short_names.contains(&feature), class.class.path));
        let names = registry.providers.names().chain(registry.processors.names());
        Self { feature, classes, names: names.chain(registry.validators.names()).collect() }
    }

    /// Its page, relative to the workspace.
    pub(super) fn page(&self) -> String {
        format!("docs/providers/{}.md", self.feature)
    }

    /// Its summary: `summary` in `[package.metadata.octodns]`.
    pub(super) fn summary(&self) -> String {
        let folder = format!("crates/providers/{}", self.feature);
        let folder =
            if root().join(&folder).is_dir() { folder } else { format!("crates/{}", self.feature) };
        let file = format!("{folder}/Cargo.toml");
        let manifest = fs::read_to_string(root().join(&file)).unwrap();
        let section = manifest.split_once("[package.metadata.octodns]\n").map(|(_, rest)| rest);
        let line = section.and_then(|section| {
            section
                .lines()
                .take_while(|line| !line.starts_with('['))
                .find_map(|line| line.strip_prefix("summary = \""))
        });
        let summary = line.and_then(|line| line.strip_suffix('"'));
        summary
            .unwrap_or_else(|| panic!("{file}: [package.metadata.octodns] has no summary"))
            .to_owned()
    }

    /// A component built from an example on the page that configures this class, or one with the same
    /// options: only the code knows what it can do.
    pub(super) fn example(&self, described: &Described) -> Component {
        let path = described.class.path;
        let page = read(&self.page());
        let others = self.classes.iter().filter(|other| other.schema() == described.schema());
        let mut candidates = iter::once(described).chain(others);
        let options = candidates.find_map(|class| class.configured_in(&page));
        let options = options.unwrap_or_else(|| panic!("{}: no example of {path}", self.page()));
        let options = offline(&options, described);
        (described.class.build)("example", &options)
            .unwrap_or_else(|error| panic!("{path}: {error}"))
    }
}

impl Described {
    /// The schema of its options.
    fn schema(&self) -> Json {
        let mut generator = octodns::core::schema::settings().into_generator();
        (self.class.options)(&mut generator).to_value()
    }

    /// The options of the first example on a page that has this class.
    fn configured_in(&self, page: &str) -> Option<OwnedValue> {
        let is_it = |options: &Value<'_>| {
            let name = options.get("class").map(|class| python_str(class));
            name.is_some_and(|name| name == self.class.path || self.short_names.contains(&&*name))
        };
        let configured = |block: &str| {
            let file = load(block, &LoadOptions::new("example.yaml")).ok()?;
            let providers = file.root.get("providers")?.as_map()?;
            let found = providers.iter().find(|(_, options)| is_it(options));
            found.map(|(_, options)| options.clone().into_owned())
        };
        blocks(page).find_map(configured)
    }
}

/// Keys for tests alone, by what the names of their variables end with.
const KEYS: [(&str, &str); 2] = [
    ("PRIVATE_KEY", include_str!("../../../crates/providers/transip/tests/key.pem")),
    (
        "ACCOUNT_KEY",
        include_str!("../../../crates/providers/googlecloud/tests/service-account.json"),
    ),
];

/// Options that cause no network access, and refer to nothing outside the file.
fn offline(options: &OwnedValue, described: &Described) -> OwnedValue {
    let mut map = options.as_map().cloned().unwrap_or_default();
    map.remove("class");
    TargetOptions::take_from(&mut map).unwrap();
    for value in map.values_mut() {
        let variable = value.as_str().and_then(|text| text.strip_prefix("env/"));
        if let Some(variable) = variable {
            let key = KEYS.iter().find(|(end, _)| variable.ends_with(end));
            // Short enough for a name, and valid base64.
            *value = Value::from(key.map_or("abcd", |(_, key)| *key));
        }
    }
    if described.schema()["properties"].get("endpoint").is_some() {
        map.insert("endpoint", Value::from("http://127.0.0.1:1"));
    }
    Value::new(Kind::Map(map), options.position)
}

/// The YAML blocks of a page.
fn blocks(page: &str) -> impl Iterator<Item = &str> {
    page.split("```yaml\n").skip(1).filter_map(|rest| Some(rest.split_once("```")?.0))
}
