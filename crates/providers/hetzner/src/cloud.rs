//! The Hetzner Cloud API: RRsets, and actions for what takes a while.

use std::collections::HashMap;
use std::time::Duration;

use octodns_core::record::text::Presentation;
use octodns_core::registry::BuildError;
use octodns_core::{ProviderError, Values, ZoneName, async_trait};
use octodns_http::{
    Client, Error, HeaderAuth, Quota, Response, Throttle, Verdict, WaitFormat, WaitHeader, optional,
};
use octodns_kit::dialect::{Dialect, Text};
use octodns_kit::sets::SetApi;
use octodns_kit::{
    Api, Connector, Fields, Json, ListedZone, Only, Service, SetFields, Zone, ZonesBy, json,
};
use serde::Deserialize;

use crate::actions::Actions;
use crate::class::{CAPABILITIES, CLASS, DIALECT, Options, PAGES};
use crate::zones::{Described, Ttls};

/// The most entries of a page.
const PER_PAGE: u64 = 50;

/// When as many requests as the limit allows are there again.
const RESET: WaitHeader = WaitHeader { name: "ratelimit-reset", format: WaitFormat::EpochSeconds };

/// The limit of a project, 3,600 requests, is refilled by one a second. No fixed rate says that: one of 3,600 an hour
/// would let a plan of 4,000 calls wait for an hour.
const QUOTA: Quota = Quota::refilled_over("ratelimit-remaining", RESET, "ratelimit-limit");

/// What to send again after a while, besides what exceeds the limit.
const BUSY: &[Throttle] = &[
    Throttle::status(409).when(|response| code(response) == "conflict").pause(A_WHILE),
    Throttle::status(423).pause(A_WHILE),
];

const A_WHILE: Duration = Duration::from_secs(1);

/// The zones of a project, by the Hetzner Cloud API: <https://docs.hetzner.cloud/reference/cloud#tag/zones>.
#[derive(Debug)]
pub struct Cloud {
    client: Client,
    actions: Actions,
    ttls: Ttls,
}

#[async_trait]
impl Api for Cloud {
    const SERVICE: Service = Service {
        short_names: &["hetzner"],
        former_classes: &["octodns.provider.hetzner.HetznerProvider"],
        version: env!("CARGO_PKG_VERSION"),
        // Changes of other names wait for their actions meanwhile.
        names_at_once: Some(16),
        capabilities: CAPABILITIES.values(Values {
            ttl: 60..=2_147_483_647,
            // They would be read back as absolute ones.
            relative_names: false,
            ..Values::ANY
        }),
        dialect: Dialect { text: Text::Quoted(Presentation::DECIMAL), ..DIALECT },
        ..Service::new(CLASS, "https://api.hetzner.cloud/v1")
    };
    const ZONES: ZonesBy = ZonesBy::Id;
    type Options = Options;

    fn connect(options: Options, connector: &Connector<'_>) -> Result<Self, BuildError> {
        let client = connector.client_with(HeaderAuth::bearer(&options.token)?, |builder| {
            builder.quotas(&[QUOTA]).throttles(BUSY).verdict(verdict).error_message(message)
        })?;
        let actions = Actions::new(client.clone());
        Ok(Self { client, actions, ttls: Ttls::default() })
    }

    fn client(&self) -> &Client {
        &self.client
    }

    /// The list has the TTLs of the zones as well, so that reading many zones takes one call for each.
    async fn zones(&self) -> Result<Vec<ListedZone>, Error> {
        let get = || self.client.get(&["zones"]).query("per_page", PER_PAGE);
        let zones: Vec<Described> = PAGES.read(get).await?;
        Ok(zones.into_iter().map(|zone| self.ttls.learn(zone)).collect())
    }

    async fn create_zone(&self, zone: &ZoneName) -> Result<String, ProviderError> {
        #[derive(Deserialize)]
        struct Created {
            zone: Described,
        }

        let body = json!({"name": zone.without_dot(), "mode": "primary"});
        let response = self.client.post(&["zones"]).json(&body).send().await?;
        let Created { zone } = response.json()?;
        self.actions.end(&response).await?;
        Ok(self.ttls.learn(zone).id)
    }
}

#[async_trait]
impl SetApi for Cloud {
    const FIELDS: SetFields = SetFields::objects("records", Fields::new("value"));

    async fn sets(
        &self,
        zone: Zone<'_>,
        only: Option<Only<'_>>,
    ) -> Result<Option<Vec<Json>>, Error> {
        let get = || self.client.get(&["zones", zone.id, "rrsets"]).query("per_page", PER_PAGE);
        let sets = optional(match only {
            None => PAGES.read(get).await,
            Some(Only { name, record_type, .. }) => {
                PAGES.read(|| get().query("name", name).query("type", record_type)).await
            }
        })?;
        Ok(sets.map(|sets| self.ttls.fill(zone, sets)))
    }

    async fn put(&self, zone: Zone<'_>, set: &Json, existing: Option<&Json>) -> Result<(), Error> {
        let [name, of] = Self::FIELDS.key(set);
        // A new zone has them already, so that they cannot be created.
        let is_root_ns = name == "@" && of == "NS";
        if existing.is_none() && !is_root_ns {
            let request = self.client.post(&["zones", zone.id, "rrsets"]).json(set);
            return self.actions.end(&request.send().await?).await;
        }
        let before = existing.unwrap_or(&Json::Null);
        let records = with_comments(set, before);
        // Each states all that is to hold, so that it may be sent twice.
        let change = async |action: &str, body: Json| {
            let path = ["zones", zone.id, "rrsets", name, of, "actions", action];
            let request = self.client.post(&path).json(&body).repeatable();
            self.actions.end(&request.send().await?).await
        };
        let (has_other_values, has_other_ttl) =
            (!is_same(&records, &before["records"]), set["ttl"] != before["ttl"]);
        if has_other_values {
            change("set_records", json!({"records": records})).await?;
        }
        if has_other_ttl {
            let changed = change("change_ttl", json!({"ttl": set["ttl"]})).await;
            return changed
                .map_err(|error| if has_other_values { half_done(error) } else { error });
        }
        Ok(())
    }

    async fn delete(&self, zone: Zone<'_>, existing: &Json) -> Result<(), Error> {
        let [name, of] = Self::FIELDS.key(existing);
        let request = self.client.delete(&["zones", zone.id, "rrsets", name, of]);
        match request.send_or_missing().await? {
            Some(response) => self.actions.end(&response).await,
            None => Ok(()),
        }
    }
}

/// The records of a set, with the comments of the values that it had before: records without one would lose it.
fn with_comments(set: &Json, before: &Json) -> Vec<Json> {
    let held = before["records"].as_array().into_iter().flatten();
    let comments: HashMap<_, _> =
        held.filter_map(|record| Some((record["value"].as_str()?, &record["comment"]))).collect();
    let with_comment = |record: &Json| {
        let comment = record["value"].as_str().and_then(|value| comments.get(value));
        let mut record = record.clone();
        if let Some(Json::String(comment)) = comment
            && !comment.is_empty()
        {
            record["comment"] = comment.clone().into();
        }
        record
    };
    set["records"].as_array().into_iter().flatten().map(with_comment).collect()
}

/// Whether two lists of records have the same values.
fn is_same(records: &[Json], others: &Json) -> bool {
    let values = |records: &[Json]| {
        let mut values: Vec<_> =
            records.iter().map(|record| record["value"].as_str().map(str::to_owned)).collect();
        values.sort();
        values
    };
    others.as_array().is_some_and(|others| values(records) == values(others))
}

/// The error for a change whose first call was carried out: the kit then looks what the set is now.
fn half_done(error: Error) -> Error {
    match error.call().cloned() {
        Some(call) => Error::Indeterminate { call, message: error.to_string() },
        None => error,
    }
}

/// The error in a response.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Told {
    error: Failure,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Failure {
    code: String,
    message: String,
    details: Json,
}

fn told(response: &Response) -> Failure {
    response.json::<Told>().unwrap_or_default().error
}

fn code(response: &Response) -> String {
    told(response).code
}

/// Two refusals have the status of wrong credentials.
fn verdict(response: &Response) -> Option<Verdict> {
    let is_other = response.status().as_u16() == 403
        && matches!(&*code(response), "protected" | "resource_limit_exceeded");
    is_other.then_some(Verdict::Refused)
}

/// The message, its code, and what is wrong with which field.
fn message(response: &Response) -> Option<String> {
    let Failure { code, message, details } = told(response);
    if message.is_empty() {
        return None;
    }
    let mut whole = format!("{message} ({code})");
    for field in details["fields"].as_array().into_iter().flatten() {
        let words = field["messages"].as_array().into_iter().flatten().filter_map(Json::as_str);
        let words: Vec<_> = words.collect();
        if let Some(name) = field["name"].as_str() {
            whole = format!("{whole}; {name}: {}", words.join(", "));
        }
    }
    Some(whole)
}
