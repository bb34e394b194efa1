//! The manager: what a config file describes, ready to be used.

mod build;
mod builder;
mod faults;
mod foreign;
mod written;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use octodns_core::processor::Processor;
use octodns_core::provider::Includes;
use octodns_core::record::RecordTypes;
use octodns_core::validate::RecordValidators;
use octodns_core::zone::{ForeignValidator, ZoneValidators};
use octodns_core::{ApplySink, Context, OwnedValue, Registry, Report, Source, Target};

use crate::config::{Config, ZoneConfig};
use crate::failure::Failure;
use crate::journal::JournalOptions;
use crate::known_sizes::KnownSizes;
use crate::output::{Destination, Outputs, PlanDisplay, PlanLogCheck, Writer};
use crate::progress::{Logged, Phase, Progress, Telling};
use crate::stop::Stop;

pub use builder::{ManagerBuilder, ZoneOptions};

/// The id of the processor and source that `manager.auto_arpa` makes.
pub(crate) const AUTO_ARPA: &str = "auto-arpa";

/// What a manager takes from outside its config file.
#[derive(Clone)]
#[non_exhaustive]
pub struct ManagerOptions {
    /// How many zones are worked on at the same time when the config does not say.
    /// Default: 16; zones that wait for a network gain most.
    pub max_workers: usize,
    /// Which files zone data may include when the config does not say. Default: those of the source's folder.
    pub includes: Includes,
    /// The classes a config can name, and the environment, for `env/NAME` in the config.
    pub registry: Registry,
    /// Where plan outputs without a file write. Default: nowhere.
    pub plan_writer: Writer,
    /// How plans are shown where the config does not say how, or instead of what it says. Default: as it says, and in
    /// the log where it does not.
    pub plan_display: Option<PlanDisplay>,
    /// Whether the plans that were logged could be written. Default: they always could.
    pub plan_log: PlanLogCheck,
    /// Where everything that is sent to a target is recorded first. Default: nowhere.
    pub apply_sink: Arc<dyn ApplySink>,
    /// The folder where the sizes of zones are remembered from run to run; a zone that is read with far fewer
    /// records than it had is not applied to then ([`Danger::ShrunkRead`](octodns_core::plan::Danger)).
    /// Default: the folder with the journals; without one every read is believed.
    pub sizes_folder: Option<PathBuf>,
    /// Where the journals of runs are, and what they say of the program. Default: as the config says.
    pub journal: JournalOptions,
    /// Stops a run from outside. Default: nothing does.
    pub stop: Stop,
    /// Is told how far a run has come. Default: a line is logged now and then, by the clock of the registry.
    pub progress: Arc<dyn Progress>,
    /// Whether warnings about the config are logged. Default: true. Whoever shows
    /// [`Manager::warnings`] to the user does without.
    pub log_warnings: bool,
}

impl ManagerOptions {
    /// The classes a config can name; all else is the default.
    pub fn new(registry: Registry) -> Self {
        let plan_writer = Arc::new(Mutex::new(std::io::sink()));
        let plan_log = Arc::new(|| Ok(()));
        let apply_sink = Arc::new(());
        let includes = Includes::default();
        let progress = Arc::new(Logged::new(Arc::clone(&registry.host.clock)));
        Self {
            max_workers: 16,
            includes,
            registry,
            plan_writer,
            plan_display: None,
            plan_log,
            apply_sink,
            sizes_folder: None,
            journal: JournalOptions::default(),
            stop: Stop::new(),
            progress,
            log_warnings: true,
        }
    }
}

/// A component of a config and where its code comes from, as `octodns-versions` lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Version {
    /// `provider`, `processor`, `validator`, `secret_handler` or `plan_output`.
    pub kind: &'static str,
    /// Its name in the config.
    pub name: String,
    /// The module its class stands in.
    pub module: String,
    /// The version of the crate, or of the package of a foreign class.
    pub version: String,
}

/// A provider of the config: as a source, and if it can be written to as a target.
#[derive(Clone)]
pub(crate) struct Configured {
    pub(crate) source: Arc<dyn Source>,
    pub(crate) target: Option<Target>,
    /// What tells its account from others, for locks.
    pub(crate) account: String,
}

/// What a config file describes, ready to sync, dump, validate and compare.
pub struct Manager {
    pub(crate) config: Config,
    pub(crate) providers: BTreeMap<String, Configured>,
    /// The entries of providers as the config has them, without what is secret.
    pub(crate) entries: BTreeMap<String, OwnedValue>,
    /// Those of processors.
    pub(crate) processor_entries: BTreeMap<String, OwnedValue>,
    pub(crate) processors: BTreeMap<String, Arc<dyn Processor>>,
    pub(crate) outputs: Outputs,
    pub(crate) destination: Destination,
    pub(crate) apply_sink: Arc<dyn ApplySink>,
    pub(crate) known_sizes: Option<KnownSizes>,
    pub(crate) journal: JournalOptions,
    pub(crate) stop: Stop,
    pub(crate) progress: Arc<dyn Progress>,
    pub(crate) registry: Registry,
    pub(crate) max_workers: usize,
    pub(crate) includes: Includes,
    /// The providers that read from other folders than those of the config.
    pub(crate) relocated: BTreeSet<String>,
    warnings: Report,
    versions: Vec<Version>,
    pub(crate) types: Arc<RecordTypes>,
    record_validators: Arc<RecordValidators>,
    zone_validators: Arc<ZoneValidators>,
    foreign_validators: Arc<[Arc<dyn ForeignValidator>]>,
}

impl Manager {
    /// Reads a config file and makes everything it describes.
    ///
    /// # Errors
    ///
    /// Fails with all faults of the config that were found.
    pub fn from_config_file(path: &Path, options: &ManagerOptions) -> Result<Self, Failure> {
        Self::builder().config_file(path).build(options)
    }

    /// Makes everything that the text of a config describes. `name` is its path as findings show it; what it
    /// includes is looked for beside it.
    ///
    /// # Errors
    ///
    /// Fails with all faults of the config that were found.
    pub fn from_config_text(
        name: &Path,
        text: &str,
        options: &ManagerOptions,
    ) -> Result<Self, Failure> {
        Self::builder().config_text(name, text).build(options)
    }

    /// A manager of parts that are made in code, with or without a config.
    pub fn builder() -> ManagerBuilder {
        ManagerBuilder::default()
    }

    /// Makes every provider and processor forget what an earlier run learned.
    pub(crate) fn begin_run(&self) {
        self.providers.values().for_each(|configured| configured.source.begin_run());
        self.processors.values().for_each(|processor| processor.begin_run());
    }

    /// Tells that a phase of so many steps begins, and, when what is returned is dropped, that it has ended.
    pub(crate) fn phase(&self, phase: Phase, steps: usize) -> Telling<'_> {
        Telling::begin(&*self.progress, phase, steps)
    }

    /// What is worth knowing about the config, though nothing is held up by it: deprecated spellings,
    /// keys that nobody reads, and the like.
    pub fn warnings(&self) -> &Report {
        &self.warnings
    }

    /// Everything the config names, with the module and version it comes from.
    pub fn versions(&self) -> &[Version] {
        &self.versions
    }

    /// The files the config consists of: itself, and what it includes.
    pub fn config_files(&self) -> &[Arc<str>] {
        &self.config.files
    }

    /// The folders that the files of its providers are in.
    pub fn folders(&self) -> impl Iterator<Item = &Path> {
        let sources = self.providers.values().map(|configured| &configured.source);
        sources.filter_map(|source| Some(source.files()?.folder()))
    }

    /// The record types that there are.
    pub(crate) fn types(&self) -> &RecordTypes {
        &self.types
    }

    /// What reading and planning needs to know beside the zone.
    pub(crate) fn context(&self, zone: &ZoneConfig, lenient: bool) -> Context {
        let disabled = &zone.disabled_record_validators;
        let record_validators = if disabled.is_empty() {
            Arc::clone(&self.record_validators)
        } else {
            Arc::new(self.record_validators.without(disabled.iter().filter_map(|(of, id)| {
                let scope = match of.as_str() {
                    "*" => None,
                    of => Some(self.types.get(of)?.record_type()),
                };
                Some((scope, id.as_str()))
            })))
        };
        let zone_validators = Arc::clone(&self.zone_validators);
        let mut context = Context::new(record_validators, zone_validators, Arc::clone(&self.types));
        context.lenient = lenient;
        context.includes = self.includes;
        context.foreign_validators = Arc::clone(&self.foreign_validators);
        context
    }
}
