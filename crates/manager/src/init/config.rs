//! The text of a new config.

use std::path::Path;

use octodns_core::value::Map;
use octodns_core::{OwnedValue, Value, ZoneName};
use octodns_yaml::{DumpOptions, dump};

/// The id of the provider that keeps zones in files.
pub(super) const FILES: &str = "config";

/// What a text begins with that stands for a variable.
const VARIABLE: &str = "env/";

const HEADER: &str = "\
# Made by `octodns init`. A text such as env/NAME stands for the variable NAME of the environment.
";

/// A provider of a new config.
#[derive(Clone, Debug)]
pub(super) struct NewEntry {
    pub(super) id: String,
    /// Its class, and its options.
    pub(super) options: Vec<(&'static str, String)>,
}

/// A zone of a new config, and the ids of the providers that have it.
#[derive(Clone, Debug)]
pub(super) struct NewZone {
    pub(super) name: ZoneName,
    pub(super) targets: Vec<String>,
}

/// The text of a config whose zones are in a folder, and are written to the providers that have them.
pub(super) fn text(
    entries: &[NewEntry],
    zones: &[NewZone],
    directory: &Path,
    lenient: bool,
) -> String {
    let mut directory = directory.to_string_lossy().into_owned();
    if directory.starts_with(VARIABLE) {
        directory.insert_str(0, "./");
    }
    let files = mapping([
        ("class", Value::from("octodns.provider.yaml.YamlProvider")),
        ("directory", Value::from(directory)),
    ]);
    let entry = |entry: &NewEntry| {
        let options = entry.options.iter().map(|(name, value)| (*name, Value::from(value.clone())));
        (Value::from(entry.id.clone()), mapping(options))
    };
    let zone = |zone: &NewZone| {
        let list =
            |ids: &[String]| Value::from(ids.iter().cloned().map(Value::from).collect::<Vec<_>>());
        let sources = ("sources", list(&[FILES.to_owned()]));
        let lenient = lenient.then(|| ("lenient", Value::from(true)));
        let keys = [sources, ("targets", list(&zone.targets))].into_iter().chain(lenient);
        (Value::from(zone.name.to_string()), mapping(keys))
    };
    let files = std::iter::once((Value::from(FILES), files));
    let providers = Map::from_entries(files.chain(entries.iter().map(entry)).collect());
    let zones = Map::from_entries(zones.iter().map(zone).collect());
    let root = mapping([("providers", Value::from(providers)), ("zones", Value::from(zones))]);
    format!("{HEADER}{}", dump(&root, &DumpOptions::default()))
}

fn mapping(entries: impl IntoIterator<Item = (&'static str, OwnedValue)>) -> OwnedValue {
    entries.into_iter().collect::<Map<'static>>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_no_variable() {
        for (directory, written) in
            [("env/zones", "./env/zones"), ("envs/zones", "envs/zones"), ("/env/x", "/env/x")]
        {
            let text = text(&[], &[], Path::new(directory), false);
            assert!(text.contains(&format!("    directory: {written}\n")), "{text}");
        }
    }

    #[test]
    fn a_config_names_variables_and_zones() {
        let options = ["class", "token"].into_iter().zip(["octodns_x.X", "env/X_TOKEN"]);
        let options = options.map(|(name, value)| (name, value.to_owned())).collect();
        let entries = [NewEntry { id: "x".to_owned(), options }];
        let zone = NewZone {
            name: ZoneName::new("example.com.").unwrap(),
            targets: vec!["x".to_owned(), "y".to_owned()],
        };
        let text = text(&entries, &[zone], Path::new("zo nes"), true);
        assert_eq!(
            text,
            format!(
                "{HEADER}{}",
                "\
---
providers:
  config:
    class: octodns.provider.yaml.YamlProvider
    directory: zo nes
  x:
    class: octodns_x.X
    token: env/X_TOKEN
zones:
  example.com.:
    lenient: true
    sources:
    - config
    targets:
    - x
    - y
"
            )
        );
    }
}
