//! What is wrong with the classes of a config, and what to do about it.

use octodns_core::Diagnostic;
use octodns_core::registry::{BuildError, Classes};
use octodns_core::value::Position;

use super::build::Build;
use crate::config::{Filled, instead_of};
use crate::features::{feature_of, to_have};

/// What to do about options of whose fault nothing more is known.
const OPTIONS: &str =
    "`octodns-schema --kind config --complete` describes the options of every class";

/// What to do about a class that is like none there is.
const MORE_CLASSES: &str = "`octodns-schema --kind config --complete` lists all classes";

/// Why a class that is written in Python is not run.
const NO_PYTHON: &str = if cfg!(feature = "python") {
    "classes that are written in Python are turned off"
} else {
    "it takes the feature octodns/python to run its classes by Python"
};

impl Build<'_> {
    pub(super) fn warn_of_old_path(
        &mut self,
        kind: &str,
        id: &str,
        at: Position,
        (old, path): (&str, &str),
    ) {
        self.report.push(
            Diagnostic::warning("config", format!("the class {old} has another path now"))
                .about(format!("{kind} {id}"))
                .at(self.config.origin(at))
                .help(format!("write `class: {path}`")),
        );
    }

    pub(super) fn warn_of_closed(
        &mut self,
        kind: &str,
        id: &str,
        at: Position,
        (path, help): (&str, &str),
    ) {
        self.report.push(
            Diagnostic::warning("config", format!("the service of {path} was shut down"))
                .about(format!("{kind} {id}"))
                .at(self.config.origin(at))
                .help(help),
        );
    }

    pub(super) fn warn_of_deprecated(&mut self, kind: &str, id: &str, at: Position, path: &str) {
        let Some(help) = instead_of(path) else { return };
        self.report.push(
            Diagnostic::warning("config", format!("the class {path} is deprecated"))
                .about(format!("{kind} {id}"))
                .at(self.config.origin(at))
                .help(help),
        );
    }

    pub(super) fn missing(&mut self, kind: &str, id: &str, filled: &Filled) {
        for error in &filled.missing {
            let mut found = Diagnostic::error("config", error.message.clone())
                .about(format!("{kind} {id}"))
                .at(self.config.origin(error.position));
            found.help.clone_from(&error.help);
            self.report.push(found);
        }
    }

    pub(super) fn fault(&mut self, kind: &str, id: &str, at: Position, error: BuildError) {
        let position = if error.position.is_known() { error.position } else { at };
        let mut found = Diagnostic::error("config", error.message)
            .about(format!("{kind} {id}"))
            .at(self.config.origin(position));
        found.help = error.help.or_else(|| Some(OPTIONS.to_owned()));
        self.report.push(found);
    }
}

/// What to do about a class that there is not.
pub(super) fn about_class<T: Clone>(name: &str, classes: &Classes<T>) -> String {
    // Misspelt, where others of the package are there.
    if let Some(feature) = feature_of(name).filter(|feature| !is_compiled_in(classes, feature)) {
        return to_have(feature);
    }
    if let Some(meant) = classes.nearest(name) {
        return format!("did you mean \"{meant}\"?");
    }
    if let Some(moved) = classes.moved(name) {
        return format!("write its path, \"{moved}\"");
    }
    match name.split_once('.') {
        Some((package, _)) if !classes.has_package_of(name) => {
            format!(
                "nothing of the Python package {package} is built in, and {NO_PYTHON}; {MORE_CLASSES}"
            )
        }
        _ => MORE_CLASSES.to_owned(),
    }
}

/// Whether any class that a feature brings is there.
fn is_compiled_in<T: Clone>(classes: &Classes<T>, feature: &str) -> bool {
    classes.names().any(|name| feature_of(name) == Some(feature))
}
