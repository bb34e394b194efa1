//! Putting zone files in the order that reading them asks for.

mod files;

use std::collections::BTreeSet;
use std::path::Path;

use octodns_core::provider::{SortedFiles, SortedTexts};
use octodns_core::{Diagnostic, Origin, Report};

pub use files::sorted_files;

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
        Ok(write_sorted(self.sorted_texts().await?).await)
    }

    /// What [`Manager::sort_keys`] would make of the zone files, each once, in order of their names. Nothing is written.
    ///
    /// # Errors
    ///
    /// Fails when it cannot be found out which zones there are.
    pub async fn sorted_texts(&self) -> Result<SortedTexts, Failure> {
        self.begin_run();
        let selection = self.zones(None).await?;
        let mut ignored = Report::new();
        let (mut files, mut all) = (BTreeSet::new(), SortedTexts::default());
        for zone in selection.all(self, &mut ignored) {
            let name = zone.name.to_string();
            let sources = self.sources(&name, &zone.config, &[], &mut ignored).unwrap_or_default();
            for source in &sources {
                let Some(of_source) = source.files().filter(|files| files.is_local()) else {
                    continue;
                };
                match of_source.sorted_texts(&zone.name, self.includes).await {
                    Ok(sorted) => {
                        files.extend(sorted.files);
                        all.texts.extend(sorted.texts);
                        merge_new(&mut all.report, sorted.report);
                        merge_new(&mut all.unread, sorted.unread);
                    }
                    Err(error) => {
                        let subject = format!("{name} ({})", source.id());
                        all.report.merge(error.into_report("source", &subject));
                    }
                }
            }
        }
        all.files = files.into_iter().collect();
        // Zones may share files.
        all.texts.sort_by(|one, other| one.file.cmp(&other.file));
        all.texts.dedup_by(|one, other| one.file == other.file);
        Ok(all)
    }
}

/// Adds what is not there yet: zones may share files.
fn merge_new(report: &mut Report, found: Report) {
    for found in found {
        if !report.iter().any(|known| *known == found) {
            report.push(found);
        }
    }
}

/// Writes sorted files, each as a whole. Returns those that were written, and what kept others from it: what was known
/// before, and files that cannot be written, or were changed since they were read.
pub async fn write_sorted(texts: SortedTexts) -> SortedFiles {
    let mut written = SortedFiles::default();
    written.report = texts.report;
    for text in texts.texts {
        let file = text.file.clone();
        let write = octodns_files::blocking(move || {
            let path = Path::new(&text.file);
            let now = octodns_files::read(path).map_err(octodns_files::failed("read", path))?;
            let is_same = now == text.before.as_bytes();
            if is_same {
                octodns_files::write(path, &text.after)?;
            }
            Ok(is_same)
        });
        match write.await {
            Ok(true) => written.files.push(file),
            Ok(false) => {
                let message = "was changed by somebody else in the meantime, and stays as it is";
                let found = Diagnostic::error("output", message).at(Origin::file(&*file));
                written.report.push(found.help("run again"));
            }
            Err(error) => written.report.merge(error.into_report("output", &file)),
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use std::fs;

    use octodns_core::provider::SortedText;

    use super::*;

    #[tokio::test]
    async fn a_file_that_changed_in_the_meantime_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let mut texts = SortedTexts::default();
        for (name, now) in [("same", "b: 1\na: 2\n"), ("changed", "b: 1\na: 3\n")] {
            fs::write(path(name), now).unwrap();
            texts.texts.push(SortedText::new(path(name), "b: 1\na: 2\n", "a: 2\nb: 1\n"));
        }
        texts.texts.push(SortedText::new(path("gone"), "", ""));
        let written = write_sorted(texts).await;
        assert_eq!(written.files, [path("same")]);
        assert_eq!(fs::read_to_string(path("same")).unwrap(), "a: 2\nb: 1\n");
        assert_eq!(fs::read_to_string(path("changed")).unwrap(), "b: 1\na: 3\n");
        let told: Vec<_> = written.report.iter().map(|found| &*found.message).collect();
        assert!(told[0].contains("changed by somebody else"), "{told:?}");
        assert!(told[1].contains("gone"), "{told:?}");
        assert_eq!(told.len(), 2);
    }
}
