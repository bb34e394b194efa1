//! Keys that a section does not know.

use std::sync::Arc;

use octodns_core::value::{Map, python_str};
use octodns_core::{Diagnostic, Origin, Report, nearest};

/// Reports the keys of `map` that are not among `known`.
///
/// A key close to a known one is a slip of the pen and an error. Anything else is a warning only, since
/// octoDNS passes over it and config files keep their anchors there.
pub(crate) fn check_keys(
    what: &str,
    map: &Map<'_>,
    known: &[&'static str],
    files: &[Arc<str>],
    report: &mut Report,
) {
    for (key, _) in map {
        let name = python_str(key);
        if known.contains(&name.as_str()) {
            continue;
        }
        let message = format!("{what} has no key \"{name}\"");
        let origin = Origin::new(files, key.position);
        report.push(match nearest(&name, known.iter().copied()) {
            Some(meant) => Diagnostic::error("config", message)
                .at(origin)
                .help(format!("did you mean \"{meant}\"?")),
            None if name.starts_with(['.', '_']) || name.starts_with("x-") => continue,
            None => Diagnostic::warning("config", message)
                .at(origin)
                .help(format!("it is ignored; known keys are: {}", known.join(", "))),
        });
    }
}
