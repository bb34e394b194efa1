//! The classes a configuration can name: those that are compiled in, and whoever makes others.

mod foreign;
mod plan_output;
mod secret_handler;
mod validators;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use schemars::JsonSchema;

pub use foreign::{Foreign, ForeignConfig, ForeignEntry, Made, MadeOrNot};
pub use plan_output::{PlanOutput, Planned};
pub use secret_handler::{EnvironSecrets, SecretHandler};
pub use validators::{AnyValidator, ExtraValidators, register_validators};

use crate::nearest::nearest;
pub use crate::options::{
    BuildError, NoOptions, Options, OptionsSchema, Sourced, WithShared, with_common,
};
use crate::processor::Processor;
use crate::provider::{Provider, Source};
use crate::record::RecordTypes;
use crate::target_options::TargetOptions;
use crate::value::{Map, OwnedValue, Value};

/// What a class under `providers:` makes.
#[derive(Clone)]
#[non_exhaustive]
pub enum Component {
    /// Something that is only read from.
    Source(Arc<dyn Source>),
    /// Something that is read from and written to.
    Provider(Arc<dyn Provider>),
}

impl Component {
    /// The component as a source; every provider is one.
    pub fn as_source(&self) -> Arc<dyn Source> {
        match self {
            Self::Source(source) => Arc::clone(source),
            Self::Provider(provider) => Arc::clone(provider) as Arc<dyn Source>,
        }
    }

    /// The component as a provider, if it is one.
    pub fn as_provider(&self) -> Option<&Arc<dyn Provider>> {
        match self {
            Self::Source(_) => None,
            Self::Provider(provider) => Some(provider),
        }
    }
}

/// Makes a component from its id and its options (a map without `class`).
pub type Factory<T> = Arc<dyn Fn(&str, &OwnedValue) -> Result<T, BuildError> + Send + Sync>;

/// A class that a configuration can name.
#[derive(Clone)]
#[non_exhaustive]
pub struct Class<T> {
    /// The dotted path octoDNS knows it by, such as `octodns.provider.yaml.YamlProvider`.
    pub path: &'static str,
    /// The version of the crate it comes from.
    pub version: &'static str,
    /// Describes its options.
    pub options: OptionsSchema,
    /// Makes one.
    pub build: Factory<T>,
}

impl<T> Class<T> {
    /// A class with this path and version, its options, and what makes one from them.
    pub fn new(
        path: &'static str,
        version: &'static str,
        options: OptionsSchema,
        build: Factory<T>,
    ) -> Self {
        Self { path, version, options, build }
    }

    /// The path without its last part, as version listings show it.
    pub fn module(&self) -> &'static str {
        self.path.rsplit_once('.').map_or(self.path, |(module, _)| module)
    }
}

/// Classes by the names they go by.
#[derive(Clone)]
pub struct Classes<T> {
    names: BTreeMap<&'static str, Class<T>>,
    /// Other paths of classes, and whether they are older ones.
    paths: BTreeMap<&'static str, (&'static str, bool)>,
    /// Paths of classes whose service was shut down, and what to do about it.
    closed: BTreeMap<&'static str, Closed>,
}

/// A service that was shut down.
#[derive(Clone, Copy)]
struct Closed {
    help: &'static str,
    /// An option and the value of it that names another service, which was not.
    unless: Option<(&'static str, &'static str)>,
}

impl<T> Default for Classes<T> {
    fn default() -> Self {
        Self { names: BTreeMap::new(), paths: BTreeMap::new(), closed: BTreeMap::new() }
    }
}

impl<T: Clone> Classes<T> {
    /// Makes a class known by its dotted path and by further names.
    pub fn add(&mut self, class: Class<T>, short_names: &[&'static str]) {
        for name in short_names {
            self.names.insert(name, class.clone());
        }
        self.names.insert(class.path, class);
    }

    /// Takes further paths for the class of a path: those of the modules that its package imports it from.
    pub fn also(&mut self, path: &'static str, others: &[&'static str]) {
        self.paths.extend(others.iter().map(|other| (*other, (path, false))));
    }

    /// Takes older paths for the class of a path, those of octoDNS before 1.0: [`Classes::instead_of`] names the new one.
    pub fn formerly(&mut self, path: &'static str, others: &[&'static str]) {
        self.paths.extend(others.iter().map(|other| (*other, (path, true))));
    }

    /// Says that the service of a class was shut down, and what to do about it: a configuration with the class is
    /// warned of it.
    pub fn closed(&mut self, path: &'static str, help: &'static str) {
        self.closed.insert(path, Closed { help, unless: None });
    }

    /// The same for a class whose service was shut down unless an option has a value: `(option, value)`.
    pub fn closed_unless(
        &mut self,
        path: &'static str,
        option: (&'static str, &'static str),
        help: &'static str,
    ) {
        self.closed.insert(path, Closed { help, unless: Some(option) });
    }

    /// What to do about a class whose service, with these options, was shut down.
    pub fn after_closing(&self, path: &str, options: &Map<'_>) -> Option<&'static str> {
        let Closed { help, unless } = self.closed.get(path)?;
        let has = |(option, value)| options.get(option).and_then(Value::as_str) == Some(value);
        (!unless.is_some_and(has)).then_some(help)
    }

    /// The class that goes by a name.
    pub fn get(&self, name: &str) -> Option<&Class<T>> {
        let path = || self.paths.get(name).map(|(path, _)| *path);
        self.names.get(name).or_else(|| self.names.get(path()?))
    }

    /// The path to write instead of an older one.
    pub fn instead_of(&self, name: &str) -> Option<&'static str> {
        self.paths.get(name).filter(|(_, is_old)| *is_old).map(|(path, _)| *path)
    }

    /// The known name most like one that is not known, of the same package: a class of another one is another
    /// service's.
    pub fn nearest(&self, name: &str) -> Option<&'static str> {
        let package = package(name);
        let known = || self.names().filter(|known| self::package(known) == package);
        nearest(name, known()).or_else(|| {
            let wanted = class(name);
            known().find(|known| class(known).eq_ignore_ascii_case(wanted))
        })
    }

    /// The class of that name which has another path: of a package whose name is misspelt, or that it moved
    /// to when octoDNS was split up.
    pub fn moved(&self, name: &str) -> Option<&'static str> {
        let (of, wanted) = (package(name)?, class(name));
        let is_like = |known: &str| {
            package(known).is_some_and(|known| of == "octodns" || nearest(of, [known]).is_some())
        };
        self.names().find(|known| class(known) == wanted && is_like(known))
    }

    /// Whether any class of the package of a name is there.
    pub fn has_package_of(&self, name: &str) -> bool {
        let package = package(name);
        package.is_some() && self.names().any(|known| self::package(known) == package)
    }

    /// All names with their classes, in order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Class<T>)> {
        self.names.iter().map(|(name, class)| (*name, class))
    }

    /// All names that are taken: other paths of classes as well.
    pub fn taken(&self) -> impl Iterator<Item = &'static str> {
        let others = self.paths.iter().filter(|(_, (path, _))| self.names.contains_key(path));
        self.names().chain(others.map(|(other, _)| *other))
    }

    /// All names, in order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.names.keys().copied()
    }
}

/// The Python package of a class; short names have none.
fn package(path: &str) -> Option<&str> {
    path.split_once('.').map(|(package, _)| package)
}

/// The name of a class without its module.
fn class(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// The options that every processor takes.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "its fields are read by name")]
struct OfProcessors {
    /// Whether what the processor makes is read as leniently as it can be. Default: false.
    #[serde(default)]
    lenient: bool,
}

/// Gives the time now; `None` if there is no clock.
pub type Clock = Arc<dyn Fn() -> Option<SystemTime> + Send + Sync>;

/// Gives a new random UUID (RFC 9562, version 4) each time; `None` if there is no source of random numbers.
pub type UuidSource = Arc<dyn Fn() -> Option<String> + Send + Sync>;

/// Looks up a variable of the environment.
pub type Lookup = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// What the program hands in: this crate has no clock, no environment and no random numbers of its own.
#[derive(Clone)]
#[non_exhaustive]
pub struct Host {
    /// The environment. Default: empty.
    pub env: Lookup,
    /// The clock. Default: none.
    pub clock: Clock,
    /// The source of UUIDs. Default: none.
    pub uuid: UuidSource,
    /// The version of the engine. Default: none.
    pub version: Option<&'static str>,
}

impl Default for Host {
    fn default() -> Self {
        Self {
            env: Arc::new(|_| None),
            clock: Arc::new(|| None),
            uuid: Arc::new(|| None),
            version: None,
        }
    }
}

/// All classes of a build: each provider crate adds its own by its `register` function.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct Registry {
    /// The home directory of the user, for classes that read files; set it before registering them.
    pub home: Option<PathBuf>,
    /// Environment, clock and random numbers, for classes that need them; set it before registering them.
    pub host: Host,
    /// The classes for `providers:`.
    pub providers: Classes<Component>,
    /// The classes for `processors:`.
    pub processors: Classes<Arc<dyn Processor>>,
    /// The classes for `validators:`.
    pub validators: Classes<AnyValidator>,
    /// Validators that the program adds to the built-in ones.
    pub extra_validators: ExtraValidators,
    /// The classes for `secret_handlers:`.
    pub secret_handlers: Classes<Arc<dyn SecretHandler>>,
    /// The classes for `manager.plan_outputs`.
    pub plan_outputs: Classes<Arc<dyn PlanOutput>>,
    /// Makes what classes make that are not compiled in. Default: nobody, such a class is an error.
    pub foreign: Option<Arc<dyn Foreign>>,
    /// The record types, to which a provider may add its own.
    pub types: RecordTypes,
}

impl Registry {
    /// Makes a provider known: its octoDNS class path, short names, and what makes one from its options,
    /// a struct that derives `Deserialize` and `JsonSchema`, or [`Sourced`] such a struct, or [`WithShared`]
    /// ones.
    pub fn provider<O: Options, P: Provider + 'static>(
        &mut self,
        path: &'static str,
        short_names: &[&'static str],
        version: &'static str,
        build: impl Fn(&str, O) -> Result<P, BuildError> + Send + Sync + 'static,
    ) {
        self.dyn_provider(path, short_names, version, move |id, options| {
            build(id, options).map(|provider| Arc::new(provider) as Arc<dyn Provider>)
        });
    }

    /// Makes a provider known, as [`Registry::provider`] does, whose options choose the type that is made.
    pub fn dyn_provider<O: Options>(
        &mut self,
        path: &'static str,
        short_names: &[&'static str],
        version: &'static str,
        build: impl Fn(&str, O) -> Result<Arc<dyn Provider>, BuildError> + Send + Sync + 'static,
    ) {
        let build: Factory<Component> = Arc::new(move |id, options| {
            build(id, O::read(options, &TargetOptions::KEYS)?).map(Component::Provider)
        });
        self.providers.add(Class { path, version, options: O::schema, build }, short_names);
    }

    /// Makes a source known, as [`Registry::provider`] does for providers.
    pub fn source<O: Options, S: Source + 'static>(
        &mut self,
        path: &'static str,
        short_names: &[&'static str],
        version: &'static str,
        build: impl Fn(&str, O) -> Result<S, BuildError> + Send + Sync + 'static,
    ) {
        let build: Factory<Component> = Arc::new(move |id, options| {
            build(id, O::read(options, &TargetOptions::KEYS)?)
                .map(|source| Component::Source(Arc::new(source)))
        });
        self.providers.add(Class { path, version, options: O::schema, build }, short_names);
    }

    /// Makes a processor known, as [`Registry::provider`] does for providers.
    ///
    /// Its struct has no `lenient`, which every processor takes: see [`Sourced::lenient`].
    pub fn processor<O: Options, P: Processor + 'static>(
        &mut self,
        path: &'static str,
        short_names: &[&'static str],
        version: &'static str,
        build: impl Fn(&str, O) -> Result<P, BuildError> + Send + Sync + 'static,
    ) {
        let build: Factory<Arc<dyn Processor>> = Arc::new(move |id, options| {
            if let Some(lenient) =
                options.get("lenient").filter(|value| value.as_option().is_none())
            {
                let message = "\"lenient\" must be true or false";
                return Err(BuildError::new(message, lenient.position));
            }
            build(id, O::read(options, &["lenient"])?)
                .map(|processor| Arc::new(processor) as Arc<dyn Processor>)
        });
        let options = with_common::<O, OfProcessors>;
        self.processors.add(Class { path, version, options, build }, short_names);
    }
}
