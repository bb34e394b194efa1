//! The provider made from a service and its shape, and its registration.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use octodns_core::provider::{Budget, PlanDraft};
use octodns_core::registry::{BuildError, Lookup, Options, WithShared};
use octodns_core::{
    ApplyLog, Capabilities, Change, OwnedValue, Plan, Provider, ProviderError, Registry, Report,
    ServiceErrorKind, Source, Zone as Records, ZoneName, ZoneRead, ZoneRequest,
};
use octodns_http::{Accounts, Host, ServiceOptions};

use crate::account::Account;
use crate::api::{Api, Zone};
use crate::service::{Connector, Service};
use crate::shape::Shape;

/// A provider made from a service and its shape.
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
        self.account.begin_run();
    }

    fn clock_difference(&self) -> Option<i64> {
        self.account.api.client().clock_difference()
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
    async fn adapt(
        &self,
        desired: &mut Records,
        existing: &mut Records,
        report: &mut Report,
    ) -> Result<(), ProviderError> {
        H::adapt(desired, existing, report);
        self.account.api.adapt(desired, existing, report);
        Ok(())
    }

    async fn extra_changes(&self, draft: &PlanDraft<'_>) -> Result<Vec<Change>, ProviderError> {
        let extra = H::extra_changes(&self.account, draft).await?;
        let zone = draft.desired.name();
        let refusal = |changes| self.account.api.refusal(zone, changes);
        match refusal(draft.changes).or_else(|| refusal(&extra)) {
            Some(why) => Err(ProviderError::service(ServiceErrorKind::Refused, why)),
            None => Ok(extra),
        }
    }

    async fn meta(&self, draft: &PlanDraft<'_>) -> Result<Option<OwnedValue>, ProviderError> {
        match self.account.settings(draft).await? {
            Some(settings) => Ok(Some(settings)),
            None => self.account.unpublished(draft).await,
        }
    }

    fn preconditions(&self) -> bool {
        H::Api::PRECONDITIONS
    }

    fn settles_within(&self) -> Duration {
        self.account.service.settles_within
    }

    fn zones_at_once(&self) -> usize {
        self.account.api.client().limits().concurrency()
    }

    fn turns_at_once(&self, plan: &Plan) -> bool {
        H::turns_at_once(&self.account, plan)
    }

    fn calls(&self, plan: &Plan) -> usize {
        let others = usize::from(!plan.exists) + usize::from(<H::Api as Api>::PUBLISHES);
        H::calls(&self.account, plan) + others
    }

    fn budget(&self, calls: usize) -> Option<Budget> {
        Some(self.account.api.client().limits().budget(calls))
    }

    async fn apply(&self, plan: &Plan, log: &ApplyLog<'_>) -> Result<(), ProviderError> {
        self.account.change_settings(plan, log).await?;
        H::apply(&self.account, plan, log).await
    }
}

/// All options of a service: those of every REST provider, and its own.
pub type OptionsOf<A> = WithShared<ServiceOptions, <A as Api>::Options>;

/// A provider of a service with this shape, made in code; `id` names it in plans and messages. Providers of one
/// account share its limits in `accounts`.
///
/// ```
/// use octodns_core::registry::BuildError;
/// use octodns_kit::http::Accounts;
/// use octodns_kit::rows::{RowApi, Rows};
/// use octodns_kit::{OptionsOf, Provided, provider};
///
/// fn ours<S: RowApi>(options: S::Options) -> Result<Provided<Rows<S>>, BuildError> {
///     let mut options = OptionsOf::<S>::new(options);
///     options.shared.http.timeout = Some(10.0);
///     provider("ours", options, &Accounts::default())
/// }
/// ```
///
/// # Errors
///
/// Says which option cannot be.
pub fn provider<H: Shape>(
    id: &str,
    options: OptionsOf<H::Api>,
    accounts: &Accounts,
) -> Result<Provided<H>, BuildError> {
    connect(id, options, accounts, (&Host::default(), None, None))
}

/// Where the requests of a provider with these options go, without a slash at the end; `endpoint` is the option of this
/// name.
///
/// # Errors
///
/// Says which option cannot be.
pub fn base_url<A: Api>(own: A::Options, endpoint: Option<&str>) -> Result<String, BuildError> {
    let (service, accounts, host) = (A::SERVICE, Accounts::default(), Host::default());
    let mut options = ServiceOptions::default();
    options.endpoint = endpoint.map(str::to_owned);
    let connector = Connector::new(&service, &options, &accounts, &host);
    let api = A::connect(own, &connector)?;
    Ok(api.client().base().as_str().trim_end_matches('/').to_owned())
}

/// Registers a service with this shape as a provider, by its class paths and short names.
pub fn register<H: Shape>(registry: &mut Registry) {
    register_with::<H>(registry, &Host::default());
}

/// The same, with the clock and the randomness of `host`, which makes signatures reproducible.
///
/// ```
/// # use octodns_core::Registry;
/// use std::time::{Duration, UNIX_EPOCH};
/// use octodns_kit::{Shape, http::Host, register_with};
///
/// fn register_for_tests<H: Shape>(registry: &mut Registry) {
///     register_with::<H>(registry, &Host::fixed(UNIX_EPOCH + Duration::from_secs(1_700_000_000)));
/// }
/// ```
pub fn register_with<H: Shape>(registry: &mut Registry, host: &Host) {
    let choose = |own, choice: Choice<'_>| choice.provider::<H>(own);
    register_choice(registry, &<H::Api as Api>::SERVICE, host, choose);
}

/// Registers a class by the class paths and short names of `service`. `choose` builds the provider of one service or
/// of another, as the options say; all share the limits of their accounts.
///
/// ```
/// use octodns_core::{Registry, Secret};
/// use octodns_kit::http::Host;
/// use octodns_kit::rows::{RowApi, Rows};
/// use octodns_kit::sets::{SetApi, Sets};
/// use octodns_kit::register_choice;
/// use schemars::JsonSchema;
/// use serde::Deserialize;
///
/// /// Options of one provider.
/// #[derive(Deserialize, JsonSchema)]
/// struct Options {
///     /// The token.
///     token: Secret,
///     /// Whether to use the first version of the API. Default: false.
///     #[serde(default)]
///     v1: bool,
/// }
///
/// fn register<V1, V2>(registry: &mut Registry)
/// where
///     V1: RowApi<Options = Options>,
///     V2: SetApi<Options = Options>,
/// {
///     register_choice(registry, &V2::SERVICE, &Host::default(), |options: Options, choice| {
///         if options.v1 {
///             choice.provider::<Rows<V1>>(options)
///         } else {
///             choice.provider::<Sets<V2>>(options)
///         }
///     });
/// }
/// ```
pub fn register_choice<O: Options>(
    registry: &mut Registry,
    service: &Service,
    host: &Host,
    choose: impl Fn(O, Choice<'_>) -> Result<Arc<dyn Provider>, BuildError> + Send + Sync + 'static,
) {
    let (accounts, choose) = (Arc::new(Accounts::default()), Arc::new(choose));
    let mut short_names = service.short_names;
    for path in std::iter::once(&service.class).chain(service.other_classes) {
        let (accounts, choose) = (Arc::clone(&accounts), Arc::clone(&choose));
        let (host, home) = (host.clone(), registry.home.clone());
        let env = Arc::clone(&registry.host.env);
        let build = move |id: &str, options: WithShared<ServiceOptions, O>| {
            let WithShared { shared, own } = options;
            let (home, env) = (home.as_deref(), &env);
            choose(own, Choice { id, shared, accounts: &accounts, host: &host, home, env })
        };
        registry.dyn_provider(path, short_names, service.version, build);
        // Short names belong to the first class.
        short_names = &[];
    }
    registry.providers.formerly(service.class, service.former_classes);
}

/// A provider about to be built, of a service that its options choose.
pub struct Choice<'c> {
    id: &'c str,
    shared: ServiceOptions,
    accounts: &'c Accounts,
    host: &'c Host,
    home: Option<&'c Path>,
    env: &'c Lookup,
}

impl fmt::Debug for Choice<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Choice").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Choice<'_> {
    /// Its id in the config.
    pub fn id(&self) -> &str {
        self.id
    }

    /// The provider of this service, with the options that only this service has.
    ///
    /// # Errors
    ///
    /// Says which option is not valid.
    pub fn provider<H: Shape>(
        self,
        own: <H::Api as Api>::Options,
    ) -> Result<Arc<dyn Provider>, BuildError> {
        let Self { id, shared, accounts, host, home, env } = self;
        let options = WithShared { shared, own };
        Ok(Arc::new(connect::<H>(id, options, accounts, (host, home, Some(env)))?))
    }
}

fn connect<H: Shape>(
    id: &str,
    WithShared { shared: options, own }: OptionsOf<H::Api>,
    accounts: &Accounts,
    (host, home, env): (&Host, Option<&Path>, Option<&Lookup>),
) -> Result<Provided<H>, BuildError> {
    let service = <H::Api as Api>::SERVICE;
    let connector = Connector::new(&service, &options, accounts, host).home(home);
    let connector = env.map_or(connector, |env| connector.environment(env));
    let mut provided = Provided::new(id, H::Api::connect(own, &connector)?);
    provided.account.allowed = options.http.concurrency.map(|many| many as usize);
    Ok(provided)
}
