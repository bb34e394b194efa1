//! `AxfrSource`: reads zones by transfer.

use std::sync::Arc;

use octodns_core::registry::{BuildError, Clock, Sourced};
use octodns_core::{
    Capabilities, ProviderError, Registry, Source, State, ZoneName, ZoneRead, ZoneRequest,
    async_trait,
};

use crate::client::{self, Client, Transferred};
use crate::options::{self, Options};
use crate::records;
use crate::version::VERSION;

/// Registers the source.
pub(crate) fn register(registry: &mut Registry) {
    let clock = Arc::clone(&registry.host.clock);
    registry.source("octodns_bind.AxfrSource", &["axfr"], VERSION, move |id, given: Sourced<_>| {
        AxfrSource::new(id, &given, Arc::clone(&clock))
    });
    registry.providers.formerly("octodns_bind.AxfrSource", &["octodns.source.axfr.AxfrSource"]);
}

/// Reads the zones of a DNS server by transfer (AXFR).
pub struct AxfrSource {
    server: ZoneServer,
}

impl AxfrSource {
    /// A source with these options; `clock` is for signatures.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the key.
    pub fn new(id: &str, given: &Sourced<Options>, clock: Clock) -> Result<Self, BuildError> {
        ZoneServer::new("AxfrSource", id, given, clock).map(|server| Self { server })
    }
}

#[async_trait]
impl Source for AxfrSource {
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

/// Reads a zone from the messages of a recorded transfer, as [`AxfrSource`] reads it from a server, but
/// without checking signatures. `source` is the id of the source in its records.
///
/// # Errors
///
/// Says which message does not belong to a transfer of this zone, or that the last one is missing.
pub fn read_transfer<'m>(
    zone: &ZoneRequest<'_>,
    source: &Arc<str>,
    messages: impl IntoIterator<Item = &'m [u8]>,
) -> Result<ZoneRead, ProviderError> {
    let transferred = client::recorded(zone.name, messages).map_err(|error| {
        let message = format!("this is no transfer of {}", zone.name);
        ProviderError::Failed { message, source: Some(error.into()) }
    })?;
    Ok(records::read(zone, source, &transferred))
}

/// A server whose zones can be transferred.
pub(crate) struct ZoneServer {
    pub(crate) id: Arc<str>,
    pub(crate) class_name: &'static str,
    pub(crate) client: Client,
}

impl ZoneServer {
    pub(crate) fn new(
        class_name: &'static str,
        id: &str,
        given: &Sourced<Options>,
        clock: Clock,
    ) -> Result<Self, BuildError> {
        Ok(Self { id: id.into(), class_name, client: options::client(given, clock)? })
    }

    /// Reads a zone; its state is the transferred data.
    pub(crate) async fn read(&self, zone: &ZoneRequest<'_>) -> Result<ZoneRead, ProviderError> {
        let transferred = self.transfer(zone.name).await?;
        let mut read = records::read(zone, &self.id, &transferred);
        tracing::info!(
            target: "octodns", logger = %format_args!("{}[{}]", self.class_name, self.id),
            "populate:   found {} records", read.records.len(),
        );
        read.state = State::new(transferred);
        Ok(read)
    }

    /// Transfers a zone.
    pub(crate) async fn transfer(&self, zone: &ZoneName) -> Result<Transferred, ProviderError> {
        self.client.transfer(zone).await.map_err(|error| {
            let message = format!("cannot transfer {zone} from {}", self.client.server);
            ProviderError::Failed { message, source: Some(error.into()) }
        })
    }
}
