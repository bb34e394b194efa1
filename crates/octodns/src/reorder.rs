//! Putting zone files in the order that reading them asks for.

use std::collections::BTreeSet;

use octodns_core::Report;
use octodns_core::provider::SortedFiles;

use crate::failure::Failure;
use crate::manager::Manager;

impl Manager {
    /// Rewrites the zone files whose keys are out of order, of every zone and source that asks for an order.
    /// Returns the files that were rewritten, and what kept others from it.
    ///
    /// What else is wrong with the config or the files is for [`Manager::validate`] to tell.
    ///
    /// # Errors
    ///
    /// Fails when it cannot be found out which zones there are.
    pub async fn sort_keys(&self) -> Result<SortedFiles, Failure> {
        self.begin_run();
        let selection = self.zones(None).await?;
        let mut ignored = Report::new();
        let (mut files, mut report) = (BTreeSet::new(), Report::new());
        // One after the other: zones may share files.
        for zone in selection.all(self, &mut ignored) {
            let name = zone.name.to_string();
            let sources = self.sources(&name, &zone.config, &[], &mut ignored).unwrap_or_default();
            for source in &sources {
                let Some(of_source) = source.files().filter(|files| files.is_local()) else {
                    continue;
                };
                match of_source.sort_keys(&zone.name, self.includes).await {
                    Ok(reordered) => {
                        files.extend(reordered.files);
                        for found in reordered.report {
                            if !report.iter().any(|known| *known == found) {
                                report.push(found);
                            }
                        }
                    }
                    Err(error) => {
                        report.merge(
                            error.into_report("source", &format!("{name} ({})", source.id())),
                        );
                    }
                }
            }
        }
        let mut sorted = SortedFiles::default();
        sorted.files = files.into_iter().collect();
        sorted.report = report;
        Ok(sorted)
    }
}
