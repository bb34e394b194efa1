//! The schema of config files as octoDNS 1.22 emits it: its own classes, and any option of all others.
//!
//! Facts about another program, so they stand here as a table. Its options are among those of the
//! classes of this build, which a test checks.

use octodns_core::schema::{DRAFT, Schema, json_schema};
use serde_json::{Map, Value as Json, json};

/// What an option may be.
#[derive(Clone, Copy, Debug)]
enum May {
    Be(Is),
    /// That, or nothing.
    BeNothing(Is),
    /// Text, or a truth value.
    BeTextOrTruth,
    /// Text or nothing, as one list of types.
    BeTextOrNull,
}

#[derive(Clone, Copy, Debug)]
enum Is {
    Text,
    Truth,
    Number,
    Texts,
    Numbers,
    Mapping,
    Word(&'static [&'static str]),
}

use Is::{Mapping, Number, Numbers, Text, Texts, Truth, Word};
use May::{Be, BeNothing, BeTextOrNull, BeTextOrTruth};

/// A class: its path, its options, and those that must be there.
type Known = (&'static str, &'static [(&'static str, May)], &'static [&'static str]);

const PROVIDERS: &[Known] = &[
    (
        "octodns.provider.yaml.YamlProvider",
        &[
            ("directory", Be(Text)),
            ("default_ttl", Be(Number)),
            ("enforce_order", Be(Truth)),
            ("order_mode", Be(Word(&["simple", "natural"]))),
            ("populate_should_replace", Be(Truth)),
            ("supports_root_ns", Be(Truth)),
            ("split_extension", BeTextOrTruth),
            ("split_catchall", Be(Truth)),
            ("shared_filename", BeTextOrTruth),
            ("disable_zonefile", Be(Truth)),
            ("escaped_semicolons", Be(Truth)),
            ("ignore_missing_zones", Be(Truth)),
        ],
        &["directory"],
    ),
    (
        "octodns.source.envvar.EnvVarSource",
        &[("variable", Be(Text)), ("name", Be(Text)), ("ttl", Be(Number))],
        &["variable", "name"],
    ),
    (
        "octodns.source.tinydns.TinyDnsFileSource",
        &[("directory", Be(Text)), ("default_ttl", Be(Number))],
        &["directory"],
    ),
];

const ALLOWLIST: &[(&str, May)] = &[("allowlist", Be(Texts)), ("include_target", Be(Truth))];
const REJECTLIST: &[(&str, May)] = &[("rejectlist", Be(Texts)), ("include_target", Be(Truth))];

const ARPA: &[(&str, May)] = &[
    ("ttl", Be(Number)),
    ("populate_should_replace", Be(Truth)),
    ("max_auto_arpa", Be(Number)),
    ("inherit_ttl", Be(Truth)),
    ("wildcard_replacement", BeTextOrNull),
];

const PROCESSORS: &[Known] = &[
    ("octodns.processor.acme.AcmeManagingProcessor", &[], &[]),
    ("octodns.processor.arpa.AutoArpa", ARPA, &[]),
    (
        "octodns.processor.clamp.TtlClampProcessor",
        &[("min_ttl", Be(Number)), ("max_ttl", Be(Number))],
        &[],
    ),
    ("octodns.processor.filter.TypeAllowlistFilter", ALLOWLIST, &["allowlist"]),
    ("octodns.processor.filter.TypeRejectlistFilter", REJECTLIST, &["rejectlist"]),
    ("octodns.processor.filter.NameAllowlistFilter", ALLOWLIST, &["allowlist"]),
    ("octodns.processor.filter.NameRejectlistFilter", REJECTLIST, &["rejectlist"]),
    ("octodns.processor.filter.ValueAllowlistFilter", ALLOWLIST, &["allowlist"]),
    ("octodns.processor.filter.ValueRejectlistFilter", REJECTLIST, &["rejectlist"]),
    (
        "octodns.processor.filter.NetworkValueAllowlistFilter",
        &[("allowlist", Be(Texts))],
        &["allowlist"],
    ),
    (
        "octodns.processor.filter.NetworkValueRejectlistFilter",
        &[("rejectlist", Be(Texts))],
        &["rejectlist"],
    ),
    ("octodns.processor.filter.IgnoreRootNsFilter", &[], &[]),
    ("octodns.processor.filter.ExcludeRootNsChanges", &[("error", Be(Truth))], &[]),
    (
        "octodns.processor.filter.ZoneNameFilter",
        &[("error", Be(Truth)), ("include_target", Be(Truth))],
        &[],
    ),
    (
        "octodns.processor.meta.MetaProcessor",
        &[
            ("record_name", Be(Text)),
            ("include_time", Be(Truth)),
            ("include_uuid", Be(Truth)),
            ("include_version", Be(Truth)),
            ("include_provider", Be(Truth)),
            ("include_extra", BeNothing(Mapping)),
            ("ttl", Be(Number)),
        ],
        &[],
    ),
    (
        "octodns.processor.ownership.OwnershipProcessor",
        &[
            ("txt_name", Be(Text)),
            ("txt_value", Be(Text)),
            ("txt_ttl", Be(Number)),
            ("should_replace", Be(Truth)),
        ],
        &[],
    ),
    (
        "octodns.processor.restrict.TtlRestrictionFilter",
        &[("min_ttl", Be(Number)), ("max_ttl", Be(Number)), ("allowed_ttls", Be(Numbers))],
        &[],
    ),
    ("octodns.processor.spf.SpfDnsLookupProcessor", &[], &[]),
    (
        "octodns.processor.templating.Templating",
        &[("trailing_dots", Be(Truth)), ("context", Be(Mapping))],
        &[],
    ),
    ("octodns.processor.trailing_dots.EnsureTrailingDots", &[], &[]),
];

const SECRET_HANDLERS: &[Known] = &[("octodns.secret.environ.EnvironSecrets", &[], &[])];

const OUTPUT: (&str, May) = ("output_filename", BeNothing(Text));

const PLAN_OUTPUTS: &[Known] = &[
    (
        "octodns.provider.plan.PlanLogger",
        &[("level", Be(Word(&["debug", "info", "warn", "warning", "error"])))],
        &[],
    ),
    (
        "octodns.provider.plan.PlanJson",
        &[("indent", BeNothing(Number)), ("sort_keys", Be(Truth)), OUTPUT],
        &[],
    ),
    ("octodns.provider.plan.PlanMarkdown", &[OUTPUT], &[]),
    ("octodns.provider.plan.PlanHtml", &[OUTPUT], &[]),
];

impl Is {
    fn schema(self) -> Json {
        let number = json!({"type": "integer", "minimum": 0});
        match self {
            Text => json!({"type": "string"}),
            Truth => json!({"type": "boolean"}),
            Number => number,
            Texts => json!({"type": "array", "items": {"type": "string"}, "minItems": 1}),
            Numbers => json!({"type": "array", "items": number, "minItems": 1}),
            Mapping => json!({"type": "object", "additionalProperties": true}),
            Word(words) => json!({"type": "string", "enum": words}),
        }
    }
}

impl May {
    fn schema(self) -> Json {
        match self {
            Be(is) => is.schema(),
            BeNothing(is) => json!({"oneOf": [is.schema(), {"type": "null"}]}),
            BeTextOrTruth => json!({"oneOf": [Text.schema(), Truth.schema()]}),
            BeTextOrNull => json!({"type": ["string", "null"]}),
        }
    }
}

fn properties(options: &[(&str, May)]) -> Map<String, Json> {
    options.iter().map(|(name, may)| ((*name).to_owned(), may.schema())).collect()
}

fn branch(&(path, options, required): &Known) -> Json {
    let mut then = json!({"properties": properties(options)});
    if !required.is_empty() {
        then["required"] = json!(required);
    }
    json!({"if": {"properties": {"class": {"const": path}}, "required": ["class"]}, "then": then})
}

fn entry(known: &[Known], mut more: Json) -> Json {
    more["class"] = json!({"type": "string"});
    json!({
        "type": "object",
        "required": ["class"],
        "properties": more,
        "additionalProperties": true,
        "allOf": known.iter().map(branch).collect::<Vec<_>>(),
    })
}

/// A mapping whose values are of another part of the schema.
fn map_of(of: &str) -> Json {
    json!({"type": "object", "additionalProperties": {"$ref": format!("#/$defs/{of}")}})
}

/// A mapping of these keys, and no other.
fn keys(properties: Json) -> Json {
    let mut keys = json!({"type": "object", "additionalProperties": false});
    keys["properties"] = properties;
    keys
}

fn names() -> Json {
    json!({"type": "array", "items": {"type": "string"}})
}

fn names_by_type() -> Json {
    json!({"type": "object", "additionalProperties": names()})
}

pub(super) fn config() -> Schema {
    let sections = ["provider", "processor", "validator", "secret_handler"];
    let mut definitions: Map<String, Json> = sections
        .iter()
        .map(|of| (format!("pluggable_map_{of}"), map_of(&format!("pluggable_{of}"))))
        .collect();
    let lenient = json!({"lenient": {"type": "boolean"}});
    for (name, schema) in [
        ("manager", manager()),
        ("pluggable_provider", entry(PROVIDERS, json!({}))),
        ("pluggable_processor", entry(PROCESSORS, lenient)),
        ("pluggable_validator", validator()),
        ("pluggable_secret_handler", entry(SECRET_HANDLERS, json!({}))),
        ("pluggable_plan_output", entry(PLAN_OUTPUTS, json!({}))),
        ("zones", map_of("zone")),
        ("zone", zone()),
    ] {
        definitions.insert(name.to_owned(), schema);
    }
    let part = |name: &str| json!({"$ref": format!("#/$defs/{name}")});
    json_schema!({
        "$schema": DRAFT,
        "title": "octoDNS config file",
        "description": "Schema for an octoDNS main configuration YAML file: providers, processors, validators, secret_handlers, and zones.",
        "type": "object",
        "required": ["providers", "zones"],
        "additionalProperties": false,
        "properties": {
            "manager": part("manager"),
            "providers": part("pluggable_map_provider"),
            "processors": part("pluggable_map_processor"),
            "validators": part("pluggable_map_validator"),
            "secret_handlers": part("pluggable_map_secret_handler"),
            "zones": part("zones"),
        },
        "$defs": definitions,
    })
}

fn manager() -> Json {
    keys(json!({
        "max_workers": {"type": "integer", "minimum": 1},
        "include_meta": Truth.schema(),
        "enable_checksum": Truth.schema(),
        "auto_arpa": {"oneOf": [Truth.schema(), keys(properties(ARPA).into())]},
        "processors": names(),
        "post_processors": names(),
        "validators": keys(json!({
            "enabled": names(),
            "record": keys(json!({
                "validators": names_by_type(),
                "disable_validators": names_by_type(),
            })),
            "zone": keys(json!({"validators": names(), "disable_validators": names()})),
            "validators": names_by_type(),
            "disable_validators": names_by_type(),
        })),
        "plan_outputs": map_of("pluggable_plan_output"),
    }))
}

fn validator() -> Json {
    json!({
        "type": "object",
        "required": ["class"],
        "properties": {
            "class": {"type": "string"},
            "types": {"oneOf": [{"type": "string"}, names()]},
        },
        "additionalProperties": true,
    })
}

fn zone() -> Json {
    let mut alias = keys(json!({"alias": {"type": "string"}}));
    alias["required"] = json!(["alias"]);
    let mut zone = keys(json!({
        "sources": names(),
        "targets": names(),
        "processors": names(),
        "lenient": Truth.schema(),
        "glob": {"type": "string"},
        "regex": {"type": "string"},
        "validators": keys(json!({
            "record": keys(json!({"disable_validators": names_by_type()})),
            "zone": keys(json!({"disable_validators": names()})),
        })),
    }));
    zone["required"] = json!(["sources", "targets"]);
    json!({"oneOf": [alias, zone]})
}

#[cfg(test)]
mod tests {
    use octodns_core::registry::{Classes, Host};

    use super::*;

    /// What octoDNS describes and this build has no class for.
    fn missing<T: Clone>(known: &[Known], classes: &Classes<T>) -> Vec<&'static str> {
        let mut generator = octodns_core::schema::settings().into_generator();
        let mut missing = Vec::new();
        for (path, options, required) in known {
            let Some(class) = classes.get(path) else {
                missing.push(*path);
                continue;
            };
            let schema = (class.options)(&mut generator).to_value();
            for name in options.iter().map(|(name, _)| name).chain(*required) {
                assert!(schema["properties"][*name].is_object(), "{path} has no {name}");
            }
        }
        missing
    }

    #[test]
    fn its_options_are_options_here() {
        let registry = crate::testing::registry(Host::default());
        let mut found = missing(PROVIDERS, &registry.providers);
        found.extend(missing(PROCESSORS, &registry.processors));
        found.extend(missing(PLAN_OUTPUTS, &registry.plan_outputs));
        assert_eq!(found, [""; 0], "this build has no such class");
    }
}
