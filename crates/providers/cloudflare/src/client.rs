//! The API (<https://developers.cloudflare.com/api/>): calls, paging, JSON. Independent of records.

use std::time::Duration;

use futures::FutureExt;
use octodns_core::ProviderError;
use octodns_core::registry::BuildError;
use octodns_http::{
    Backoff, Call, Client, Error, HeaderAuth, Limits, Method, Page, PageAt, Request, Response,
    Retry, Throttle, all_ahead,
};
use octodns_kit::{Connector, consistent, repeated};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use crate::batch::Batch;
use crate::options::Connection;
use crate::page_rules::{PageRule, RuleCall};
use crate::records::{Row, RowError};

/// The number of pages to read concurrently; the first one has the total.
const PAGES_AT_ONCE: usize = 8;

/// The calls of one account.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    client: Client,
    account_id: Option<String>,
    zones_per_page: u32,
    records_per_page: u32,
    /// The number of retries of a call whose credentials are refused.
    auth_retries: u32,
    /// The wait before each.
    auth_wait: Duration,
}

/// A zone of `GET /zones`.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ZoneRow {
    pub(crate) id: String,
    pub(crate) name: String,
    #[serde(rename = "type", default)]
    pub(crate) kind: String,
    plan: Option<PlanRow>,
    name_servers: Option<Vec<String>>,
}

impl ZoneRow {
    /// The short name of its plan, such as `free` or `pro`.
    pub(crate) fn plan(&self) -> Option<&str> {
        self.plan.as_ref()?.legacy_id.as_deref()
    }

    pub(crate) fn name_servers(&self) -> &[String] {
        self.name_servers.as_deref().unwrap_or_default()
    }
}

/// A plan that is available for a zone.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct PlanRow {
    pub(crate) id: Option<String>,
    pub(crate) legacy_id: Option<String>,
}

/// A view of internal zones.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct View {
    zones: Option<Vec<String>>,
}

impl View {
    pub(crate) fn zones(self) -> Vec<String> {
        self.zones.unwrap_or_default()
    }
}

/// The envelope of every response.
#[derive(Debug, Deserialize)]
struct Envelope<T> {
    success: bool,
    result: Option<T>,
    result_info: Option<PageInfo>,
}

/// The position of a page; lists without pages have none of this.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
struct PageInfo {
    per_page: u64,
    count: u64,
    total_count: Option<u64>,
}

impl Api {
    pub(crate) fn new(
        connection: &Connection<'_>,
        connector: &Connector<'_>,
    ) -> Result<Self, BuildError> {
        let auth = match connection.email {
            Some(email) => HeaderAuth::default()
                .with("x-auth-email", &octodns_core::Secret::new(email))?
                .with("x-auth-key", connection.token)?,
            None => HeaderAuth::bearer(connection.token)?,
        };
        let long = connection.retry_period;
        let mut retry = Retry::default();
        retry.attempts = connection.retry_count.max(1);
        retry.max_backoff = long.min(retry.max_backoff);
        retry.max_retry_after = long.max(retry.max_retry_after);
        // A throttled client is blocked, perhaps for five minutes, and is not always told how long.
        let throttles = [Throttle::status(429).pause(long)];
        let client = connector.client_with(auth, |builder| {
            let builder = builder.retry(retry).throttles(&throttles).error_message(error_message);
            match connection.endpoint_from {
                Some(option) => builder.endpoint_from(option),
                None => builder,
            }
        })?;
        Ok(Self {
            client,
            account_id: connection.account_id.map(str::to_owned),
            zones_per_page: connection.zones_per_page,
            records_per_page: connection.records_per_page,
            auth_retries: connection.auth_error_retry_count,
            auth_wait: long,
        })
    }

    /// By how many seconds the clock of the service is ahead of ours.
    pub(crate) fn clock_difference(&self) -> Option<i64> {
        self.client.clock_difference()
    }

    /// The limits of the account.
    pub(crate) fn limits(&self) -> &Limits {
        self.client.limits()
    }

    /// The backoff of the client.
    pub(crate) fn backoff(&self) -> &Backoff {
        self.client.backoff()
    }

    /// `GET /zones`: every zone, or those of the account.
    pub(crate) async fn zones(&self, name: Option<&str>) -> Result<Vec<ZoneRow>, Error> {
        let mut query = Vec::new();
        query.extend(self.account_id.as_deref().map(|id| ("account.id", id)));
        query.extend(name.map(|name| ("name", name)));
        self.list(&["zones"], &query, self.zones_per_page).await
    }

    /// `GET /zones/{id}`.
    pub(crate) async fn zone(&self, id: &str) -> Result<ZoneRow, Error> {
        self.result(|| self.client.get(&["zones", id])).await
    }

    /// `POST /zones`, without scanning for existing records of the zone.
    pub(crate) async fn create_zone(&self, name: &str) -> Result<ZoneRow, Error> {
        let mut body = json!({ "name": name, "jump_start": false });
        if let Some(account) = &self.account_id {
            body["account"] = json!({ "id": account });
        }
        self.result(|| self.client.post(&["zones"]).json(&body)).await
    }

    /// `GET /zones/{id}/available_plans`; `None` if the response is not a list.
    pub(crate) async fn plans(&self, zone: &str) -> Result<Option<Vec<PlanRow>>, Error> {
        let plans: Json =
            self.result(|| self.client.get(&["zones", zone, "available_plans"])).await?;
        Ok(serde_json::from_value(plans).ok())
    }

    /// `PATCH /zones/{id}` with another plan.
    pub(crate) async fn set_plan(&self, zone: &str, plan: &str) -> Result<ZoneRow, Error> {
        let body = json!({ "plan": { "id": plan } });
        self.result(|| self.client.patch(&["zones", zone]).json(&body).repeatable()).await
    }

    /// `GET /zones/{id}/dns_records`: every row.
    pub(crate) async fn rows(&self, zone: &str) -> Result<Vec<Row>, ProviderError> {
        let path = ["zones", zone, "dns_records"];
        let list = || self.list::<Row>(&path, &[], self.records_per_page).boxed();
        let twice = |rows: &Vec<Row>| Some(format!("row {}", repeated(rows)?.id));
        consistent("rows", &list, &twice).await
    }

    /// `POST /zones/{id}/dns_records/batch`: all or nothing.
    pub(crate) async fn batch(&self, zone: &str, batch: &Batch) -> Result<(), Error> {
        let path = ["zones", zone, "dns_records", "batch"];
        self.result::<Json>(|| self.client.post(&path).json(batch)).await.map(drop)
    }

    /// `GET /zones/{id}/pagerules`: those that are active.
    pub(crate) async fn page_rules(&self, zone: &str) -> Result<Vec<PageRule>, Error> {
        let path = ["zones", zone, "pagerules"];
        self.result(|| self.client.get(&path).query("status", "active")).await
    }

    /// Creates, changes or deletes a page rule.
    pub(crate) async fn page_rule(&self, zone: &str, call: &RuleCall) -> Result<(), Error> {
        let all = ["zones", zone, "pagerules"];
        let one = |id| ["zones", zone, "pagerules", id];
        let done = match call {
            RuleCall::Post(rule) => self.result::<Json>(|| self.client.post(&all).json(rule)).await,
            RuleCall::Patch(id, rule) => {
                let patch = || self.client.request(Method::PATCH, &one(id)).json(rule).repeatable();
                self.result(patch).await
            }
            RuleCall::Delete(id) => match self.result(|| self.client.delete(&one(id))).await {
                Err(Error::NotFound { .. }) => Ok(Json::Null),
                other => other,
            },
        };
        done.map(drop)
    }

    /// `GET /accounts/{account}/dns_settings/views`, or only the one with this id.
    pub(crate) async fn views(&self, id: Option<&str>) -> Result<Vec<View>, Error> {
        let account = self.account_id.as_deref().unwrap_or_default();
        let path = ["accounts", account, "dns_settings", "views"];
        let Some(id) = id else { return self.list(&path, &[], self.zones_per_page).await };
        let path = ["accounts", account, "dns_settings", "views", id];
        Ok(vec![self.result(|| self.client.get(&path)).await?])
    }

    /// The error for a row that is not as documented.
    pub(crate) fn malformed(&self, zone: &str, fault: &RowError) -> Error {
        let path = format!("{}/zones/{zone}/dns_records", self.client.base().path());
        let call = Call::new(Method::GET, path);
        Error::malformed(&call, "result", self.client.redact(&fault.to_string()))
    }

    /// All pages of a list.
    ///
    /// Fails if there are fewer entries than the service reports: missing ones would be planned as creations.
    /// The list may grow while it is read.
    async fn list<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        per_page: u32,
    ) -> Result<Vec<T>, Error> {
        all_ahead(PAGES_AT_ONCE, async |at: PageAt| {
            let request = || {
                let request =
                    self.client.get(path).query("page", at.number).query("per_page", per_page);
                query.iter().fold(request, |request, (name, value)| request.query(name, value))
            };
            let (entries, info, response) = self.envelope::<Vec<T>>(request).await?;
            let info = info.unwrap_or_default();
            // If the service reports no total, a full page is followed by another.
            let is_full = info.count > 0 && info.count == info.per_page;
            let next = (info.total_count.is_none() && is_full).then_some(at.number + 1);
            Ok(Page::new(&response, entries).next(next).total(info.total_count))
        })
        .await
    }

    async fn result<'c, T: DeserializeOwned>(
        &self,
        request: impl Fn() -> Request<'c>,
    ) -> Result<T, Error> {
        Ok(self.envelope(request).await?.0)
    }

    /// Sends a request, and repeats it after a long wait if its credentials are refused and retries are
    /// configured.
    async fn envelope<'c, T: DeserializeOwned>(
        &self,
        request: impl Fn() -> Request<'c>,
    ) -> Result<(T, Option<PageInfo>, Response), Error> {
        let mut left = self.auth_retries;
        let response = loop {
            let error = match request().send().await {
                Err(error @ Error::Unauthorized { .. }) if left > 0 => error,
                result => break result?,
            };
            left -= 1;
            let seconds = self.auth_wait.as_secs();
            tracing::warn!(
                target: "octodns",
                logger = "cloudflare",
                "{error}; trying again in {seconds} s",
            );
            tokio::time::sleep(self.auth_wait).await;
        };
        let envelope: Envelope<T> = response.json()?;
        if !envelope.success {
            return Err(
                response.refused(error_message(&response).as_deref().unwrap_or("no reason given"))
            );
        }
        match envelope.result {
            Some(result) => Ok((result, envelope.result_info, response)),
            None => Err(response.malformed("result", "it is missing")),
        }
    }
}

/// The message of an error, with the details below it.
fn error_message(response: &Response) -> Option<String> {
    #[derive(Deserialize)]
    struct Failure {
        errors: Vec<ApiError>,
    }

    #[derive(Deserialize)]
    struct ApiError {
        message: String,
        #[serde(default)]
        error_chain: Vec<ApiError>,
    }

    fn told(fault: ApiError) -> String {
        let beneath: Vec<String> = fault.error_chain.into_iter().map(told).collect();
        if beneath.is_empty() {
            fault.message
        } else {
            format!("{}: {}", fault.message, beneath.join("; "))
        }
    }

    let failure: Failure = serde_json::from_slice(response.body()).ok()?;
    let faults: Vec<String> = failure.errors.into_iter().map(told).collect();
    Some(faults.join("; "))
}
