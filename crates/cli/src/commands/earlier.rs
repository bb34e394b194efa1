//! What the sources said at a revision, for `octodns-sync --since`.

use std::path::Path;
use std::sync::Arc;

use octodns_core::value::visible;
use octodns_core::{Diagnostic, Registry, Report};
use octodns_manager::{DesiredZones, Earlier, Manager, ManagerOptions};

use super::block_on;
use crate::program::only;
use crate::since::Checkout;

/// The most names in a message.
const NAMED: usize = 10;

/// Reads the sources as they were at a revision, by the config of that revision.
pub(super) fn earlier(
    revision: &str,
    config_file: &str,
    classes: Registry,
) -> Result<Earlier, Report> {
    let config_file = Path::new(config_file);
    let checkout = Arc::new(Checkout::of(revision, config_file)?);
    tracing::info!(
        target: "octodns", logger = "Manager",
        "sync: reading the sources as they were at {}", visible(revision),
    );
    let mut manager = manager(&checkout, config_file, revision, classes)?;
    let places = Arc::clone(&checkout);
    manager.relocate_sources(move |path| places.place(path));
    let zones = block_on(Arc::new(manager).desired_zones()).map_err(|failure| {
        let message =
            format!("the sources cannot be read as they were at \"{revision}\": {failure}");
        only(Diagnostic::error("since", message).help("name another revision with --since"))
    })?;
    tell(&zones, revision);
    let commit = checkout.commit().get(..12).unwrap_or_default();
    Ok(Earlier::new(format!("{revision} ({commit})"), zones))
}

/// The config as it was, or as it is, if it was none then or is not in the repository.
fn manager(
    checkout: &Checkout,
    config_file: &Path,
    revision: &str,
    classes: Registry,
) -> Result<Manager, Report> {
    let mut options = ManagerOptions::new(classes);
    options.log_warnings = false;
    if let Some(earlier) = checkout.place(config_file).filter(|file| file.is_file()) {
        match Manager::from_config_file(&earlier, &options) {
            Ok(manager) => return Ok(manager),
            Err(failure) => tracing::warn!(
                target: "octodns", logger = "Manager",
                "sync: the config of {} cannot be used, that of now is: {failure}", visible(revision),
            ),
        }
    }
    Manager::from_config_file(config_file, &options).map_err(|failure| failure.report)
}

/// Says what could not be read as it was.
fn tell(zones: &DesiredZones, revision: &str) {
    let revision = visible(revision);
    let unread: Vec<_> = zones.unread().map(ToString::to_string).collect();
    if !unread.is_empty() {
        tracing::warn!(
            target: "octodns", logger = "Manager",
            "sync: not readable as it was at {revision}: {}", some(&unread),
        );
    }
    let as_now: Vec<_> = zones.read_as_now().map(str::to_owned).collect();
    if !as_now.is_empty() {
        tracing::info!(
            target: "octodns", logger = "Manager",
            "sync: sources that are no files of the repository are read as they are now: {}", some(&as_now),
        );
    }
}

/// The first of some names, and how many more there are.
fn some(names: &[String]) -> String {
    let mut names = names.to_vec();
    names.sort_unstable();
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    let shown = visible(&names.join(", ")).into_owned();
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}
