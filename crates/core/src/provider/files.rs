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

    /// What sorting makes of the files of a zone whose keys are not in the order that reading them asks for; nothing is
    /// written. `includes` says which included files are sorted as well. Default: there is no such order.
    ///
    /// # Errors
    ///
    /// Fails when a file cannot be read.
    async fn sorted_texts(
        &self,
        _zone: &ZoneName,
        _includes: Includes,
    ) -> Result<SortedTexts, ProviderError> {
        Ok(SortedTexts::default())
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

/// What sorting makes of files.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct SortedTexts {
    /// The files that were looked at, in order or not.
    pub files: Vec<String>,
    /// Those that are not in order.
    pub texts: Vec<SortedText>,
    /// Why others cannot be put in order.
    pub report: Report,
    /// Why others cannot be read as what they should be. Whoever reads the zone is told as well.
    pub unread: Report,
}

/// A file that is not in order, and what sorting makes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SortedText {
    /// The file.
    pub file: String,
    /// What it says.
    pub before: String,
    /// What it says when it is sorted.
    pub after: String,
}

impl SortedText {
    /// What sorting `file` makes of it.
    pub fn new(
        file: impl Into<String>,
        before: impl Into<String>,
        after: impl Into<String>,
    ) -> Self {
        Self { file: file.into(), before: before.into(), after: after.into() }
    }
}
