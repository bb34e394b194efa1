//! The flag of every program that says which Python runs classes that are not built in.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use octodns_core::registry::Foreign;
use octodns_manager::BuiltIn;

/// Which Python runs classes that are not built in.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct PythonArguments {
    /// The Python that runs classes which are not built in; `off` for none
    #[arg(long, value_name = "PATH|off")]
    pub python: Option<PathBuf>,
}

impl PythonArguments {
    /// What makes the classes that are not built in; `None` if nothing is to.
    pub(crate) fn classes(&self, built_in: BuiltIn) -> Option<Arc<dyn Foreign>> {
        match &self.python {
            Some(off) if off.as_os_str() == "off" => None,
            python => (built_in.python)(python.clone(), std::env::vars_os().collect()),
        }
    }
}
