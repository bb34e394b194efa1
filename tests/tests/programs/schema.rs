//! The schemas that we emit, tested with our own examples and with obvious errors, using an independent
//! validator.

use std::path::{Path, PathBuf};

use jsonschema::Validator;
use octodns::core::registry::Host;
use octodns::core::schema::Dialect;
use octodns::core::value::{Kind, python_str};
use octodns::{config_schema, registry, zone_schema};
use octodns_core::Value;
use octodns_yaml::{LoadOptions, load};
use serde_json::{Value as Json, json};

use crate::support::Workspace;

struct Schemas {
    zone: Validator,
    config: Validator,
}

fn schemas(dialect: Dialect) -> Schemas {
    let registry = registry(None, Host::default());
    let compile = |schema: octodns::core::schema::Schema| {
        let schema = schema.to_value();
        assert!(jsonschema::meta::is_valid(&schema), "not a schema of its draft");
        jsonschema::draft202012::new(&schema).unwrap()
    };
    Schemas {
        zone: compile(zone_schema(&registry, dialect)),
        config: compile(config_schema(&registry, dialect)),
    }
}

fn json_of(value: &Value<'_>) -> Json {
    match &value.kind {
        Kind::Null => Json::Null,
        Kind::Bool(value) => json!(value),
        Kind::Int(number) => json!(number),
        Kind::Float(number) => json!(number),
        Kind::Str(text) => json!(text),
        Kind::List(values) => values.iter().map(json_of).collect(),
        Kind::Map(map) => {
            let entries = map.iter().map(|(key, value)| (python_str(key), json_of(value)));
            Json::Object(entries.collect())
        }
        Kind::Special(_) => json!(python_str(value)),
    }
}

fn yaml(text: &str) -> Json {
    json_of(&load(text, &LoadOptions::new("example.yaml")).unwrap().root)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The positions of errors in a document.
fn wrong(schema: &Validator, document: &Json) -> Vec<String> {
    schema
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

fn is_config(document: &Json) -> bool {
    document.get("providers").is_some()
}

/// The code blocks of a page that start with these words after the fence.
fn blocks(page: &str, info: &str) -> Vec<String> {
    let fence = format!("```{info}\n");
    page.split(&fence)
        .skip(1)
        .filter_map(|rest| Some(rest.split_once("```")?.0.to_owned()))
        .collect()
}

#[test]
fn the_examples_of_the_page_are_distinguished() {
    let Schemas { zone, config } = schemas(Dialect::Complete);
    let page = std::fs::read_to_string(root().join("docs/schema.md")).unwrap();
    let right = blocks(&page, "yaml");
    assert_eq!(right.len(), 2);
    for text in right {
        let document = yaml(&text);
        let schema = if is_config(&document) { &config } else { &zone };
        assert_eq!(wrong(schema, &document), [""; 0], "{text}");
    }
    let mut places = Vec::new();
    for text in blocks(&page, "yaml wrong") {
        let document = yaml(&text);
        let schema = if is_config(&document) { &config } else { &zone };
        places.extend(wrong(schema, &document));
    }
    for place in [
        "/_sip._tcp/value/port",
        "/mail/value",
        "/www/type",
        "/providers/config",
        "/providers/target/default_ttl",
    ] {
        assert!(places.iter().any(|found| found.starts_with(place)), "{place}: {places:#?}");
    }
}

#[test]
fn the_program_writes_them() {
    let workspace = Workspace::new();
    let ran = workspace.run("octodns-schema --complete --kind=config --indent=0");
    ran.expect(0, &[]);
    let mut registry = registry(None, Host::default());
    registry.foreign = octodns::python(None, []);
    let expected = config_schema(&registry, Dialect::Complete).to_value();
    assert_eq!(serde_json::from_str::<Json>(&ran.stdout).unwrap(), expected);
    let ran = workspace.run("octodns-schema --output schema.json");
    ran.expect(0, &[]);
    assert_eq!(ran.stdout, "");
    let written: Json =
        serde_json::from_str(&std::fs::read_to_string(workspace.path("schema.json")).unwrap())
            .unwrap();
    assert_eq!(written, zone_schema(&registry, Dialect::Octodns).to_value());
}

/// Every config on a page is valid.
#[test]
fn the_configs_of_all_pages_are_accepted() {
    let Schemas { config, .. } = schemas(Dialect::Complete);
    let mut pages = vec![root().join("docs/processors.md"), root().join("docs/validators.md")];
    pages.extend(
        std::fs::read_dir(root().join("docs/providers")).unwrap().map(|page| page.unwrap().path()),
    );
    let mut seen = 0;
    for page in pages {
        for text in blocks(&std::fs::read_to_string(&page).unwrap(), "yaml") {
            let document = yaml(&text);
            if is_config(&document) && document.get("zones").is_some() {
                assert_eq!(wrong(&config, &document), [""; 0], "{}: {text}", page.display());
                seen += 1;
            }
        }
    }
    assert!(seen >= 20, "only {seen} examples");
}

#[test]
fn the_quickstart_is_accepted() {
    let folder = root().join("examples/quickstart");
    for dialect in [Dialect::Complete, Dialect::Octodns] {
        let Schemas { zone, config } = schemas(dialect);
        let read = |path: &Path| yaml(&std::fs::read_to_string(path).unwrap());
        assert_eq!(wrong(&config, &read(&folder.join("config.yaml"))), [""; 0]);
        let mut zones = 0;
        for file in std::fs::read_dir(folder.join("zones")).unwrap() {
            let file = file.unwrap().path();
            if file.extension().is_some_and(|extension| extension == "yaml") {
                assert_eq!(wrong(&zone, &read(&file)), [""; 0], "{}", file.display());
                zones += 1;
            }
        }
        assert!(zones > 0);
    }
}

#[test]
fn valid_and_invalid_zone_files_are_distinguished() {
    let Schemas { zone, .. } = schemas(Dialect::Complete);
    for (text, valid) in [
        ("www: {type: A, value: 192.0.2.1}", true),
        ("www: {type: A, ttl: 60, values: [192.0.2.1, 192.0.2.2]}", true),
        ("www: {type: A, ttl: '60', value: [192.0.2.1]}", true),
        ("www: {type: A, ttl: soon, value: 192.0.2.1}", false),
        ("www: {type: A, ttl: -1, value: 192.0.2.1}", false),
        ("www: {type: A}", false),
        ("www: {type: A, values: []}", false),
        ("www: {type: A, value: 192.0.2.256}", false),
        ("www: {type: AAAA, value: '2001:db8::1'}", true),
        ("www: {type: AAAA, value: 192.0.2.1}", false),
        ("www: {value: 192.0.2.1}", false),
        ("www: {type: a, value: 192.0.2.1}", false),
        ("www: text", false),
        ("www: [{type: A, value: 192.0.2.1}, {type: TXT, value: x}]", true),
        ("10: {type: A, value: 192.0.2.1}", true),
        ("'@': {type: A, value: 192.0.2.1}", false),
        ("a..b: {type: A, value: 192.0.2.1}", false),
        ("www: {type: CNAME, value: example.com.}", true),
        ("www: {type: CNAME, values: [example.com.]}", false),
        ("www: {type: CNAME, value: nowhere}", false),
        ("mail: {type: MX, value: {priority: 10, value: mx.example.}}", true),
        ("mail: {type: MX, value: {preference: ten, exchange: mx.example.}}", false),
        ("ds: {type: DS, value: {key_tag: 1, algorithm: 13, digest_type: 2, digest: ab}}", true),
        (
            "ds: {type: DS, value: {key_tag: 1, algorithm: 13, digest_type: 2, public_key: ab}}",
            false,
        ),
        (
            "s: {type: SVCB, value: {svcpriority: 1, targetname: ., svcparams: {alpn: [h2], key7: x}}}",
            true,
        ),
        ("s: {type: SVCB, value: {svcpriority: 1, targetname: ., svcparams: {alnp: [h2]}}}", false),
        ("s: {type: URLFWD, value: {path: /, target: x, code: 303, masking: 0, query: 0}}", false),
        ("www: {type: A, value: 192.0.2.1, octodns: {lenient: maybe}}", false),
        (
            "www: {type: A, value: 192.0.2.1, octodns: {healthcheck: {protocol: HTTP}, mine: 1}}",
            true,
        ),
        ("www: {type: A, value: 192.0.2.1, geo: {EU: [192.0.2.2]}}", true),
        ("www: {type: A, value: 192.0.2.1, geo: {Europe: [192.0.2.2]}}", false),
        (
            "www: {type: A, value: 192.0.2.1, dynamic: {pools: {one: {values: [{value: 192.0.2.2, weight: 5}]}}, rules: [{pool: one}]}}",
            true,
        ),
        (
            "www: {type: A, value: 192.0.2.1, dynamic: {pools: {one: {values: [{value: x}]}}, rules: [{pool: one}]}}",
            false,
        ),
        (
            "www: {type: A, value: 192.0.2.1, dynamic: {pools: {one: {values: [{value: 192.0.2.2, weight: 101}]}}, rules: [{pool: one}]}}",
            false,
        ),
        ("www: {type: A, value: 192.0.2.1, dynamic: {pools: {}, rules: []}}", false),
        ("[]", false),
        ("", true),
    ] {
        let found = wrong(&zone, &yaml(text));
        assert_eq!(found.is_empty(), valid, "{text}: {found:?}");
    }
}

#[test]
fn valid_and_invalid_config_files_are_distinguished() {
    let Schemas { config, .. } = schemas(Dialect::Complete);
    let base =
        "providers: {config: {class: yaml, directory: x}}\nzones: {a.: {sources: [config]}}\n";
    for (more, valid) in [
        ("", true),
        ("x-anchors: {}", true),
        ("processor: {}", false),
        ("manager: {max_workers: 4, include_meta: true}", true),
        ("manager: {max_workers: many}", false),
        ("manager: {auto_arpa: {ttl: 60}}", true),
        ("manager: {auto_arpa: {tll: 60}}", false),
        ("manager: {plan_outputs: {o: {class: json, indent: 2}}}", true),
        ("manager: {plan_outputs: {o: {class: json, indents: 2}}}", false),
        ("manager: {plan_outputs: {o: {class: logger, level: WARN}}}", true),
        (
            "manager: {validators: {enabled: [strict], record: {disable_validators: {MX: [mx-value]}}}}",
            true,
        ),
        ("manager: {validators: {record: {disable_validators: {MXX: [mx-value]}}}}", false),
        ("manager: {validators: {zone: {disable_validators: [_bridge]}}}", false),
        ("processors: {p: {class: ttl-clamp, min_ttl: env/MIN, lenient: true}}", true),
        ("processors: {p: {class: ttl-clamp, min_ttl: low}}", false),
        ("processors: {p: {class: type-allowlist}}", false),
        ("processors: {p: {class: type-allowlist, allowlist: [A]}}", true),
        ("processors: {p: {class: type-allowlist, rejectlist: [A]}}", false),
        ("processors: {p: {class: nope}}", false),
        ("processors: {p: {}}", false),
        ("secret_handlers: {vault: {class: env}}", true),
        ("secret_handlers: {vault: {class: env, path: x}}", false),
        ("validators: {mail: {class: octodns.zone.mail.MailZoneValidator, mode: no-mail}}", true),
        ("validators: {mail: {class: octodns.zone.mail.MailZoneValidator, mode: never}}", false),
        (
            "validators: {v: {class: octodns.record.mx.MxValueValidator, types: [MX], sets: [strict]}}",
            true,
        ),
    ] {
        let found = wrong(&config, &yaml(&format!("{base}{more}\n")));
        assert_eq!(found.is_empty(), valid, "{more}: {found:?}");
    }
    for text in [
        "zones: {}",
        "providers: {}",
        "providers: {config: {class: yaml}}\nzones: {}",
        "providers: {config: {class: yaml, directory: x, apply_disabled: perhaps}}\nzones: {}",
        "providers: {config: {class: yaml, directory: x}}\nzones: {a.: {targets: [config]}}",
        "providers: {config: {class: yaml, directory: x}}\nzones: {a.: {sources: config}}",
    ] {
        assert!(!config.is_valid(&yaml(text)), "{text}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_schema_is_written_whole_or_not_at_all() {
    let workspace = Workspace::new();
    let line = "octodns-schema --kind config --complete --output schema.json";
    workspace.write("schema.json", "the old one");
    let small = workspace.run_after("trap '' XFSZ; ulimit -f 0", line);
    small.expect(1, &["cannot write the schema", "schema.json"]);
    assert_eq!(std::fs::read_to_string(workspace.path("schema.json")).unwrap(), "the old one");
    assert!(!workspace.list().iter().any(|name| name.contains(".tmp")), "{:?}", workspace.list());
    workspace.run(line).expect(0, &[]);
    let written = std::fs::read_to_string(workspace.path("schema.json")).unwrap();
    // Every path that is taken, older ones too.
    for path in ["octodns_route53.Route53Provider", "octodns.provider.route53.Route53Provider"] {
        assert!(written.contains(&format!("\"{path}\"")), "{path}");
    }
    workspace.run(&line.replace("schema.json", "/dev/stdout")).expect(0, &[]);
}
