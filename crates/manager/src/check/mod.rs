//! Checking what a config depends on: can each provider be made, does its service let it in, which zones does it see; and
//! do the DNS servers of the system answer. Nothing is written anywhere.

mod checked;
mod options;
mod provider;
mod resolver;
mod zones;

use std::path::Path;

use futures::{StreamExt, stream};
use octodns_core::{Diagnostic, Report};

use crate::failure::Failure;
use crate::manager::{Manager, ManagerOptions};
use crate::zones::meant;

use zones::ConfiguredZones;

pub use checked::{Checked, CheckedProvider, CheckedResolver, Limits, Seen};
pub use options::{CheckOptions, ResolverChoice};

/// Checks the providers of a config file, each by itself: a provider that cannot be made does not keep the others from
/// being checked. Several are asked at the same time, as many as the config allows zones (`max_workers`).
///
/// # Errors
///
/// Fails when the config cannot be read, or has no provider of a name that was asked for.
pub async fn check(
    config_file: &Path,
    options: &CheckOptions,
    manager: &ManagerOptions,
) -> Result<Checked, Failure> {
    let manager = Manager::builder().config_file(config_file).build_what_can_be(manager)?;
    let ids = chosen(&manager, &options.providers)?;
    manager.begin_run();
    let (zones, found) = ConfiguredZones::of_config(&manager);
    let asked = stream::iter(ids.iter().map(|id| manager.checked(id, &zones, options.timeout)))
        .buffered(manager.max_workers)
        .collect();
    let (providers, resolver) = futures::future::join(asked, resolver::checked(options)).await;
    let mut checked = Checked::new(providers, resolver);
    checked.report = others(&manager);
    checked.report.merge(found);
    checked.config_files = manager.config_files().to_vec();
    checked.folders = manager.folders().map(Path::to_owned).collect();
    Ok(checked)
}

/// The ids of the providers to check, in order.
fn chosen(manager: &Manager, wanted: &[String]) -> Result<Vec<String>, Failure> {
    let known: Vec<&str> = manager.entries.keys().map(String::as_str).collect();
    let mut report = Report::new();
    for id in wanted.iter().filter(|id| !known.contains(&id.as_str())) {
        let message = format!("the provider \"{id}\" is not configured");
        report.push(Diagnostic::error("config", message).help(meant(id, &known)));
    }
    if report.has_errors() {
        return Err(report.into());
    }
    let is_wanted = |id: &&&str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == **id);
    Ok(known.iter().filter(is_wanted).map(|id| (*id).to_owned()).collect())
}

/// What was found in the config that is not about a provider.
fn others(manager: &Manager) -> Report {
    let is_of_provider = |subject: &str| {
        subject.strip_prefix("provider ").is_some_and(|id| manager.entries.contains_key(id))
    };
    let others = manager.warnings().iter().filter(|found| !is_of_provider(&found.subject));
    others.cloned().collect()
}
