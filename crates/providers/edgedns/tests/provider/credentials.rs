//! Signatures, and where credentials come from.

use std::path::Path;
use std::time::UNIX_EPOCH;

use octodns_core::Registry;
use octodns_core::registry::BuildError;
use octodns_http::Host;
use octodns_testkit::cassette::Cassettes;
use octodns_testkit::fake::{Api, Fake, Request, Response};
use octodns_testkit::run::Harness;
use serde_json::{Value as Json, json};

use crate::{CLASS, a, config, converge, harness, service};

/// The fake takes the signatures of Akamai's own library, and the suite shows that it takes ours.
#[test]
fn signatures_are_those_of_the_service() {
    let Some(recordings) = Cassettes::raw("edgedns") else { return };
    let (_, recorded) = recordings.iter().find(|(file, _)| file == "signing.json").unwrap();
    for case in recorded["cases"].as_array().unwrap() {
        let text = |key: &str| case[key].as_str().unwrap_or_default().to_owned();
        let target = text("url").replace(&format!("https://{}", service::HOST), "");
        let header = |value: String| vec![("authorization".to_owned(), value)];
        let mut request = Request {
            method: text("method"),
            target,
            segments: Vec::new(),
            query: Vec::new(),
            headers: header(text("authorization")),
            body: text("body").into_bytes(),
        };
        assert!(service::is_signed(&request), "{request:?}");
        request.headers = header(text("authorization").replace("nonce-0001", "nonce-0002"));
        assert!(!service::is_signed(&request));
    }
}

/// A clock that is wrong is corrected by the first refusal.
#[tokio::test]
async fn a_wrong_clock_is_corrected() {
    let mut store = service::service();
    store.provide_zone("unit.tests");
    let fake = Fake::start(move |request: &Request| {
        let given = request.header("authorization").unwrap_or_default();
        if given.contains("timestamp=20260102T03:04:05+0000") {
            return store.response(request);
        }
        let problem = json!({
            "type": "https://problems.luna.akamaiapis.net/-/pep-authn/request-error",
            "title": "Bad request", "status": 400, "detail": "Invalid timestamp",
        });
        Response::json(400, problem).with_header("date", "Fri, 02 Jan 2026 03:04:05 GMT")
    })
    .await;
    let mut registry = Registry::default();
    octodns_edgedns::register_with(&mut registry, &Host::fixed(UNIX_EPOCH));
    let mut config = config();
    config["endpoint"] = format!("{}/config-dns/v2", fake.url()).into();
    let harness = Harness::of(&registry, CLASS, &config).unwrap();
    for zones in [1, 1] {
        assert_eq!(harness.provider().list_zones().await.unwrap().len(), zones);
        harness.begin_run();
    }
    assert_eq!(fake.seen().len(), 3);
}

/// Only the beginning of a large body is signed.
#[tokio::test]
async fn large_bodies_are_signed() {
    let fake = Fake::start(service::service()).await;
    let harness = harness(&fake, &json!({}));
    let records: Vec<_> = (0..3000).map(|index| a(&format!("a-long-name-{index}"), 1)).collect();
    converge(&harness, &records).await;
    let largest = fake.seen().iter().any(|seen| seen.target.ends_with("/unit.tests/recordsets"));
    assert!(largest);
}

#[tokio::test]
async fn credentials_are_in_a_file() {
    let home = tempfile::tempdir().unwrap();
    let fake = Fake::start(service::service()).await;
    let [secret, access, client] =
        [service::CLIENT_SECRET, service::ACCESS_TOKEN, service::CLIENT_TOKEN];
    let edgerc = format!(
        "; of the team\n[other]\nclient_secret = wrong\nclient_token = wrong\naccess_token = wrong\n\n\
         [default]\n# read and write\nclient_secret = {secret}\nhost = {}/\naccess_token: {access}\n\
         client_token = \"{client}\"\nmax-body = 131072\naccount_key = 1-5C0YLB:1-8BYUX\n",
        service::HOST
    );
    std::fs::write(home.path().join(".edgerc"), &edgerc).unwrap();
    let file = home.path().join(".edgerc").display().to_string();
    let build = |options: Json, home: Option<&Path>| -> Result<Harness, BuildError> {
        let mut registry = Registry::default();
        registry.home = home.map(Path::to_owned);
        octodns_edgedns::register(&mut registry);
        let mut config = options;
        config["contract_id"] = service::CONTRACT.into();
        Harness::of(&registry, CLASS, &config)
    };
    let endpoint = format!("{}/config-dns/v2", fake.url());
    for options in [
        json!({"section": "default"}),
        json!({"edgerc": "~/.edgerc"}),
        json!({"edgerc": file}),
        json!({"edgerc": file, "section": "other", "client_secret": secret, "access_token": access, "client_token": client}),
    ] {
        let mut at_fake = options.clone();
        at_fake["endpoint"] = endpoint.clone().into();
        let harness = build(at_fake, Some(home.path())).unwrap();
        harness.provider().list_zones().await.unwrap();
        let seen = fake.seen();
        let has_key = seen.last().unwrap().target.contains("accountSwitchKey=1-5C0YLB%3A1-8BYUX");
        assert_eq!(has_key, options["section"] != "other", "{seen:?}");
        // Without an endpoint, the host of the file is it.
        assert_eq!(
            build(options.clone(), Some(home.path())).is_ok(),
            options["section"] != "other"
        );
    }
    let mut of_file = config();
    of_file["host"] = Json::Null;
    for (options, home, message) in [
        (json!({}), Some(home.path()), "no client_secret".to_owned()),
        (of_file, None, "no host".to_owned()),
        (
            json!({"section": "default"}),
            None,
            "~/.edgerc: the home directory is not known".to_owned(),
        ),
        (
            json!({"edgerc": file, "section": "mine"}),
            None,
            format!("edgerc \"{file}\": there is no section [mine]"),
        ),
        (
            json!({"edgerc": "/nowhere/.edgerc"}),
            None,
            "edgerc \"/nowhere/.edgerc\": No such file".to_owned(),
        ),
        (
            json!({"section": "default", "host": "https://host.example/config-dns"}),
            Some(home.path()),
            "host is the name of a host, without a scheme or a path".to_owned(),
        ),
    ] {
        let error = build(options, home).err().unwrap();
        assert!(error.message.starts_with(&message), "{}", error.message);
        assert!(![secret, access, client].iter().any(|secret| error.message.contains(secret)));
    }
}
