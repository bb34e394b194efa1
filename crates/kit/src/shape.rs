//! How a service is read and written, over its calls.

use async_trait::async_trait;
use octodns_core::{ApplyLog, Plan, ProviderError, ZoneRead, ZoneRequest};

use crate::account::Account;
use crate::api::{Api, Zone};

/// How a service is read and written: [`Rows`](crate::rows::Rows), [`Sets`](crate::sets::Sets),
/// [`Changes`](crate::changes::Changes), [`Whole`](crate::whole::Whole).
#[async_trait]
pub trait Shape: Send + Sync + 'static {
    /// The calls that it is made of.
    type Api: Api;

    /// Reads a zone, as [`octodns_core::Source::read`] does.
    ///
    /// # Errors
    ///
    /// Those of [`octodns_core::Source::read`].
    async fn read(
        account: &Account<Self::Api>,
        zone: Zone<'_>,
        request: &ZoneRequest<'_>,
    ) -> Result<Option<ZoneRead>, ProviderError>;

    /// Applies a plan, as [`octodns_core::Provider::apply`] does.
    ///
    /// # Errors
    ///
    /// Those of [`octodns_core::Provider::apply`].
    async fn apply(
        account: &Account<Self::Api>,
        plan: &Plan,
        log: &ApplyLog<'_>,
    ) -> Result<(), ProviderError>;
}
