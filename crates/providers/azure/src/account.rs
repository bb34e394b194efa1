//! A resource group, and the client for what is in it: <https://learn.microsoft.com/rest/api/azure/>.

use std::time::Duration;

use octodns_core::registry::BuildError;
use octodns_http::{
    Builder, Client, Error, HeaderAuth, Method, Page, Quota, Rate, Request, all, pages,
};
use octodns_kit::{Connector, Json};

use crate::credentials::auth;
use crate::errors::{self, BUSY};
use crate::options::Options;

/// The period of the limits of networks.
pub(crate) const FIVE_MINUTES: Duration = Duration::from_secs(300);

/// The buckets of a subscription: <https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling>.
pub(crate) const READS: Rate = Rate::new(250, Duration::from_secs(10)).of(&["GET"]);
pub(crate) const WRITES: Rate = Rate::new(200, Duration::from_secs(20)).of(&["PATCH", "PUT"]);
pub(crate) const DELETIONS: Rate = Rate::new(200, Duration::from_secs(20)).of(&["DELETE"]);

/// What all networks of a subscription allow.
pub(crate) const CHANGES: Rate = Rate::new(1000, FIVE_MINUTES).of(&["DELETE", "PATCH", "PUT"]);

/// What is left in the buckets, which are refilled one by one.
const QUOTAS: &[Quota] = &[
    Quota::refilled_each("x-ms-ratelimit-remaining-subscription-reads", Duration::from_millis(40))
        .of(&["GET"]),
    Quota::refilled_each(
        "x-ms-ratelimit-remaining-subscription-writes",
        Duration::from_millis(100),
    )
    .of(&["PATCH", "PUT"]),
    Quota::refilled_each(
        "x-ms-ratelimit-remaining-subscription-deletes",
        Duration::from_millis(100),
    )
    .of(&["DELETE"]),
];

/// A resource group of a subscription, with credentials for it.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) client: Client,
    subscription: String,
    group: String,
}

impl Account {
    /// The account of the options, in which something needs these `roles`; sends nothing yet.
    pub(crate) fn connect(
        options: &Options,
        connector: &Connector<'_>,
        roles: &'static str,
    ) -> Result<Self, BuildError> {
        options.check()?;
        let management = options.management();
        let given = options.base_url.as_deref().filter(|_| !connector.has_endpoint());
        let here = match given {
            Some(url) => connector.other_host("base_url", Some(url), url),
            None => connector.default_endpoint(management),
        };
        let (retry, who) = (options.retry()?, options.client_credential_method.who());
        let client = here.client_with(HeaderAuth::default(), |builder| {
            let secrets = options.key.iter();
            secrets
                .fold(builder, Builder::redact)
                .retry(retry)
                .quotas(QUOTAS)
                .throttles(&[BUSY])
                .verdict(errors::verdict)
                .error_message(move |response| errors::refusal(response, who, roles))
        })?;
        let client = client.with_auth(auth(options, connector, &client)?);
        let (subscription, group) = (options.sub_id.clone(), options.resource_group.clone());
        Ok(Self { client, subscription, group })
    }

    /// A request about something of the group's networks, in this version of its API.
    pub(crate) fn request(&self, method: Method, path: &[&str], version: &str) -> Request<'_> {
        let (subscription, group) = (&*self.subscription, &*self.group);
        let group = ["subscriptions", subscription, "resourceGroups", group];
        let path = [&group[..], &["providers", "Microsoft.Network"], path].concat();
        self.client.request(method, &path).query("api-version", version)
    }

    /// The id of a profile of Traffic Manager.
    pub(crate) fn profile_id(&self, name: &str) -> String {
        format!(
            "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.Network/trafficManagerProfiles/{name}",
            self.subscription, self.group
        )
    }

    /// All entries of a list, `top` on a page, each as `read` has it.
    pub(crate) async fn list<T: Send>(
        &self,
        (path, version): (&[&str], &str),
        top: Option<u32>,
        read: impl Fn(Json) -> Result<T, String> + Sync,
    ) -> Result<Vec<T>, Error> {
        let read = &read;
        all(pages(String::new(), async |url: String| {
            let request = match (&*url, top) {
                ("", None) => self.request(Method::GET, path, version),
                ("", Some(top)) => self.request(Method::GET, path, version).query("$top", top),
                (url, _) => self.client.follow(Method::GET, url),
            };
            let response = request.send().await?;
            let mut body: Json = response.json()?;
            let Json::Array(entries) = body["value"].take() else {
                return Err(response.malformed("value", "it is no list"));
            };
            let entries: Result<_, _> = entries.into_iter().map(read).collect();
            let entries = entries.map_err(|why| response.malformed("value", &why))?;
            let next = body["nextLink"].as_str().map(str::to_owned);
            Ok(Page::new(&response, entries).cursor(next))
        }))
        .await
    }
}
