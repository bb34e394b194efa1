//! Which files zone data may be in and include, and of which of them messages may show text.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Component, Path, PathBuf};

use octodns_core::Diagnostic;
use octodns_core::provider::Includes;

/// The files that belong to a folder of zone data.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The folder as the user named it.
    name: PathBuf,
    /// The folder without links; none if it is not there.
    folder: Option<PathBuf>,
    /// The git work tree that the folder is in.
    tree: Option<PathBuf>,
    includes: Includes,
}

impl Scope {
    /// The scope of a folder.
    pub fn new(folder: &Path, includes: Includes) -> Self {
        let name = folder.to_owned();
        let here = if name.as_os_str().is_empty() { Path::new(".") } else { folder };
        let folder = fs::canonicalize(here).ok();
        let is_tree = |folder: &&Path| folder.join(".git").exists();
        let tree = folder.as_ref().and_then(|folder| folder.ancestors().find(is_tree));
        let tree = tree.map(Path::to_owned);
        Self { name, folder, tree, includes }
    }

    /// Reads a file of the folder. What it links to is what counts.
    ///
    /// # Errors
    ///
    /// As [`Scope::check`] and [`read`](crate::read).
    pub fn read(&self, file: &Path) -> io::Result<Vec<u8>> {
        // What is no file is that wherever it is, and allowing it would not help.
        crate::check(file)?;
        self.check(file)?;
        fs::read(file)
    }

    /// Reads a file that is named by the folder and a zone, as [`Scope::read`] does, and tells whether messages must
    /// not show its text, as [`Scope::hides_linked`] does. Where it leads to is looked up once for both.
    ///
    /// # Errors
    ///
    /// As [`Scope::read`].
    pub fn read_named(&self, file: &Path) -> io::Result<(Vec<u8>, bool)> {
        let unlinked = self.unlinked(file).map(|(real, _)| real);
        if unlinked.is_none() {
            crate::check(file)?;
        }
        let real = unlinked.map_or_else(|| fs::canonicalize(file), Ok);
        let hides = self.hides(file, real.as_deref().ok());
        if self.includes != Includes::Anywhere {
            self.check_real(&real?)?;
        }
        Ok((fs::read(file)?, hides))
    }

    /// The same for a file of at most so many bytes; `None` if it has more, or if there is none. One look at a file right
    /// in the folder that is no link tells all.
    ///
    /// # Errors
    ///
    /// As [`Scope::read`].
    pub fn read_small(&self, file: &Path, most: u64) -> io::Result<Option<(Vec<u8>, bool)>> {
        let is_small = |there: &Metadata| there.is_file() && there.len() <= most;
        let Some((real, there)) = self.unlinked(file) else {
            let small = fs::metadata(file).is_ok_and(|there| is_small(&there));
            return small.then(|| self.read_named(file)).transpose();
        };
        if !is_small(&there) {
            return Ok(None);
        }
        if self.includes != Includes::Anywhere {
            self.check_real(&real)?;
        }
        Ok(Some((fs::read(file)?, false)))
    }

    /// The path without links of a file right in the folder that is none, and what it is: known without following any.
    fn unlinked(&self, file: &Path) -> Option<(PathBuf, Metadata)> {
        let mut parts = file.strip_prefix(&self.name).ok()?.components();
        let (Some(Component::Normal(name)), None) = (parts.next(), parts.next()) else {
            return None;
        };
        let there = fs::symlink_metadata(file).ok().filter(Metadata::is_file)?;
        Some((self.folder.as_ref()?.join(name), there))
    }

    /// Whether the folder was there.
    pub fn is_there(&self) -> bool {
        self.folder.is_some()
    }

    /// Checks whether a file may be written: if it is there, it must belong to the folder, as one to read.
    ///
    /// # Errors
    ///
    /// As [`Scope::check`], but nothing there is no error.
    pub fn check_target(&self, file: &Path) -> io::Result<()> {
        match self.check(file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            checked => checked,
        }
    }

    /// Checks whether a file may be read or included. Where links lead to is what counts.
    ///
    /// # Errors
    ///
    /// If it may not, or if it cannot be found.
    pub fn check(&self, file: &Path) -> io::Result<()> {
        if self.includes == Includes::Anywhere {
            return Ok(());
        }
        self.check_real(&fs::canonicalize(file)?)
    }

    /// The same for a path without links.
    fn check_real(&self, file: &Path) -> io::Result<()> {
        let below = |folder: &Option<PathBuf>| {
            folder.as_ref().and_then(|folder| file.strip_prefix(folder).ok())
        };
        // The data of git itself may have credentials; it is no part of the work tree.
        let is_git = |path: &Path| path.components().any(|part| part.as_os_str() == ".git");
        let inside = below(&self.folder).or_else(|| below(&self.tree));
        if inside.is_some_and(|path| !is_git(path)) {
            return Ok(());
        }
        let message = format!(
            "the file is outside \"{}\" and the git work tree around it; `includes: anywhere` in the section \
             \"manager\" of the config allows it",
            self.name.display()
        );
        Err(io::Error::new(io::ErrorKind::InvalidInput, message))
    }

    /// Whether messages may show text of a file: if it is below the folder, and not hidden.
    pub fn shows(&self, file: &Path) -> bool {
        let (Some(folder), Ok(file)) = (&self.folder, fs::canonicalize(file)) else { return false };
        // The folders of mounted Kubernetes volumes start with two dots.
        let hidden = |part: Component<'_>| {
            let name = part.as_os_str().as_encoded_bytes();
            name.starts_with(b".") && !name.starts_with(b"..")
        };
        file.strip_prefix(folder).is_ok_and(|path| !path.components().any(hidden))
    }

    /// Whether a path that is named by the folder and a zone leads to a file whose text messages must not show: links
    /// do. The name of the file itself may be hidden.
    pub fn hides_linked(&self, file: &Path) -> bool {
        self.hides(file, fs::canonicalize(file).ok().as_deref())
    }

    /// The same for a file that is `real` without links.
    fn hides(&self, file: &Path, real: Option<&Path>) -> bool {
        let named = file.strip_prefix(&self.name).ok();
        let named = named.zip(self.folder.as_ref()).map(|(rest, folder)| folder.join(rest));
        real != named.as_deref() && !self.shows(file)
    }

    /// A finding about text of a file that messages must not show: its place, without its words.
    pub fn withhold(&self, found: Diagnostic, subject: &str) -> Diagnostic {
        let mut shown = Diagnostic::new(
            found.severity,
            found.code,
            "the text of an included or linked file is not valid",
        )
        .about(subject)
        .at(found.origin);
        shown.related = found.related;
        for (what, _) in &mut shown.related {
            "see also".clone_into(what);
        }
        shown.help(format!(
            "look into that file; text of files outside \"{}\" is not shown",
            self.name.display()
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with these files; those that end with `/` are folders.
    fn files(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            if name.ends_with('/') {
                fs::create_dir_all(path).unwrap();
            } else {
                fs::write(path, "x").unwrap();
            }
        }
        folder
    }

    #[test]
    fn what_may_be_included_and_shown() {
        let all = ["dns/zones/a.yaml", "dns/zones/.env", "dns/shared/b.yaml", "dns/.env", "secret"];
        for (git, file, allowed, shown) in [
            (false, "dns/zones/a.yaml", true, true),
            (false, "dns/zones/../zones/a.yaml", true, true),
            (false, "dns/zones/.env", true, false),
            (false, "dns/shared/b.yaml", false, false),
            (false, "dns/zones/../../secret", false, false),
            (true, "dns/zones/a.yaml", true, true),
            (true, "dns/shared/b.yaml", true, false),
            (true, "dns/zones/../.env", true, false),
            (true, "dns/.git/config", false, false),
            (true, "secret", false, false),
            (true, "missing", false, false),
        ] {
            let folder = files(&all);
            if git {
                fs::create_dir(folder.path().join("dns/.git")).unwrap();
                fs::write(folder.path().join("dns/.git/config"), "token").unwrap();
            }
            let (zones, path) = (folder.path().join("dns/zones"), folder.path().join(file));
            let scope = Scope::new(&zones, Includes::Folder);
            assert_eq!(scope.check(&path).is_ok(), allowed, "{file} (git: {git})");
            assert_eq!(scope.shows(&path), shown, "{file} (git: {git})");
            assert!(Scope::new(&zones, Includes::Anywhere).check(&path).is_ok(), "{file}");
        }
    }

    /// Whether or not it is known without following links where a file is.
    #[test]
    fn named_files_are_read_as_others_are() {
        let folder = files(&["zones/a.yaml", "zones/sub/b.yaml", "zones/.git", "zones/c/"]);
        let zones = folder.path().join("zones");
        for (name, allowed) in [
            ("a.yaml", true),
            ("sub/b.yaml", true),
            ("../zones/a.yaml", true),
            (".git", false),
            ("c", false),
            ("missing", false),
        ] {
            let path = zones.join(name);
            for includes in [Includes::Folder, Includes::Anywhere] {
                let scope = Scope::new(&zones, includes);
                let (read, named) = (scope.read(&path), scope.read_named(&path));
                let expected = read.map(|bytes| (bytes, scope.hides_linked(&path)));
                let told = |error: io::Error| error.to_string();
                let (named, expected) = (named.map_err(told), expected.map_err(told));
                assert_eq!(named, expected, "{name} {includes:?}");
                if let Some(small) = scope.read_small(&path, 1).transpose() {
                    assert_eq!(small.map_err(told), named, "{name}");
                }
            }
            let scope = Scope::new(&zones, Includes::Folder);
            assert_eq!(scope.read_named(&path).is_ok(), allowed, "{name}");
        }
    }

    #[test]
    fn only_small_files_are_read_as_such() {
        let folder =
            files(&["zones/a.yaml", "zones/sub/b.yaml", "zones/.git", "zones/c/", "secret"]);
        let zones = folder.path().join("zones");
        let scope = Scope::new(&zones, Includes::Folder);
        let small = |name: &str, most: u64| scope.read_small(&zones.join(name), most);
        for name in ["a.yaml", "sub/b.yaml"] {
            assert_eq!(small(name, 1).unwrap(), Some((b"x".to_vec(), false)), "{name}");
            assert_eq!(small(name, 0).unwrap(), None, "{name}");
        }
        for other in ["c", "missing"] {
            assert_eq!(small(other, 1).unwrap(), None, "{other}");
        }
        for outside in [".git", "../secret"] {
            let error = small(outside, 1).unwrap_err().to_string();
            assert!(error.contains("`includes: anywhere`"), "{error}");
        }
    }

    #[test]
    fn an_error_names_the_option() {
        let folder = files(&["zones/", "secret"]);
        let scope = Scope::new(&folder.path().join("zones"), Includes::Folder);
        let error = scope.check(&folder.path().join("secret")).unwrap_err();
        assert!(error.to_string().contains("`includes: anywhere`"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_what_it_points_to() {
        let folder = files(&["zones/a.yaml", "secret"]);
        let zones = folder.path().join("zones");
        for (target, allowed) in [("../secret", false), ("a.yaml", true)] {
            let link = zones.join(format!("{allowed}.yaml"));
            std::os::unix::fs::symlink(target, &link).unwrap();
            let scope = Scope::new(&zones, Includes::Folder);
            assert_eq!(scope.check(&link).is_ok(), allowed, "{target}");
            assert_eq!(scope.shows(&link), allowed, "{target}");
            assert_eq!(scope.read(&link).is_ok(), allowed, "{target}");
            assert_eq!(scope.read_named(&link).is_ok(), allowed, "{target}");
            assert_eq!(scope.read_small(&link, 1).is_ok(), allowed, "{target}");
            assert_eq!(scope.read_small(&link, 0).unwrap(), None, "{target}");
            assert_eq!(scope.check_target(&link).is_ok(), allowed, "{target}");
            assert_eq!(scope.hides_linked(&link), !allowed, "{target}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_within_the_folder_and_to_the_folder_are_fine() {
        // As Kubernetes mounts the files of a ConfigMap.
        let folder = files(&["mount/..2026_11_30/a.yaml", "mount/.yaml"]);
        let at = |name: &str| folder.path().join(name);
        for (target, link) in [
            ("..2026_11_30", "mount/..data"),
            ("..data/a.yaml", "mount/a.yaml"),
            ("mount", "zones"),
        ] {
            std::os::unix::fs::symlink(target, at(link)).unwrap();
        }
        for zones in ["mount", "zones"] {
            let scope = Scope::new(&at(zones), Includes::Folder);
            for name in ["a.yaml", ".yaml"] {
                assert_eq!(scope.read(&at(zones).join(name)).unwrap(), b"x", "{zones}/{name}");
                assert!(!scope.hides_linked(&at(zones).join(name)), "{zones}/{name}");
                let read = scope.read_named(&at(zones).join(name)).unwrap();
                assert_eq!(read, (b"x".to_vec(), false), "{zones}/{name}");
            }
            scope.check_target(&at(zones).join("new.yaml")).unwrap();
        }
    }

    #[test]
    fn what_is_withheld_keeps_its_place() {
        let found = Diagnostic::error("ip-value-rfc", "invalid IPv4 address \"hunter2\"")
            .about("hunter2.example.com. A")
            .at(octodns_core::Origin::at("secret.txt", 1, 1))
            .help("write hunter2 otherwise")
            .related("hunter2", octodns_core::Origin::at("other.txt", 1, 1));
        let shown =
            Scope::new(Path::new("zones"), Includes::Folder).withhold(found, "example.com.");
        let text = shown.to_string();
        assert!(!text.contains("hunter2") && text.contains("secret.txt:1:1"), "{text}");
        assert!(text.contains("[ip-value-rfc]"), "{text}");
    }
}
