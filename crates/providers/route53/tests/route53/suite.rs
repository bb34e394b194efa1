//! The behaviour suite of every provider, and the reference's provider as a second client.

use octodns_core::{TargetOptions, ZoneName, async_trait};
use octodns_testkit::behaviour::{self, Fixture as Suite, dynamic_states};
use octodns_testkit::fake as testkit;
use octodns_testkit::run::Harness;
use octodns_testkit::server::{Server, moto};
use octodns_testkit::two_clients::{Reference, TwoClients};
use serde_json::{Value as Json, json};

use crate::fake::{Account, Fake, Wire};
use crate::fixture::Fixture;

fn config() -> Json {
    json!({"access_key_id": "testing", "secret_access_key": "testing"})
}

/// A provider built by the registry, with a source of UUIDs.
fn harness(fixture: &Fixture, endpoint: &str) -> Harness {
    bench_with(fixture, endpoint, &config())
}

fn bench_with(fixture: &Fixture, endpoint: &str, config: &Json) -> Harness {
    let target = fixture.target(endpoint, config).unwrap();
    let types = octodns_core::record::RecordTypes::clone(&fixture.context.types);
    Harness::with_options(target.provider().clone(), TargetOptions::default(), types)
}

struct OnFake {
    fixture: Fixture,
    fake: Fake,
}

#[async_trait]
impl Suite for OnFake {
    async fn harness(&self) -> Harness {
        harness(&self.fixture, &self.fake.server.url)
    }

    fn default_records(&self, _zone: &ZoneName) -> Vec<Json> {
        let servers = ["ns-1.awsdns-1.org.", "ns-2.awsdns-2.com."];
        vec![json!({"name": "", "type": "NS", "ttl": 900, "values": servers})]
    }

    fn inventory(&self) -> Option<Json> {
        Some(self.fake.account().inventory())
    }

    /// With options of the service's own health checks.
    fn dynamic_sample(&self, feature: &str, mut record: Json) -> Option<Json> {
        let failures = match feature {
            "health-check-own" => 3,
            "health-check-own-changed" => 4,
            _ => return Some(record),
        };
        record["octodns"]["route53"]["healthcheck"] = json!({"failure_threshold": failures});
        Some(record)
    }
}

/// A service that fails: for dynamic records, of which one change is several calls.
struct Failing {
    fixture: Fixture,
    fake: testkit::Fake<Wire>,
}

#[async_trait]
impl Suite for Failing {
    async fn harness(&self) -> Harness {
        let mut config = config();
        // Each fault is of one attempt.
        config["client_max_attempts"] = json!(0);
        bench_with(&self.fixture, self.fake.url(), &config)
    }

    fn control(&self) -> Option<&testkit::Control> {
        Some(self.fake.control())
    }

    fn default_records(&self, _zone: &ZoneName) -> Vec<Json> {
        let servers = ["ns-1.awsdns-1.org.", "ns-2.awsdns-2.com."];
        vec![json!({"name": "", "type": "NS", "ttl": 900, "values": servers})]
    }

    fn inventory(&self) -> Option<Json> {
        Some(self.fake.api().account().inventory())
    }

    fn dynamic_writes(&self) -> Option<usize> {
        Some(WRITES_OF_A_VALUE)
    }
}

#[tokio::test]
async fn dynamic_records_survive_a_service_that_fails() {
    let fake = testkit::Fake::start(Wire::new(Account::default())).await;
    let failing = Failing { fixture: Fixture::new(), fake };
    let cases = ["dynamic-change", "dynamic-refused", "dynamic-cut-off"];
    let failed = behaviour::examine(&failing, &cases).await;
    assert!(failed.is_empty(), "{failed:#?}");
}

/// One value of a pool is one set, in one batch; its new check is created and named before, and the old one
/// deleted after.
const WRITES_OF_A_VALUE: usize = 4;

#[tokio::test]
async fn the_behaviour_suite_passes_with_the_fake() {
    let fake = Fake::start(Account::default()).await;
    behaviour::run_suite(&OnFake { fixture: Fixture::new(), fake }).await;
}

struct OnMoto {
    fixture: Fixture,
    server: Server,
}

#[async_trait]
impl Suite for OnMoto {
    async fn harness(&self) -> Harness {
        harness(&self.fixture, &self.server.api().unwrap())
    }

    fn except(&self) -> &[(&str, &str)] {
        const SAME_ID: &str =
            "moto deletes all sets of an identifier, whatever their name and type";
        const SAME_AGAIN: &str = "moto refuses to create what was created and deleted before";
        &[
            ("dynamic-subnets", "moto has no CIDR collections"),
            ("dynamic-names", SAME_ID),
            ("dynamic-shared", SAME_ID),
            ("dynamic-countries", SAME_AGAIN),
            ("dynamic-provinces", SAME_AGAIN),
            ("dynamic-and-plain", SAME_AGAIN),
        ]
    }
}

#[tokio::test]
async fn the_behaviour_suite_passes_with_moto() {
    let Some(server) = moto::start() else { return };
    behaviour::run_suite(&OnMoto { fixture: Fixture::new(), server }).await;
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
    let moto = OnMoto { fixture: Fixture::new(), server };
    // Zones are listed once, and the other client creates one after that.
    let mut by_name = config();
    by_name["get_zones_by_name"] = json!(true);
    let ours = bench_with(&moto.fixture, &endpoint, &by_name);
    let zones = ["ours.example.", "theirs.example."].map(|zone| ZoneName::new(zone).unwrap());
    let clients = TwoClients { ours: &ours, theirs: &theirs, zones, except: &[] };
    clients.run_with(|step| dynamic_states(&moto, &ours, step)).await;
}
