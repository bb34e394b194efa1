//! Signatures, and where credentials come from.

use std::path::Path;
use std::time::UNIX_EPOCH;

use octodns_http::Host;
use octodns_testkit::cassette::Cassettes;
use octodns_testkit::fake::{Api, Request, Response};
use octodns_testkit::store::Store;
use serde_json::{Value as Json, json};

use crate::{a, bench, service, suite_of};

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
    let dated = |mut store: Store| {
        store.provide_zone("unit.tests");
        move |request: &Request| {
            let given = request.header("authorization").unwrap_or_default();
            if given.contains("timestamp=20260102T03:04:05+0000") {
                return store.response(request);
            }
            let problem = json!({
                "type": "https://problems.luna.akamaiapis.net/-/pep-authn/request-error",
                "title": "Bad request", "status": 400, "detail": "Invalid timestamp",
            });
            Response::json(400, problem).with_header("date", "Fri, 02 Jan 2026 03:04:05 GMT")
        }
    };
    let host = Host::fixed(UNIX_EPOCH);
    let suite = suite_of(move |registry| octodns_edgedns::register_with(registry, &host));
    let bench = suite.bench_of(&json!({}), dated).await;
    for zones in [1, 1] {
        assert_eq!(bench.harness.provider().list_zones().await.unwrap().len(), zones);
        bench.harness.begin_run();
    }
    assert_eq!(bench.asked().len(), 3);
}

/// Only the beginning of a large body is signed.
#[tokio::test]
async fn large_bodies_are_signed() {
    let bench = bench().await;
    let records: Vec<_> = (0..3000).map(|index| a(&format!("a-long-name-{index}"), 1)).collect();
    bench.converge(&records).await;
    assert!(bench.writes().iter().any(|asked| asked.ends_with("/unit.tests/recordsets")));
}

#[tokio::test]
async fn credentials_are_in_a_file() {
    let home = tempfile::tempdir().unwrap();
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
    let in_home = |home: Option<&Path>| {
        let home = home.map(Path::to_owned);
        suite_of(move |registry| {
            registry.home.clone_from(&home);
            octodns_edgedns::register(registry);
        })
    };
    let (with_home, homeless) = (in_home(Some(home.path())), in_home(None));
    // Nothing but the file has credentials, unless more is given.
    let by_file = |more: &Json| {
        let mut options = json!({"client_secret": null, "host": null, "access_token": null, "client_token": null});
        for (key, value) in more.as_object().unwrap() {
            options[key] = value.clone();
        }
        options
    };
    let own = json!({"client_secret": secret, "access_token": access, "client_token": client});
    let mut of_other = own.clone();
    (of_other["edgerc"], of_other["section"]) = (json!(file), json!("other"));
    for options in [
        json!({"section": "default"}),
        json!({"edgerc": "~/.edgerc"}),
        json!({"edgerc": file}),
        of_other.clone(),
    ] {
        let bench = with_home.bench(&by_file(&options)).await;
        bench.harness.provider().list_zones().await.unwrap();
        let has_key = bench.asked()[0].contains("accountSwitchKey=1-5C0YLB%3A1-8BYUX");
        assert_eq!(has_key, options["section"] != "other");
    }
    with_home.check_options(&[
        // Without an endpoint, the host of the file is it.
        (by_file(&json!({"edgerc": file})), None),
        (by_file(&of_other), Some("no host")),
        (by_file(&json!({})), Some("no client_secret")),
        (
            by_file(&json!({"section": "default", "host": "https://host.example/config-dns"})),
            Some("host is the name of a host, without a scheme or a path"),
        ),
    ]);
    homeless.check_options(&[
        (by_file(&own), Some("no host")),
        (
            by_file(&json!({"section": "default"})),
            Some("~/.edgerc: the home directory is not known"),
        ),
        (
            by_file(&json!({"edgerc": file, "section": "mine"})),
            Some(&format!("edgerc \"{file}\": there is no section [mine]")),
        ),
        (
            by_file(&json!({"edgerc": "/nowhere/.edgerc"})),
            Some("edgerc \"/nowhere/.edgerc\": No such file"),
        ),
    ]);
}
