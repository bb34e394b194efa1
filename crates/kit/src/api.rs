//! What every service has, whatever its shape: facts, an account, zones.

use std::sync::Arc;

use async_trait::async_trait;
use octodns_core::registry::{BuildError, Options, WithShared};
use octodns_core::{
    ApplyLog, Capabilities, Plan, Provider, ProviderError, Registry, ServiceFault, Source,
    ZoneName, ZoneRead, ZoneRequest,
};
use octodns_http::{Accounts, Client, Error, Host, ServiceOptions};

use crate::directory::{Directory, ListedZone};
use crate::look::{Call, settle};
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
    /// Fails when the service does not do it. Default: a service that cannot.
    async fn create_zone(&self, zone: &ZoneName) -> Result<String, ProviderError> {
        let message =
            format!("{zone} cannot be created by the API: create it at the service first");
        Err(ProviderError::service(ServiceFault::Refused, message))
    }
}

/// An account of a service, under its id in the config.
#[derive(Debug)]
pub struct Account<S> {
    /// The id of the provider in the config.
    pub id: Arc<str>,
    /// The calls.
    pub api: S,
    /// The facts.
    pub service: Service,
    directory: Directory,
}

impl<S: Api> Account<S> {
    fn new(id: &str, api: S) -> Self {
        Self { id: id.into(), api, service: S::SERVICE, directory: Directory::default() }
    }

    async fn list_zones(&self) -> Result<Vec<ZoneName>, ProviderError> {
        self.directory.names(self.api.zones()).await
    }

    /// What the service calls a zone; `None` if the account has no such zone. Where zones go by their names,
    /// only reading one tells whether it is there.
    ///
    /// # Errors
    ///
    /// Fails when the zones cannot be listed, or several have this name.
    pub async fn find(&self, zone: &ZoneName) -> Result<Option<String>, ProviderError> {
        match S::ZONES {
            ZonesBy::Name => Ok(Some(zone.without_dot().to_owned())),
            ZonesBy::Id => self.directory.find(zone, self.api.zones()).await,
        }
    }

    /// What the service calls the zone of a plan, which is created if there is none.
    ///
    /// # Errors
    ///
    /// Fails when it is gone, or cannot be created.
    pub async fn ensure(&self, plan: &Plan, log: &ApplyLog<'_>) -> Result<String, ProviderError> {
        let zone = plan.desired.name();
        if plan.exists {
            let found = self.find(zone).await?;
            return found.ok_or_else(|| {
                ProviderError::service(
                    ServiceFault::NotFound,
                    format!("{zone} is gone; plan again"),
                )
            });
        }
        let id = log.in_step(&format!("create zone {zone}"), self.create(zone)).await?;
        let id = if S::ZONES == ZonesBy::Name { zone.without_dot().to_owned() } else { id };
        self.directory.add(zone, id.clone());
        Ok(id)
    }

    async fn create(&self, zone: &ZoneName) -> Result<String, ProviderError> {
        let backoff = self.api.client().backoff();
        let mut attempt = 0;
        loop {
            attempt += 1;
            let error = match self.api.create_zone(zone).await {
                Err(error) if error.fault() == Some(ServiceFault::Unsure) => error,
                result => return result,
            };
            backoff.pause(attempt).await;
            // The answer was lost; the zone may be there.
            let fresh = Directory::default();
            match fresh.find(zone, self.api.zones()).await {
                Ok(Some(id)) => return Ok(id),
                Ok(None) if attempt < backoff.attempts() => {}
                Ok(None) => {
                    let words = format!("{}; it was looked for, and not done", error.with_causes());
                    return Err(ProviderError::service(ServiceFault::Unreachable, words));
                }
                Err(_) => return Err(error),
            }
        }
    }

    /// Sends something once, whatever breaks off on the way.
    ///
    /// # Errors
    ///
    /// Those of [`settle`].
    pub async fn settle(&self, call: &dyn Call) -> Result<(), ProviderError> {
        settle(self.api.client().backoff(), call).await
    }
}

/// How a service is read and written: [`Rows`](crate::rows::Rows), [`Sets`](crate::sets::Sets),
/// [`Changes`](crate::changes::Changes), [`Whole`](crate::whole::Whole).
#[async_trait]
pub trait Shape: Send + Sync + 'static {
    /// The calls that it is made of.
    type Api: Api;

    /// Reads a zone, as [`Source::read`] does.
    ///
    /// # Errors
    ///
    /// Those of [`Source::read`].
    async fn read(
        account: &Account<Self::Api>,
        zone: Zone<'_>,
        request: &ZoneRequest<'_>,
    ) -> Result<Option<ZoneRead>, ProviderError>;

    /// Applies a plan, as [`Provider::apply`] does.
    ///
    /// # Errors
    ///
    /// Those of [`Provider::apply`].
    async fn apply(
        account: &Account<Self::Api>,
        plan: &Plan,
        log: &ApplyLog<'_>,
    ) -> Result<(), ProviderError>;
}

/// The provider that a service and its shape make.
#[derive(Debug)]
pub struct Provided<H: Shape> {
    account: Account<H::Api>,
}

impl<H: Shape> Provided<H> {
    /// A provider with this id in the config.
    pub fn new(id: &str, api: H::Api) -> Self {
        Self { account: Account::new(id, api) }
    }
}

#[async_trait]
impl<H: Shape> Source for Provided<H> {
    fn id(&self) -> &str {
        &self.account.id
    }

    fn class_name(&self) -> &str {
        self.account.service.class_name()
    }

    fn capabilities(&self) -> &Capabilities {
        &self.account.service.capabilities
    }

    fn begin_run(&self) {
        self.account.directory.forget();
    }

    async fn list_zones(&self) -> Result<Vec<ZoneName>, ProviderError> {
        self.account.list_zones().await
    }

    async fn read(&self, request: &ZoneRequest<'_>) -> Result<Option<ZoneRead>, ProviderError> {
        let Some(id) = self.account.find(request.name).await? else { return Ok(None) };
        H::read(&self.account, Zone { name: request.name, id: &id }, request).await
    }
}

#[async_trait]
impl<H: Shape> Provider for Provided<H> {
    async fn apply(&self, plan: &Plan, log: &ApplyLog<'_>) -> Result<(), ProviderError> {
        H::apply(&self.account, plan, log).await
    }
}

/// Makes a service with this shape known as a provider, by its class paths and short names.
pub fn register<H: Shape>(registry: &mut Registry) {
    let service = <H::Api as Api>::SERVICE;
    let accounts = Arc::new(Accounts::default());
    let mut short_names = service.short_names;
    for path in std::iter::once(&service.class).chain(service.other_classes) {
        let accounts = Arc::clone(&accounts);
        let build = move |id: &str, options: OptionsOf<H>| connect::<H>(id, options, &accounts);
        registry.provider(path, short_names, service.version, build);
        // They are those of the first.
        short_names = &[];
    }
}

type OptionsOf<H> = WithShared<ServiceOptions, <<H as Shape>::Api as Api>::Options>;

fn connect<H: Shape>(
    id: &str,
    WithShared { shared: options, own }: OptionsOf<H>,
    accounts: &Accounts,
) -> Result<Provided<H>, BuildError> {
    let (service, host) = (<H::Api as Api>::SERVICE, Host::default());
    let connector = Connector::new(&service, &options, accounts, &host);
    Ok(Provided::new(id, H::Api::connect(own, &connector)?))
}
