//! How `!include` finds its files: the caller provides them, so the reader needs no file system.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use octodns_core::provider::Includes;
use octodns_files::Scope;

/// Finds and reads the files that `!include` names.
pub trait Include {
    /// The name of the file that `path` refers to, in the file called `from`.
    ///
    /// Later calls and messages use this name; two names of one file count as two files.
    ///
    /// # Errors
    ///
    /// If the path cannot be resolved.
    fn resolve(&self, from: &str, path: &str) -> io::Result<String>;

    /// The bytes of a file, by a name from [`Include::resolve`].
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    fn read(&self, name: &str) -> io::Result<Vec<u8>>;
}

/// Includes nothing: every `!include` is an error.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoIncludes;

impl Include for NoIncludes {
    fn resolve(&self, _from: &str, _path: &str) -> io::Result<String> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "this document may not include files"))
    }

    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        self.resolve("", name).map(String::into_bytes)
    }
}

/// Includes files of the file system, relative to the including file.
///
/// ```
/// use octodns_yaml::{FileIncludes, Include};
///
/// let files = FileIncludes::new(Some("/home/dns".into()));
/// assert_eq!(files.resolve("zones/example.com.yaml", "shared/mx.yaml")?, "zones/shared/mx.yaml");
/// assert_eq!(files.resolve("zones/example.com.yaml", "~/mx.yaml")?, "/home/dns/mx.yaml");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct FileIncludes {
    home: Option<PathBuf>,
    scope: Option<Arc<Scope>>,
}

impl FileIncludes {
    /// Any file of the file system; `home` replaces `~`.
    pub fn new(home: Option<PathBuf>) -> Self {
        Self { home, scope: None }
    }

    /// The same for the zone data in a folder, with the files that it may include.
    #[must_use]
    pub fn of_folder(self, folder: &Path, includes: Includes) -> Self {
        self.of_scope(Arc::new(Scope::new(folder, includes)))
    }

    /// The same for the zone data of a scope.
    pub(crate) fn of_scope(self, scope: Arc<Scope>) -> Self {
        Self { scope: Some(scope), ..self }
    }

    pub(crate) fn scope(&self) -> Option<&Scope> {
        self.scope.as_deref()
    }

    fn expand(&self, path: &str) -> io::Result<PathBuf> {
        let refused = |text| Err(io::Error::new(io::ErrorKind::InvalidInput, text));
        let Some(rest) = path.strip_prefix('~') else { return Ok(path.into()) };
        if !rest.is_empty() && !rest.starts_with('/') {
            return refused("the home directories of other users are not looked up");
        }
        match &self.home {
            Some(home) => Ok(home.join(rest.trim_start_matches('/'))),
            None => refused("the home directory is not known"),
        }
    }
}

impl Include for FileIncludes {
    fn resolve(&self, from: &str, path: &str) -> io::Result<String> {
        let path = self.expand(path)?;
        let folder = Path::new(from).parent().unwrap_or(Path::new(""));
        // An absolute path replaces the folder.
        let path = folder.join(path);
        if let Some(scope) = &self.scope {
            match scope.check(&path) {
                // Reading it says so, with the whole path.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                checked => checked?,
            }
        }
        Ok(path.to_string_lossy().into_owned())
    }

    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        octodns_files::read(Path::new(name))
    }
}

/// Files kept in memory, by their slash-separated names.
impl<S: std::hash::BuildHasher> Include for HashMap<String, String, S> {
    fn resolve(&self, from: &str, path: &str) -> io::Result<String> {
        match from.rsplit_once('/') {
            Some((folder, _)) if !path.starts_with('/') => Ok(format!("{folder}/{path}")),
            _ => Ok(path.to_owned()),
        }
    }

    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        self.get(name)
            .map(|text| text.clone().into_bytes())
            .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no such file"))
    }
}
