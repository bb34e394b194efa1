//! Asking one provider.

use std::collections::HashSet;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use octodns_core::engine::read_sources;
use octodns_core::provider::Lasting;
use octodns_core::value::python_str;
use octodns_core::{Diagnostic, Provider, ProviderError, Report, Severity, ZoneName};
use tokio::time::{Instant, timeout};

use super::checked::{CheckedProvider, Limits, Seen};
use super::zones::ConfiguredZones;
use crate::manager::{Configured, Manager};
use crate::zones::Selected;

/// How far two clocks may differ: half of what the strictest service accepts of a signature.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(15);

/// What is found out about a provider.
struct Found {
    seen: Seen,
    lacks: Vec<ZoneName>,
}

impl Manager {
    /// Checks the provider of an id of the config.
    pub(super) async fn checked(
        &self,
        id: &str,
        zones: &ConfiguredZones,
        within: Duration,
    ) -> CheckedProvider {
        let class = self.entries.get(id).and_then(|entry| entry.get("class"));
        let class = class.map(python_str).unwrap_or_default();
        let subject = format!("provider {id}");
        let known = self.warnings().iter().filter(|found| found.subject == subject);
        let mut report: Report = known.cloned().collect();
        // One whose credentials are missing is made all the same, and would be refused.
        let configured = self.providers.get(id).filter(|_| !report.has_errors());
        let (started, mut found) = (Instant::now(), None);
        if let Some(configured) = configured {
            match timeout(within, self.ask(id, configured, zones)).await {
                Ok(Ok(answer)) => found = Some(answer),
                Ok(Err(failed)) => {
                    let errors =
                        failed.into_iter().filter(|found| found.severity == Severity::Error);
                    report.extend(errors.map(|found| found.about(&*subject)));
                }
                Err(_) => {
                    let message = format!("did not answer within {} s", within.as_secs_f64());
                    let late = Diagnostic::error("source", message).about(&*subject);
                    let help = "wait longer with --timeout, or run again with --debug, which logs each request";
                    report.push(late.help(help));
                }
            }
        }
        let found = found.unwrap_or(Found { seen: Seen::Failed, lacks: Vec::new() });
        let provider = configured.and_then(|configured| configured.target.as_ref());
        let limits = provider.and_then(|target| limits(&**target.provider()));
        let (Found { seen, lacks }, took) = (found, started.elapsed());
        // Of a service that refused as well: signatures of another time may be why.
        let clock_difference =
            configured.and_then(|configured| configured.source.clock_difference());
        report.extend(clock_difference.and_then(other_time).map(|found| found.about(&*subject)));
        let id = id.to_owned();
        CheckedProvider { id, class, seen, lacks, limits, clock_difference, took, report }
    }

    /// Lists the zones of a provider; if it cannot, reads one that the config has for it.
    async fn ask(
        &self,
        id: &str,
        configured: &Configured,
        zones: &ConfiguredZones,
    ) -> Result<Found, Report> {
        let listed = match configured.source.list_zones().await {
            Ok(listed) => listed,
            Err(ProviderError::CannotList) => {
                return self.read_one(configured, zones.of(id).next()).await;
            }
            // A folder that is only written to is made then.
            Err(ProviderError::Io { source, .. })
                if !zones.sources.contains(id) && source.kind() == io::ErrorKind::NotFound =>
            {
                Vec::new()
            }
            Err(error) => return Err(error.into_report("source", id)),
        };
        let there: HashSet<&ZoneName> = listed.iter().collect();
        let names = zones.of(id).map(|zone| &zone.name);
        let lacks = names.filter(|name| !there.contains(name)).cloned().collect();
        Ok(Found { seen: Seen::Zones(listed.len()), lacks })
    }

    async fn read_one(
        &self,
        configured: &Configured,
        zone: Option<&Selected>,
    ) -> Result<Found, Report> {
        let Some(zone) = zone else {
            return Ok(Found { seen: Seen::Unknown, lacks: Vec::new() });
        };
        let context = self.context(&zone.config, true);
        let exists = if let Some(target) = &configured.target {
            target.read(&zone.empty(), &context).await?.exists
        } else {
            let sources = [Arc::clone(&configured.source)];
            read_sources(zone.empty(), &sources, &context, &mut Report::new()).await?;
            true
        };
        Ok(if exists {
            Found { seen: Seen::Read(zone.name.clone()), lacks: Vec::new() }
        } else {
            Found { seen: Seen::Zones(0), lacks: vec![zone.name.clone()] }
        })
    }
}

/// What is wrong with clocks that differ by so many seconds, if anything.
fn other_time(seconds: i64) -> Option<Diagnostic> {
    let by = Duration::from_secs(seconds.unsigned_abs());
    if by <= CLOCK_TOLERANCE {
        return None;
    }
    let which = if seconds > 0 { "ahead of" } else { "behind" };
    let message =
        format!("the clock of the service is {} {which} that of this machine", Lasting(by));
    let help = "set the clock of this machine, for instance by NTP: services refuse signatures and \
                tokens of another time";
    Some(Diagnostic::warning("clock", message).help(help))
}

fn limits(provider: &dyn Provider) -> Option<Limits> {
    let budget = provider.budget(1000)?;
    let (zones_at_once, available, thousand) =
        (provider.zones_at_once(), budget.available, budget.least);
    Some(Limits { zones_at_once, available, thousand })
}
