//! Where a new repository is made: nothing that is there is touched, and nothing of a failure stays.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use octodns_core::{Diagnostic, Origin, Report};
use tempfile::{Builder, NamedTempFile, TempDir};

/// A place where nothing is yet.
pub(super) struct Place {
    config: PathBuf,
    directory: PathBuf,
}

impl Place {
    /// The place for a config file and a folder of zones.
    ///
    /// Fails, with the name of what is there, if the file exists or something is in the folder.
    pub(super) fn free(config: &Path, directory: &Path) -> Result<Self, Report> {
        if fs::symlink_metadata(config).is_ok() {
            let help = "name another file with --config-file, or work with the one that is there";
            return Err(taken(config, help));
        }
        let help = "name another folder with --directory, or an empty one";
        match fs::read_dir(directory).map(|mut entries| entries.next()) {
            Ok(None) => {}
            Ok(Some(Ok(entry))) => return Err(taken(&entry.path(), help)),
            Err(error) if error.kind() == io::ErrorKind::NotFound && !directory.is_symlink() => {}
            Ok(Some(Err(_))) | Err(_) => return Err(taken(directory, help)),
        }
        Ok(Self { config: config.to_owned(), directory: directory.to_owned() })
    }

    /// Makes the folder, and one in it for what is not done yet.
    pub(super) fn begin(self) -> Result<Unfinished, Report> {
        let mut made = Made::default();
        let stage = made
            .folder(&self.directory)
            .and_then(|()| Builder::new().prefix(".octodns-init-").tempdir_in(&self.directory));
        let stage = stage.map_err(|error| failed(&self.directory, &error))?;
        Ok(Unfinished { stage, made, place: self })
    }
}

/// A repository whose zones are not read yet. Unless it is finished, dropping it removes all of it.
pub(super) struct Unfinished {
    // Removed before the folder that it is in.
    stage: TempDir,
    made: Made,
    place: Place,
}

impl Unfinished {
    /// The folder for zone files that are not done.
    pub(super) fn stage(&self) -> &Path {
        self.stage.path()
    }

    /// Puts zone files in their place.
    pub(super) fn move_in(self) -> Result<WithoutConfig, Report> {
        // The stage is in a folder that was made, so it goes first.
        let Self { mut made, stage, place: Place { config, directory } } = self;
        let moved = move_all(stage.path(), &directory, &mut made);
        let files = moved.and_then(|files| stage.close().map(|()| files));
        let files = files.map_err(|error| failed(&directory, &error))?;
        Ok(WithoutConfig { made, config, files })
    }
}

/// Moves the files of a folder, and of those in it, as zones with a slash in their names have them.
fn move_all(from: &Path, to: &Path, made: &mut Made) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            made.folder(&to)?;
            files.extend(move_all(&from, &to, made)?);
            fs::remove_dir(from)?;
            continue;
        }
        if fs::symlink_metadata(&to).is_ok() {
            return Err(io::Error::from(io::ErrorKind::AlreadyExists));
        }
        fs::rename(from, &to)?;
        made.paths.push(to.clone());
        files.push(to);
    }
    files.sort_unstable();
    Ok(files)
}

/// A repository that only lacks its config. Unless it is finished, dropping it removes all of it.
pub(super) struct WithoutConfig {
    made: Made,
    config: PathBuf,
    files: Vec<PathBuf>,
}

impl WithoutConfig {
    /// Writes the config. Returns the zone files.
    pub(super) fn finish(self, text: &str) -> Result<Vec<PathBuf>, Report> {
        let Self { mut made, config, files } = self;
        let folder = config.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let written = made.folder(folder).and_then(|()| {
            let mut file = new_file(folder)?;
            file.write_all(text.as_bytes())?;
            file.as_file().sync_all()?;
            file.persist_noclobber(&config).map_err(|error| error.error)
        });
        written.map_err(|error| failed(&config, &error))?;
        made.stays();
        Ok(files)
    }
}

/// A file in a folder that gets its name later, with the permissions of any other that the user makes.
fn new_file(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    builder.prefix(".octodns-").suffix(".tmp");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

/// What was made, in order. Dropping it removes that, unless it stays.
#[derive(Default)]
struct Made {
    paths: Vec<PathBuf>,
}

impl Made {
    /// Makes a folder, and those that it is in.
    fn folder(&mut self, folder: &Path) -> io::Result<()> {
        let is_missing = |path: &&Path| !path.as_os_str().is_empty() && !path.exists();
        let missing: Vec<_> = folder.ancestors().take_while(is_missing).collect();
        for folder in missing.into_iter().rev() {
            fs::create_dir(folder)?;
            self.paths.push(folder.to_owned());
        }
        Ok(())
    }

    fn stays(&mut self) {
        self.paths.clear();
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        for path in self.paths.drain(..).rev() {
            // Folders that somebody put something in stay; there is nobody to tell of anything else.
            let _ = fs::remove_file(&path).or_else(|_| fs::remove_dir(&path));
        }
    }
}

fn taken(path: &Path, help: &str) -> Report {
    let found = Diagnostic::error("output", "is there already, and is not replaced");
    about(path, found.help(help))
}

fn failed(path: &Path, error: &io::Error) -> Report {
    let found = Diagnostic::error("output", format!("cannot be written: {error}"));
    about(path, found.help("name places that can be written to with --config-file and --directory"))
}

fn about(path: &Path, found: Diagnostic) -> Report {
    [found.at(Origin::file(&*path.to_string_lossy()))].into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn begun(root: &Path) -> Unfinished {
        let (config, zones) = (root.join("a/config.yaml"), root.join("b/c/zones"));
        let unfinished = Place::free(&config, &zones).unwrap().begin().unwrap();
        fs::write(unfinished.stage().join("example.com.yaml"), "{}\n").unwrap();
        // Of the zone 0/25.2.0.192.in-addr.arpa. (RFC 2317).
        fs::create_dir(unfinished.stage().join("0")).unwrap();
        fs::write(unfinished.stage().join("0/25.yaml"), "{}\n").unwrap();
        unfinished
    }

    #[test]
    fn what_is_finished_is_there_and_nothing_else() {
        let root = tempfile::tempdir().unwrap();
        let files = begun(root.path()).move_in().unwrap().finish("zones: {}\n").unwrap();
        let zones = root.path().join("b/c/zones");
        assert_eq!(files, [zones.join("0/25.yaml"), zones.join("example.com.yaml")]);
        assert_eq!(names(&root.path().join("a")), ["config.yaml"]);
        assert_eq!(names(&zones), ["0", "example.com.yaml"]);
        let config = fs::read_to_string(root.path().join("a/config.yaml")).unwrap();
        assert_eq!(config, "zones: {}\n");
    }

    #[test]
    fn what_is_not_finished_is_not_there() {
        let root = tempfile::tempdir().unwrap();
        drop(begun(root.path()));
        assert_eq!(names(root.path()), [] as [&str; 0]);
        drop(begun(root.path()).move_in().unwrap());
        assert_eq!(names(root.path()), [] as [&str; 0]);
        // Somebody was quicker.
        let unfinished = begun(root.path());
        fs::create_dir(root.path().join("a")).unwrap();
        fs::write(root.path().join("a/config.yaml"), "mine").unwrap();
        let error = unfinished.move_in().unwrap().finish("zones: {}\n").unwrap_err();
        assert!(error.iter().all(|found| found.message.contains("cannot be written")));
        assert_eq!(names(root.path()), ["a"]);
        assert_eq!(fs::read_to_string(root.path().join("a/config.yaml")).unwrap(), "mine");
    }

    #[test]
    fn what_is_there_is_named() {
        let root = tempfile::tempdir().unwrap();
        let (config, zones) = (root.path().join("config.yaml"), root.path().join("zones"));
        fs::create_dir(&zones).unwrap();
        assert!(Place::free(&config, &zones).is_ok(), "an empty folder may be used");
        let file = |found: Report| found.iter().next().unwrap().origin.file.clone().unwrap();
        fs::write(zones.join("x.yaml"), "").unwrap();
        let taken = Place::free(&config, &zones).err().unwrap();
        assert!(file(taken).ends_with("x.yaml"));
        let taken = Place::free(&zones.join("x.yaml"), &root.path().join("new")).err().unwrap();
        assert!(file(taken).ends_with("x.yaml"));
        let taken = Place::free(&config, &zones.join("x.yaml")).err().unwrap();
        assert!(file(taken).ends_with("x.yaml"));
    }
}
