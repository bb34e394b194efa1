//! The health checks of an account: listed once per run, found again, created and deleted.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use octodns_core::record::Record;
use octodns_core::{PerRun, ZoneName};

use crate::client::{ApiError, Client};
use crate::health_check::{CheckSettings, HealthCheck, reference_prefix};

/// The checks of the account that octoDNS created, by id; loaded when the first one is needed.
#[derive(Debug, Default)]
pub(crate) struct HealthChecks {
    known: PerRun<Mutex<BTreeMap<String, HealthCheck>>>,
}

impl HealthChecks {
    /// Begins a run: the checks are listed again when they are needed.
    pub(crate) fn begin_run(&self) {
        self.known.forget();
    }

    /// All known checks.
    pub(crate) async fn all(
        &self,
        client: &Client,
    ) -> Result<BTreeMap<String, HealthCheck>, ApiError> {
        self.with(client, |known| known.clone()).await
    }

    /// Whether a record set has the right check for its value.
    pub(crate) fn fits(
        known: &BTreeMap<String, HealthCheck>,
        id: Option<&str>,
        wanted: Option<&CheckSettings>,
        (record, zone): (&Record, &ZoneName),
    ) -> bool {
        let check = id.and_then(|id| known.get(id));
        match wanted {
            None => id.is_none(),
            Some(wanted) => check
                .is_some_and(|check| check.is_current(record, zone) && check.settings == *wanted),
        }
    }

    /// The id of a check for a record with these settings; `preferred`, if it fits.
    pub(crate) fn find(
        known: &BTreeMap<String, HealthCheck>,
        preferred: Option<&str>,
        wanted: &CheckSettings,
        of: (&Record, &ZoneName),
    ) -> Option<String> {
        let fits = |id: &str| Self::fits(known, Some(id), Some(wanted), of);
        let preferred = preferred.filter(|id| fits(id));
        let found = preferred.or_else(|| known.keys().map(String::as_str).find(|id| fits(id)));
        found.map(str::to_owned)
    }

    /// Creates a check; a failure to set its name in the console is ignored.
    pub(crate) async fn create(
        &self,
        client: &Client,
        unique: &str,
        settings: &CheckSettings,
        (record, zone): (&Record, &ZoneName),
    ) -> Result<String, ApiError> {
        let prefix = reference_prefix(record.record_type(), &record.fqdn(zone));
        let unique: String = unique.chars().take(12).collect();
        let reference = format!("{prefix}:{unique}");
        let check = client.create_health_check(&reference, settings).await?;
        let id = check.id.clone();
        self.with(client, |known| known.insert(id.clone(), check)).await?;
        let value = settings.address.map(|address| address.to_string());
        let value = value.or_else(|| settings.host.clone()).unwrap_or_default();
        if let Err(error) = client.name_health_check(&id, &tag(record, zone, &value)).await {
            tracing::warn!(target: "octodns", "health check {id} has no name: {error}");
        }
        Ok(id)
    }

    /// The checks of a record that are not in use.
    pub(crate) async fn unused(
        &self,
        client: &Client,
        (record, zone): (&Record, &ZoneName),
        is_used: impl Fn(&str) -> bool,
    ) -> Result<Vec<String>, ApiError> {
        let known = self.all(client).await?;
        let unused =
            known.values().filter(|check| check.is_of(record, zone) && !is_used(&check.id));
        Ok(unused.map(|check| check.id.clone()).collect())
    }

    /// Deletes a check.
    pub(crate) async fn delete(&self, client: &Client, id: &str) -> Result<(), ApiError> {
        client.delete_health_check(id).await?;
        self.with(client, |known| known.remove(id)).await.map(drop)
    }

    async fn with<T>(
        &self,
        client: &Client,
        use_them: impl FnOnce(&mut BTreeMap<String, HealthCheck>) -> T,
    ) -> Result<T, ApiError> {
        let list = async {
            let checks = client.health_checks().await?.into_iter().filter(HealthCheck::is_ours);
            let by_id = checks.map(|check| (check.id.clone(), check)).collect();
            Ok::<_, ApiError>(Mutex::new(by_id))
        };
        let known = self.known.get_or_try_init(list).await?;
        Ok(use_them(&mut known.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// The name in the console, limited to what tags allow: letters, digits, blanks and `_.:/=+-@`, at most 256.
///
/// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeTagsForResource.html>
fn tag(record: &Record, zone: &ZoneName, value: &str) -> String {
    let text = format!("{}:{} - {value}", record.fqdn(zone), record.record_type());
    sanitized(&text)
}

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
