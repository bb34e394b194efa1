//! The API, version 2: <https://docs.digitalocean.com/reference/api/digitalocean/#tag/Domains>.

use octodns_core::Secret;
use octodns_http::{
    Accounts, Client, Error, HeaderAuth, Options, Page, Rate, Request, all, found, pages,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The most entries a page can have.
const PER_PAGE: u64 = 200;

/// A domain, as listed.
#[derive(Debug, Deserialize)]
pub(crate) struct Domain {
    pub(crate) name: String,
}

#[derive(Debug, Serialize)]
struct NewDomain<'d> {
    name: &'d str,
}

/// A row: one value of a name and type. Fields that its type has not are null.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(crate) struct Row {
    #[serde(skip_serializing)]
    pub(crate) id: Option<u64>,
    #[serde(rename = "type")]
    pub(crate) record_type: String,
    /// Relative to the domain; the apex is `@`.
    pub(crate) name: String,
    pub(crate) data: Option<String>,
    pub(crate) ttl: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) priority: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) port: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) weight: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) flags: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tag: Option<String>,
}

/// A page of a list.
#[derive(Debug, Deserialize)]
struct Listed<T> {
    #[serde(alias = "domains", alias = "domain_records")]
    items: Vec<T>,
    #[serde(default)]
    links: Links,
    meta: Option<Meta>,
}

#[derive(Debug, Default, Deserialize)]
struct Links {
    pages: Option<Pages>,
}

#[derive(Debug, Deserialize)]
struct Pages {
    /// There on all pages but the last.
    next: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Meta {
    total: u64,
}

/// Domains are named without their final dot.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    client: Client,
}

impl Api {
    pub(crate) fn new(
        endpoint: &str,
        token: &Secret,
        http: &Options,
        accounts: &Accounts,
    ) -> Result<Self, Error> {
        let builder = Client::builder("digitalocean", endpoint)
            .auth(HeaderAuth::bearer(token)?)
            .options(http)
            .rate(Rate::per_minute(250))
            .rate(Rate::per_hour(5000));
        Ok(Self { client: builder.build_for(accounts)? })
    }

    pub(crate) async fn domains(&self) -> Result<Vec<Domain>, Error> {
        list(|| self.client.get(&["domains"])).await
    }

    /// The rows of a domain, or `None` when there is no such domain.
    pub(crate) async fn rows(&self, domain: &str) -> Result<Option<Vec<Row>>, Error> {
        found(list(|| self.client.get(&["domains", domain, "records"])).await)
    }

    /// The rows of one whole name and type.
    pub(crate) async fn rows_of(
        &self,
        domain: &str,
        name: &str,
        record_type: &str,
    ) -> Result<Vec<Row>, Error> {
        let rows = || self.client.get(&["domains", domain, "records"]);
        list(|| rows().query("name", name).query("type", record_type)).await
    }

    /// Creates a domain, empty but for the service's own NS rows.
    pub(crate) async fn create_domain(&self, domain: &str) -> Result<(), Error> {
        let made = self.client.get(&["domains", domain]);
        self.client.post(&["domains"]).json(&NewDomain { name: domain }).made(made).await
    }

    pub(crate) async fn create_row(&self, domain: &str, row: &Row) -> Result<(), Error> {
        self.client.post(&["domains", domain, "records"]).json(row).done().await
    }

    pub(crate) async fn update_row(&self, domain: &str, id: u64, row: &Row) -> Result<(), Error> {
        self.client.put(&["domains", domain, "records", &id.to_string()]).json(row).done().await
    }

    pub(crate) async fn delete_row(&self, domain: &str, id: u64) -> Result<(), Error> {
        self.client.delete(&["domains", domain, "records", &id.to_string()]).gone().await
    }
}

/// All entries of a list.
async fn list<'c, T: DeserializeOwned>(get: impl Fn() -> Request<'c>) -> Result<Vec<T>, Error> {
    all(pages(1_u64, async |page| {
        let answer = get().query("page", page).query("per_page", PER_PAGE).send().await?;
        let Listed { items, links, meta } = answer.json()?;
        let has_next = links.pages.is_some_and(|pages| pages.next.is_some());
        let total = meta.map(|meta| meta.total);
        Ok(Page::new(&answer, items).next(has_next.then_some(page + 1)).total(total))
    }))
    .await
}
