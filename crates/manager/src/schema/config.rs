//! The schema of config files, of everything that a build can do.

use octodns_core::Registry;
use octodns_core::schema::{DRAFT, JsonSchema, Schema, SchemaGenerator, json_schema};
use octodns_processors::AutoArpaOptions;
use serde_json::{Value as Json, json};

use super::options::{loosen, of_targets, section};

pub(super) fn config(registry: &Registry) -> Schema {
    let mut generator = octodns_core::schema::settings().into_generator();
    let foreign = registry.foreign.as_deref();
    let targets = of_targets(&mut generator);
    let about = "Where records are read from and written to, by their names.";
    let providers = section(about, &registry.providers, &mut generator, Some(&targets), foreign);
    let about = "What changes zones and plans between source and target, by their names.";
    let processors = section(about, &registry.processors, &mut generator, None, foreign);
    let about = "Validators with options, or under another id, by their ids.";
    let validators = section(about, &registry.validators, &mut generator, None, foreign);
    let about = "Where values such as NAME/KEY are looked up, by NAME; env is built in.";
    let secret_handlers = section(about, &registry.secret_handlers, &mut generator, None, foreign);
    json_schema!({
        "$schema": DRAFT,
        "title": "octoDNS config file",
        "description": "Providers, zones, and what is done between them.",
        "type": "object",
        "required": ["providers", "zones"],
        "properties": {
            "manager": manager(registry, &mut generator),
            "providers": providers,
            "processors": processors,
            "secret_handlers": secret_handlers,
            "validators": validators,
            "zones": {
                "type": "object",
                "description": "The zones, by their names, which end with a dot.",
                "additionalProperties": zone(registry),
            },
        },
        "patternProperties": ignored(),
        "additionalProperties": false,
    })
}

/// Keys that are passed over silently, where configs keep their anchors.
fn ignored() -> Json {
    json!({"^[._]|^x-": true})
}

/// A mapping of these keys only.
fn keys(about: &str, properties: Json) -> Json {
    let mut keys = json!({
        "type": ["object", "null"],
        "description": about,
        "patternProperties": ignored(),
        "additionalProperties": false,
    });
    keys["properties"] = properties;
    keys
}

fn manager(registry: &Registry, generator: &mut SchemaGenerator) -> Json {
    let mut arpa = AutoArpaOptions::json_schema(generator).to_value();
    loosen(&mut arpa);
    arpa["properties"]["lenient"] = json!({"type": "boolean"});
    keys(
        "Settings for all zones.",
        json!({
            "auto_arpa": {
                "description": "PTR records of reverse zones from the addresses of all others. Default: false.",
                "anyOf": [{"type": ["boolean", "null"]}, arpa],
            },
            "enable_checksum": truth("A plan is applied only with its checksum. Default: false."),
            "include_meta": truth("A TXT record octodns-meta in every zone. Default: false."),
            "includes": {
                "enum": ["folder", "anywhere", null],
                "description": "Which files zone data may include: of the source's folder and the git work tree \
                                around it, or any. Default: folder.",
            },
            "journal": journal(),
            "max_workers": {
                "type": ["integer", "null"],
                "minimum": 0,
                "description": "How many zones are processed at the same time. Default: 16.",
            },
            "plan_outputs": section(
                "How plans are shown, by their names. Default: in the log.",
                &registry.plan_outputs,
                generator,
                None,
                registry.foreign.as_deref(),
            ),
            "post_processors": names("Processors after those of a zone."),
            "processors": names("Processors before those of a zone."),
            "python": {
                "anyOf": [{"type": ["string", "null"]}, {"enum": [false]}],
                "description": "The Python that runs classes which are not built in, from the folder of this file on; \
                                false turns them off. Default: that of the virtual environment, or of PATH.",
            },
            "python_env": names("The variables of the environment that Python gets. Default: all."),
            "python_path": names("Folders that Python looks for classes in first, from the folder of this file on."),
            "python_timeout": {
                "type": ["number", "null"],
                "exclusiveMinimum": 0,
                "description": "How many seconds a call of a class in Python may take. Default: no limit.",
            },
            "validators": validators(registry),
            "verify": verify(),
        }),
    )
}

fn verify() -> Json {
    let seconds = |about: &str| json!({"type": ["number", "null"], "minimum": 0, "maximum": 86400, "description": about});
    let servers = json!({"type": "array", "items": {"type": "string"}});
    let about = "The servers to ask: addresses or names, with a port if it is not 53; or such a list for each target, by \
                 its id. Default: the name servers of the zone.";
    let by_target = json!({"type": "object", "additionalProperties": servers});
    let map = keys(
        "Name servers are asked.",
        json!({
            "dns": truth("Name servers are asked for what was changed. Default: true."),
            "hold": seconds("After how many seconds all is looked at once more. Default: 0, not again."),
            "nameservers": {"description": about, "anyOf": [servers, by_target, {"type": "null"}]},
            "read_back": truth("Zones are read back from their targets. Default: false."),
            "timeout": seconds("How many seconds name servers may take to serve what was changed. Default: 120."),
        }),
    );
    let read_back = truth("Zones are read back from their targets.");
    let about = "How what was applied is verified: true reads it back, a mapping asks name servers. Default: false.";
    json!({"description": about, "anyOf": [read_back, map]})
}

fn journal() -> Json {
    let whole = |about| json!({"type": ["integer", "null"], "minimum": 1, "description": about});
    keys(
        "Where runs that apply are written down. Default: in the state folder of the user.",
        json!({
            "directory": {
                "type": ["string", "null"],
                "description": "The folder with a file for each run; a run that cannot be written there does not \
                                start.",
            },
            "keep": whole("How many finished runs are kept. Default: 100."),
            "keep_days": whole("How many days any run is kept. Default: 90."),
        }),
    )
}

fn truth(about: &str) -> Json {
    json!({"type": ["boolean", "integer", "null"], "description": about})
}

fn names(about: &str) -> Json {
    json!({"type": ["array", "null"], "items": {"type": "string"}, "description": about})
}

/// Ids of validators; what holds others together cannot be left out.
fn ids(about: &str, may_be_bridges: bool) -> Json {
    let mut ids = names(about);
    if !may_be_bridges {
        ids["items"]["not"] = json!({"pattern": "^_"});
    }
    ids
}

fn ids_by_type(about: &str, may_be_bridges: bool, registry: &Registry) -> Json {
    let mut types: Vec<_> = registry.types.names().collect();
    types.sort_unstable();
    let all = ["*"].into_iter().chain(types);
    let ids = |of: &str| (of.to_owned(), ids("Ids of validators.", may_be_bridges));
    let properties: serde_json::Map<_, _> = all.map(ids).collect();
    json!({
        "type": ["object", "null"],
        "description": about,
        "properties": properties,
        "additionalProperties": false,
    })
}

fn validators(registry: &Registry) -> Json {
    let added = "Ids of validators to enable, by record type; * is all.";
    let removed = "Ids of validators to disable, by record type; * is all.";
    let moved = |about, key: &str, may_be_bridges| {
        let mut schema = ids_by_type(about, may_be_bridges, registry);
        schema["deprecationMessage"] = json!(format!("write it under \"record\": record.{key}"));
        schema
    };
    let mut validators = keys(
        "The enabled validators.",
        json!({
            "enabled": {
                "type": "array",
                "items": {"type": "string"},
                "description": "The sets: legacy, strict, best-practice. Default: [legacy].",
            },
            "record": keys("Validators of records and values.", json!({
                "validators": ids_by_type(added, true, registry),
                "disable_validators": ids_by_type(removed, false, registry),
            })),
            "zone": keys("Validators of zones.", json!({
                "validators": ids("Ids of validators to enable.", true),
                "disable_validators": ids("Ids of validators to disable.", false),
            })),
            "validators": moved(added, "validators", true),
            "disable_validators": moved(removed, "disable_validators", false),
        }),
    );
    let not_twice = ["validators", "disable_validators"].map(|key| {
        json!({"not": {
            "required": [key, "record"],
            "properties": {"record": {"required": [key]}},
        }})
    });
    validators["allOf"] = json!(not_twice);
    validators
}

fn zone(registry: &Registry) -> Json {
    let text = |about: &str| json!({"type": "string", "description": about});
    let share = |about: &str| json!({"type": ["number", "null"], "description": about});
    let names = |about: &str| {
        json!({
            "type": ["array", "null"],
            "items": {"type": ["string", "integer"]},
            "description": about,
        })
    };
    let removed = "Ids of validators to disable, by record type; * is all.";
    let mut zone = keys(
        "A zone, or with a name such as * the zones that its sources have.",
        json!({
            "alias": text("The zone that this one is a copy of."),
            "always-dry-run": truth("Plans are made and never applied. Default: false."),
            "delete_pcent_threshold": share("Share of records that may be deleted without force."),
            "glob": text("Which zones of its sources a dynamic zone stands for, as a glob."),
            "ignore_subzone_adds": truth("Records of sub-zones are left out. Default: false."),
            "lenient": truth("Faults of records are warnings. Default: false."),
            "processors": names("Processors, in this order."),
            "regex": text("Which zones of its sources a dynamic zone stands for, as an expression."),
            "sources": names("The providers to read from."),
            "targets": names("The providers to write to."),
            "update_pcent_threshold": share("Share of records that may be updated without force."),
            "validators": keys("Validators that are disabled for this zone.", json!({
                "record": keys("Validators of records and values.", json!({
                    "disable_validators": ids_by_type(removed, false, registry),
                })),
                "zone": keys("Validators of zones.", json!({
                    "disable_validators": ids("Ids of validators to disable.", false),
                })),
            })),
        }),
    );
    zone["type"] = json!("object");
    zone["anyOf"] = json!([{"required": ["alias"]}, {"required": ["sources"]}]);
    zone
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{
        JOURNAL_KEYS, MANAGER_KEYS, SECTIONS, VALIDATOR_KEYS, VERIFY_KEYS, ZONE_KEYS,
    };

    fn sorted(schema: &Json) -> Vec<&str> {
        let mut keys: Vec<_> =
            schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        keys.sort_unstable();
        keys
    }

    #[test]
    fn the_keys_are_those_that_are_read() {
        let registry = crate::testing::registry(octodns_core::registry::Host::default());
        let schema = config(&registry);
        let root = schema.as_value();
        let (manager, zone) =
            (&root["properties"]["manager"], &root["properties"]["zones"]["additionalProperties"]);
        let validators = &manager["properties"]["validators"];
        for (schema, keys) in [
            (root, &SECTIONS[..]),
            (manager, &MANAGER_KEYS),
            (zone, &ZONE_KEYS),
            (&manager["properties"]["journal"], &JOURNAL_KEYS),
            (validators, &VALIDATOR_KEYS),
            (&manager["properties"]["verify"]["anyOf"][1], &VERIFY_KEYS),
        ] {
            let mut keys = keys.to_vec();
            keys.sort_unstable();
            assert_eq!(sorted(schema), keys);
        }
    }

    fn is_truth(schema: &Json) -> bool {
        let own = schema["type"].as_array().is_some_and(|types| types.contains(&json!("boolean")));
        own || schema["anyOf"].as_array().is_some_and(|any| any.iter().any(is_truth))
    }

    #[tokio::test]
    async fn text_is_true_or_false_or_an_error_wherever_a_truth_value_is() {
        let registry = crate::testing::registry(octodns_core::registry::Host::default());
        let root = config(&registry).to_value();
        let (manager, zone) =
            (&root["properties"]["manager"], &root["properties"]["zones"]["additionalProperties"]);
        let mut checked = 0;
        for (schema, is_zone) in [(manager, false), (zone, true)] {
            let properties = schema["properties"].as_object().unwrap();
            for (key, _) in properties.iter().filter(|(_, schema)| is_truth(schema)) {
                for (value, is_fine) in [
                    ("'False'", true),
                    ("'true'", true),
                    ("~", true),
                    ("'no'", false),
                    ("[a]", false),
                ] {
                    let entry = format!("{key}: {value}");
                    let (manager, zone) = if is_zone { ("", &*entry) } else { (&*entry, "") };
                    let text = format!(
                        "manager: {{{manager}}}\nproviders: {{a: {{class: yaml, directory: ., \
                         ignore_missing_zones: true}}}}\nzones: {{a.test.: {{sources: [a], targets: [], {zone}}}}}\n"
                    );
                    let path = std::path::Path::new("config.yaml");
                    let report = match crate::Manager::from_config_text(
                        path,
                        &text,
                        &crate::testing::options(),
                    ) {
                        Err(failure) => failure.report,
                        Ok(manager) => {
                            match manager.validate(crate::ValidateOptions::default()).await {
                                Ok(report) => report,
                                Err(failure) => failure.report,
                            }
                        }
                    };
                    let said = report.iter().map(ToString::to_string).collect::<Vec<_>>().concat();
                    assert_eq!(!report.has_errors(), is_fine, "{entry}: {said}");
                    let names_it =
                        said.contains(&format!("\"{key}\"")) && said.contains("true or false");
                    assert_eq!(names_it, !is_fine, "{entry}: {said}");
                    checked += 1;
                }
            }
        }
        assert!(checked >= 30, "{checked}");
    }
}
