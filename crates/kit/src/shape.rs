//! How to read and write a service with its API calls.

use async_trait::async_trait;
use octodns_core::provider::PlanDraft;
use octodns_core::{
    ApplyLog, Change, Plan, ProviderError, Report, Zone as Records, ZoneRead, ZoneRequest,
};

use crate::account::Account;
use crate::api::{Api, Zone};

/// How a service is read and written: [`Rows`](crate::rows::Rows), [`Sets`](crate::sets::Sets),
/// [`Wide`](crate::wide::Wide), [`Changes`](crate::changes::Changes), [`Whole`](crate::whole::Whole).
#[async_trait]
pub trait Shape: Send + Sync + 'static {
    /// The API calls that it uses.
    type Api: Api;

    /// Reads a zone, as [`octodns_core::Source::read`] does.
    ///
    /// # Errors
    ///
    /// The errors of [`octodns_core::Source::read`].
    async fn read(
        account: &Account<Self::Api>,
        zone: Zone<'_>,
        request: &ZoneRequest<'_>,
    ) -> Result<Option<ZoneRead>, ProviderError>;

    /// Reduces both zones to what the service can hold, as [`octodns_core::Provider::adapt`] does. Default: nothing.
    fn adapt(_desired: &mut Records, _existing: &mut Records, _report: &mut Report) {}

    /// Changes that are needed although the records are the same, as
    /// [`octodns_core::Provider::extra_changes`] has them. Default: none.
    ///
    /// # Errors
    ///
    /// The errors of [`octodns_core::Provider::extra_changes`].
    async fn extra_changes(
        _account: &Account<Self::Api>,
        _draft: &PlanDraft<'_>,
    ) -> Result<Vec<Change>, ProviderError> {
        Ok(Vec::new())
    }

    /// About how many calls the changes of a plan take, as [`octodns_core::Provider::calls`] has them, without those
    /// that create or publish the zone. Default: one each.
    fn calls(_account: &Account<Self::Api>, plan: &Plan) -> usize {
        plan.changes.len()
    }

    /// Whether records of a name are changed to another type at once, as [`octodns_core::Provider::turns_at_once`]
    /// has it. Default: true.
    fn turns_at_once(_account: &Account<Self::Api>, _plan: &Plan) -> bool {
        true
    }

    /// Applies a plan, as [`octodns_core::Provider::apply`] does.
    ///
    /// # Errors
    ///
    /// The errors of [`octodns_core::Provider::apply`].
    async fn apply(
        account: &Account<Self::Api>,
        plan: &Plan,
        log: &ApplyLog<'_>,
    ) -> Result<(), ProviderError>;
}
