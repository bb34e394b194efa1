//! Classes that are written in Python.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use octodns_core::registry::Foreign;

/// What makes classes that are written in Python, for [`Registry::foreign`](octodns_core::Registry::foreign); `None` in
/// a build without the feature `python`.
///
/// `program` is the interpreter, if the program was told; else the config, or `OCTODNS_PYTHON`, `VIRTUAL_ENV` and `PATH`
/// of the environment, say which it is. A config with such classes is code that is run: whoever hands this over trusts
/// the configs that are read.
#[cfg(feature = "python")]
pub fn python(
    program: Option<PathBuf>,
    environment: impl IntoIterator<Item = (OsString, OsString)>,
) -> Option<Arc<dyn Foreign>> {
    use octodns_bridge::{PythonClasses, PythonOptions};

    let mut options = PythonOptions::new(environment);
    options.program = program;
    Some(Arc::new(PythonClasses::new(options)))
}

/// What makes classes that are written in Python: nothing in this build, which is without the feature `python`.
#[cfg(not(feature = "python"))]
pub fn python(
    _program: Option<PathBuf>,
    _environment: impl IntoIterator<Item = (OsString, OsString)>,
) -> Option<Arc<dyn Foreign>> {
    None
}
