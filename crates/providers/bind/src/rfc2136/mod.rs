//! `Rfc2136Provider`: reads zones by transfer, and writes them by dynamic update.

mod read_back;
mod update;

use std::collections::BTreeMap;
use std::sync::Arc;

use hickory_proto::rr::Name;
use octodns_core::provider::ServiceErrorKind;
use octodns_core::registry::{BuildError, Clock, Sourced};
use octodns_core::{
    ApplyLog, Attempt, Capabilities, Outcome, Plan, Provider, ProviderError, Registry, Report,
    Source, Zone, ZoneRead, ZoneRequest, async_trait,
};

use crate::axfr::ZoneServer;
use crate::client::{Error, Transferred, wire_name};
use crate::options::Options;
use crate::records;
use crate::version::VERSION;
use read_back::{Found, read_back};
use update::{Most, Update, subject};

/// Registers the provider under both its names.
pub(crate) fn register(registry: &mut Registry) {
    for (path, short_name) in
        [("octodns_bind.Rfc2136Provider", "rfc2136"), ("octodns_bind.BindProvider", "bind")]
    {
        let clock = Arc::clone(&registry.host.clock);
        registry.provider(path, &[short_name], VERSION, move |id, given: Sourced<_>| {
            Rfc2136Provider::new(id, &given, Arc::clone(&clock))
        });
    }
}

/// The messages that were sent; the last one may have failed.
struct Sent<'l> {
    attempts: Vec<Attempt<'l>>,
    failure: Option<Error>,
}

/// Reads the zones of a DNS server by transfer (AXFR), and writes them by dynamic update (RFC 2136).
pub struct Rfc2136Provider {
    server: ZoneServer,
    batch: usize,
}

impl Rfc2136Provider {
    /// A provider with these options; `clock` is for signatures.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the key.
    pub fn new(id: &str, given: &Sourced<Options>, clock: Clock) -> Result<Self, BuildError> {
        let server = ZoneServer::new("Rfc2136Provider", id, given, clock)?;
        Ok(Self { server, batch: given.options.update_batch_size })
    }

    /// Sends the messages until one fails.
    async fn send<'l>(
        &self,
        zone: &Name,
        updates: &[Update],
        log: &'l ApplyLog<'_>,
    ) -> Result<Sent<'l>, ProviderError> {
        let mut sent = Sent { attempts: Vec::with_capacity(updates.len()), failure: None };
        for update in updates {
            sent.attempts.push(log.begin(&update.changes).await?);
            if let Err(error) = self.server.client.update(zone, &update.message).await {
                sent.failure = Some(error);
                break;
            }
        }
        Ok(sent)
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
        &records::OF_SERVERS
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

    async fn apply(&self, plan: &Plan, log: &ApplyLog<'_>) -> Result<(), ProviderError> {
        let client = &self.server.client;
        let held = plan.state::<Transferred>()?;
        let most = Most { bytes: client.max_bytes(), changes: self.batch };
        let failed = |error: Error| {
            let message = format!("cannot update {} at {}", plan.desired.name(), client.server);
            ProviderError::Failed { message, source: Some(error.into()) }
        };
        let updates = update::messages(plan, held, most, || client.id()).map_err(failed)?;
        let zone = wire_name(plan.desired.name().as_str()).map_err(failed)?;
        let Sent { attempts, failure } = self.send(&zone, &updates, log).await?;

        // A refused message has no effect, and nothing was sent before it: no need to read the zone.
        let failure = match (failure, attempts.len()) {
            (Some(Error::Refused { rcode }), 1) if !rcode.is_prerequisite() => {
                let error = Error::Refused { rcode };
                let outcome = Outcome::Failed(error.to_string());
                for attempt in attempts {
                    attempt.each(|_| outcome.clone());
                }
                return Err(failed(error));
            }
            (failure, _) => failure,
        };
        // NOERROR does not mean that everything was done, nor a broken connection that nothing was.
        let after = match self.server.transfer(plan.desired.name()).await {
            Ok(after) => after,
            Err(unread) => return Err(unknown(failure.map(failed), &unread)),
        };
        let (count, mut lost) = (attempts.len(), Vec::new());
        for (index, (attempt, update)) in attempts.into_iter().zip(&updates).enumerate() {
            let refusal = failure.as_ref().filter(|_| index + 1 == count);
            let found: BTreeMap<_, _> =
                read_back(plan, &update.changes, &after).into_iter().collect();
            attempt.each(|change| {
                let name = subject(plan.changes[change].record(), plan.desired.name());
                match (found.get(&change), refusal) {
                    (Some(Found::Desired), _) => Outcome::Applied,
                    (Some(Found::Existing), Some(error)) => Outcome::Failed(error.to_string()),
                    (Some(Found::Existing), None) => {
                        lost.push(format!("{name} (ignored)"));
                        Outcome::Failed("the server answered NOERROR, but ignored it".to_owned())
                    }
                    (Some(Found::Other(other)), _) => {
                        lost.push(format!("{name} (it holds {other})"));
                        Outcome::Failed(format!("the server holds something else: {other}"))
                    }
                    (None, _) => Outcome::Unknown,
                }
            });
        }
        let stands_still = held.is_some_and(|held| held.serial == after.serial);
        ReadBack { plan, lost: &lost, stands_still }.result(failure, failed)
    }
}

/// The error of an update that was sent, if the zone cannot be read afterwards.
fn unknown(failure: Option<ProviderError>, unread: &ProviderError) -> ProviderError {
    let so_far = failure.map_or_else(
        || "the server answered NOERROR to every update".to_owned(),
        |error| error.with_causes(),
    );
    let message = format!("{so_far}; what it holds now is not known: {}", unread.with_causes());
    ProviderError::service(ServiceErrorKind::Indeterminate, message)
}

/// The overall outcome.
struct ReadBack<'o> {
    plan: &'o Plan,
    /// Descriptions of the changes that are not there.
    lost: &'o [String],
    /// Whether the serial is the same as before.
    stands_still: bool,
}

impl ReadBack<'_> {
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

    /// The first of the missing changes.
    fn list(&self) -> String {
        let mut shown = self.lost.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
        if self.lost.len() > 5 {
            shown.push_str(", ...");
        }
        shown
    }
}
