//! The classes of a config that are written in Python: found, made, and told from those that are built in.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use octodns_core::processor::Processor;
use octodns_core::record::CustomType;
use octodns_core::registry::{
    AnyValidator, BuildError, Component, Foreign, ForeignConfig, ForeignEntry, Made, MadeOrNot,
    PlanOutput, SecretHandler,
};
use octodns_core::value::{Map, OwnedValue, Position};

use crate::client::{Host, StartOptions};
use crate::output::PythonOutput;
use crate::processor::PythonProcessor;
use crate::provider::PythonProvider;
use crate::python::Candidates;
use crate::requests::{self, Kind, Make};
use crate::secret::PythonSecrets;
use crate::session::Session;
use crate::settings::Settings;
use crate::validator::PythonValidator;
use crate::wait::wait;

/// What a config puts in front of the path of a class to have it run by Python, whatever is built in.
const PREFIX: &str = "python:";

/// What a program knows of Python: who names the interpreter, and the environment that it gets.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct PythonOptions {
    /// The interpreter, if the program was told. It goes before all others.
    pub program: Option<PathBuf>,
    /// The variables of the environment. `OCTODNS_PYTHON`, `VIRTUAL_ENV` and `PATH` of it say which interpreter is taken
    /// if nobody names one.
    pub environment: Vec<(OsString, OsString)>,
}

impl PythonOptions {
    /// With this environment.
    pub fn new(environment: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        Self { program: None, environment: environment.into_iter().collect() }
    }

    fn variable(&self, name: &str) -> Option<OsString> {
        let mut variables = self.environment.iter();
        let found = variables.find(|(known, _)| known == OsStr::new(name));
        found.map(|(_, value)| value.clone()).filter(|value| !value.is_empty())
    }
}

/// Makes what classes in Python make, for [`Registry::foreign`](octodns_core::Registry::foreign).
///
/// Python is started when the first class is asked for, and runs as long as anything of it is there. A config can turn
/// it off, and name the interpreter.
///
/// ```
/// use std::sync::Arc;
/// use octodns_bridge::{PythonClasses, PythonOptions};
/// use octodns_core::Registry;
///
/// let mut registry = Registry::default();
/// registry.foreign = Some(Arc::new(PythonClasses::new(PythonOptions::new(std::env::vars_os()))));
/// ```
#[derive(Debug)]
pub struct PythonClasses {
    options: PythonOptions,
    settings: Settings,
    /// What became of starting Python, once that was tried.
    started: Mutex<Option<Result<Arc<Session>, BuildError>>>,
}

impl PythonClasses {
    /// Classes for whichever config.
    pub fn new(options: PythonOptions) -> Self {
        Self::with_settings(options, Settings::default())
    }

    fn with_settings(options: PythonOptions, settings: Settings) -> Self {
        Self { options, settings, started: Mutex::default() }
    }

    /// Python with the classes that were made so far; it is started if it was not.
    fn session(&self, entry: &ForeignEntry<'_>) -> Result<Arc<Session>, BuildError> {
        let mut started = self.started.lock().unwrap_or_else(PoisonError::into_inner);
        let started = started.get_or_insert_with(|| self.start());
        started.clone().map_err(|mut error| {
            error.message =
                format!("class \"{}\" is not native, and {}", entry.class, error.message);
            error.position = entry.position;
            error
        })
    }

    fn start(&self) -> Result<Arc<Session>, BuildError> {
        let settings = &self.settings;
        let candidates = Candidates {
            argument: self.options.program.clone(),
            environment: self.options.variable("OCTODNS_PYTHON").map(PathBuf::from),
            config: settings.python.clone(),
            virtual_env: self.options.variable("VIRTUAL_ENV").map(PathBuf::from),
            path: self.options.variable("PATH"),
            config_folder: settings.folder.clone(),
        };
        let options = StartOptions {
            workers: settings.workers,
            log_level: log_level(),
            path: settings.path.clone(),
            environment: settings.environment(&self.options.environment),
            timeout: settings.timeout,
            secrets: Vec::new(),
        };
        let started = candidates.choose().and_then(|python| wait(Host::start(&python, options)));
        let host = started.map_err(|error| error.into_build_error(Position::NONE))?;
        let hello = host.hello();
        tracing::info!(
            target: "octodns", logger = "Manager",
            "python: {} (Python {}, octoDNS {})", hello.executable, hello.python, hello.octodns,
        );
        Ok(Arc::new(Session::new(host)))
    }

    /// Makes an object of a class.
    fn make(&self, kind: Kind, entry: &ForeignEntry<'_>) -> Result<New, BuildError> {
        let session = self.session(entry)?;
        let request = Make {
            kind,
            name: entry.id.to_owned(),
            id: None,
            class: entry.class.to_owned(),
            kwargs: entry.options.clone(),
            secrets: entry.secrets.to_vec(),
        };
        let made = wait(session.host.make(request.clone()));
        let made = made.map_err(|error| error.into_build_error(entry.position))?;
        session.add_types(&made.types);
        Ok(New { session, request, made })
    }
}

/// The least level of what is logged, in Python's numbers.
fn log_level() -> u8 {
    if tracing::enabled!(target: "octodns", tracing::Level::DEBUG) {
        10
    } else if tracing::enabled!(target: "octodns", tracing::Level::INFO) {
        20
    } else {
        30
    }
}

/// An object that was made.
struct New {
    session: Arc<Session>,
    request: Make,
    made: requests::Made,
}

/// Something, with where its class comes from: the module as the config names it.
fn made<T>(something: T, class: &str, version: &str) -> Made<T> {
    let module = class.rsplit_once('.').map_or(class, |(module, _)| module);
    Made::new(something, module, version)
}

impl Foreign for PythonClasses {
    fn prefix(&self) -> &str {
        PREFIX
    }

    fn for_config(
        self: Arc<Self>,
        config: &ForeignConfig<'_>,
    ) -> Result<Option<Arc<dyn Foreign>>, BuildError> {
        let settings = Settings::read(config)?;
        // The program knows better than a config, which may be somebody else's.
        if settings.is_off && self.options.program.is_none() {
            return Ok(None);
        }
        Ok(Some(Arc::new(Self::with_settings(self.options.clone(), settings))))
    }

    fn provider(&self, entry: &ForeignEntry<'_>) -> MadeOrNot<Component> {
        let New { session, request, made: known } = self.make(Kind::Provider, entry)?;
        let version = known.version.clone();
        let is_target = known.provider.as_ref().is_some_and(|provider| provider.is_target);
        let provider =
            Arc::new(PythonProvider::new(session, request, known, self.settings.workers));
        let component =
            if is_target { Component::Provider(provider) } else { Component::Source(provider) };
        Ok(made(component, entry.class, &version))
    }

    fn processor(&self, entry: &ForeignEntry<'_>) -> MadeOrNot<Arc<dyn Processor>> {
        let New { session, request, made: known } = self.make(Kind::Processor, entry)?;
        let processor = Arc::new(PythonProcessor::new(session, request, &known));
        Ok(made(processor, entry.class, &known.version))
    }

    fn validator(&self, entry: &ForeignEntry<'_>) -> MadeOrNot<AnyValidator> {
        let New { session, request, made: known } = self.make(Kind::Validator, entry)?;
        let version = known.version.clone();
        let validator = PythonValidator::new(session, &request.name, known, entry.position)?;
        Ok(made(AnyValidator::Foreign(Arc::new(validator)), entry.class, &version))
    }

    fn secret_handler(&self, entry: &ForeignEntry<'_>) -> MadeOrNot<Arc<dyn SecretHandler>> {
        let New { session, made: known, .. } = self.make(Kind::SecretHandler, entry)?;
        let handler = Arc::new(PythonSecrets::new(session, entry.id));
        Ok(made(handler, entry.class, &known.version))
    }

    fn plan_output(&self, entry: &ForeignEntry<'_>) -> MadeOrNot<Arc<dyn PlanOutput>> {
        let New { session, made: known, .. } = self.make(Kind::PlanOutput, entry)?;
        let output = Arc::new(PythonOutput::new(session, entry.id));
        Ok(made(output, entry.class, &known.version))
    }

    fn types(&self) -> Vec<Arc<dyn CustomType>> {
        let started = self.started.lock().unwrap_or_else(PoisonError::into_inner);
        match &*started {
            Some(Ok(session)) => session.types(),
            _ => Vec::new(),
        }
    }

    fn configured(&self, validators: Option<&OwnedValue>) -> Result<(), BuildError> {
        let started = self.started.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(Ok(session)) = &*started else { return Ok(()) };
        let nothing = OwnedValue::from(Map::new());
        let config = validators.filter(|config| !config.is_null()).unwrap_or(&nothing);
        let done = wait(session.host.configure_validators(config));
        done.map_err(|error| error.into_build_error(config.position))
    }
}
