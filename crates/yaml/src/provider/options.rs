//! The options of the YAML providers.

use std::path::PathBuf;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de};

use crate::Order;
use octodns_core::value::truth;

/// Options of one `yaml` provider.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is one option of the config")]
#[non_exhaustive]
pub struct YamlOptions {
    /// The folder with the zone files.
    pub directory: PathBuf,
    /// The TTL, in seconds, of records that have none. Default: 3600.
    #[serde(default = "an_hour")]
    pub default_ttl: i64,
    /// Whether keys must be in order. Default: true.
    #[serde(default = "yes", deserialize_with = "truth")]
    pub enforce_order: bool,
    /// The order that keys must be in, and are written in. Default: natural.
    #[serde(default)]
    pub order_mode: OrderMode,
    /// Whether a record replaces one of an earlier source or file. Default: false.
    #[serde(default, deserialize_with = "truth")]
    pub populate_should_replace: bool,
    /// Whether the NS records of the apex are managed. Default: true.
    #[serde(default = "yes", deserialize_with = "truth")]
    pub supports_root_ns: bool,
    /// What is appended to a zone's name to give the folder with a file for every name; `.` is usual.
    /// Default: none, zones are single files.
    #[serde(default, deserialize_with = "text_or_off")]
    #[schemars(schema_with = "schema_of_text_or_off")]
    pub split_extension: Option<String>,
    /// Whether the apex and the wildcard share a file `$example.com.yaml`. Default: true.
    #[serde(default = "yes", deserialize_with = "truth")]
    pub split_catchall: bool,
    /// A file in the folder whose records are part of every zone. Default: none.
    #[serde(default, deserialize_with = "text_or_off")]
    #[schemars(schema_with = "schema_of_text_or_off")]
    pub shared_filename: Option<String>,
    /// Whether the single zone files are left out. Default: false.
    #[serde(default, deserialize_with = "truth")]
    pub disable_zonefile: bool,
    /// Whether semicolons in TXT and SPF values are written `\;`. Default: true.
    #[serde(default = "yes", deserialize_with = "truth_by_default")]
    pub escaped_semicolons: bool,
    /// Whether a zone without a file is an empty one. Default: false, it is an error.
    #[serde(default, deserialize_with = "truth")]
    pub ignore_missing_zones: bool,
}

/// The order of keys.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum OrderMode {
    /// Numbers within names by their value: `www2` before `www10`.
    #[default]
    Natural,
    /// Character by character.
    Simple,
}

impl From<OrderMode> for Order {
    fn from(mode: OrderMode) -> Self {
        match mode {
            OrderMode::Natural => Self::Natural,
            OrderMode::Simple => Self::Simple,
        }
    }
}

impl YamlOptions {
    /// The folder, and the default of everything else.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            default_ttl: an_hour(),
            enforce_order: true,
            order_mode: OrderMode::default(),
            populate_should_replace: false,
            supports_root_ns: true,
            split_extension: None,
            split_catchall: true,
            shared_filename: None,
            disable_zonefile: false,
            escaped_semicolons: true,
            ignore_missing_zones: false,
        }
    }
}

/// Options of one `split-yaml` provider: the older way to ask for `split_extension`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is one option of the config")]
#[non_exhaustive]
pub struct SplitYamlOptions {
    /// The folder with the zone files.
    pub directory: PathBuf,
    /// What is appended to a zone's name to give the folder with a file for every name. Default: `.`.
    #[serde(default = "dot")]
    pub extension: String,
    /// The TTL, in seconds, of records that have none. Default: 3600.
    #[serde(default = "an_hour")]
    pub default_ttl: i64,
    /// Whether keys must be in order. Default: true.
    #[serde(default = "yes", deserialize_with = "truth")]
    pub enforce_order: bool,
    /// The order that keys must be in, and are written in. Default: natural.
    #[serde(default)]
    pub order_mode: OrderMode,
    /// Whether a record replaces one of an earlier source or file. Default: false.
    #[serde(default, deserialize_with = "truth")]
    pub populate_should_replace: bool,
    /// Whether the NS records of the apex are managed. Default: true.
    #[serde(default = "yes", deserialize_with = "truth")]
    pub supports_root_ns: bool,
    /// A file in the folder whose records are part of every zone. Default: none.
    #[serde(default, deserialize_with = "text_or_off")]
    #[schemars(schema_with = "schema_of_text_or_off")]
    pub shared_filename: Option<String>,
    /// Whether semicolons in TXT and SPF values are written `\;`. Default: true.
    #[serde(default = "yes", deserialize_with = "truth_by_default")]
    pub escaped_semicolons: bool,
    /// Whether a zone without a file is an empty one. Default: false, it is an error.
    #[serde(default, deserialize_with = "truth")]
    pub ignore_missing_zones: bool,
}

impl SplitYamlOptions {
    /// The folder, and the default of everything else.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            extension: dot(),
            default_ttl: an_hour(),
            enforce_order: true,
            order_mode: OrderMode::default(),
            populate_should_replace: false,
            supports_root_ns: true,
            shared_filename: None,
            escaped_semicolons: true,
            ignore_missing_zones: false,
        }
    }
}

impl From<SplitYamlOptions> for YamlOptions {
    fn from(options: SplitYamlOptions) -> Self {
        Self {
            default_ttl: options.default_ttl,
            enforce_order: options.enforce_order,
            order_mode: options.order_mode,
            populate_should_replace: options.populate_should_replace,
            supports_root_ns: options.supports_root_ns,
            split_extension: Some(options.extension),
            shared_filename: options.shared_filename,
            disable_zonefile: true,
            escaped_semicolons: options.escaped_semicolons,
            ignore_missing_zones: options.ignore_missing_zones,
            ..Self::new(options.directory)
        }
    }
}

fn an_hour() -> i64 {
    3600
}

fn yes() -> bool {
    true
}

fn dot() -> String {
    ".".to_owned()
}

/// A truth value; null means the default, true.
fn truth_by_default<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    struct Truth(bool);

    impl<'de> Deserialize<'de> for Truth {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            truth(deserializer).map(Truth)
        }
    }

    Ok(Option::<Truth>::deserialize(deserializer)?.is_none_or(|Truth(value)| value))
}

/// A string; null, false and an empty string mean off.
fn text_or_off<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    struct TextOrOff;

    impl de::Visitor<'_> for TextOrOff {
        type Value = Option<String>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("text, or false")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Option<String>, E> {
            Ok((!text.is_empty()).then(|| text.to_owned()))
        }

        fn visit_bool<E: de::Error>(self, value: bool) -> Result<Option<String>, E> {
            if value { Err(E::invalid_type(de::Unexpected::Bool(true), &self)) } else { Ok(None) }
        }

        fn visit_unit<E: de::Error>(self) -> Result<Option<String>, E> {
            Ok(None)
        }
    }

    deserializer.deserialize_any(TextOrOff)
}

fn schema_of_text_or_off(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"anyOf": [{"type": ["string", "null"]}, {"const": false}]})
}

#[cfg(test)]
mod tests {
    use octodns_core::value::from_value;

    use super::*;
    use crate::{LoadOptions, load};

    fn read(text: &str) -> Result<YamlOptions, String> {
        let document = load(text, &LoadOptions::new("config.yaml")).unwrap();
        from_value(&document.root).map_err(|error| error.message)
    }

    #[test]
    fn everything_but_the_folder_has_a_default() {
        assert_eq!(read("directory: ./config"), Ok(YamlOptions::new("./config")));
        assert_eq!(read("default_ttl: 60"), Err("missing key \"directory\"".to_owned()));
    }

    #[test]
    fn off_is_null_false_or_nothing() {
        for off in ["~", "false", "''"] {
            let options = read(&format!("directory: x\nsplit_extension: {off}")).unwrap();
            assert_eq!(options.split_extension, None, "{off}");
        }
        let options = read("directory: x\nsplit_extension: .").unwrap();
        assert_eq!(options.split_extension.as_deref(), Some("."));
        assert!(read("directory: x\nsplit_extension: true").is_err());
    }

    #[test]
    fn numbers_and_null_are_truth_values() {
        let options = read("directory: x\nenforce_order: 0\nescaped_semicolons: ~").unwrap();
        assert!(!options.enforce_order);
        assert!(options.escaped_semicolons);
        assert!(read("directory: x\nenforce_order: maybe").is_err());
    }
}
