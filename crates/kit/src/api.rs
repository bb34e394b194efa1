//! What every service has, whatever its shape: facts, an account, zones.

use async_trait::async_trait;
use octodns_core::registry::{BuildError, Options};
use octodns_core::{ProviderError, ServiceErrorKind, ZoneName};
use octodns_http::{Client, Error};

use crate::directory::ListedZone;
use crate::service::{Connector, Service};

/// What a service calls its zones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ZonesBy {
    /// By their names, so that they need not be listed to be read.
    Name,
    /// By ids, which listing them tells.
    Id,
}

/// A zone, as calls need it.
#[derive(Clone, Copy, Debug)]
pub struct Zone<'z> {
    /// Its name.
    pub name: &'z ZoneName,
    /// What the service calls it: its id, or its name without the final dot.
    pub id: &'z str,
}

/// The one name and type that is asked for, where a service can filter.
#[derive(Clone, Copy, Debug)]
pub struct Only<'o> {
    /// The name, as the service has it.
    pub name: &'o str,
    /// The absolute name, without its final dot.
    pub fqdn: &'o str,
    /// The type, as the service has it.
    pub record_type: &'o str,
}

/// A service: its facts, how to connect to an account of it, and its zones.
///
/// With the calls of one shape, [`rows`](crate::rows), [`sets`](crate::sets), [`changes`](crate::changes) or
/// [`whole`](crate::whole), it is a provider.
#[async_trait]
pub trait Api: Sized + Send + Sync + 'static {
    /// Its facts.
    const SERVICE: Service;

    /// What it calls its zones.
    const ZONES: ZonesBy = ZonesBy::Name;

    /// Whether changes are served only once they are published.
    const PUBLISHES: bool = false;

    /// The options that only this provider has; `endpoint` and `http` are the kit's.
    type Options: Options;

    /// Connects to an account; nothing is sent yet.
    ///
    /// # Errors
    ///
    /// Says which option cannot be.
    fn connect(options: Self::Options, connector: &Connector<'_>) -> Result<Self, BuildError>;

    /// The client, for what the kit repeats and waits for.
    fn client(&self) -> &Client;

    /// All zones of the account.
    ///
    /// # Errors
    ///
    /// Fails when one of them cannot be listed: a part of the list is none.
    async fn zones(&self) -> Result<Vec<ListedZone>, Error>;

    /// Creates a zone, once; gives its id where zones have ids. Whether a lost answer was one is the kit's to
    /// find out.
    ///
    /// # Errors
    ///
    /// Fails when the service does not do it. Default: a service that cannot, whose capabilities say
    /// [`fixed_zones`](octodns_core::Capabilities::fixed_zones).
    async fn create_zone(&self, zone: &ZoneName) -> Result<String, ProviderError> {
        Err(cannot_create(zone))
    }

    /// Publishes a zone, where [`Api::PUBLISHES`] says so. Must be safe to repeat.
    ///
    /// # Errors
    ///
    /// Fails when the service does not do it.
    async fn publish(&self, _zone: Zone<'_>) -> Result<(), Error> {
        Ok(())
    }

    /// Whether all that the service holds of a zone is served; `None` if it does not tell, or there is no such zone. A plan without
    /// changes publishes what an earlier run could not.
    ///
    /// # Errors
    ///
    /// Fails when it tells sometimes, and not now.
    async fn is_published(&self, _zone: Zone<'_>) -> Result<Option<bool>, Error> {
        Ok(None)
    }
}

pub(crate) fn cannot_create(zone: &ZoneName) -> ProviderError {
    let message = format!("{zone} cannot be created by the API: create it at the service first");
    ProviderError::service(ServiceErrorKind::Refused, message)
}
