//! What only this service does.

use octodns_core::{ServiceErrorKind, ZoneName};
use octodns_testkit::suite::{Bench, addresses, record};
use serde_json::{Value as Json, json};

use crate::suite;

async fn bench(options: &Json) -> Bench {
    suite().bench(options).await
}

/// The requests about records since the last call, as `METHOD PATH`, from the records on.
fn requests(bench: &Bench) -> Vec<String> {
    let asked = bench.asked().into_iter().filter_map(|asked| {
        let (method, path) = asked.split('?').next()?.split_once(' ')?;
        Some(format!("{method} {}", path.split_once("/records")?.1))
    });
    asked.collect()
}

/// Each step by the calls that fit; what the service adds to sets is not sent back.
#[tokio::test]
async fn sets_names_and_zones_have_calls_of_their_own() {
    let bench = bench(&json!({})).await;
    let (www, alias) =
        (record("www", "A", "192.0.2.1"), record("www", "CNAME", "www.example.net."));
    bench.converge(&[record("mail", "A", "192.0.2.1")]).await;
    let unknown = json!({
        "rrset_name": "www", "rrset_type": "WKS", "rrset_ttl": 300, "rrset_values": ["192.0.2.1 6 80"],
        "rrset_href": "https://api.gandi.net/v5/livedns/domains/unit.tests/records/www/WKS",
    });
    for (records, calls) in [
        (vec![www.clone(), record("mail", "A", "192.0.2.2")], &["POST ", "PUT /mail/A"][..]),
        (vec![www.clone()], &["DELETE /mail/A"]),
        (vec![alias], &["GET /www", "PUT /www"]),
        (vec![www.clone(), record("", "A", "192.0.2.1")], &["GET ", "PUT "]),
    ] {
        requests(&bench);
        bench.apply(&records).await.result.unwrap();
        // The first is the read of the plan.
        assert_eq!(requests(&bench)[1..], *calls);
    }
    bench.plant(unknown.clone());
    let others = [record("www", "AAAA", "2001:db8::1"), record("www", "TXT", "x")];
    let records = [&[record("www", "A", "192.0.2.3")][..], &others].concat();
    bench.apply(&records).await.result.unwrap();
    assert_eq!(bench.set("www", "WKS")["rrset_values"], unknown["rrset_values"]);
    bench.converge(&[]).await;
}

#[tokio::test]
async fn a_domain_of_somebody_else_is_told() {
    let zone = ZoneName::new("theirs.elsewhere.").unwrap();
    let bench = Bench { zone, ..bench(&json!({})).await };
    let error = bench.apply(&addresses(1, 0)).await.result.unwrap_err();
    assert_eq!(error.kind(), Some(ServiceErrorKind::NotFound));
    assert!(error.to_string().contains("is no domain of this account"), "{error}");
}

/// What somebody else has created since the plan is not overwritten.
#[tokio::test]
async fn a_set_that_is_there_by_now_is_refused() {
    let bench = bench(&json!({})).await;
    bench.converge(&addresses(1, 0)).await;
    let theirs = json!({
        "rrset_name": "host-1", "rrset_type": "A", "rrset_ttl": 300, "rrset_values": ["198.51.100.1"],
    });
    let applied = bench.apply_after(&addresses(2, 0), || bench.plant(theirs.clone())).await;
    let error = applied.result.unwrap_err();
    assert_eq!(error.kind(), Some(ServiceErrorKind::Refused));
    assert_eq!(bench.set("host-1", "A"), theirs);
}

/// The organization is named where domains are listed and created, and nowhere else.
#[tokio::test]
async fn an_organization_has_its_domains() {
    let bench = bench(&json!({"sharing_id": "org-1"})).await;
    bench.harness.provider().list_zones().await.unwrap();
    bench.converge(&addresses(1, 0)).await;
    for seen in bench.fake.seen() {
        let is_about_domains = seen.target.split('?').next() == Some("/v5/livedns/domains");
        assert_eq!(seen.target.contains("sharing_id=org-1"), is_about_domains, "{}", seen.target);
    }
}

#[tokio::test]
async fn credentials_are_a_token_or_a_key() {
    let key = bench(&json!({"token": null, "api_key": "hunter2"})).await;
    key.harness.provider().list_zones().await.unwrap();
    let either = Some("set either `token` or `api_key`");
    suite().check_options(&[
        (json!({"token": null}), either),
        (json!({"api_key": "hunter2"}), either),
        (json!({"endpoint": "sandbox"}), None),
    ]);
}
