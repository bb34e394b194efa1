//! An account of Cloudflare: how to connect to it, and which of its zones to use.

use std::sync::Arc;
use std::time::Duration;

use octodns_core::registry::BuildError;
use octodns_core::{Capabilities, ProviderError, RecordType, Values, ZoneName};
use octodns_http::{Accounts, Host, Rate};
use octodns_kit::{Connector, Service};

use crate::client::Api;
use crate::options::Connection;
use crate::records::{self, Writing};
use crate::zones::{Scope, ZoneEntry, Zones};

/// The facts about public zones; if page rules are not managed, about records only.
pub(crate) const SERVICE: Service = Service {
    short_names: &["cloudflare"],
    version: env!("CARGO_PKG_VERSION"),
    // 1200 requests in five minutes per token, and 200 per second from one address:
    // <https://developers.cloudflare.com/fundamentals/api/reference/limits/>
    rates: &[Rate::new(1200, Duration::from_secs(300)), Rate::per_second(200)],
    // As many as the default number of zones planned concurrently.
    concurrency: 16,
    capabilities: Capabilities::of(ALL_TYPES).values(VALUES),
    ..Service::new("octodns_cloudflare.CloudflareProvider", "https://api.cloudflare.com/client/v4")
};

/// The facts about internal zones.
pub(crate) const INTERNAL: Service = Service {
    class: "octodns_cloudflare.CloudflareInternalProvider",
    short_names: &["cloudflare-internal"],
    capabilities: Capabilities::of(records::TYPES).values(VALUES),
    ..SERVICE
};

const VALUES: Values = Values { lacks: records::UNHELD, ..Values::ANY };

/// The types of records, and the type of page rules.
const ALL_TYPES: &[RecordType] = &{
    let mut all = [RecordType::URLFWD; records::TYPES.len() + 1];
    let mut index = 0;
    while index < records::TYPES.len() {
        all[index] = records::TYPES[index];
        index += 1;
    }
    all
};

/// Zones of an account, and what a run knows of them.
#[derive(Debug)]
pub(crate) struct Account {
    /// The id of the provider in the config.
    pub(crate) id: Arc<str>,
    pub(crate) api: Api,
    pub(crate) zones: Zones,
    pub(crate) scope: Scope,
    pub(crate) writing: Writing,
}

impl Account {
    pub(crate) fn new(
        id: &str,
        scope: Scope,
        writing: Writing,
        connection: &Connection<'_>,
        accounts: &Accounts,
    ) -> Result<Self, BuildError> {
        let host = Host::default();
        let connector = Connector::new(service(&scope), &connection.service, accounts, &host);
        let api = Api::new(connection, &connector)?;
        Ok(Self { id: id.into(), api, zones: Zones::default(), scope, writing })
    }

    pub(crate) fn class_name(&self) -> &'static str {
        service(&self.scope).class_name()
    }

    /// The name of its logger.
    pub(crate) fn logger(&self) -> String {
        format!("{}[{}]", self.class_name(), self.id)
    }

    /// The zone with this name, if it exists.
    pub(crate) async fn zone(&self, name: &ZoneName) -> Result<Option<ZoneEntry>, ProviderError> {
        self.zones.find(name, &self.api, &self.scope).await
    }
}

fn service(scope: &Scope) -> &'static Service {
    match scope {
        Scope::Public => &SERVICE,
        Scope::Internal { .. } => &INTERNAL,
    }
}
