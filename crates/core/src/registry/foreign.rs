//! Classes that are not compiled in, such as those of octoDNS that are written in Python: whoever can make them is asked
//! when a config names one.

use std::path::Path;
use std::sync::Arc;

use super::{AnyValidator, Component, PlanOutput, SecretHandler};
use crate::options::BuildError;
use crate::processor::Processor;
use crate::record::CustomType;
use crate::secret::Secret;
use crate::value::{Map, OwnedValue, Position};

/// An entry of a config that names a foreign class.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ForeignEntry<'e> {
    /// Its name in the config.
    pub id: &'e str,
    /// The path of the class, without [`Foreign::prefix`].
    pub class: &'e str,
    /// The options, secrets filled in, as they are written but for `class`.
    pub options: &'e Map<'static>,
    /// The values among the options that come from secret handlers. They must never be shown.
    pub secrets: &'e [Secret],
    /// Where the class is named.
    pub position: Position,
}

impl<'e> ForeignEntry<'e> {
    /// An entry without secrets, that is written nowhere.
    pub fn new(id: &'e str, class: &'e str, options: &'e Map<'static>) -> Self {
        Self { id, class, options, secrets: &[], position: Position::NONE }
    }
}

/// What a config says to whoever makes foreign classes.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ForeignConfig<'c> {
    /// Its options below `manager:`.
    pub options: &'c Map<'static>,
    /// The config file, if there is one; paths are relative to its folder.
    pub file: Option<&'c Path>,
    /// How many zones are worked on at the same time, as the config says; 1 if it does not.
    pub workers: usize,
}

impl<'c> ForeignConfig<'c> {
    /// What a config without a file says, with one zone at a time.
    pub fn new(options: &'c Map<'static>) -> Self {
        Self { options, file: None, workers: 1 }
    }
}

/// What a foreign class made, and where the class comes from.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Made<T> {
    /// What it made.
    pub made: T,
    /// The module that the class stands in, as version listings show it.
    pub module: String,
    /// The version of its package.
    pub version: String,
}

impl<T> Made<T> {
    /// What a class of this module and version made.
    pub fn new(made: T, module: impl Into<String>, version: impl Into<String>) -> Self {
        Self { made, module: module.into(), version: version.into() }
    }
}

/// The outcome of asking for something of a foreign class.
pub type MadeOrNot<T> = Result<Made<T>, BuildError>;

/// Makes what foreign classes make.
///
/// It is asked for classes by their dotted paths, in the order of the config, if no class that is compiled in goes by
/// that name, or if the name begins with [`Foreign::prefix`]. Calls may take as long as they need; they come from code
/// that is not asynchronous, and may come from within a runtime.
///
/// What providers of foreign classes plan by themselves is in [`Planner`](crate::provider::Planner).
pub trait Foreign: Send + Sync {
    /// What a config puts in front of a path to take the foreign class though there is one that is compiled in, such as
    /// `python:`.
    fn prefix(&self) -> &str;

    /// The maker for the classes of one config; `None` if it turns them off. Each config has its own.
    ///
    /// # Errors
    ///
    /// Says which of the options is wrong.
    fn for_config(
        self: Arc<Self>,
        config: &ForeignConfig<'_>,
    ) -> Result<Option<Arc<dyn Foreign>>, BuildError>;

    /// Makes a source or provider. All options are the class's own: those of targets are asked of the provider, by
    /// [`Provider::target_options`](crate::Provider::target_options).
    ///
    /// # Errors
    ///
    /// Says why there is no such class, or why it does not take the options.
    fn provider(&self, entry: &ForeignEntry<'_>) -> MadeOrNot<Component>;

    /// Makes a processor.
    ///
    /// # Errors
    ///
    /// As [`Foreign::provider`].
    fn processor(&self, entry: &ForeignEntry<'_>) -> MadeOrNot<Arc<dyn Processor>>;

    /// Makes a validator. Among its options may be `types`, a list of record types; none is all.
    ///
    /// # Errors
    ///
    /// As [`Foreign::provider`].
    fn validator(&self, entry: &ForeignEntry<'_>) -> MadeOrNot<AnyValidator>;

    /// Makes a secret handler.
    ///
    /// # Errors
    ///
    /// As [`Foreign::provider`].
    fn secret_handler(&self, entry: &ForeignEntry<'_>) -> MadeOrNot<Arc<dyn SecretHandler>>;

    /// Makes a plan output.
    ///
    /// # Errors
    ///
    /// As [`Foreign::provider`].
    fn plan_output(&self, entry: &ForeignEntry<'_>) -> MadeOrNot<Arc<dyn PlanOutput>>;

    /// The record types that the classes made so far have brought, and that are not built in.
    fn types(&self) -> Vec<Arc<dyn CustomType>> {
        Vec::new()
    }

    /// All classes are made: `validators` is what the config says below `manager.validators`.
    ///
    /// # Errors
    ///
    /// If the classes cannot work with that.
    fn configured(&self, _validators: Option<&OwnedValue>) -> Result<(), BuildError> {
        Ok(())
    }
}
