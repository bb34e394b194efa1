//! The suite that every provider passes.

use octodns_core::{ZoneName, async_trait};
use octodns_testkit::behaviour::{self, Fixture};
use octodns_testkit::run::Harness;
use octodns_testkit::server::{Server, Setup, bind, knot, powerdns};
use serde_json::{Value, json};

use super::live::LAB;
use super::support::{provider, record, sync, zone};

const ZONE: &str = "@ 3600 SOA ns hostmaster 1 3600 600 86400 60\n@ 3600 NS ns1.other.test.\n";

/// A server with one zone, which is empty at the start of each case: DNS cannot create another.
struct OneZone {
    server: Server,
    except: Vec<(&'static str, &'static str)>,
}

#[async_trait]
impl Fixture for OneZone {
    async fn harness(&self) -> Harness {
        provider(self.server.address(), None)
    }

    fn zone(&self, _case: &str) -> String {
        LAB.to_owned()
    }

    async fn prepare(&self, name: &ZoneName) {
        let empty = zone(name.as_str(), &self.default_records(name));
        sync(&self.harness().await, &empty).await.unwrap();
    }

    fn default_records(&self, _zone: &ZoneName) -> Vec<Value> {
        vec![record("", "NS", 3600, json!(["ns1.other.test."]))]
    }

    fn except(&self) -> &[(&str, &str)] {
        &self.except
    }

    fn min_ttl(&self) -> u32 {
        0
    }
}

async fn prove(server: Option<Server>, more: &[(&'static str, &'static str)]) {
    let Some(server) = server else { return };
    let no_zone = ("no-zone", "a zone that is not there cannot be told from one not given away");
    let except = [&[no_zone], more].concat();
    behaviour::run_suite(&OneZone { server, except }).await;
}

#[tokio::test]
async fn bind_passes_the_suite() {
    let names = ("names", "BIND refuses addresses at names with an underscore");
    prove(bind::start(&Setup::open(LAB, ZONE)), &[names]).await;
}

#[tokio::test]
async fn knot_passes_the_suite() {
    prove(knot::start(&Setup::open(LAB, ZONE)), &[]).await;
}

#[tokio::test]
async fn powerdns_passes_the_suite() {
    // Such a zone cannot be transferred any more.
    let why = "PowerDNS takes ALPN ids with quotes and backslashes, and cannot read what it stores";
    let except = [("octets-https", why), ("octets-svcb", why)];
    prove(powerdns::start(&Setup::open(LAB, ZONE)), &except).await;
}
