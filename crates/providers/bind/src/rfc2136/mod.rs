//! `Rfc2136Provider`: reads zones by transfer, and writes them by dynamic update.

mod read_back;
mod update;

use std::sync::Arc;

use octodns_core::provider::ServiceFault;
use octodns_core::registry::{BuildError, Given, Giver};
use octodns_core::{
    ApplyLog, Capabilities, Plan, Provider, ProviderError, Registry, Report, Source, Zone,
    ZoneRead, ZoneRequest, async_trait,
};

use crate::VERSION;
use crate::axfr::ZoneServer;
use crate::client::{Error, Transferred, wire_name};
use crate::options::Options;
use crate::records;
use read_back::{Found, read_back};
use update::{Most, Update, subject};

/// Makes the provider known by both its names.
pub(crate) fn register(registry: &mut Registry) {
    for (path, short_name) in
        [("octodns_bind.Rfc2136Provider", "rfc2136"), ("octodns_bind.BindProvider", "bind")]
    {
        let clock = Arc::clone(&registry.run.now);
        registry.provider(path, &[short_name], VERSION, move |id, given: Given<_>| {
            Rfc2136Provider::new(id, &given, Arc::clone(&clock))
        });
    }
}

/// Reads the zones of a DNS server by transfer (AXFR), and writes them by dynamic update (RFC 2136).
pub struct Rfc2136Provider {
    server: ZoneServer,
    batch: usize,
}

impl Rfc2136Provider {
    /// A provider of these options; `clock` gives the time, which signing needs.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the key.
    pub fn new(id: &str, given: &Given<Options>, clock: Giver) -> Result<Self, BuildError> {
        let server = ZoneServer::new("Rfc2136Provider", id, given, clock)?;
        Ok(Self { server, batch: given.options.update_batch_size })
    }

    /// Sends the messages until one fails, which comes with its error.
    async fn send(
        &self,
        plan: &Plan,
        updates: &[Update],
        log: &mut ApplyLog<'_>,
    ) -> Result<Option<(usize, Error)>, Error> {
        let zone = wire_name(plan.desired.name().as_str())?;
        for (index, update) in updates.iter().enumerate() {
            for change in &update.changes {
                log.trying(*change..change + 1);
            }
            if let Err(error) = self.server.client.update(&zone, &update.message).await {
                return Ok(Some((index, error)));
            }
        }
        Ok(None)
    }
}

#[async_trait]
impl Source for Rfc2136Provider {
    fn id(&self) -> &str {
        &self.server.id
    }

    fn class_name(&self) -> &str {
        self.server.class_name
    }

    fn capabilities(&self) -> &Capabilities {
        &records::CAPABILITIES
    }

    async fn read(&self, zone: &ZoneRequest<'_>) -> Result<Option<ZoneRead>, ProviderError> {
        self.server.read(zone).await.map(Some)
    }
}

#[async_trait]
impl Provider for Rfc2136Provider {
    async fn adapt(
        &self,
        desired: &mut Zone,
        existing: &mut Zone,
        report: &mut Report,
    ) -> Result<(), ProviderError> {
        records::spell(desired, existing, report);
        Ok(())
    }

    async fn apply(&self, plan: &Plan, log: &mut ApplyLog<'_>) -> Result<(), ProviderError> {
        let client = &self.server.client;
        let held = plan.state.get::<Transferred>();
        let most = Most { bytes: client.most_bytes(), changes: self.batch };
        let failed = |error: Error| {
            let message = format!("cannot update {} at {}", plan.desired.name(), client.server);
            ProviderError::Failed { message, source: Some(error.into()) }
        };
        let updates = update::messages(plan, held, most, || client.id()).map_err(failed)?;
        let failure = self.send(plan, &updates, log).await.map_err(failed)?;

        // Nothing is done that was refused, and nothing was sent before it: no need to look.
        let is_plain_no = matches!(
            &failure,
            Some((0, Error::Refused { rcode })) if !rcode.is_prerequisite()
        );
        if let (Some((_, error)), true) = (&failure, is_plain_no) {
            for change in &updates[0].changes {
                log.failed(*change..change + 1, error.to_string());
            }
        }
        if is_plain_no {
            return failure.map_or(Ok(()), |(_, error)| Err(failed(error)));
        }
        // NOERROR does not mean done, and a broken connection not that nothing was.
        let after = match self.server.transfer(plan.desired.name()).await {
            Ok(after) => after,
            Err(unread) => {
                return Err(unknown(failure.map(|(_, error)| failed(error)), &unread));
            }
        };
        let tried = failure.as_ref().map_or(updates.len(), |(index, _)| index + 1);
        let mut lost = Vec::new();
        for (index, update) in updates[..tried].iter().enumerate() {
            let refusal = failure.as_ref().filter(|(failing, _)| *failing == index);
            for (change, found) in read_back(plan, &update.changes, &after) {
                let range = change..change + 1;
                let name = subject(plan.changes[change].record(), plan.desired.name());
                match (found, refusal) {
                    (Found::Desired, _) => log.applied(range),
                    (Found::Existing, Some((_, error))) => log.failed(range, error.to_string()),
                    (Found::Existing, None) => {
                        log.failed(range, "the server answered NOERROR, but ignored it");
                        lost.push(format!("{name} (ignored)"));
                    }
                    (Found::Other(other), _) => {
                        log.failed(range, format!("the server holds something else: {other}"));
                        lost.push(format!("{name} (it holds {other})"));
                    }
                }
            }
        }
        let stands_still = held.is_some_and(|held| held.serial == after.serial);
        let outcome = Outcome { plan, lost: &lost, stands_still };
        outcome.result(failure.map(|(_, error)| error), failed)
    }
}

/// The error of an update that was sent when the zone cannot be read after it.
fn unknown(failure: Option<ProviderError>, unread: &ProviderError) -> ProviderError {
    let so_far = failure.map_or_else(
        || "the server answered NOERROR to every update".to_owned(),
        |error| error.with_causes(),
    );
    let message = format!("{so_far}; what it holds now is not known: {}", unread.with_causes());
    ProviderError::service(ServiceFault::Unsure, message)
}

/// What came of it all.
struct Outcome<'o> {
    plan: &'o Plan,
    /// The changes that are not there, in words.
    lost: &'o [String],
    /// Whether the serial is what it was before.
    stands_still: bool,
}

impl Outcome<'_> {
    fn result(
        &self,
        failure: Option<Error>,
        failed: impl Fn(Error) -> ProviderError,
    ) -> Result<(), ProviderError> {
        let zone = self.plan.desired.name();
        match failure {
            None if self.lost.is_empty() => Ok(()),
            None => {
                let (lost, of) = (self.lost.len(), self.plan.changes.len());
                let mut message = format!(
                    "{zone}: the server answered NOERROR to every update, but {lost} of {of} changes \
                     are not there when the zone is read back: {}",
                    self.list()
                );
                if self.stands_still {
                    message.push_str(
                        "; its serial is the one from before (does it forward updates to another \
                         server?)",
                    );
                }
                Err(ProviderError::failed(message))
            }
            Some(Error::Refused { rcode }) if rcode.is_prerequisite() => {
                let which = match self.lost {
                    [] => String::new(),
                    _ => format!(": {}", self.list()),
                };
                Err(ProviderError::failed(format!(
                    "{zone} was changed by someone else after it was read, so nothing of that was \
                     overwritten ({rcode}){which}; plan again"
                )))
            }
            Some(error) => Err(failed(error)),
        }
    }

    /// The first of what is not there.
    fn list(&self) -> String {
        let mut shown = self.lost.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
        if self.lost.len() > 5 {
            shown.push_str(", ...");
        }
        shown
    }
}
