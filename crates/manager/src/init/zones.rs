//! Which zones a new config has, and which providers have them.

use std::collections::BTreeMap;

use futures::future::join_all;
use octodns_core::{Diagnostic, ProviderError, Report, ZoneName};

use super::config::NewZone;
use crate::failure::Failure;
use crate::manager::Manager;

/// The zones of providers, of which only those that are wanted, if any are: by name, with the ids of the providers in
/// order.
pub(super) async fn of_providers(
    manager: &Manager,
    ids: &[String],
    wanted: &[String],
) -> Result<Vec<NewZone>, Failure> {
    let mut report = Report::new();
    let wanted = names(wanted, &mut report);
    manager.begin_run();
    let sources = manager.named_sources("provider", ids, &mut report);
    let listed = join_all(sources.iter().map(|source| source.list_zones())).await;
    let mut zones: BTreeMap<ZoneName, Vec<String>> = BTreeMap::new();
    for (id, listed) in ids.iter().zip(listed) {
        let listed = match listed {
            Ok(listed) => listed,
            Err(ProviderError::CannotList) if !wanted.is_empty() => wanted.clone(),
            Err(ProviderError::CannotList) => {
                let found = Diagnostic::error("source", "cannot list its zones");
                let found = found.about(format!("provider {id}"));
                report.push(found.help("name the zones with --zone"));
                continue;
            }
            Err(error) => {
                report.merge(error.into_report("source", &format!("provider {id}")));
                continue;
            }
        };
        let is_wanted = |name: &ZoneName| wanted.is_empty() || wanted.contains(name);
        for name in listed.into_iter().filter(is_wanted) {
            let of_zone = zones.entry(name).or_default();
            if !of_zone.contains(id) {
                of_zone.push(id.clone());
            }
        }
    }
    if !report.has_errors() {
        for name in wanted.iter().filter(|name| !zones.contains_key(*name)) {
            let found = Diagnostic::error("source", "none of the providers has this zone");
            let found = found.about(format!("zone {name}"));
            report.push(found.help("create it at one of them first, or leave it out"));
        }
        if zones.is_empty() && wanted.is_empty() {
            let found = Diagnostic::error("source", "none of the providers has a zone");
            let help = "create one first, and check that the credentials may see it";
            report.push(found.help(help));
        }
    }
    if report.has_errors() {
        return Err(report.into());
    }
    Ok(zones.into_iter().map(|(name, targets)| NewZone { name, targets }).collect())
}

/// The names that are wanted, each once.
fn names(wanted: &[String], report: &mut Report) -> Vec<ZoneName> {
    let mut names = Vec::new();
    for text in wanted {
        let dot = if text.ends_with('.') { "" } else { "." };
        match ZoneName::new(&format!("{text}{dot}")) {
            Ok(name) if names.contains(&name) => {}
            Ok(name) => names.push(name),
            Err(error) => {
                let found = Diagnostic::error("config", error.to_string());
                report.push(found.about(format!("zone {text}")).help(error.help()));
            }
        }
    }
    names
}
