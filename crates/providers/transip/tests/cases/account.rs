//! Keys, tokens, and limits of an account.

use std::time::{Duration, Instant};

use octodns_http::Host;
use octodns_testkit::fake::{InjectedFault, Response};
use octodns_testkit::run::Harness;
use serde_json::{Value as Json, json};

use super::a;
use crate::service::KEY;
use crate::{CLASS, bench, suite};

/// Why these options are refused, beside those that are needed.
fn refusal(options: &Json) -> String {
    let mut config = json!({"account": "octodns", "key": KEY});
    for (option, value) in options.as_object().into_iter().flatten() {
        config[option] = value.clone();
    }
    config.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    let built = Harness::build(octodns_transip::register, CLASS, &config);
    built.err().map(|error| error.message).unwrap_or_default()
}

#[tokio::test]
async fn a_key_is_text_or_a_file_and_whatever_else_is_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let bench = suite().bench(&json!({"key_file": file("key.pem", KEY), "key": null})).await;
    bench.apply(&[a("www", "192.0.2.1")]).await.result.unwrap();
    // The file takes precedence.
    let bench = suite().bench(&json!({"key_file": file("key.pem", KEY), "key": "hunter2"})).await;
    bench.apply(&[a("www", "192.0.2.1")]).await.result.unwrap();

    let missing = folder.path().join("none.pem").display().to_string();
    for (options, message) in [
        (json!({"key": null}), "no private key: set `key` or `key_file`".to_owned()),
        (
            json!({"key": "hunter2"}),
            "the private key is not in PEM: it has no line -----BEGIN PRIVATE KEY-----".to_owned(),
        ),
        (
            json!({"key": KEY.replace("MII", "hunter2")}),
            "the private key is not an RSA key of 2048 to 8192 bits, or damaged".to_owned(),
        ),
        (
            json!({"key_file": missing}),
            format!("key_file \"{missing}\": No such file or directory (os error 2)"),
        ),
        (
            json!({"key_file": folder.path().display().to_string()}),
            format!("key_file \"{}\": it is not a file but a folder", folder.path().display()),
        ),
    ] {
        let found = refusal(&options);
        assert!(found.starts_with(&message), "{found}\n{message}");
        assert!(!found.contains("hunter2") && !found.contains("MII"), "{found}");
    }
}

/// One token for all calls; another only when the service says that it has ended.
#[tokio::test]
async fn a_token_is_shared_and_renewed() {
    let bench = bench().await;
    let logins = |asked: Vec<String>| asked.iter().filter(|it| *it == "POST /v6/auth").count();
    bench.apply(&[a("www", "192.0.2.1")]).await.result.unwrap();
    assert_eq!(logins(bench.asked()), 1);
    bench.apply(&[a("www", "192.0.2.2")]).await.result.unwrap();
    assert_eq!(logins(bench.asked()), 0);
    bench.fake.api().end_tokens_after(Some(0));
    assert!(bench.plan(&[]).await.unwrap_err().contains("401"));
    assert_eq!(logins(bench.asked()), 1);
}

/// The time in `X-Rate-Limit-Reset` is a moment, not a number of seconds to wait.
#[tokio::test]
async fn the_reset_of_the_quota_is_waited_for() {
    let bench = bench().await;
    bench.apply(&[a("www", "192.0.2.1")]).await.result.unwrap();
    let start = Instant::now();
    let reset = (Host::default().unix_seconds() + 2).to_string();
    let response = Response::json(429, json!({"error": "Rate limit exceeded"}))
        .with_header("x-rate-limit-remaining", "0")
        .with_header("x-rate-limit-reset", &reset);
    bench.fake.control().faults().next(1, InjectedFault::Response(response));
    bench.asked();
    bench.plan(&[a("www", "192.0.2.1")]).await.unwrap();
    let waited = start.elapsed();
    assert!((Duration::from_secs(1)..Duration::from_secs(5)).contains(&waited), "{waited:?}");
    assert_eq!(bench.asked().len(), 4);
}

/// The class has an older path, which is taken with a warning.
#[test]
fn the_old_class_path_is_known() {
    let mut registry = octodns_core::Registry::default();
    octodns_transip::register(&mut registry);
    for path in [CLASS, "transip", "octodns.provider.transip.TransipProvider"] {
        assert!(registry.providers.get(path).is_some(), "{path}");
    }
}
