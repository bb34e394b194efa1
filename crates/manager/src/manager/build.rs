//! From a config to what it describes: its classes looked up, made, and given their options.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use octodns_core::processor::Processor;
use octodns_core::record::RecordTypes;
use octodns_core::registry::{
    AnyValidator, BuildError, Component, Foreign, ForeignConfig, Options,
};
use octodns_core::validate::{RecordValidators, Validator};
use octodns_core::value::{Map, OwnedValue, Position, python_str};
use octodns_core::zone::{Elsewhere, ZoneValidators};
use octodns_core::{Diagnostic, Report, Source, Target, TargetOptions};
use octodns_processors::{AutoArpa, AutoArpaOptions};

use super::written::entries;
use super::{AUTO_ARPA, Configured, Manager, ManagerOptions, Version};
use crate::compat::MANAGER;
use crate::config::{Config, Secrets, Types, Validators, ValidatorsReader};
use crate::failure::Failure;
use crate::known_sizes::KnownSizes;
use crate::lock::account_of;
use crate::output::{Destination, Outputs};

/// What is made in code.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) providers: Vec<(String, Configured)>,
    pub(super) processors: Vec<Arc<dyn Processor>>,
    pub(super) zones: Vec<(String, OwnedValue)>,
}

pub(super) struct Build<'o> {
    pub(super) config: Config,
    parts: Parts,
    options: &'o ManagerOptions,
    pub(super) report: Report,
    pub(super) versions: Vec<Version>,
    /// Makes what classes make that are not compiled in.
    pub(super) foreign: Option<Arc<dyn Foreign>>,
    /// The record types that there are.
    types: RecordTypes,
    /// Whether a manager is made in spite of faults, of what can be made.
    pub(super) keeps_going: bool,
}

impl<'o> Build<'o> {
    pub(super) fn new(mut config: Config, parts: Parts, options: &'o ManagerOptions) -> Self {
        let report = std::mem::take(&mut config.warnings);
        let (versions, types) = (Vec::new(), options.registry.types.clone());
        Self { config, parts, options, report, versions, foreign: None, types, keeps_going: false }
    }

    pub(super) fn build(mut self) -> Result<Manager, Failure> {
        let registry = &self.options.registry;
        let entries = entries(&self.config.providers, &registry.providers);
        let processor_entries = self::entries(&self.config.processors, &registry.processors);
        self.foreign = self.foreign();
        let secrets = self.secrets();
        let mut providers = self.providers(&secrets);
        let mut processors = self.processors(&secrets);
        self.add_parts(&mut providers, &mut processors);
        self.auto_arpa(&mut providers, &mut processors);
        self.include_meta(&mut processors);
        self.verified_targets(&providers);
        self.foreign_types();
        let Validators { records, zones, foreign: foreign_validators } = self.validators(&secrets);
        let outputs = self.outputs(&secrets);
        self.foreign_is_configured();
        self.report = self.config.foreign.shown_all(self.report);
        if self.report.has_errors() && !self.keeps_going {
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
        let mut registry = self.options.registry.clone();
        registry.foreign = self.foreign;
        let mut manager = Manager {
            config: self.config,
            providers,
            entries,
            processor_entries,
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
            progress: Arc::clone(&self.options.progress),
            max_workers: max_workers.max(1),
            includes,
            relocated: BTreeSet::new(),
            warnings: self.report,
            versions: self.versions,
            record_validators: Arc::new(records),
            types: Arc::new(self.types),
            registry,
            zone_validators: Arc::new(zones),
            foreign_validators: foreign_validators.into(),
        };
        // Where runs are written down, unless told otherwise.
        let sizes_folder = self.options.sizes_folder.clone();
        let beside_runs = || Some(manager.journal_folder()?.path().to_owned());
        manager.known_sizes = sizes_folder.or_else(beside_runs).as_deref().map(KnownSizes::below);
        Ok(manager)
    }

    /// What makes foreign classes, as the config wants it.
    fn foreign(&mut self) -> Option<Arc<dyn Foreign>> {
        let maker = Arc::clone(self.options.registry.foreign.as_ref()?);
        let manager = &self.config.manager;
        let mut config = ForeignConfig::new(&manager.foreign);
        config.file = self.config.files.first().map(|file| Path::new(&**file));
        config.workers = manager.max_workers.unwrap_or(1);
        match maker.for_config(&config) {
            Ok(foreign) => foreign,
            Err(error) => {
                let at = error.position;
                self.fault("manager", "python", at, error);
                None
            }
        }
    }

    /// Takes in the record types that foreign classes have brought.
    fn foreign_types(&mut self) {
        for brought in self.foreign.iter().flat_map(|foreign| foreign.types()) {
            // A type that is there is known to us better.
            let _ = self.types.register(brought);
        }
    }

    /// Tells foreign classes that all of them are made.
    fn foreign_is_configured(&mut self) {
        let is_made = self.keeps_going || !self.report.has_errors();
        let Some(foreign) = self.foreign.clone().filter(|_| is_made) else { return };
        if let Err(error) = foreign.configured(self.config.manager.validators.as_ref()) {
            self.fault("manager", "validators", Position::NONE, error);
        }
    }

    /// What fills in secrets: the handlers of the config, and `env`.
    fn secrets(&mut self) -> Secrets {
        let mut secrets = Secrets::new(&self.options.registry.host.env, &self.config.files);
        let classes = &self.options.registry.secret_handlers;
        let section = std::mem::take(&mut self.config.secret_handlers);
        let built = self.made("secret_handler", section, classes, &secrets, |maker, entry| {
            maker.secret_handler(entry)
        });
        secrets.add(built.into_iter().collect());
        secrets
    }

    fn providers(&mut self, secrets: &Secrets) -> BTreeMap<String, Configured> {
        let section = std::mem::take(&mut self.config.providers);
        let classes = &self.options.registry.providers;
        let mut built = BTreeMap::new();
        for (key, value) in section {
            let id = python_str(&key);
            // Before anything is filled in.
            let entry = value.clone();
            let Some(mut chosen) =
                self.class("provider", &id, key.position, value, classes, secrets)
            else {
                continue;
            };
            // Foreign classes read all of their options themselves.
            let target = if chosen.is_foreign() {
                Ok(TargetOptions::default())
            } else {
                TargetOptions::take_from(&mut chosen.options)
            };
            let target = target.map_err(|error| {
                let error = chosen.filled.withhold(error.into());
                self.fault("provider", &id, key.position, error);
            });
            let account = account_of(chosen.path(), &entry);
            let component = self
                .make("provider", &id, key.position, chosen, |maker, entry| maker.provider(entry));
            if let (Some(component), Ok(target)) = (component, target) {
                built.insert(id, configured(&component, target, account));
            }
        }
        built
    }

    fn processors(&mut self, secrets: &Secrets) -> BTreeMap<String, Arc<dyn Processor>> {
        let section = std::mem::take(&mut self.config.processors);
        let classes = &self.options.registry.processors;
        self.made("processor", section, classes, secrets, |maker, entry| maker.processor(entry))
            .into_iter()
            .collect()
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
            records: RecordValidators::new(&self.types),
            zones: ZoneValidators::new([]),
            foreign: Vec::new(),
        };
        registry.extra_validators.register(&mut validators.records, &mut validators.zones);
        for (key, value) in std::mem::take(&mut self.config.validators) {
            let id = python_str(&key);
            let classes = &registry.validators;
            let Some(mut chosen) =
                self.class("validator", &id, key.position, value, classes, secrets)
            else {
                continue;
            };
            let types = if chosen.is_foreign() {
                chosen.options.get("types").cloned()
            } else {
                chosen.options.remove("types")
            };
            let types = types.filter(|types| !types.is_null());
            match self
                .make("validator", &id, key.position, chosen, |maker, entry| maker.validator(entry))
            {
                Some(AnyValidator::Zone(validator)) => validators.zones.register(validator),
                Some(AnyValidator::Record(validator)) => {
                    for scope in self.scopes(&id, types.as_ref()) {
                        validators.records.replace(&validator, scope.types());
                    }
                }
                Some(AnyValidator::Foreign(validator)) => {
                    let elsewhere = Arc::new(Elsewhere::new(Arc::clone(&validator)));
                    if validator.is_of_zones() {
                        validators.zones.register(elsewhere);
                    } else {
                        let elsewhere = Validator::Record(elsewhere);
                        for scope in self.scopes(&id, types.as_ref()) {
                            validators.records.replace(&elsewhere, scope.types());
                        }
                    }
                    validators.foreign.push(validator);
                }
                None => {}
            }
        }
        let mut reader = ValidatorsReader {
            subject: "manager.validators",
            files: &self.config.files,
            report: &mut self.report,
        };
        let section = self.config.manager.validators.as_ref();
        reader.manager(section, &self.types, &mut validators);
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
        list.iter().filter_map(|of| reader.scope(of, &self.types)).collect()
    }

    fn outputs(&mut self, secrets: &Secrets) -> Outputs {
        let Some(section) = self.config.manager.plan_outputs.take() else {
            return Outputs::new(None, self.options.plan_display.as_ref());
        };
        let classes = &self.options.registry.plan_outputs;
        let built = self.made("plan_output", section, classes, secrets, |maker, entry| {
            maker.plan_output(entry)
        });
        let built = built.into_iter().map(|(_, output)| output).collect();
        Outputs::new(Some(built), self.options.plan_display.as_ref())
    }
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
    let target = component.as_provider().map(|provider| {
        let options = provider.target_options().unwrap_or(options);
        Target::new(Arc::clone(provider), options)
    });
    Configured { source: component.as_source(), target, account }
}
