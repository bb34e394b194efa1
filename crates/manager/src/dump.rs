//! Dumping: what sources hold, as YAML files.

use std::path::PathBuf;
use std::sync::Arc;

use futures::{StreamExt, stream};
use octodns_core::engine::{Pipeline, read_sources};
use octodns_core::processor::{Processor, Stage};
use octodns_core::provider::{Provider, ProviderError};
use octodns_core::registry::Component;
use octodns_core::value::{Map, Value};
use octodns_core::{Diagnostic, Plan, Report, Source, Target, TargetOptions};

use crate::compat::{MANAGER, log_warnings};
use crate::failure::Failure;
use crate::jobs::is_reverse;
use crate::manager::{AUTO_ARPA, Manager};
use crate::progress::{Phase, Working};
use crate::zones::{Selected, meant};

/// What a dump is about.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct DumpOptions {
    /// The zone, in either form, or `*` for all.
    pub zone: String,
    /// The folder that is written to; existing files are replaced.
    pub output_dir: PathBuf,
    /// The provider of the config to write with, instead of a plain YAML one.
    pub output_provider: Option<String>,
    /// Whether faulty records are dumped as well, with warnings.
    pub lenient: bool,
    /// Whether every name gets a file of its own.
    pub split: bool,
    /// The sources, by id.
    pub sources: Vec<String>,
}

impl DumpOptions {
    /// A dump of `zone`, or of all with `*`, from `sources` to the folder `output_dir`.
    pub fn new(
        zone: impl Into<String>,
        sources: Vec<String>,
        output_dir: impl Into<PathBuf>,
    ) -> Self {
        let (zone, output_dir) = (zone.into(), output_dir.into());
        Self { zone, output_dir, sources, ..Self::default() }
    }
}

impl Manager {
    /// Writes what `sources` hold of a zone, or of all, to files. Returns how many zones were written.
    ///
    /// # Errors
    ///
    /// Fails with everything that was found. A zone that fails does not keep the others from being
    /// written.
    pub async fn dump(&self, options: &DumpOptions) -> Result<usize, Failure> {
        self.begin_run();
        let mut report = Report::new();
        let sources = self.named_sources("source", &options.sources, &mut report);
        if report.has_errors() {
            return Err(report.into());
        }
        let target = self.dump_target(options)?;
        let selection = self.zones(Some(&sources)).await?;
        let zones = if options.zone.contains('*') {
            selection.all(self, &mut report)
        } else {
            selection.get(&options.zone, self, &mut report).into_iter().collect()
        };
        report.merge(self.unknown_processors());
        if report.has_errors() {
            return Err(report.into());
        }
        // Reverse zones are made from all others where auto_arpa is one of the sources.
        let makes_reverse = options.sources.iter().any(|id| id == AUTO_ARPA);
        let (reverse, forward): (Vec<_>, Vec<_>) =
            zones.iter().partition(|zone| makes_reverse && is_reverse(&zone.name));
        let all_others = options.zone.contains('*');
        let _phase = self.phase(Phase::Dumping, zones.len());
        report.merge(self.dump_all(forward, &sources, &target, options.lenient).await);
        if all_others && !report.has_errors() {
            report.merge(self.dump_all(reverse, &sources, &target, options.lenient).await);
        } else {
            report.extend(reverse.into_iter().map(|zone| incomplete(zone, all_others)));
        }
        if report.has_errors() { Err(report.into()) } else { Ok(zones.len()) }
    }

    /// Dumps zones, as many at the same time as the config allows, and tells what was found.
    pub(crate) async fn dump_all(
        &self,
        zones: Vec<&Selected>,
        sources: &[Arc<dyn Source>],
        target: &Target,
        lenient: bool,
    ) -> Report {
        let reports: Vec<_> = stream::iter(zones)
            .map(|zone| self.dump_zone(zone, sources, target, lenient))
            .buffered(self.max_workers)
            .collect()
            .await;
        let report: Report = reports.into_iter().flatten().collect();
        log_warnings(&report);
        report
    }

    /// The sources of these ids.
    pub(crate) fn named_sources(
        &self,
        what: &str,
        ids: &[String],
        report: &mut Report,
    ) -> Vec<Arc<dyn Source>> {
        let mut sources = Vec::with_capacity(ids.len());
        for id in ids {
            if let Some(configured) = self.providers.get(id) {
                sources.push(Arc::clone(&configured.source));
                continue;
            }
            let message = format!("the {what} \"{id}\" is not configured");
            let found = Diagnostic::error("config", message);
            let known: Vec<&str> = self.providers.keys().map(String::as_str).collect();
            report.push(found.help(meant(id, &known)));
        }
        sources
    }

    fn dump_target(&self, options: &DumpOptions) -> Result<Target, Failure> {
        let provider = match &options.output_provider {
            Some(id) => self.output_provider(id, options)?,
            None => self.yaml_provider(options)?,
        };
        let mut options = TargetOptions::default();
        options.root_ns_warnings = false;
        Ok(Target::new(provider, options))
    }

    fn output_provider(
        &self,
        id: &str,
        options: &DumpOptions,
    ) -> Result<Arc<dyn Provider>, Failure> {
        let mut report = Report::new();
        self.named_sources("output provider", &[id.to_owned()], &mut report);
        if report.has_errors() {
            return Err(report.into());
        }
        let target = self.providers.get(id).and_then(|configured| configured.target.as_ref());
        let files = target.and_then(|target| target.provider().files());
        let provider = files.and_then(|files| files.with_directory(&options.output_dir));
        provider.ok_or_else(|| {
            let message = format!("the output provider \"{id}\" does not write files to a folder");
            let help = "name one that does, such as a YamlProvider";
            Diagnostic::error("config", message).help(help).into()
        })
    }

    fn yaml_provider(&self, options: &DumpOptions) -> Result<Arc<dyn Provider>, Failure> {
        let path = if options.split {
            "octodns.provider.yaml.SplitYamlProvider"
        } else {
            "octodns.provider.yaml.YamlProvider"
        };
        let directory = Value::from(options.output_dir.to_string_lossy().into_owned());
        let map: Map = [("directory", directory)].into_iter().collect();
        let built =
            self.registry.providers.get(path).map(|class| (class.build)("dump", &map.into()));
        match built {
            Some(Ok(Component::Provider(provider))) => Ok(provider),
            Some(Err(error)) => {
                let found = Diagnostic::error("config", error.message);
                Err(found.help("name another folder with --output-dir").into())
            }
            _ => {
                let found = Diagnostic::error("config", "this build has no YAML provider");
                Err(found.help("name a provider that writes files with --output-provider").into())
            }
        }
    }

    async fn dump_zone(
        &self,
        selected: &Selected,
        sources: &[Arc<dyn Source>],
        target: &Target,
        lenient: bool,
    ) -> Report {
        let mut report = Report::new();
        let _working = Working::on(&selected.name, &*self.progress);
        let name = selected.name.to_string();
        tracing::info!(target: "octodns", logger = MANAGER, "dump:   zone={name}");
        let Some(processors) = self.zone_processors(&name, &selected.config, &mut report) else {
            return report;
        };
        let result =
            self.dump_records(selected, sources, &processors, target, lenient, &mut report).await;
        if let Err(error) = result {
            report.merge(error.into_report("dump", &name));
        }
        report
    }

    async fn dump_records(
        &self,
        selected: &Selected,
        sources: &[Arc<dyn Source>],
        processors: &[Arc<dyn Processor>],
        target: &Target,
        lenient: bool,
        report: &mut Report,
    ) -> Result<(), ProviderError> {
        let context = self.context(&selected.config, lenient);
        let empty = selected.empty();
        let mut zone = match read_sources(empty, sources, &context, report).await {
            Ok(zone) => zone,
            Err(found) => {
                report.merge(found);
                return Ok(());
            }
        };
        for processor in processors {
            let mut stage = Stage::new(&context.record_validators, &context.types, report);
            stage.sources = sources;
            stage.lenient = lenient;
            processor.source_zone(&mut zone, &mut stage).await?;
        }
        context.validate(&zone, report).await;
        let read = match target.read(&zone, &context).await {
            Ok(read) if !report.has_errors() => read,
            Ok(_) => return Ok(()),
            Err(found) => {
                report.merge(found);
                return Ok(());
            }
        };
        let plan = target.plan(&zone, read, Pipeline::default(), &context, report).await?;
        // Nothing to change: the file is written all the same, in the form of a dump.
        let plan = plan.unwrap_or_else(|| Plan::new(zone.clone(), zone, Vec::new(), false));
        if report.has_errors() {
            return Ok(());
        }
        // A dump takes the place of the files there are, however many records that changes.
        target.apply(&plan.approve_by_force(), &()).await.error.map_or(Ok(()), Err)
    }
}

/// The finding about a reverse zone that would be made from a part of the others only.
fn incomplete(zone: &Selected, all_others: bool) -> Diagnostic {
    let message = "was not dumped: its records are made from all other zones (auto_arpa)";
    let help = if all_others { "fix the zones that failed" } else { "dump all zones with '*'" };
    Diagnostic::error("dump", message)
        .about(format!("zone {}", zone.name))
        .at(zone.config.origin.clone())
        .help(help)
}
