//! From a config to what it describes: its classes looked up, made, and given their options.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use octodns_core::processor::Processor;
use octodns_core::registry::AnyValidator;
use octodns_core::registry::{BuildError, Class, Classes, Component, Options, OptionsSchema};
use octodns_core::validate::RecordValidators;
use octodns_core::value::{Kind, Map, OwnedValue, Position, python_str};
use octodns_core::zone::ZoneValidators;
use octodns_core::{Diagnostic, Report, Source, Target, TargetOptions};
use octodns_processors::{AutoArpa, AutoArpaOptions};

use super::{AUTO_ARPA, Configured, Manager, ManagerOptions, Version};
use crate::compat::MANAGER;
use crate::config::{Config, Filled, Secrets, Types, Validators, ValidatorsReader, instead_of};
use crate::failure::Failure;
use crate::known_sizes::KnownSizes;
use crate::lock::account_of;
use crate::output::{Destination, Outputs, PlanOutput};
use crate::registry::feature_of;

/// What to do about options of whose fault nothing more is known.
const OPTIONS: &str =
    "`octodns-schema --kind config --complete` describes the options of every class";

/// What to do about a class that is like none there is.
const MORE_CLASSES: &str = "`octodns-schema --kind config --complete` lists all classes";

/// The class an entry of the config names, and its options.
struct Chosen<'c, T> {
    class: &'c Class<T>,
    options: Map<'static>,
    filled: Filled,
}

/// What is made in code.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) providers: Vec<(String, Configured)>,
    pub(super) processors: Vec<Arc<dyn Processor>>,
    pub(super) zones: Vec<(String, OwnedValue)>,
}

pub(super) struct Build<'o> {
    config: Config,
    parts: Parts,
    options: &'o ManagerOptions,
    report: Report,
    versions: Vec<Version>,
}

impl<'o> Build<'o> {
    pub(super) fn new(mut config: Config, parts: Parts, options: &'o ManagerOptions) -> Self {
        let report = std::mem::take(&mut config.warnings);
        Self { config, parts, options, report, versions: Vec::new() }
    }

    pub(super) fn build(mut self) -> Result<Manager, Failure> {
        let entries = self.entries();
        let environment = &self.options.registry.host.env;
        let secrets = Secrets::new(&self.config, environment, &mut self.report);
        for name in secrets.names() {
            self.versions.push(version("secret_handler", name, Secrets::MODULE));
        }
        let mut providers = self.providers(&secrets);
        let mut processors = self.processors(&secrets);
        self.add_parts(&mut providers, &mut processors);
        self.auto_arpa(&mut providers, &mut processors);
        self.include_meta(&mut processors);
        self.verified_targets(&providers);
        let Validators { records, zones } = self.validators(&secrets);
        let outputs = self.outputs(&secrets);
        self.report = self.config.foreign.shown_all(self.report);
        if self.report.has_errors() {
            return Err(self.report.into());
        }
        for Version { kind, name, module, version } in &self.versions {
            tracing::info!(
                target: "octodns", logger = MANAGER, "__init__: {kind}={name} ({module} {version})",
            );
        }
        let max_workers = self.config.manager.max_workers.unwrap_or(self.options.max_workers);
        tracing::info!(
            target: "octodns", logger = MANAGER, "_config_executor: max_workers={max_workers}",
        );
        let includes = self.config.manager.includes.unwrap_or(self.options.includes);
        let mut manager = Manager {
            config: self.config,
            providers,
            entries,
            processors,
            outputs,
            destination: Destination {
                writer: Arc::clone(&self.options.plan_writer),
                log: Arc::clone(&self.options.plan_log),
            },
            apply_sink: Arc::clone(&self.options.apply_sink),
            known_sizes: None,
            journal: self.options.journal.clone(),
            stop: self.options.stop.clone(),
            max_workers: max_workers.max(1),
            includes,
            relocated: BTreeSet::new(),
            warnings: self.report,
            versions: self.versions,
            record_validators: Arc::new(records),
            types: Arc::new(self.options.registry.types.clone()),
            registry: self.options.registry.clone(),
            zone_validators: Arc::new(zones),
        };
        // Where runs are written down, unless told otherwise.
        let sizes_folder = self.options.sizes_folder.clone();
        let beside_runs = || Some(manager.journal_folder()?.path().to_owned());
        manager.known_sizes = sizes_folder.or_else(beside_runs).as_deref().map(KnownSizes::below);
        Ok(manager)
    }

    /// The entries of providers as they are written, without what is secret.
    fn entries(&self) -> BTreeMap<String, OwnedValue> {
        let classes = &self.options.registry.providers;
        let entry = |(key, value): &(OwnedValue, OwnedValue)| {
            let class = value.get("class").and_then(|class| classes.get(&python_str(class)));
            let secret = class.map(|class| secret_options(class.options)).unwrap_or_default();
            (python_str(key), without(value, &secret))
        };
        self.config.providers.iter().map(entry).collect()
    }

    fn providers(&mut self, secrets: &Secrets) -> BTreeMap<String, Configured> {
        let section = std::mem::take(&mut self.config.providers);
        let classes = &self.options.registry.providers;
        let mut built = BTreeMap::new();
        for (key, value) in section {
            let id = python_str(&key);
            // Before anything is filled in.
            let entry = value.clone();
            let Some(Chosen { class, mut options, filled }) =
                self.class("provider", &id, key.position, value, classes, secrets)
            else {
                continue;
            };
            let target = TargetOptions::take_from(&mut options).map_err(BuildError::from);
            let component = (class.build)(&id, &OwnedValue::from(options));
            let made = target.and_then(|target| component.map(|component| (component, target)));
            match made {
                Ok((component, target)) => {
                    let account = account_of(class.path, &entry);
                    built.insert(id, configured(&component, target, account));
                }
                Err(error) => self.fault("provider", &id, key.position, filled.withhold(error)),
            }
        }
        built
    }

    fn processors(&mut self, secrets: &Secrets) -> BTreeMap<String, Arc<dyn Processor>> {
        let section = std::mem::take(&mut self.config.processors);
        let classes = &self.options.registry.processors;
        let mut built = BTreeMap::new();
        for (key, value) in section {
            let id = python_str(&key);
            let Some(Chosen { class, options, filled }) =
                self.class("processor", &id, key.position, value, classes, secrets)
            else {
                continue;
            };
            match (class.build)(&id, &OwnedValue::from(options)) {
                Ok(processor) => {
                    built.insert(id, processor);
                }
                Err(error) => self.fault("processor", &id, key.position, filled.withhold(error)),
            }
        }
        built
    }

    /// What is made in code, beside what the config has.
    fn add_parts(
        &mut self,
        providers: &mut BTreeMap<String, Configured>,
        processors: &mut BTreeMap<String, Arc<dyn Processor>>,
    ) {
        let Parts { providers: more, processors: processing, zones } =
            std::mem::take(&mut self.parts);
        for (id, configured) in more {
            if providers.contains_key(&id) {
                twice(&mut self.report, "provider", &id);
            }
            providers.insert(id, configured);
        }
        for processor in processing {
            let id = processor.id().to_owned();
            if processors.contains_key(&id) {
                twice(&mut self.report, "processor", &id);
            }
            processors.insert(id, processor);
        }
        // Zones that are there twice are found where zones are selected.
        let zones = zones.into_iter().map(|(name, entry)| (OwnedValue::from(name), entry));
        let configured = std::mem::take(&mut self.config.zones);
        self.config.zones = Map::from_entries(configured.into_iter().chain(zones).collect());
    }

    /// `manager.auto_arpa`: a processor of all zones that is the source of reverse zones as well.
    fn auto_arpa(
        &mut self,
        providers: &mut BTreeMap<String, Configured>,
        processors: &mut BTreeMap<String, Arc<dyn Processor>>,
    ) {
        let Some(options) = &self.config.manager.auto_arpa else { return };
        match AutoArpaOptions::read(options, &["lenient"]) {
            Ok(read) => {
                let arpa = Arc::new(AutoArpa::new(AUTO_ARPA, read));
                let source = Arc::clone(&arpa) as Arc<dyn Source>;
                let account = AUTO_ARPA.to_owned();
                let configured = Configured { source, target: None, account };
                providers.insert(AUTO_ARPA.to_owned(), configured);
                processors.insert(AUTO_ARPA.to_owned(), arpa);
                self.config.manager.post_processors.insert(0, AUTO_ARPA.to_owned());
            }
            Err(error) => {
                let at = options.position;
                self.fault("manager", "auto_arpa", at, error);
            }
        }
    }

    /// `manager.include_meta`: the last processor of all zones.
    fn include_meta(&mut self, processors: &mut BTreeMap<String, Arc<dyn Processor>>) {
        if !self.config.manager.include_meta {
            return;
        }
        let options: Map<'static> = [
            ("record_name", OwnedValue::from("octodns-meta")),
            ("include_time", OwnedValue::from(false)),
            ("include_provider", OwnedValue::from(true)),
        ]
        .into_iter()
        .collect();
        let path = "octodns.processor.meta.MetaProcessor";
        let class = self.options.registry.processors.get(path);
        let built = class.map(|class| (class.build)("meta", &OwnedValue::from(options)));
        match built {
            Some(Ok(meta)) => {
                processors.insert("meta".to_owned(), meta);
                self.config.manager.post_processors.push("meta".to_owned());
            }
            Some(Err(error)) => self.fault("manager", "include_meta", Position::NONE, error),
            None => {
                let message = format!("this build has no class \"{path}\"");
                let error = BuildError::new(message, Position::NONE);
                let error = error.help("set `include_meta: false`");
                self.fault("manager", "include_meta", Position::NONE, error);
            }
        }
    }

    /// `manager.verify.nameservers` may name targets, which have to be there.
    fn verified_targets(&mut self, providers: &BTreeMap<String, Configured>) {
        let named = self.config.manager.verify.how.nameservers.by_target.keys();
        for target in named.filter(|target| !providers.contains_key(*target)) {
            let message = format!("names the target \"{target}\", which is not configured");
            let found = Diagnostic::error("config", message).about("manager.verify.nameservers");
            self.report.push(found.help("write the id of a target, or one list for all"));
        }
    }

    /// Those built in, those of the program, those the config makes; then those of them at work.
    fn validators(&mut self, secrets: &Secrets) -> Validators {
        let registry = &self.options.registry;
        let mut validators = Validators {
            records: RecordValidators::new(&registry.types),
            zones: ZoneValidators::new([]),
        };
        registry.extra_validators.register(&mut validators.records, &mut validators.zones);
        for (key, value) in std::mem::take(&mut self.config.validators) {
            let id = python_str(&key);
            let classes = &registry.validators;
            let Some(Chosen { class, mut options, filled }) =
                self.class("validator", &id, key.position, value, classes, secrets)
            else {
                continue;
            };
            let types = options.remove("types").filter(|types| !types.is_null());
            match (class.build)(&id, &OwnedValue::from(options)) {
                Ok(AnyValidator::Zone(validator)) => validators.zones.register(validator),
                Ok(AnyValidator::Record(validator)) => {
                    for scope in self.scopes(&id, types.as_ref()) {
                        validators.records.replace(&validator, scope.types());
                    }
                }
                Err(error) => self.fault("validator", &id, key.position, filled.withhold(error)),
            }
        }
        let mut reader = ValidatorsReader {
            subject: "manager.validators",
            files: &self.config.files,
            report: &mut self.report,
        };
        let section = self.config.manager.validators.as_ref();
        reader.manager(section, &registry.types, &mut validators);
        validators
    }

    /// The record types that `types` of a validator names: one, or a list; all if there is none.
    fn scopes(&mut self, id: &str, types: Option<&OwnedValue>) -> Vec<Types> {
        let Some(types) = types else { return vec![Types::ALL] };
        let subject = format!("validator {id}");
        let mut reader = ValidatorsReader {
            subject: &subject,
            files: &self.config.files,
            report: &mut self.report,
        };
        let list = types.as_list().unwrap_or_else(|| std::slice::from_ref(types));
        list.iter().filter_map(|of| reader.scope(of, &self.options.registry.types)).collect()
    }

    fn outputs(&mut self, secrets: &Secrets) -> Outputs {
        let Some(section) = self.config.manager.plan_outputs.take() else {
            return Outputs::default();
        };
        let classes = crate::output::classes();
        let mut built: Vec<Arc<dyn PlanOutput>> = Vec::new();
        for (key, value) in section {
            let id = python_str(&key);
            let Some(Chosen { class, options, filled }) =
                self.class("plan_output", &id, key.position, value, &classes, secrets)
            else {
                continue;
            };
            match (class.build)(&id, &OwnedValue::from(options)) {
                Ok(output) => built.push(output),
                Err(error) => self.fault("plan_output", &id, key.position, filled.withhold(error)),
            }
        }
        Outputs::new(built)
    }

    /// The class an entry names, and its options with the secrets filled in.
    fn class<'c, T: Clone>(
        &mut self,
        kind: &'static str,
        id: &str,
        at: Position,
        value: OwnedValue,
        classes: &'c Classes<T>,
        secrets: &Secrets,
    ) -> Option<Chosen<'c, T>> {
        let place = value.get("class").map_or(at, |class| class.position);
        match choose(value, at, classes) {
            Ok((name, class, mut options)) => {
                self.warn_of_deprecated(kind, id, place, class.path);
                if let Some(path) = classes.instead_of(&name) {
                    self.warn_of_old_path(kind, id, place, (&name, path));
                }
                let filled = secrets.fill(&mut options);
                if let Some(help) = classes.after_closing(class.path, &options) {
                    self.warn_of_closed(kind, id, place, (class.path, help));
                }
                self.missing(kind, id, &filled);
                let module = name.rsplit_once('.').map_or(class.module(), |(module, _)| module);
                self.versions.push(Version { version: class.version, ..version(kind, id, module) });
                Some(Chosen { class, options, filled })
            }
            Err(error) => {
                self.fault(kind, id, at, error);
                None
            }
        }
    }

    fn warn_of_old_path(&mut self, kind: &str, id: &str, at: Position, (old, path): (&str, &str)) {
        self.report.push(
            Diagnostic::warning("config", format!("the class {old} has another path now"))
                .about(format!("{kind} {id}"))
                .at(self.config.origin(at))
                .help(format!("write `class: {path}`")),
        );
    }

    fn warn_of_closed(&mut self, kind: &str, id: &str, at: Position, (path, help): (&str, &str)) {
        self.report.push(
            Diagnostic::warning("config", format!("the service of {path} was shut down"))
                .about(format!("{kind} {id}"))
                .at(self.config.origin(at))
                .help(help),
        );
    }

    fn warn_of_deprecated(&mut self, kind: &str, id: &str, at: Position, path: &str) {
        let Some(help) = instead_of(path) else { return };
        self.report.push(
            Diagnostic::warning("config", format!("the class {path} is deprecated"))
                .about(format!("{kind} {id}"))
                .at(self.config.origin(at))
                .help(help),
        );
    }

    fn missing(&mut self, kind: &str, id: &str, filled: &Filled) {
        for &(ref name, position) in &filled.missing {
            let message = format!("the environment variable {name} is not set");
            let help = format!("set it, or give a default: \"env/{name}/DEFAULT\"");
            self.report.push(
                Diagnostic::error("config", message)
                    .about(format!("{kind} {id}"))
                    .at(self.config.origin(position))
                    .help(help),
            );
        }
    }

    fn fault(&mut self, kind: &str, id: &str, at: Position, error: BuildError) {
        let position = if error.position.is_known() { error.position } else { at };
        let mut found = Diagnostic::error("config", error.message)
            .about(format!("{kind} {id}"))
            .at(self.config.origin(position));
        found.help = error.help.or_else(|| Some(OPTIONS.to_owned()));
        self.report.push(found);
    }
}

/// The names of options that are secret.
fn secret_options(options: OptionsSchema) -> HashSet<String> {
    let mut generator = octodns_core::schema::settings().into_generator();
    let mut names = HashSet::new();
    note_secret(options(&mut generator).as_value(), &mut names);
    names
}

fn note_secret(schema: &serde_json::Value, names: &mut HashSet<String>) {
    use serde_json::Value as Json;
    match schema {
        Json::Object(map) => {
            if let Some(Json::Object(properties)) = map.get("properties") {
                let secret = properties.iter().filter(|(_, schema)| is_secret(schema));
                names.extend(secret.map(|(name, _)| name.clone()));
            }
            map.values().for_each(|schema| note_secret(schema, names));
        }
        Json::Array(schemas) => schemas.iter().for_each(|schema| note_secret(schema, names)),
        _ => {}
    }
}

/// Whether a value is a secret, or may be one, or holds some.
fn is_secret(schema: &serde_json::Value) -> bool {
    use serde_json::Value as Json;
    match schema {
        Json::Object(map) => {
            map.get("writeOnly") == Some(&Json::Bool(true))
                || ["anyOf", "oneOf", "allOf", "items", "additionalProperties"]
                    .iter()
                    .any(|key| map.get(*key).is_some_and(is_secret))
        }
        Json::Array(schemas) => schemas.iter().any(is_secret),
        _ => false,
    }
}

/// A value without the entries of these keys, at any depth.
fn without(value: &OwnedValue, keys: &HashSet<String>) -> OwnedValue {
    let mut value = value.clone();
    match &mut value.kind {
        Kind::Map(map) => {
            let kept = std::mem::take(map).into_iter();
            let kept = kept.filter(|(key, _)| !keys.contains(&python_str(key)));
            *map =
                Map::from_entries(kept.map(|(key, value)| (key, without(&value, keys))).collect());
        }
        Kind::List(values) => values.iter_mut().for_each(|value| *value = without(value, keys)),
        _ => {}
    }
    value
}

fn version(kind: &'static str, name: &str, module: &str) -> Version {
    let (name, module) = (name.to_owned(), module.to_owned());
    Version { kind, name, module, version: env!("CARGO_PKG_VERSION") }
}

/// The finding about a part whose id another part or an entry of the config has.
fn twice(report: &mut Report, kind: &str, id: &str) {
    let message = "is there twice";
    report.push(
        Diagnostic::error("config", message)
            .about(format!("{kind} {id}"))
            .help("give each an id of its own"),
    );
}

fn configured(component: &Component, options: TargetOptions, account: String) -> Configured {
    let target = component.as_provider().map(|provider| Target::new(Arc::clone(provider), options));
    Configured { source: component.as_source(), target, account }
}

/// The class that an entry names, its name as written, and the options beside it.
fn choose<T: Clone>(
    value: OwnedValue,
    at: Position,
    classes: &Classes<T>,
) -> Result<(String, &Class<T>, Map<'static>), BuildError> {
    let fault =
        |message: String, help: String, position| BuildError::new(message, position).help(help);
    let Kind::Map(mut options) = value.kind else {
        let help = "write `class`, and its options, indented below it";
        return Err(fault("must be a mapping with a \"class\"".to_owned(), help.to_owned(), at));
    };
    let Some(class) = options.remove("class") else {
        let help = "add `class`, such as `class: octodns.provider.yaml.YamlProvider`";
        return Err(fault("missing key \"class\"".to_owned(), help.to_owned(), at));
    };
    let name = python_str(&class);
    if let Some(found) = classes.get(&name) {
        return Ok((name, found, options));
    }
    let message = format!("unknown class \"{name}\", it is not part of this build");
    Err(fault(message, about_class(&name, classes), class.position))
}

/// What to do about a class that there is not.
fn about_class<T: Clone>(name: &str, classes: &Classes<T>) -> String {
    // Misspelt, where others of the package are there.
    if let Some(feature) = feature_of(name).filter(|feature| !is_compiled_in(classes, feature)) {
        return format!("build with `--features octodns/{feature}` to have it");
    }
    if let Some(meant) = classes.nearest(name) {
        return format!("did you mean \"{meant}\"?");
    }
    if let Some(moved) = classes.moved(name) {
        return format!("write its path, \"{moved}\"");
    }
    match name.split_once('.') {
        Some((package, _)) if !classes.has_package_of(name) => format!(
            "nothing of the Python package {package} is built in, and Python classes cannot be loaded yet; \
             {MORE_CLASSES}"
        ),
        _ => MORE_CLASSES.to_owned(),
    }
}

/// Whether any class that a feature brings is there.
fn is_compiled_in<T: Clone>(classes: &Classes<T>, feature: &str) -> bool {
    classes.names().any(|name| feature_of(name) == Some(feature))
}
