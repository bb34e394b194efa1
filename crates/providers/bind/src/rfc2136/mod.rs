//! `Rfc2136Provider`: reads zones by transfer, and writes them by dynamic update.

mod outcome;
mod read_back;
mod send;
mod update;

use std::sync::Arc;

use octodns_core::registry::{BuildError, Clock, Sourced};
use octodns_core::{
    ApplyLog, Capabilities, Plan, Provider, ProviderError, Registry, Report, Source, Zone,
    ZoneRead, ZoneRequest, async_trait,
};

use crate::axfr::ZoneServer;
use crate::client::{Error, Transferred, wire_name};
use crate::options::Options;
use crate::records;
use crate::version::VERSION;
use outcome::Applied;
use send::{AllSent, Sender, Sent};
use update::Most;

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

    /// Every update has the sets that it replaces as prerequisites.
    fn preconditions(&self) -> bool {
        true
    }

    async fn apply(&self, plan: &Plan, log: &ApplyLog<'_>) -> Result<(), ProviderError> {
        let (server, client, name) = (&self.server, &self.server.client, plan.desired.name());
        let held = plan.state::<Transferred>()?;
        let most = Most { bytes: client.max_bytes(), changes: self.batch };
        let failed = |error: Error| {
            let message = format!("cannot update {name} at {}", client.server);
            ProviderError::Failed { message, source: Some(error.into()) }
        };
        let updates = update::messages(plan, held, most).map_err(failed)?;
        let zone = wire_name(name.as_str()).map_err(failed)?;
        let sender = Sender { server, plan, zone, held };
        let AllSent { messages, has_stopped } = sender.all(updates, log).await?;

        // NOERROR does not mean that everything was done, nor a broken connection that nothing was; but what is
        // refused has no effect.
        let after = if messages.iter().all(Sent::has_no_effect) {
            Ok(None)
        } else {
            server.transfer(name).await.map(Some)
        };
        let mut applied = Applied::new(plan, &client.server, has_stopped);
        let state = after.as_ref().ok().and_then(Option::as_ref);
        for sent in messages {
            applied.take(sent, state);
        }
        applied.stands_still = held.zip(state).is_some_and(|(held, now)| held.serial == now.serial);
        match after {
            Ok(_) => applied.conclude(),
            Err(unread) => Err(applied.unread(&unread)),
        }
    }
}
