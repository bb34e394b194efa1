//! What a config says of Python.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::time::Duration;

use octodns_core::registry::{BuildError, ForeignConfig};
use octodns_core::value::{Kind, OwnedValue};

/// The keys of `manager:` that begin with `python`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    /// Whether there is to be no Python.
    pub(crate) is_off: bool,
    /// The interpreter.
    pub(crate) python: Option<PathBuf>,
    /// Folders that are looked for classes in first.
    pub(crate) path: Vec<PathBuf>,
    /// The most time that a call may take.
    pub(crate) timeout: Option<Duration>,
    /// The only variables of the environment that Python gets; `None` is all.
    variables: Option<Vec<String>>,
    /// The folder of the config.
    pub(crate) folder: Option<PathBuf>,
    /// How many calls run at the same time.
    pub(crate) workers: usize,
}

impl Settings {
    /// Reads them.
    ///
    /// # Errors
    ///
    /// Says which is wrong, and where.
    pub(crate) fn read(config: &ForeignConfig<'_>) -> Result<Self, BuildError> {
        let folder = config.file.and_then(Path::parent);
        let get = |key: &str| config.options.get(key).filter(|value| !value.is_null());
        let mut settings = Self {
            folder: folder.map(Path::to_owned),
            workers: config.workers.max(1),
            ..Self::default()
        };
        match get("python").map(|value| (&value.kind, value)) {
            None | Some((Kind::Bool(true), _)) => {}
            Some((Kind::Bool(false), _)) => settings.is_off = true,
            Some((Kind::Str(path), _)) if !path.is_empty() => {
                settings.python = Some(below(folder, path));
            }
            Some((_, value)) => {
                let message = "manager.python must be the path of an interpreter, or false";
                return Err(fault(message, value, "write `python: venv/bin/python`"));
            }
        }
        if let Some(value) = get("python_path") {
            let folders = texts("python_path", value)?;
            settings.path = folders.iter().map(|path| below(folder, path)).collect();
        }
        if let Some(value) = get("python_env") {
            settings.variables = Some(texts("python_env", value)?);
        }
        if let Some(value) = get("python_timeout") {
            settings.timeout = Some(seconds(value)?);
        }
        Ok(settings)
    }

    /// What of the environment Python gets.
    pub(crate) fn environment(&self, all: &[(OsString, OsString)]) -> Vec<(OsString, OsString)> {
        let is_wanted = |(name, _): &&(OsString, OsString)| match &self.variables {
            Some(names) => names.iter().any(|wanted| OsStr::new(wanted) == name),
            None => true,
        };
        all.iter().filter(is_wanted).cloned().collect()
    }
}

/// A path, from the folder of the config on.
fn below(folder: Option<&Path>, path: &str) -> PathBuf {
    folder.map_or_else(|| PathBuf::from(path), |folder| folder.join(path))
}

fn fault(message: &str, value: &OwnedValue, help: &str) -> BuildError {
    BuildError::new(message, value.position).help(help)
}

/// A list of texts, or one.
fn texts(key: &str, value: &OwnedValue) -> Result<Vec<String>, BuildError> {
    let list = value.as_list().unwrap_or_else(|| std::slice::from_ref(value));
    let texts = list.iter().map(|text| text.as_str().map(str::to_owned));
    texts.collect::<Option<_>>().ok_or_else(|| {
        let message = format!("manager.{key} must be a list of texts");
        fault(&message, value, "write them in brackets: [one, two]")
    })
}

fn seconds(value: &OwnedValue) -> Result<Duration, BuildError> {
    let seconds = match &value.kind {
        Kind::Int(seconds) => u64::try_from(*seconds).ok().map(Duration::from_secs),
        Kind::Float(seconds) => Duration::try_from_secs_f64(*seconds).ok(),
        _ => None,
    };
    seconds.filter(|time| !time.is_zero()).ok_or_else(|| {
        let message = "manager.python_timeout must be a number of seconds above 0";
        fault(message, value, "write `python_timeout: 600`")
    })
}

#[cfg(test)]
mod tests {
    use octodns_core::value::{Map, Value};

    use super::*;

    fn read(key: &'static str, value: OwnedValue) -> Result<Settings, String> {
        let options: Map<'static> = [(key, value)].into_iter().collect();
        let mut config = ForeignConfig::new(&options);
        config.file = Some(Path::new("dns/config.yaml"));
        Settings::read(&config).map_err(|error| error.message)
    }

    #[test]
    fn paths_are_those_from_the_folder_of_the_config_on() {
        let python = |value: OwnedValue| read("python", value).unwrap();
        assert_eq!(python("venv/bin/python".into()).python, Some("dns/venv/bin/python".into()));
        assert_eq!(python("/usr/bin/python3".into()).python, Some("/usr/bin/python3".into()));
        assert!(python(false.into()).is_off);
        assert!(!python(true.into()).is_off && python(Value::NULL).python.is_none());
        for one in [Value::from("lib"), Value::from(vec![Value::from("lib")])] {
            assert_eq!(read("python_path", one).unwrap().path, [PathBuf::from("dns/lib")]);
        }
    }

    #[test]
    fn what_is_none_is_told() {
        for (key, value) in [
            ("python", Value::from(5)),
            ("python", Value::from("")),
            ("python_path", Value::from(vec![Value::from(1)])),
            ("python_env", Value::from(1.5)),
            ("python_timeout", Value::from(0)),
            ("python_timeout", Value::from(-1)),
            ("python_timeout", Value::from(f64::NAN)),
            ("python_timeout", Value::from("soon")),
        ] {
            let message = read(key, value.clone()).unwrap_err();
            assert!(message.contains(&format!("manager.{key} must be")), "{value:?}: {message}");
        }
        assert_eq!(
            read("python_timeout", 1.5.into()).unwrap().timeout,
            Some(Duration::from_millis(1500))
        );
    }

    #[test]
    fn python_gets_the_variables_that_are_named() {
        let all =
            [("HOME", "/home/a"), ("TOKEN", "x")].map(|(name, value)| (name.into(), value.into()));
        let names = |value: OwnedValue| {
            let settings = read("python_env", value).unwrap();
            settings.environment(&all).into_iter().map(|(name, _)| name).collect::<Vec<_>>()
        };
        assert_eq!(names(Value::NULL), ["HOME", "TOKEN"]);
        assert_eq!(names(vec![Value::from("TOKEN")].into()), ["TOKEN"]);
        assert_eq!(names(Value::from(Vec::new())).len(), 0);
    }
}
