//! What this build has, for managers and for whole programs.

use octodns_core::registry::Host;
use octodns_manager::{BuiltIn, ManagerOptions};

use crate::{python, registry};

/// The classes of this build, for the programs that `octodns-cli` makes.
pub const BUILT_IN: BuiltIn =
    BuiltIn { registry, python: |program, environment| python(program, environment) };

/// Options of a manager that knows all classes of this build; the environment is empty, and all else the default.
pub fn options() -> ManagerOptions {
    ManagerOptions::new(registry(None, Host::default()))
}
