//! Paths of files as other programs want them: relative to where the project's files start.

use std::fmt::Write as _;
use std::path::{Component, Path, PathBuf};

/// The folder that paths are relative to, and the one this process works in.
#[derive(Clone, Debug)]
pub struct Base {
    folder: PathBuf,
    here: PathBuf,
}

impl Base {
    /// Paths relative to `folder` if `here`, the folder this process works in, is below it; else to `here`.
    pub fn new(here: PathBuf, folder: Option<PathBuf>) -> Self {
        let folder = folder.filter(|folder| here.starts_with(folder));
        Self { folder: folder.unwrap_or_else(|| here.clone()), here }
    }

    /// The path of a file, relative to the base if it is below it, else absolute.
    pub(super) fn path(&self, file: &str) -> PathBuf {
        let path = tidy(&self.here.join(file));
        path.strip_prefix(&self.folder).map(Path::to_owned).unwrap_or(path)
    }

    /// The path as people and tools write it, with slashes.
    pub(super) fn text(&self, file: &str) -> String {
        let path = self.path(file);
        let text = path.to_string_lossy();
        if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() }
    }

    /// The URI of a file (RFC 3986), and whether it is relative to the base.
    pub(super) fn uri(&self, file: &str) -> (String, bool) {
        let text = self.text(file);
        let relative = !self.path(file).is_absolute();
        let root = if relative {
            ""
        } else if text.starts_with('/') {
            "file://"
        } else {
            "file:///"
        };
        let mut uri = root.to_owned();
        for byte in text.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~$*@/".contains(&byte) {
                uri.push(byte.into());
            } else {
                // Writing to a `String` cannot fail.
                let _ = write!(uri, "%{byte:02X}");
            }
        }
        (uri, relative)
    }
}

/// The path without `.` and `..`, as far as its text tells.
fn tidy(path: &Path) -> PathBuf {
    let mut tidied = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                tidied.pop();
            }
            part => tidied.push(part),
        }
    }
    tidied
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn base(folder: Option<&str>) -> Base {
        Base::new("/repo/dns".into(), folder.map(PathBuf::from))
    }

    #[test]
    fn paths_are_relative_to_the_base() {
        for (file, folder, expected) in [
            ("./zones/a.yaml", None, "zones/a.yaml"),
            ("zones/../shared.yaml", None, "shared.yaml"),
            ("/repo/dns/zones/a.yaml", None, "zones/a.yaml"),
            ("../a.yaml", None, "/repo/a.yaml"),
            ("./zones/a.yaml", Some("/repo"), "dns/zones/a.yaml"),
            ("../a.yaml", Some("/repo"), "a.yaml"),
            ("a.yaml", Some("/elsewhere"), "a.yaml"),
        ] {
            assert_eq!(base(folder).text(file), expected, "{file}");
        }
    }

    #[test]
    fn uris_hold_what_uris_may_hold() {
        for (file, expected) in [
            ("zones/$a.tests..yaml", ("zones/$a.tests..yaml", true)),
            ("zones/münchen 1.yaml", ("zones/m%C3%BCnchen%201.yaml", true)),
            ("a:b.yaml", ("a%3Ab.yaml", true)),
            ("/etc/a#b", ("file:///etc/a%23b", false)),
        ] {
            assert_eq!(base(None).uri(file), (expected.0.to_owned(), expected.1), "{file}");
        }
    }
}
