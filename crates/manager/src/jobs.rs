//! What a run is to plan: zones with their sources, targets and processors.

use std::collections::HashSet;
use std::sync::Arc;

use octodns_core::processor::Processor;
use octodns_core::value::Position;
use octodns_core::{Diagnostic, Report, Target, ZoneName};

use crate::compat::MANAGER;
use crate::config::ZoneConfig;
use crate::manager::Manager;
use crate::plan_zones::Job;
use crate::zones::{Selected, Selection, meant, zone_error};

/// What a run is limited to.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct PlanOptions {
    /// The zones, in either form; empty: all.
    pub zones: Vec<String>,
    /// Only zones with one of these sources; empty: any.
    pub sources: Vec<String>,
    /// Only these targets; empty: any.
    pub targets: Vec<String>,
    /// Whether plans keep what the sources said, for [`Plans::compare`](crate::Plans::compare). Default: false.
    pub keeps_sources: bool,
}

impl Manager {
    /// Reverse zones are made from all other zones, so a run that leaves some out cannot plan them.
    fn check_complete(&self, options: &PlanOptions, zones: &[Selected], report: &mut Report) {
        let limited =
            !(options.zones.is_empty() && options.sources.is_empty() && options.targets.is_empty());
        if self.config.manager.auto_arpa.is_none() || !limited {
            return;
        }
        for zone in zones.iter().filter(|zone| is_reverse(&zone.name)) {
            let message = "cannot be planned in a run that is limited to some zones, sources or \
                           targets: its records are made from all other zones (auto_arpa)";
            let help = "sync without naming zones, sources or targets";
            let name = zone.name.to_string();
            report.push(zone_error(&name, &zone.config, message.to_owned()).help(help));
        }
    }

    /// A run limited to what is not there does nothing, as in octoDNS, but not silently.
    pub(crate) fn warn_of_unknown(&self, what: &str, ids: &[String]) {
        for id in ids.iter().filter(|id| !self.providers.contains_key(*id)) {
            tracing::warn!(
                target: "octodns", logger = MANAGER,
                "sync: the {what} \"{id}\" this run is limited to is not configured",
            );
        }
    }

    /// What is to be planned: ordinary zones, and those that are aliases of another.
    pub(crate) fn jobs(
        &self,
        selection: &Selection,
        options: &PlanOptions,
        report: &mut Report,
    ) -> (Vec<Job>, Vec<(Selected, String)>) {
        let zones = if options.zones.is_empty() {
            selection.all(self, report)
        } else {
            // A zone that is named twice, in both forms perhaps, is planned once.
            let mut seen = HashSet::new();
            let zones = options.zones.iter().filter_map(|name| selection.get(name, self, report));
            zones.filter(|zone| seen.insert(zone.name.clone())).collect()
        };
        self.check_complete(options, &zones, report);
        report.merge(self.unknown_processors());
        let (mut jobs, mut aliases) = (Vec::new(), Vec::new());
        for zone in zones {
            match zone.config.alias.clone() {
                Some(source) => {
                    if self.alias_source(&zone, &source, selection, report).is_some() {
                        aliases.push((zone, source));
                    }
                }
                None => jobs.extend(self.job(zone, options, report)),
            }
        }
        (jobs, aliases)
    }

    /// The zone that an alias stands for: one that is configured and not an alias itself.
    pub(crate) fn alias_source(
        &self,
        zone: &Selected,
        source: &str,
        selection: &Selection,
        report: &mut Report,
    ) -> Option<Selected> {
        let mut ignored = Report::new();
        let name = zone.name.to_string();
        let Some(found) = selection.get(source, self, &mut ignored) else {
            let message = format!("is an alias of \"{source}\", which is not configured");
            report.push(
                zone_error(&name, &zone.config, message).help("configure that zone, or correct it"),
            );
            return None;
        };
        if found.config.alias.is_some() {
            let message = format!("is an alias of \"{source}\", which is an alias itself");
            let help = "name the zone that it is an alias of";
            report.push(zone_error(&name, &zone.config, message).help(help));
            return None;
        }
        Some(found)
    }

    fn job(&self, zone: Selected, options: &PlanOptions, report: &mut Report) -> Option<Job> {
        let name = zone.name.to_string();
        tracing::info!(target: "octodns", logger = MANAGER, "sync:   zone={name}");
        let sources = self.sources(&name, &zone.config, &options.sources, report);
        let targets = self.targets(&name, &zone.config, &options.targets, report)?;
        let processors = self.zone_processors(&name, &zone.config, report)?;
        let sources = sources.filter(|sources| !sources.is_empty());
        let Some(sources) = sources else {
            tracing::info!(
                target: "octodns", logger = MANAGER, "sync:   no eligible sources, skipping",
            );
            return None;
        };
        if targets.is_empty() {
            tracing::info!(
                target: "octodns", logger = MANAGER, "sync:   no eligible targets, skipping",
            );
            return None;
        }
        let (lenient, keeps_sources) = (zone.config.lenient, options.keeps_sources);
        let aliases = Vec::new();
        Some(Job { zone, sources, targets, processors, lenient, keeps_sources, aliases })
    }

    fn targets(
        &self,
        zone: &str,
        config: &ZoneConfig,
        eligible: &[String],
        report: &mut Report,
    ) -> Option<Vec<Target>> {
        let Some(names) = &config.targets else {
            report.push(no_targets(zone, config));
            return None;
        };
        let mut targets = Vec::new();
        for name in names {
            if !eligible.is_empty() && !eligible.contains(name) {
                continue;
            }
            match self.providers.get(name).map(|configured| &configured.target) {
                Some(Some(target)) => targets.push(target.clone()),
                Some(None) => {
                    report.push(only_read(zone, config, name));
                    return None;
                }
                None => {
                    report.push(self.unknown(zone, config, "target", name));
                    return None;
                }
            }
        }
        Some(targets)
    }

    /// The processors of a zone: those of all zones, its own, and again those of all zones.
    pub(crate) fn zone_processors(
        &self,
        zone: &str,
        config: &ZoneConfig,
        report: &mut Report,
    ) -> Option<Vec<Arc<dyn Processor>>> {
        let manager = &self.config.manager;
        let names = manager.processors.iter().chain(&config.processors);
        let mut processors = Vec::new();
        for name in names.chain(&manager.post_processors) {
            let Some(processor) = self.processors.get(name) else {
                // Others are told once, and not for every zone.
                if config.processors.contains(name) {
                    report.push(self.unknown(zone, config, "processor", name));
                }
                return None;
            };
            processors.push(Arc::clone(processor));
        }
        Some(processors)
    }

    /// The processors of all zones that are not configured, where the `manager` section names them.
    pub(crate) fn unknown_processors(&self) -> Report {
        let manager = &self.config.manager;
        let unknown =
            |(name, _): &&(String, Position)| !self.processors.contains_key(name.as_str());
        let known: Vec<&str> = self.processors.keys().map(String::as_str).collect();
        let finding = |(name, at): &(String, Position)| {
            let message = format!("names the processor \"{name}\", which is not configured");
            let found = Diagnostic::error("config", message).about("manager");
            let found = found.at(self.config.origin(*at)).help(meant(name, &known));
            self.config.foreign.shown(found)
        };
        manager.processors_at.iter().filter(unknown).map(finding).collect()
    }
}

/// The finding about a zone without targets.
pub(crate) fn no_targets(zone: &str, config: &ZoneConfig) -> Diagnostic {
    let found = zone_error(zone, config, "has no \"targets\"".to_owned());
    found.help("add `targets` with the ids of providers to write it to")
}

/// The finding about a target that cannot be written to.
pub(crate) fn only_read(zone: &str, config: &ZoneConfig, target: &str) -> Diagnostic {
    let message = format!("names the target \"{target}\", which can only be read");
    let found = zone_error(zone, config, message).at(config.place("targets", target));
    found.help("name it below `sources`")
}

/// Whether a zone is part of the reverse tree.
pub(crate) fn is_reverse(zone: &ZoneName) -> bool {
    zone.as_str().ends_with("arpa.")
}
