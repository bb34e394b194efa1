//! Validating: the config and every zone file it names, without asking any network.

use std::sync::Arc;

use futures::{StreamExt, stream};
use octodns_core::engine::read_valid_sources;
use octodns_core::{Report, Source, ZoneFiles};

use crate::failure::Failure;
use crate::jobs::{no_targets, only_read};
use crate::manager::Manager;
use crate::zones::{Selected, Selection, zone_error};

/// What a validation is about.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct ValidateOptions {
    /// Whether faults that can be represented are only warnings.
    pub lenient: bool,
}

impl ValidateOptions {
    /// A validation in which faults that can be represented are only warnings.
    pub fn lenient() -> Self {
        Self { lenient: true }
    }
}

impl Manager {
    /// Checks every zone of the config, as far as its records are written in local files.
    ///
    /// Returns everything that was found, for all zones; warnings too make a validation fail.
    ///
    /// # Errors
    ///
    /// Fails when it cannot be found out which zones there are.
    pub async fn validate(&self, options: ValidateOptions) -> Result<Report, Failure> {
        self.begin_run();
        let selection = self.zones(None).await?;
        let mut report = self.unknown_processors();
        let zones = selection.all(self, &mut report);
        let reports: Vec<_> = stream::iter(&zones)
            .map(|zone| self.validate_zone(zone, &selection, options.lenient))
            .buffered(self.max_workers)
            .collect()
            .await;
        for found in reports {
            report.merge(found);
        }
        Ok(report)
    }

    async fn validate_zone(
        &self,
        selected: &Selected,
        selection: &Selection,
        lenient: bool,
    ) -> Report {
        let mut report = Report::new();
        let (name, config) = (selected.name.to_string(), &selected.config);
        if let Some(source) = &config.alias {
            self.alias_source(selected, source, selection, &mut report);
            return report;
        }
        let sources = self.sources(&name, config, &[], &mut report);
        if config.sources_are_null {
            let found = zone_error(&name, config, "has nothing under \"sources\"".to_owned());
            report.push(found.help("write `sources: []` for a zone that is to be empty"));
        }
        for processor in &config.processors {
            if !self.processors.contains_key(processor) {
                report.push(self.unknown(&name, config, "processor", processor));
            }
        }
        let Some(sources) = sources else { return report };
        let is_local = |source: &Arc<dyn Source>| source.files().is_some_and(ZoneFiles::is_local);
        let local: Vec<_> = sources.into_iter().filter(is_local).collect();
        let lenient = lenient || config.lenient;
        let context = self.context(config, lenient);
        let zone = selected.empty();
        if let Err(found) = read_valid_sources(zone, &local, &context, &mut report).await {
            report.merge(found);
        }
        // Differs from octoDNS, which finds out when it syncs.
        if config.targets.is_none() {
            report.push(no_targets(&name, config));
        }
        for target in config.targets.iter().flatten() {
            match self.providers.get(target).map(|configured| &configured.target) {
                Some(Some(_)) => {}
                Some(None) => report.push(only_read(&name, config, target)),
                None => report.push(self.unknown(&name, config, "target", target)),
            }
        }
        report
    }
}
