//! Checks the schemas of `octodns-schema --complete` with all records, zone files and config files of the
//! corpus, using an independent validator of JSON Schema.
//!
//! A document without findings must be accepted. A document with findings must be refused, unless every
//! finding is of a kind that a schema cannot express: [`unsayable`] lists them.

mod unsayable;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jsonschema::Validator;
use octodns::core::registry::Host;
use octodns::core::schema::{Dialect, Schema};
use octodns::core::value::{Kind, Special, python_str};
use octodns::{Manager, ManagerOptions, config_schema, registry, zone_schema};
use octodns_core::record::{LoadContext, Record, RecordTypes};
use octodns_core::validate::RecordValidators;
use octodns_core::{Diagnostic, Report, Severity, Value, ZoneName};
use octodns_yaml::{FileIncludes, LoadOptions, load_bytes};
use serde_json::{Value as Json, json};

use crate::corpus::{files, for_each_case};
use crate::json::value_of;
use crate::records::OWN_CODES;
use crate::{Options, Outcome};
use unsayable::why_not;

/// Compares every record, zone file and config file of the corpus.
pub(crate) fn compare(options: &Options, outcome: &mut Outcome) -> io::Result<()> {
    let registry = registry(None, Host::default());
    let zones = Zones {
        schema: compile(&zone_schema(&registry, Dialect::Complete))?,
        types: RecordTypes::default(),
        validators: RecordValidators::legacy(&RecordTypes::default()),
    };
    let configs = compile(&config_schema(&registry, Dialect::Complete))?;
    let mut counts = Counts::new("records");
    records(options, &zones, &mut counts, outcome)?;
    outcome.notes.push(counts.to_string());
    let mut counts = Counts::new("zones");
    whole_zones(options, &zones, &mut counts, outcome)?;
    outcome.notes.push(counts.to_string());
    let mut counts = Counts::new("other YAML, taken for zone files");
    other_yaml(options, &zones, &mut counts, outcome)?;
    outcome.notes.push(counts.to_string());
    let (mut of_zones, mut of_configs) = (Counts::new("zone files"), Counts::new("config files"));
    for case in cases(&options.corpus.join("cli"))? {
        let (input, expected) = (case.join("input"), case.join("expected"));
        let steps = Steps::read(&case)?;
        for config in &steps.configs {
            let path = input.join(config);
            if path.is_file() {
                let found = find_in_config(&path, &steps);
                let document = read(&path);
                of_configs.count(&id(options, &path), document, &found, &configs, outcome);
            }
        }
        for path in yaml_below(&input)?.into_iter().chain(yaml_below(&expected)?) {
            if !steps.configs.iter().any(|config| path == input.join(config)) {
                zones.file(&id(options, &path), &path, &mut of_zones, outcome);
            }
        }
    }
    outcome.notes.extend([of_zones.to_string(), of_configs.to_string()]);
    Ok(())
}

fn compile(schema: &Schema) -> io::Result<Validator> {
    jsonschema::draft202012::new(schema.as_value()).map_err(io::Error::other)
}

fn id(options: &Options, path: &Path) -> String {
    path.strip_prefix(&options.corpus).unwrap_or(path).display().to_string()
}

/// The number of valid documents, and so on.
struct Counts {
    what: &'static str,
    valid: usize,
    invalid: usize,
    /// Documents that have only findings that a schema cannot express: the number refused anyway, and the
    /// numbers accepted by reason.
    refused: usize,
    beyond: BTreeMap<&'static str, usize>,
    unreadable: usize,
}

impl Counts {
    fn new(what: &'static str) -> Self {
        let (valid, invalid, refused, unreadable) = (0, 0, 0, 0);
        Self { what, valid, invalid, refused, beyond: BTreeMap::new(), unreadable }
    }

    /// Counts a document, with the findings from reading it.
    fn count(
        &mut self,
        id: &str,
        document: Option<Json>,
        found: &Report,
        schema: &Validator,
        outcome: &mut Outcome,
    ) {
        let Some(document) = document else {
            self.unreadable += 1;
            return;
        };
        let errors: Vec<String> = schema
            .iter_errors(&document)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        let is_hint = |found: &&Diagnostic| {
            found.severity == Severity::Warning && OWN_CODES.contains(&&*found.code)
        };
        let refusals = found.iter().filter(|found| !is_hint(found));
        let messages: Vec<_> = refusals.map(|found| &*found.message).collect();
        let reasons: Vec<_> = messages.iter().map(|message| why_not(message)).collect();
        let sayable = reasons.iter().any(Option::is_none);
        let difference = match (messages.is_empty(), errors.is_empty()) {
            (true, true) => {
                self.valid += 1;
                None
            }
            (true, false) => Some(format!("is valid, and refused: {}", errors.join("; "))),
            (false, false) if sayable => {
                self.invalid += 1;
                None
            }
            (false, false) => {
                self.refused += 1;
                None
            }
            (false, true) if sayable => {
                Some(format!("accepted, though {}: {document}", messages.join("; ")))
            }
            (false, true) => {
                for reason in reasons.into_iter().flatten() {
                    *self.beyond.entry(reason).or_default() += 1;
                }
                None
            }
        };
        outcome.case(id, difference);
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { what, valid, invalid, refused, .. } = self;
        write!(f, "{what}: {valid} valid accepted, {invalid} invalid refused")?;
        if self.refused > 0 {
            write!(f, ", {refused} refused for what else is wrong")?;
        }
        for (reason, count) in &self.beyond {
            write!(f, "; {count} findings beyond it: {reason}")?;
        }
        if self.unreadable > 0 {
            write!(f, "; {} not YAML", self.unreadable)?;
        }
        Ok(())
    }
}

struct Zones {
    schema: Validator,
    types: RecordTypes,
    validators: RecordValidators,
}

impl Zones {
    /// Reads a record like a provider of YAML files.
    fn load(&self, name: &Value<'_>, data: &Value<'_>, report: &mut Report) {
        let Ok(zone) = ZoneName::new("unit.tests.") else { return };
        let mut context = LoadContext::new(&zone, &self.validators, &self.types);
        context.default_ttl = Some(3600);
        Record::load(name, data, &context, report);
    }

    fn file(&self, id: &str, path: &Path, counts: &mut Counts, outcome: &mut Outcome) {
        let document = with_document(path, |root| (json_of(root), self.document(root)));
        let (document, report) = document.unzip();
        counts.count(id, document, &report.unwrap_or_default(), &self.schema, outcome);
    }

    /// Reads a document as a zone file.
    fn document(&self, root: &Value<'_>) -> Report {
        let mut report = Report::new();
        match &root.kind {
            Kind::Map(map) => {
                for (name, data) in map {
                    let list = data.as_list().unwrap_or_else(|| std::slice::from_ref(data));
                    for data in list {
                        self.load(name, data, &mut report);
                    }
                }
            }
            Kind::Null => {}
            _ => self.load(&Value::from(""), root, &mut report),
        }
        report
    }
}

fn records(
    options: &Options,
    zones: &Zones,
    counts: &mut Counts,
    outcome: &mut Outcome,
) -> io::Result<()> {
    for path in files(&options.corpus.join("records"), "jsonl")? {
        if path.file_stem().is_some_and(|stem| stem == "rdata_parse") {
            continue;
        }
        for_each_case(&path, |id, case| {
            let (name, data) = (value_of(&case["name"]), value_of(&case["data"]));
            let mut report = Report::new();
            zones.load(&name, &data, &mut report);
            let mut document = json!({});
            document[python_str(&name)] = json_of(&data);
            counts.count(id, Some(document), &report, &zones.schema, outcome);
        })?;
    }
    Ok(())
}

/// The records of a zone, in the form of its file.
fn whole_zones(
    options: &Options,
    zones: &Zones,
    counts: &mut Counts,
    outcome: &mut Outcome,
) -> io::Result<()> {
    for path in files(&options.corpus.join("zones"), "jsonl")? {
        for_each_case(&path, |id, case| {
            let mut file = json!({});
            for record in case["records"].as_array().into_iter().flatten() {
                let name = python_str(&value_of(&record["name"]));
                match file[&name].as_array_mut() {
                    Some(list) => list.push(record["data"].clone()),
                    None => file[name] = json!([record["data"]]),
                }
            }
            let root = value_of(&file);
            let report = zones.document(&root);
            let document = Some(json_of(&root));
            counts.count(&format!("zones/{id}"), document, &report, &zones.schema, outcome);
        })?;
    }
    Ok(())
}

/// All other YAML, which is hardly ever a zone.
fn other_yaml(
    options: &Options,
    zones: &Zones,
    counts: &mut Counts,
    outcome: &mut Outcome,
) -> io::Result<()> {
    for path in files(&options.corpus.join("yaml"), "jsonl")? {
        for_each_case(&path, |id, case| {
            let files: HashMap<String, String> =
                serde_json::from_value(case["files"].clone()).unwrap_or_default();
            let text = files.get("main.yaml").map_or("", String::as_str);
            let load = LoadOptions::new("main.yaml").include(&files);
            let loaded = load_bytes(text.as_bytes(), &load).ok();
            let read = loaded.map(|it| (json_of(&it.root), zones.document(&it.root)));
            let (document, report) = read.unzip();
            let report = report.unwrap_or_default();
            counts.count(&format!("yaml/{id}"), document, &report, &zones.schema, outcome);
        })?;
    }
    Ok(())
}

/// The findings about a config file, from building all of its components.
fn find_in_config(path: &Path, steps: &Steps) -> Report {
    let environment = steps.environment.clone();
    let mut host = Host::default();
    host.clock =
        Arc::new(|| Some(std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_767_323_045)));
    host.uuid = Arc::new(|| Some("b2f0c0de-0000-4000-8000-000000000000".to_owned()));
    host.env = Arc::new(move |name| environment.get(name).cloned());
    let options = ManagerOptions::new(registry(None, host));
    match Manager::from_config_file(path, &options) {
        Ok(_) => Report::new(),
        Err(failure) => failure.report,
    }
}

/// The names in the steps of a case.
#[derive(Default)]
struct Steps {
    configs: BTreeSet<String>,
    environment: BTreeMap<String, String>,
}

impl Steps {
    fn read(case: &Path) -> io::Result<Self> {
        let case: Json = serde_json::from_slice(&std::fs::read(case.join("case.json"))?)?;
        let mut steps = Self::default();
        for step in case["steps"].as_array().into_iter().flatten() {
            let mut words = step["argv"].as_array().into_iter().flatten().filter_map(Json::as_str);
            while let Some(word) = words.next() {
                match word.split_once('=') {
                    Some(("--config-file", file)) => steps.configs.extend([file.to_owned()]),
                    None if word == "--config-file" => {
                        steps.configs.extend(words.next().map(str::to_owned));
                    }
                    _ => {}
                }
            }
            let environment = step["env"].as_object().into_iter().flatten();
            let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
            steps.environment.extend(environment.map(|(name, value)| (name.clone(), text(value))));
        }
        Ok(steps)
    }
}

/// The folders of the cases, sorted.
fn cases(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut cases: Vec<_> =
        folder.read_dir()?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    cases.retain(|case| case.join("case.json").is_file());
    cases.sort();
    Ok(cases)
}

/// The YAML files of a folder and its subfolders, sorted; none if the folder does not exist.
fn yaml_below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if folder.is_dir() {
        for entry in folder.read_dir()? {
            let path = entry?.path();
            if path.is_dir() {
                found.extend(yaml_below(&path)?);
            } else if path.extension().is_some_and(|extension| extension == "yaml") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// A file as a language server sees it, with includes and merges resolved.
fn read(path: &Path) -> Option<Json> {
    with_document(path, json_of)
}

/// Calls `with` with the content of a file, if it can be read.
fn with_document<T>(path: &Path, with: impl FnOnce(&Value<'_>) -> T) -> Option<T> {
    let name = path.to_string_lossy();
    let includes = FileIncludes::new(None);
    let text = std::fs::read(path).ok()?;
    let document = load_bytes(&text, &LoadOptions::new(&*name).include(&includes)).ok()?;
    Some(with(&document.root))
}

/// A value as JSON: keys are strings, and what has no JSON type is a string as Python shows it.
fn json_of(value: &Value<'_>) -> Json {
    match &value.kind {
        Kind::List(values) => values.iter().map(json_of).collect(),
        Kind::Map(map) => {
            let entries = map.iter().map(|(key, value)| (python_str(key), json_of(value)));
            Json::Object(entries.collect())
        }
        Kind::Special(special) => match &**special {
            Special::BigInt(digits) => json!(digits.parse::<f64>().unwrap_or(f64::MAX)),
            Special::Tuple(values) => values.iter().map(json_of).collect(),
            _ => json!(python_str(value)),
        },
        Kind::Float(number) if !number.is_finite() => json!(python_str(value)),
        Kind::Null => Json::Null,
        Kind::Bool(value) => json!(value),
        Kind::Int(number) => json!(number),
        Kind::Float(number) => json!(number),
        Kind::Str(text) => json!(text),
    }
}
