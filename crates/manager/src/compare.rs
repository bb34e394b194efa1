//! Comparing what two sets of sources hold of a zone.

use std::fmt;

use octodns_core::engine::read_valid_sources;
use octodns_core::zone::{DiffScope, changes};
use octodns_core::{Capabilities, Change, Report, ZoneName};

use crate::compat::{change_text, log_warnings};
use crate::failure::Failure;
use crate::manager::Manager;

/// What a comparison is about.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CompareOptions {
    /// The sources whose records the others are held against.
    pub a: Vec<String>,
    /// The sources that are held against them.
    pub b: Vec<String>,
    /// The zone, in either form.
    pub zone: String,
    /// Records whose absolute name starts with this are left out.
    pub ignore_prefix: Option<String>,
}

impl CompareOptions {
    /// A comparison of what the sources `b` hold of `zone` with what the sources `a` hold.
    pub fn new(a: Vec<String>, b: Vec<String>, zone: impl Into<String>) -> Self {
        Self { a, b, zone: zone.into(), ignore_prefix: None }
    }
}

/// What `b` would have to change to hold what `a` holds.
///
/// Displays as the list that `octodns-compare` prints.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Comparison {
    /// The zone.
    pub zone: ZoneName,
    /// The changes, by name and type.
    pub changes: Vec<Change>,
}

impl Manager {
    /// Compares what two sets of sources hold, as far as all of them can hold it.
    ///
    /// # Errors
    ///
    /// Fails with everything that was found if a zone cannot be read or is not valid.
    pub async fn compare(&self, options: &CompareOptions) -> Result<Comparison, Failure> {
        self.begin_run();
        let mut report = Report::new();
        let a = self.named_sources("source", &options.a, &mut report);
        let b = self.named_sources("source", &options.b, &mut report);
        let selection = self.zones(None).await?;
        let selected = selection.get(&options.zone, self, &mut report);
        let Some(selected) = selected.filter(|_| !report.has_errors()) else {
            return Err(report.into());
        };
        let context = self.context(&selected.config, false);
        let mut zones = Vec::new();
        for sources in [&a, &b] {
            let zone = selected.empty();
            match read_valid_sources(zone, sources, &context, &mut report).await {
                Ok(zone) => zones.push(zone),
                Err(found) => report.merge(found),
            }
        }
        log_warnings(&report);
        let [a_zone, b_zone] = &*zones else { return Err(report.into()) };
        let mut all = Vec::with_capacity(a.len() + b.len());
        for source in a.iter().chain(&b) {
            match source.find_capabilities().await {
                Ok(found) => all.push(found),
                Err(error) => return Err(error.into_report("source", source.id()).into()),
            }
        }
        let mut capabilities = Capabilities::EVERYTHING;
        capabilities.geo = all.iter().all(|held| held.geo);
        capabilities.dynamic = all.iter().all(|held| held.dynamic);
        let compared = DiffScope::new("aggregate", &capabilities);
        let mut changes = changes(b_zone, a_zone, &compared);
        changes.retain(|change| {
            let record = change.record();
            let ignored = options
                .ignore_prefix
                .as_ref()
                .is_some_and(|prefix| record.fqdn(&selected.name).starts_with(prefix.as_str()));
            let held = matches!(change, Change::Update { .. })
                || all.iter().all(|held| held.supports(record));
            held && !ignored
        });
        Ok(Comparison { zone: selected.name, changes })
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts: Vec<_> = self
            .changes
            .iter()
            .map(|change| change_text(change, &self.zone, "").to_string())
            .collect();
        let line = texts.join(", ");
        // Python's pprint breaks what does not fit into 80 columns.
        let separator = if line.chars().count() + 2 > 80 { ",\n " } else { ", " };
        write!(f, "[{}]", texts.join(separator))
    }
}
