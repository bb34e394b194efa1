//! What an account may ask, measured at the service.

use std::time::Duration;

use octodns_testkit::fake::Fake;
use serde_json::json;

use crate::fake::Service;
use crate::support::{bench, zone};

/// Many zones at once, as an engine plans them: the provider bounds what it asks, whatever the engine does.
#[tokio::test(flavor = "multi_thread")]
async fn many_zones_stay_below_rate_and_concurrency() {
    let fake = Fake::start(Service::new()).await;
    let setup = bench(&fake, &json!({"requests_per_second": 100_000, "retry_wait": 0}));
    let zones: Vec<_> =
        (0..60).map(|index| zone(&setup, &format!("zone-{index}.example."), 1, 0)).collect();
    for zone in &zones {
        let plan = setup.plan(zone).await.unwrap().unwrap();
        assert!(setup.apply(&plan).await.result.is_ok());
    }
    fake.control().set_latency(Duration::from_millis(5));
    for (http, concurrency, rate) in [
        (json!({"concurrency": 3, "requests_per_second": 100_000}), 3, None),
        (json!({"concurrency": 40, "requests_per_second": 40}), 40, Some(40)),
    ] {
        fake.control().measured().clear();
        let bench = bench(&fake, &http);
        let planned = zones.iter().map(|zone| {
            let (bench, zone) = (bench.clone(), zone.clone());
            tokio::spawn(async move { bench.plan(&zone).await.unwrap().is_none() })
        });
        for planned in planned.collect::<Vec<_>>() {
            assert!(planned.await.unwrap());
        }
        let measured = fake.control().measured();
        assert_eq!(measured.seen().len(), zones.len());
        assert!(measured.most_at_once() <= concurrency, "{}", measured.most_at_once());
        if let Some(rate) = rate {
            assert!(measured.most_in(Duration::from_secs(1)) <= rate);
        }
    }
}

/// Two providers with one token are one account.
#[tokio::test]
async fn an_account_has_one_set_of_limits() {
    let accounts = octodns_http::Accounts::default();
    let options = |token: &str| octodns_digitalocean::Options {
        token: octodns_core::Secret::new(token),
        endpoint: "http://127.0.0.1:1/v2".to_owned(),
        http: octodns_http::Options::default(),
    };
    for token in ["one", "one", "two"] {
        octodns_digitalocean::DigitalOcean::new("test", &options(token), &accounts).unwrap();
    }
    assert_eq!(accounts.len(), 2);
}
