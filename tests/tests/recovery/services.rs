//! The targets: a fake or a server of every shape of provider.

use std::collections::BTreeMap;

use octodns_testkit::fake::Fake;
use octodns_testkit::server::powerdns::API_KEY;
use octodns_testkit::server::{Server, Setup, bind, powerdns};
use octodns_testkit::store::Store;
use serde_json::{Value as Json, json};

use crate::setup::Repository;

#[path = "../../../crates/providers/easydns/tests/provider/service.rs"]
mod easydns;
#[path = "../../../crates/providers/gandi/tests/provider/service.rs"]
mod gandi;
#[path = "../../../crates/providers/mythicbeasts/tests/provider/service.rs"]
mod mythicbeasts;
#[path = "../../../crates/providers/transip/tests/service/mod.rs"]
mod transip;

/// A target, and what keeps it alive.
pub(crate) struct Target {
    pub(crate) repository: Repository,
    service: Service,
}

enum Service {
    Fake(Fake<Store>),
    #[expect(dead_code, reason = "it runs as long as this is there")]
    Server(Server),
    File,
}

const NS: &str = "'': {type: NS, ttl: 3600, value: ns1.example.net.}\n";

async fn fake(store: Store, options: impl FnOnce(&str) -> Json) -> Target {
    let fake = Fake::start(store).await;
    fake.api().provide_zone("unit.tests");
    let options = options(fake.url()).to_string();
    Target { repository: Repository::new(&options, ""), service: Service::Fake(fake) }
}

/// Rows, one call for each.
pub(crate) async fn rows() -> Target {
    fake(easydns::service(), |url| {
        json!({
            "class": "easydns", "token": "my-token", "api_key": "hunter2", "user": "me",
            "domain_create_sleep": 0, "endpoint": url,
        })
    })
    .await
}

/// `RRsets`, one call for each.
pub(crate) async fn sets() -> Target {
    fake(gandi::service(), |url| {
        json!({"class": "gandi", "token": "hunter2", "replace": false, "endpoint": format!("{url}/v5")})
    })
    .await
}

/// Many `RRsets` in one call.
pub(crate) async fn batch() -> Target {
    fake(mythicbeasts::service(), |url| {
        json!({
            "class": "mythicbeasts", "api_key": "my-key-id", "api_secret": "hunter2",
            "endpoint": format!("{url}/dns/v2"), "auth_endpoint": format!("{url}/login"),
        })
    })
    .await
}

/// The whole zone in one call.
pub(crate) async fn whole() -> Target {
    fake(transip::service(), |url| {
        json!({
            "class": "transip", "account": "octodns", "key": transip::KEY,
            "endpoint": format!("{url}/v6"),
        })
    })
    .await
}

/// Files.
pub(crate) fn files() -> Target {
    let options = "{class: yaml, directory: '{folder}/target'}";
    Target { repository: Repository::new(options, ""), service: Service::File }
}

/// Updates of the DNS.
pub(crate) fn updates() -> Option<Target> {
    let zone = "@ 3600 SOA ns hostmaster 1 3600 600 86400 60\n@ 3600 NS ns1.example.net.\n";
    let server = bind::start(&Setup::open("unit.tests.", zone))?;
    let address = server.address();
    let options =
        json!({"class": "rfc2136", "host": address.ip().to_string(), "port": address.port()});
    let repository = Repository::new(&options.to_string(), NS);
    Some(Target { repository, service: Service::Server(server) })
}

/// A server with an API.
pub(crate) fn power() -> Option<Target> {
    let server = powerdns::start(&Setup::default())?;
    let options = json!({
        "class": "powerdns", "host": "127.0.0.1", "api_key": API_KEY, "endpoint": server.api()?,
    });
    let repository = Repository::new(&options.to_string(), NS);
    Some(Target { repository, service: Service::Server(server) })
}

impl Target {
    /// Everything that the target holds, as it shows it.
    pub(crate) async fn held(&self) -> String {
        match &self.service {
            Service::Fake(fake) => {
                let zone = fake.api().zone("unit.tests").unwrap().clone();
                let mut items: Vec<_> = zone.items().map(without_id).collect();
                items.sort();
                items.join("\n")
            }
            Service::File => {
                let file = self.repository.path().join("target/unit.tests.yaml");
                std::fs::read_to_string(file).unwrap()
            }
            Service::Server(_) => self.dumped().await,
        }
    }

    /// What a server holds, as a zone file.
    async fn dumped(&self) -> String {
        let folder = tempfile::tempdir().unwrap();
        let sources = vec!["target".to_owned()];
        let options = octodns::DumpOptions::new("unit.tests.", sources, folder.path());
        self.repository.manager().dump(&options).await.unwrap();
        std::fs::read_to_string(folder.path().join("unit.tests.yaml")).unwrap()
    }
}

/// An item without its id, and with its fields in one order.
fn without_id(item: &Json) -> String {
    let fields = item.as_object().unwrap().iter().filter(|(key, _)| *key != "id");
    let fields: Vec<_> = fields.collect::<BTreeMap<_, _>>().into_iter().collect();
    format!("{fields:?}")
}
