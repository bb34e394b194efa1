//! The files of sources that keep zones in a folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;

use super::{Includes, Provider, Source};
use crate::diagnostic::Report;
use crate::error::ProviderError;
use crate::name::ZoneName;

/// Where files and folders are found instead of where they are: a copy for each path that has one.
pub type Places = Arc<dyn Fn(&Path) -> Option<PathBuf> + Send + Sync>;

/// The files of a source: see [`Source::files`].
#[async_trait]
pub trait ZoneFiles: Send + Sync {
    /// The folder the files are in: what is wrong with them may be shown with their lines.
    fn folder(&self) -> &Path;

    /// Whether they are written by hand, so that validating reads them. Default: no.
    fn is_local(&self) -> bool {
        false
    }

    /// Rewrites the files of a zone whose keys are not in the order that reading them asks for. Files that
    /// cannot be put in order are findings, and stay as they are. `includes` says which included files are rewritten
    /// as well. Default: there is no such order.
    ///
    /// # Errors
    ///
    /// Fails when a file cannot be read or written.
    async fn sort_keys(
        &self,
        _zone: &ZoneName,
        _includes: Includes,
    ) -> Result<SortedFiles, ProviderError> {
        Ok(SortedFiles::default())
    }

    /// The same source, of the same id, reading its files from other places: copies of them as they were earlier, say.
    /// Files that have no other place are read where they are. `None` if the folder has none. Default: none, it cannot.
    fn reading_from(&self, _places: &Places) -> Option<Arc<dyn Source>> {
        None
    }

    /// The same provider writing its files below another folder. Default: none, it writes no files.
    fn with_directory(&self, _directory: &Path) -> Option<Arc<dyn Provider>> {
        None
    }
}

/// The outcome of sorting files.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct SortedFiles {
    /// The files that were rewritten.
    pub files: Vec<String>,
    /// Why others were left as they are.
    pub report: Report,
}
