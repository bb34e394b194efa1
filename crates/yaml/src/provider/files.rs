//! Finds the files of zones.

use std::collections::BTreeSet;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use octodns_core::provider::Includes;
use octodns_core::{ProviderError, ZoneName};
use octodns_files::{Scope, failed, inside};

use super::Inner;

/// The zones that have a file or folder.
pub(super) fn list_zones(inner: &Inner) -> Result<Vec<ZoneName>, ProviderError> {
    let options = &inner.options;
    let mut zones = Vec::new();
    for entry in entries(&options.directory)? {
        let Some(name) = entry.file_name().and_then(|name| name.to_str()) else { continue };
        let is_yaml = name.as_bytes().ends_with(b".yaml");
        if let Some(extension) = options.split_extension.as_deref()
            && let Some(zone) = name.strip_suffix(extension)
            && entry.is_dir()
        {
            // The final dot of the name is the dot of the extension.
            zones.push(zone.chars().chain(extension.chars().take(1)).collect());
        }
        let dots = name.matches('.').count();
        if !options.disable_zonefile && is_yaml && dots >= 2 && !entry.is_dir() {
            // What is no file either is an error when it is read, instead of a zone that is not there.
            zones.push(name[..name.len() - "yaml".len()].to_owned());
        }
    }
    let parse = |name: String| {
        ZoneName::new(&name).map_err(|error| ProviderError::Failed {
            message: format!("a file below \"{}\" names no zone", options.directory.display()),
            source: Some(Box::new(error)),
        })
    };
    // A zone may have a file and a folder, and either spelling of its name.
    let zones: BTreeSet<ZoneName> = zones.into_iter().map(parse).collect::<Result<_, _>>()?;
    Ok(zones.into_iter().collect())
}

/// The files of a zone, in the order in which they are read.
pub(super) fn of_zone(
    inner: &Inner,
    zone: &ZoneName,
    includes: Includes,
) -> Result<Vec<PathBuf>, ProviderError> {
    let options = &inner.options;
    let mut files = Vec::new();
    if let Some(folder) = folder(inner, zone)? {
        // Even one without files: it may be written to.
        let scope = inner.scope.of(&options.directory, includes);
        scope.check(&folder).map_err(failed("read", &folder))?;
        // Not `Path::extension`: the records of the apex may be in a file called `.yaml`.
        let yaml = |path: &PathBuf| {
            path.file_name().is_some_and(|name| name.as_encoded_bytes().ends_with(b".yaml"))
        };
        files.extend(entries(&folder)?.into_iter().filter(yaml));
    }
    if !options.disable_zonefile {
        files.extend(single(inner, zone)?);
    }
    if let Some(shared) = &options.shared_filename {
        files.push(options.directory.join(shared));
    }
    files.sort_unstable();
    Ok(files)
}

/// The scope that a file belongs to: that of the folder of the provider, and for a shared file elsewhere, which the
/// option names, that of its own folder.
pub(super) fn scope_of(inner: &Inner, path: &Path, includes: Includes) -> Arc<Scope> {
    let folder = &inner.options.directory;
    let shared = inner.options.shared_filename.as_deref();
    let elsewhere = shared.filter(|shared| inside(folder, shared).is_err());
    match elsewhere.filter(|shared| folder.join(shared) == path).and(path.parent()) {
        Some(own) => Arc::new(Scope::new(own, includes)),
        None => inner.scope.of(folder, includes),
    }
}

/// The scope of the folder of a provider. It is the same for all zones, so it is looked up once in a run.
#[derive(Debug, Default)]
pub(super) struct FolderScope(Mutex<Option<(Includes, Arc<Scope>)>>);

impl FolderScope {
    pub(super) fn of(&self, folder: &Path, includes: Includes) -> Arc<Scope> {
        let mut known = self.known();
        if let Some((of, scope)) = &*known
            && *of == includes
        {
            return Arc::clone(scope);
        }
        let scope = Arc::new(Scope::new(folder, includes));
        *known = scope.is_there().then(|| (includes, Arc::clone(&scope)));
        scope
    }

    /// A run begins: links may lead elsewhere by now.
    pub(super) fn forget(&self) {
        *self.known() = None;
    }

    fn known(&self) -> MutexGuard<'_, Option<(Includes, Arc<Scope>)>> {
        // Nothing is kept in it that a panic could leave half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// For another provider, which may have another folder.
impl Clone for FolderScope {
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// The only file that a zone may have: what [`of_zone`] would find if it is there.
///
/// A zone whose name has two spellings may have a file of either.
pub(super) fn only(inner: &Inner, zone: &ZoneName) -> Option<PathBuf> {
    let options = &inner.options;
    let is_only = options.split_extension.is_none()
        && options.shared_filename.is_none()
        && !options.disable_zonefile
        && zone.decoded() == zone.as_str();
    is_only.then(|| inside(&options.directory, &format!("{zone}yaml")).ok())?
}

/// The single file of a zone, if it exists.
pub(super) fn single(inner: &Inner, zone: &ZoneName) -> Result<Option<PathBuf>, ProviderError> {
    let name = |zone: &str| format!("{zone}yaml");
    one_of(inner, zone, &name(&zone.decoded()), &name(zone.as_str()), |path| {
        let Some(there) = metadata(path)? else { return Ok(false) };
        // With `split_extension: .yaml`, the folder of a zone has the same name as its file.
        let split = inner.options.split_extension.is_some() && there.is_dir();
        if there.is_file() || split {
            return Ok(there.is_file());
        }
        Err(ProviderError::failed(format!("\"{}\" is not a file", path.display())))
    })
}

/// The folder of a split zone, if it exists.
pub(super) fn folder(inner: &Inner, zone: &ZoneName) -> Result<Option<PathBuf>, ProviderError> {
    let Some(extension) = &inner.options.split_extension else { return Ok(None) };
    if zone.is_root() && matches!(extension.as_str(), "" | ".") {
        let message =
            format!("the root zone has no folder of its own with split_extension \"{extension}\"");
        return Err(ProviderError::failed(message));
    }
    let name = |zone: &str| format!("{}{extension}", zone.trim_end_matches('.'));
    one_of(inner, zone, &name(&zone.decoded()), &name(zone.as_str()), |path| {
        Ok(metadata(path)?.is_some_and(|there| there.is_dir()))
    })
}

/// The metadata of a path; `None` if nothing is there.
///
/// If the path exists but cannot be examined, such as a dangling link, that is an error: if it were treated
/// as a zone without a file, its records could be planned as deletions.
fn metadata(path: &Path) -> Result<Option<Metadata>, ProviderError> {
    match fs::metadata(path) {
        Ok(there) => Ok(Some(there)),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !path.is_symlink() => Ok(None),
        Err(error) => Err(failed("read", path)(error)),
    }
}

/// The path with the Unicode or the IDNA name, whichever exists; it is an error if both do.
fn one_of(
    inner: &Inner,
    zone: &ZoneName,
    decoded: &str,
    encoded: &str,
    is_there: impl Fn(&Path) -> Result<bool, ProviderError>,
) -> Result<Option<PathBuf>, ProviderError> {
    let directory = &inner.options.directory;
    let (utf8, idna) = (inside(directory, decoded)?, inside(directory, encoded)?);
    if utf8 == idna {
        return Ok(is_there(&utf8)?.then_some(utf8));
    }
    match (is_there(&utf8)?, is_there(&idna)?) {
        (true, true) => Err(ProviderError::failed(format!(
            "both \"{}\" and \"{}\" are there for {zone}; keep one of them",
            utf8.display(),
            idna.display()
        ))),
        (true, false) => Ok(Some(utf8)),
        (false, true) => Ok(Some(idna)),
        (false, false) => Ok(None),
    }
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, ProviderError> {
    let list = || {
        fs::read_dir(folder)?
            .map(|entry| entry.map(|entry| folder.join(entry.file_name())))
            .collect::<io::Result<Vec<_>>>()
    };
    list().map_err(failed("list", folder))
}
