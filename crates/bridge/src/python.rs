//! Which Python runs the classes.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

pub use crate::doing::NamedBy;
use crate::error::BridgeError;

/// Names of interpreters that are looked for in `PATH`.
const NAMES: [&str; 2] = ["python3", "python"];

/// Names of virtual environments beside a config. They are named in advice, and never used unasked.
const ENVIRONMENTS: [&str; 3] = [".venv", "venv", "env"];

/// An interpreter, and how it is started.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Python {
    /// The interpreter.
    pub program: PathBuf,
    /// What is put before our own arguments, such as `-3` of Windows's `py`.
    pub arguments: Vec<OsString>,
    /// Who named it.
    pub named_by: NamedBy,
    /// The interpreter of a virtual environment beside the config, to be named in advice.
    pub beside: Option<PathBuf>,
}

impl Python {
    /// An interpreter that somebody named.
    pub fn new(program: impl Into<PathBuf>, named_by: NamedBy) -> Self {
        Self { program: program.into(), arguments: Vec::new(), named_by, beside: None }
    }
}

/// What the choice of an interpreter depends on. The library does not read the environment: it is handed in.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Candidates {
    /// `--python PATH`.
    pub argument: Option<PathBuf>,
    /// `OCTODNS_PYTHON`.
    pub environment: Option<PathBuf>,
    /// `manager.python`, made absolute by the folder of the config file.
    pub config: Option<PathBuf>,
    /// `VIRTUAL_ENV`.
    pub virtual_env: Option<PathBuf>,
    /// `PATH`.
    pub path: Option<OsString>,
    /// The folder of the config file.
    pub config_folder: Option<PathBuf>,
}

impl Candidates {
    /// The first one that is named; else the first in `PATH`. One that is named is not looked at here: if it does not
    /// start, that is an error, and no reason to take the next.
    ///
    /// # Errors
    ///
    /// If none is named and none is in `PATH`.
    pub fn choose(&self) -> Result<Python, BridgeError> {
        let given =
            |path: &Option<PathBuf>| path.clone().filter(|path| !path.as_os_str().is_empty());
        let virtual_env = given(&self.virtual_env).map(|folder| interpreter(&folder));
        let named = [
            (given(&self.argument), NamedBy::Argument),
            (given(&self.environment), NamedBy::Environment),
            (given(&self.config), NamedBy::Config),
            (virtual_env, NamedBy::VirtualEnv),
        ];
        let named = named.into_iter().find_map(|(path, by)| Some(Python::new(path?, by)));
        let Some(python) = named.or_else(|| self.in_path()) else {
            return Err(BridgeError::NoPython { tried: tried(), beside: self.beside() });
        };
        Ok(Python { beside: self.beside().filter(|beside| *beside != python.program), ..python })
    }

    fn in_path(&self) -> Option<Python> {
        let path = self.path.as_deref().unwrap_or_default();
        let find = |name: &str| find(path, name).map(|found| Python::new(found, NamedBy::Path));
        let launcher = || {
            let python = find("py").filter(|_| cfg!(windows))?;
            Some(Python { arguments: vec!["-3".into()], ..python })
        };
        NAMES.iter().find_map(|name| find(name)).or_else(launcher)
    }

    /// The interpreter of the first virtual environment beside the config.
    fn beside(&self) -> Option<PathBuf> {
        let folder = self.config_folder.as_deref()?;
        let interpreters = ENVIRONMENTS.iter().map(|name| interpreter(&folder.join(name)));
        interpreters.into_iter().find(|python| python.is_file())
    }
}

/// What is looked for, in the words of a finding.
fn tried() -> Vec<String> {
    let named = [NamedBy::Argument, NamedBy::Environment, NamedBy::Config, NamedBy::VirtualEnv];
    let mut tried: Vec<String> = named.iter().map(ToString::to_string).collect();
    tried.extend(NAMES.iter().map(|name| format!("{name} in PATH")));
    tried
}

/// The interpreter of a virtual environment.
fn interpreter(environment: &Path) -> PathBuf {
    if cfg!(windows) {
        environment.join("Scripts").join("python.exe")
    } else {
        environment.join("bin").join("python")
    }
}

/// The first file of a name in the folders of `PATH` that can be run.
fn find(path: &OsStr, name: &str) -> Option<PathBuf> {
    let name = if cfg!(windows) { format!("{name}.exe") } else { name.to_owned() };
    // An empty folder would be the working one, where anybody may have put a file of this name.
    let folders = std::env::split_paths(path).filter(|folder| !folder.as_os_str().is_empty());
    folders.map(|folder| folder.join(&name)).find(|file| can_run(file))
}

#[cfg(unix)]
fn can_run(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.metadata().is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn can_run(file: &Path) -> bool {
    file.is_file()
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn program(folder: &Path, name: &str, mode: u32) {
        fs::create_dir_all(folder).unwrap();
        fs::write(folder.join(name), "").unwrap();
        fs::set_permissions(folder.join(name), fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn who_is_named_first_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let bin = folder.path().join("bin");
        program(&bin, "python", 0o755);
        program(&folder.path().join("no"), "python3", 0o644);
        let path = std::env::join_paths([folder.path().join("no"), bin.clone()]).unwrap();
        let mut candidates = Candidates {
            argument: Some("/a/python".into()),
            environment: Some("/b/python".into()),
            config: Some("/c/python".into()),
            virtual_env: Some("/d".into()),
            path: Some(path),
            config_folder: Some(folder.path().to_owned()),
        };
        let mut chosen = Vec::new();
        for take in 0..5 {
            let python = candidates.choose().unwrap();
            chosen.push((python.program, python.named_by));
            match take {
                0 => candidates.argument = None,
                1 => candidates.environment = Some("".into()),
                2 => candidates.config = None,
                _ => candidates.virtual_env = None,
            }
        }
        let expected = [
            ("/a/python".into(), NamedBy::Argument),
            ("/b/python".into(), NamedBy::Environment),
            ("/c/python".into(), NamedBy::Config),
            ("/d/bin/python".into(), NamedBy::VirtualEnv),
            (bin.join("python"), NamedBy::Path),
        ];
        assert_eq!(chosen, expected);
    }

    /// It is only named in advice: who has a folder of that name need not mean it.
    #[test]
    fn an_environment_beside_the_config_is_told_and_not_used() {
        let folder = tempfile::tempdir().unwrap();
        program(&folder.path().join("venv/bin"), "python", 0o755);
        let candidates =
            Candidates { config_folder: Some(folder.path().to_owned()), ..Candidates::default() };
        let error = candidates.choose().unwrap_err();
        assert!(matches!(&error, BridgeError::NoPython { beside: Some(_), .. }), "{error:?}");
        let named = Candidates { argument: Some("/a/python".into()), ..candidates };
        let python = named.choose().unwrap();
        assert_eq!(python.beside, Some(folder.path().join("venv/bin/python")));
    }
}
