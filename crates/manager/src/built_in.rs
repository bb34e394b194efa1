//! What is there without any provider, and what a program brings besides.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use octodns_core::Registry;
use octodns_core::registry::{Foreign, Host};

/// Makes classes that are written in Python, if anything does: of the interpreter that was told, and of the variables of
/// the environment.
pub type PythonClasses = fn(Option<PathBuf>, Vec<(OsString, OsString)>) -> Option<Arc<dyn Foreign>>;

/// What a program has built in.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "whoever makes a program says all of it")]
pub struct BuiltIn {
    /// The classes that a config can name, by the home folder and by what is outside the process.
    pub registry: fn(Option<PathBuf>, Host) -> Registry,
    /// What makes classes that are written in Python.
    pub python: PythonClasses,
}

/// The validators, processors, secret handlers and plan outputs of octoDNS, and no provider; `home` is what `~` means in
/// files, `host` the environment, clock and random numbers for them, with this crate's version unless it says another.
pub fn built_in(home: Option<PathBuf>, mut host: Host) -> Registry {
    host.version = host.version.or(Some(env!("CARGO_PKG_VERSION")));
    let mut registry = Registry::default();
    registry.home = home;
    registry.host = host;
    octodns_core::registry::register_validators(&mut registry);
    crate::config::register(&mut registry);
    crate::output::register(&mut registry);
    octodns_processors::register(&mut registry);
    registry
}
