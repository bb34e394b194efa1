//! A service whose requests are signed with the time and a nonce, both of which tests can fix.

use std::time::{Duration, UNIX_EPOCH};

use octodns_core::registry::BuildError;
use octodns_core::{Capabilities, Registry, Secret, async_trait};
use octodns_kit::http::{Client, Error, HeaderValue, Host, Rate, SigningAuth, optional};
use octodns_kit::whole::{self, WholeApi};
use octodns_kit::{Connector, Fields, Json, Service, Zone, json, pause_of, seconds};
use octodns_testkit::fake::Fake;
use octodns_testkit::run::Harness;
use octodns_testkit::store::{Action, Store};

use crate::memory::zone;
use crate::service::{Facts, Remote, list, service, store};

struct Signed;

impl Facts for Signed {
    const SERVICE: Service = Service {
        capabilities: Capabilities::of(&[octodns_core::RecordType::A]),
        ..service("octodns_example.SignedProvider")
    };

    fn client(token: &Secret, connector: &Connector<'_>) -> Result<Client, BuildError> {
        let key = token.clone();
        connector.client(SigningAuth::new([token.clone()], move |request, host| {
            let signature = format!("{} {} {}", key.reveal(), host.unix_seconds(), host.nonce(4));
            let value = HeaderValue::try_from(signature);
            let value = value.map_err(|error| Error::unsigned(error.to_string()))?;
            request.headers.insert("x-signature", value);
            Ok(())
        }))
    }
}

#[async_trait]
impl WholeApi for Remote<Signed> {
    const FIELDS: Fields = Fields::new("value");

    async fn rows(&self, zone: Zone<'_>) -> Result<Option<Vec<Json>>, Error> {
        optional(list(|| self.client.get(&["zones", zone.id, "rows"])).await)
    }

    async fn replace(&self, _: Zone<'_>, _: &[Json]) -> Result<(), Error> {
        Ok(())
    }
}

#[tokio::test]
async fn a_signature_uses_the_clock_of_the_given_host() {
    let mut fake = store(Store::rows())
        .route("GET", "/v1/zones/{zone}/rows", Action::List)
        .auth(|request| request.header("x-signature") == Some("hunter2 1700000000 00000000"));
    fake.add_zone("example.com", None);
    let fake = Fake::start(fake).await;
    let config = json!({"token": "hunter2", "endpoint": format!("{}/v1", fake.url())});
    let fixed = |registry: &mut Registry| {
        let host = Host::fixed(UNIX_EPOCH + Duration::from_secs(1_700_000_000));
        whole::register_with::<Remote<Signed>>(registry, &host);
    };
    let class = "octodns_example.SignedProvider";
    let harness = Harness::build(fixed, class, &config).unwrap();
    assert!(harness.read(&zone()).await.unwrap().exists);
    // With the machine's clock the signature is different.
    let harness = Harness::build(whole::register::<Remote<Signed>>, class, &config).unwrap();
    assert!(harness.read(&zone()).await.is_err());
}

#[test]
fn seconds_are_named_by_their_option() {
    assert_eq!(seconds("delay", 0.5).unwrap(), Duration::from_millis(500));
    let pause = pause_of("delay", 0.5).unwrap();
    assert_eq!(pause, Some(Rate::new(1, Duration::from_millis(500))));
    assert_eq!(pause_of("delay", 0.0).unwrap(), None);
    for invalid in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(seconds("delay", invalid).unwrap_err().message.starts_with("delay is"));
    }
}
