//! The provider of version 1, which the service no longer develops: facts of the service, and its calls.

use octodns_core::record::text::UnsupportedText::{Empty, NonUtf8};
use octodns_core::registry::BuildError;
use octodns_core::{Capabilities, ProviderError, Values, ZoneName, async_trait};
use octodns_http::{Client, Error, HeaderAuth};
use octodns_kit::dialect::{Dialect, Dot, Names, Targets};
use octodns_kit::record_type::{A, AAAA, ALIAS, CAA, CNAME, MX, NS, SRV, SSHFP, TXT};
use octodns_kit::rows::RowApi;
use octodns_kit::{
    Api, Connector, Fields, Json, ListedZone, Only, Pages, Service, Zone, ZonesBy, created_id, json,
};

use crate::options::LegacyOptions;

/// The most entries that the service gives. A page that is full is followed by another one.
const PAGES: Pages = Pages::offset("offset").size("limit", 1000).total_header("x-total-count");

/// The domains of one account, by the API, version 1: <https://docs.selectel.ru/en/api/dns-legacy/>.
#[derive(Clone, Debug)]
pub struct SelectelLegacy {
    client: Client,
}

#[async_trait]
impl Api for SelectelLegacy {
    const SERVICE: Service = Service {
        short_names: &[],
        version: env!("CARGO_PKG_VERSION"),
        capabilities: Capabilities::of(&[A, AAAA, ALIAS, CAA, CNAME, MX, NS, SRV, SSHFP, TXT])
            .values(Values {
                ttl: 60..=604_800,
                lacks: &[(TXT, &[NonUtf8, Empty]), (CAA, &[NonUtf8, Empty])],
                ..Values::ANY
            }),
        dialect: Dialect {
            names: Names::Absolute(Dot::Either),
            targets: Targets { read: Dot::Either, write: Dot::Required, own: None },
            ..Dialect::RAW
        },
        ..Service::new(
            "octodns_selectel.SelectelProviderLegacy",
            "https://api.selectel.ru/domains/v1",
        )
    };
    const ZONES: ZonesBy = ZonesBy::Id;
    type Options = LegacyOptions;

    fn connect(options: LegacyOptions, connector: &Connector<'_>) -> Result<Self, BuildError> {
        let auth = HeaderAuth::default().with("x-token", &options.token)?;
        Ok(Self { client: connector.client(auth)? })
    }

    fn client(&self) -> &Client {
        &self.client
    }

    async fn zones(&self) -> Result<Vec<ListedZone>, Error> {
        PAGES.zones(|| self.client.get(&[]).trailing_slash(), "name", "id").await
    }

    async fn create_zone(&self, zone: &ZoneName) -> Result<String, ProviderError> {
        let body = json!({"name": zone.without_dot(), "bind_zone": ""});
        let request = self.client.post(&[]).trailing_slash().json(&body);
        Ok(created_id(request, "id").await?)
    }
}

#[async_trait]
impl RowApi for SelectelLegacy {
    const FIELDS: Fields = Fields {
        of: &[
            (CAA, &[("flags", "flag")]),
            (MX, &[("preference", "priority"), ("exchange", "content")]),
            (SRV, &[]),
            (SSHFP, &[]),
        ],
        ..Fields::new("content")
    };

    async fn rows(&self, zone: Zone<'_>, _: Option<Only<'_>>) -> Result<Option<Vec<Json>>, Error> {
        // A domain that was listed and is not found is an error, not a missing zone.
        let path = [zone.name.without_dot(), "records"];
        PAGES.read(|| self.client.get(&path).trailing_slash()).await.map(Some)
    }

    async fn create(&self, zone: Zone<'_>, row: &Json) -> Result<(), Error> {
        let request = self.client.post(&[zone.id, "records"]).trailing_slash();
        request.json(row).send_ok().await
    }

    async fn update(&self, zone: Zone<'_>, id: &str, row: &Json) -> Result<(), Error> {
        self.client.put(&[zone.id, "records", id]).json(row).send_ok().await
    }

    async fn delete(&self, zone: Zone<'_>, id: &str) -> Result<(), Error> {
        self.client.delete(&[zone.id, "records", id]).send_ok_or_missing().await
    }
}
