//! What every service has, whatever its shape: facts, accounts, zones.

use async_trait::async_trait;
use octodns_core::registry::{BuildError, Options};
use octodns_core::{Change, OwnedValue, ProviderError, Report, Zone as Records, ZoneName};
use octodns_http::{Client, Error};
use serde_json::Value as Json;

use crate::directory::{Directory, ListedZone};
use crate::service::{Connector, Service};

/// How a service identifies its zones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ZonesBy {
    /// By name, so that a zone can be read without listing all of them.
    Name,
    /// By id, which the list of zones contains.
    Id,
}

/// A zone, as API calls need it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Zone<'z> {
    /// Its name.
    pub name: &'z ZoneName,
    /// Its id at the service, or its name without the final dot.
    pub id: &'z str,
}

/// A single name and type to read, for services that can filter.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Only<'o> {
    /// The name, as the service spells it.
    pub name: &'o str,
    /// The absolute name, without its final dot.
    pub fqdn: &'o str,
    /// The type, as the service spells it.
    pub record_type: &'o str,
}

/// Whose a row or set at the service is. Match all four.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The user's: it is read, and plans change it.
    User,
    /// Another item's: the service makes and removes it together with that. It is neither read nor changed; other
    /// items of its name and type are.
    Parent,
    /// The service's: nobody can change it. It is not read, and a plan that would create a record of its name and
    /// type is refused.
    Service,
    /// The user's, of a kind that records cannot express, such as a failover: likewise, and the user is told.
    Inexpressible,
}

/// A service: its facts, how to connect to an account, and its zones.
///
/// With the calls of one shape, [`rows`](crate::rows), [`sets`](crate::sets), [`changes`](crate::changes) or
/// [`whole`](crate::whole), it is a provider.
#[async_trait]
pub trait Api: Sized + Send + Sync + 'static {
    /// Its facts.
    const SERVICE: Service;

    /// How it identifies its zones.
    const ZONES: ZonesBy = ZonesBy::Name;

    /// Whether changes have to be published before they are served.
    const PUBLISHES: bool = false;

    /// What an error of publishing adds: where a zone that is not published cannot be told from one that is, another
    /// run does not publish it.
    const UNPUBLISHED: &str = "";

    /// The options that only this provider has; the kit adds `endpoint` and `http`.
    type Options: Options;

    /// Connects to an account; sends nothing yet.
    ///
    /// # Errors
    ///
    /// Says which option is not valid.
    fn connect(options: Self::Options, connector: &Connector<'_>) -> Result<Self, BuildError>;

    /// The facts, if options change them. Default: [`Api::SERVICE`].
    fn service(&self) -> Service {
        Self::SERVICE
    }

    /// Whose a row or set is, as it was read. Default: all are the user's.
    fn owner(_item: &Json) -> Owner {
        Owner::User
    }

    /// What a row or set has, as it was read, that a record cannot express; what it can express is read. It is a
    /// finding `supports`: an error, unless the target is not strict. Default: nothing.
    fn unexpressed(_item: &Json) -> Option<String> {
        None
    }

    /// A run begins: what an earlier one learned is forgotten. The kit forgets the list of zones itself. Default:
    /// nothing was learned.
    fn begin_run(&self) {}

    /// The client, for the kit's retries and waits.
    fn client(&self) -> &Client;

    /// All zones of the account.
    ///
    /// # Errors
    ///
    /// Fails if a page of the list cannot be read: the list is never partial.
    async fn zones(&self) -> Result<Vec<ListedZone>, Error>;

    /// How many zones are looked for by their names in a run, by [`Api::zones_named`], before all are listed instead.
    /// Default: none, if the service has no such call.
    const LOOKUPS: usize = 0;

    /// The zones of this name, if zones have ids and there are [`Api::LOOKUPS`]; it may return others.
    ///
    /// # Errors
    ///
    /// Fails if the service does not say whether there is one.
    async fn zones_named(&self, _zone: &ZoneName) -> Result<Vec<ListedZone>, Error> {
        Ok(Vec::new())
    }

    /// Creates a zone, once; returns its id if zones have ids. If the response is lost, the kit finds out
    /// whether the zone was created.
    ///
    /// # Errors
    ///
    /// Fails if the service does not create it. Default: a service that cannot create zones; its capabilities
    /// have [`fixed_zones`](octodns_core::Capabilities::fixed_zones).
    async fn create_zone(&self, zone: &ZoneName) -> Result<String, ProviderError> {
        Err(ProviderError::cannot_create(zone))
    }

    /// Reduces both zones to what this account can hold, beyond what the capabilities say, as
    /// [`octodns_core::Provider::adapt`] does. Default: nothing.
    fn adapt(&self, _desired: &mut Records, _existing: &mut Records, _report: &mut Report) {}

    /// Why the service would refuse these changes of a zone, as far as reading the zone has shown: the plan is refused.
    /// Default: it would not.
    fn refusal(&self, _zone: &ZoneName, _changes: &[Change]) -> Option<String> {
        None
    }

    /// Looks for a zone whose creation was interrupted, and returns its id. What else [`Api::create_zone`] does is done
    /// here as well. Default: it is found by its name or in the list of zones, and nothing else is done.
    ///
    /// # Errors
    ///
    /// Fails if the service does not say whether it exists.
    async fn interrupted_zone(&self, zone: &ZoneName) -> Result<Option<String>, ProviderError> {
        // The list of zones of this run is older than this zone.
        let (list, named) = (|| self.zones(), || self.zones_named(zone));
        Directory::default().find(zone, &list, (Self::LOOKUPS, &named)).await
    }

    /// Whether zones have settings besides their records that plans change: [`Api::settings`].
    const HAS_SETTINGS: bool = false;

    /// The settings of an existing zone that have to change, in the form in which the plan shows them. Default: none.
    ///
    /// # Errors
    ///
    /// Fails if the service does not say how they are.
    async fn settings(&self, _zone: Zone<'_>) -> Result<Option<OwnedValue>, Error> {
        Ok(None)
    }

    /// Whether what it sends says what it replaces, as [`octodns_core::Provider::preconditions`] says.
    const PRECONDITIONS: bool = false;

    /// Changes the settings of a zone as a plan has them, before its records. Must be safe to repeat.
    ///
    /// # Errors
    ///
    /// Fails if the service does not change them.
    async fn change_settings(&self, _zone: Zone<'_>, _settings: &OwnedValue) -> Result<(), Error> {
        Ok(())
    }

    /// Publishes a zone, if [`Api::PUBLISHES`] is true. Must be safe to repeat.
    ///
    /// # Errors
    ///
    /// Fails if the service does not publish it.
    async fn publish(&self, _zone: Zone<'_>) -> Result<(), Error> {
        Ok(())
    }

    /// Whether everything in a zone is published; `None` if the service does not say, or there is no such
    /// zone. A plan without changes publishes what an earlier run could not.
    ///
    /// # Errors
    ///
    /// Fails if the service could say, but does not answer now.
    async fn is_published(&self, _zone: Zone<'_>) -> Result<Option<bool>, Error> {
        Ok(None)
    }
}
