//! The health checks of an account: how the kit finds, creates and deletes them.

use std::sync::Arc;

use octodns_core::record::Record;
use octodns_core::registry::UuidSource;
use octodns_core::{ProviderError, ZoneName, async_trait};
use octodns_kit::{CompanionApi, Companions};

use crate::client::Client;
use crate::health_check::{CheckSettings, HealthCheck, reference_prefix};
use crate::unique::unique;

/// The checks that octoDNS created.
pub(crate) type HealthChecks = Companions<Client>;

/// The check that a pool value needs.
pub(crate) struct WantedCheck {
    /// The start of its reference.
    prefix: String,
    /// Makes the reference unique.
    uuid: UuidSource,
    /// The record, for people.
    shown: String,
    /// Its name in the console.
    name: String,
    settings: CheckSettings,
}

impl WantedCheck {
    /// A check of a record.
    pub(crate) fn new(
        (record, zone): (&Record, &ZoneName),
        settings: CheckSettings,
        uuid: &UuidSource,
    ) -> Self {
        let (fqdn, record_type) = (record.fqdn(zone), record.record_type());
        let value = settings.address.map(|address| address.to_string());
        let value = value.or_else(|| settings.host.clone()).unwrap_or_default();
        Self {
            prefix: reference_prefix(record_type, &fqdn),
            uuid: Arc::clone(uuid),
            shown: record.decoded_fqdn(zone),
            name: sanitized(&format!("{fqdn}:{record_type} - {value}")),
            settings,
        }
    }
}

#[async_trait]
impl CompanionApi for Client {
    const WHAT: &'static str = "health check";

    type Item = HealthCheck;
    type Wanted = WantedCheck;

    fn id(check: &HealthCheck) -> &str {
        &check.id
    }

    fn fits(check: &HealthCheck, wanted: &WantedCheck) -> bool {
        check.reference.starts_with(&wanted.prefix) && check.settings == wanted.settings
    }

    fn owner(wanted: &WantedCheck) -> String {
        wanted.shown.clone()
    }

    async fn list(&self) -> Result<Vec<HealthCheck>, ProviderError> {
        let mut checks = self.health_checks().await?;
        checks.retain(HealthCheck::is_ours);
        checks.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(checks)
    }

    /// Creates a check; a failure to set its name in the console is ignored. The client's attempts have one
    /// reference, so that they create one check.
    async fn create(&self, wanted: &WantedCheck) -> Result<HealthCheck, ProviderError> {
        let unique: String = unique(&wanted.uuid)?.chars().take(12).collect();
        let reference = format!("{}:{unique}", wanted.prefix);
        let check = self.create_health_check(&reference, &wanted.settings).await?;
        if let Err(error) = self.name_health_check(&check.id, &wanted.name).await {
            tracing::warn!(target: "octodns", "health check {} has no name: {error}", check.id);
        }
        Ok(check)
    }

    async fn delete(&self, check: &HealthCheck) -> Result<(), ProviderError> {
        Ok(self.delete_health_check(&check.id).await?)
    }
}

/// The name in the console, limited to what tags allow: letters, digits, blanks and `_.:/=+-@`, at most 256.
///
/// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeTagsForResource.html>
fn sanitized(text: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || " _.:/=+-@".contains(c);
    text.chars().map(|c| if allowed(c) { c } else { '-' }).take(256).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_hold_only_what_aws_allows() {
        assert_eq!(
            sanitized("*.w.unit.tests.:AAAA - 2001:db8::1"),
            "-.w.unit.tests.:AAAA - 2001:db8::1"
        );
        assert_eq!(sanitized("a,b;c\"d:A - x"), "a-b-c-d:A - x");
    }
}
