//! The behaviour suite that every provider passes, and the reference's provider beside ours.

use octodns_core::{TargetOptions, ZoneName, async_trait};
use octodns_testkit::behaviour::{self, Lab as Suite};
use octodns_testkit::run::Bench;
use octodns_testkit::server::{Server, moto};
use octodns_testkit::two_clients::{Reference, TwoClients};
use serde_json::{Value as Json, json};

use crate::fake::{Account, Fake};
use crate::lab::Lab;

fn config() -> Json {
    json!({"access_key_id": "testing", "secret_access_key": "testing"})
}

/// A provider as the registry makes it, with a source of UUIDs.
fn bench(lab: &Lab, endpoint: &str) -> Bench {
    bench_with(lab, endpoint, &config())
}

fn bench_with(lab: &Lab, endpoint: &str, config: &Json) -> Bench {
    let target = lab.target(endpoint, config).unwrap();
    let types = octodns_core::record::RecordTypes::clone(&lab.context.types);
    Bench::with_options(target.provider().clone(), TargetOptions::default(), types)
}

struct OnFake {
    lab: Lab,
    fake: Fake,
}

#[async_trait]
impl Suite for OnFake {
    async fn bench(&self) -> Bench {
        bench(&self.lab, &self.fake.server.url)
    }

    fn given(&self, _zone: &ZoneName) -> Vec<Json> {
        let servers = ["ns-1.awsdns-1.org.", "ns-2.awsdns-2.com."];
        vec![json!({"name": "", "type": "NS", "ttl": 900, "values": servers})]
    }
}

#[tokio::test]
async fn the_fake_shows_the_behaviour_of_all_providers() {
    let fake = Fake::start(Account::default()).await;
    behaviour::prove(&OnFake { lab: Lab::new(), fake }).await;
}

struct OnMoto {
    lab: Lab,
    server: Server,
}

#[async_trait]
impl Suite for OnMoto {
    async fn bench(&self) -> Bench {
        bench(&self.lab, &self.server.api().unwrap())
    }
}

#[tokio::test]
async fn moto_shows_the_behaviour_of_all_providers() {
    let Some(server) = moto::start() else { return };
    behaviour::prove(&OnMoto { lab: Lab::new(), server }).await;
}

#[tokio::test]
async fn the_reference_and_ours_read_what_the_other_writes() {
    let Some(server) = moto::start() else { return };
    let endpoint = server.api().unwrap();
    let Some(theirs) = Reference::new("octodns_route53.Route53Provider", config()) else { return };
    let theirs = theirs
        .environment("AWS_ENDPOINT_URL_ROUTE_53", &endpoint)
        .environment("AWS_EC2_METADATA_DISABLED", "true")
        .environment("AWS_DEFAULT_REGION", "us-east-1");
    let lab = Lab::new();
    // Zones are listed once, and the other creates one meanwhile.
    let mut by_name = config();
    by_name["get_zones_by_name"] = json!(true);
    let ours = bench_with(&lab, &endpoint, &by_name);
    let zones = ["ours.example.", "theirs.example."].map(|zone| ZoneName::new(zone).unwrap());
    TwoClients { ours: &ours, theirs: &theirs, zones, except: &[] }.prove().await;
}
