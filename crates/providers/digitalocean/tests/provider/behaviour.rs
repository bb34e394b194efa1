//! The suite of every provider, and the reference's provider at the same service.

use octodns_core::{ZoneName, async_trait};
use octodns_testkit::behaviour::{self, Lab};
use octodns_testkit::fake::{Control, Fake};
use octodns_testkit::run::Bench;
use octodns_testkit::two_clients::{Reference, TwoClients};
use serde_json::json;

use crate::fake::{Service, TOKEN};
use crate::support::bench;

struct DigitalOcean(Fake<Service>);

#[async_trait]
impl Lab for DigitalOcean {
    async fn bench(&self) -> Bench {
        bench(&self.0, &json!({"requests_per_second": 100_000, "retry_wait": 0}))
    }

    fn control(&self) -> Option<&Control> {
        Some(self.0.control())
    }
}

#[tokio::test]
async fn it_does_what_every_provider_must() {
    behaviour::prove(&DigitalOcean(Fake::start(Service::new()).await)).await;
}

#[tokio::test]
async fn what_one_client_writes_the_other_reads() {
    let class = "octodns_digitalocean.DigitalOceanProvider";
    let config = json!({"token": TOKEN, "strict_supports": false});
    let Some(theirs) = Reference::new(class, config) else { return };
    let lab = DigitalOcean(Fake::start(Service::new()).await);
    let url = format!("{}/v2", lab.0.url());
    let theirs = theirs.reroute("https://api.digitalocean.com/v2", &url);
    let zones = ["ours.example.", "theirs.example."].map(|name| ZoneName::new(name).unwrap());
    TwoClients { ours: &lab.bench().await, theirs: &theirs, zones, except: &[] }.prove().await;
}
