//! Secrets: what a class says of them is not shown.

use octodns_bridge::requests::Kind;
use octodns_testkit::logs::Logs;
use tracing::Level;

use crate::support::{Bridge, make, option, secret};

const SECRET: &str = "s3cr3t-t0ken/of+ours";

#[tokio::test]
async fn options_that_are_secret_are_in_no_log_and_no_error() {
    let logs = Logs::listen(Level::TRACE);
    let Some(bridge) = Bridge::start().await else { return };
    let mut options = option("what", "secret").as_map().cloned().unwrap();
    options.insert("value", SECRET);
    let mut request = make(Kind::Provider, "hostile", "Hostile", &options.into());
    request.secrets = vec![secret(SECRET)];
    bridge.host.make(request).await.unwrap();
    let error = bridge.read("hostile").await.unwrap_err();
    assert_eq!(error.to_string(), "hostile (bridge_classes.Hostile): RuntimeError: refused: ***");
    assert!(!format!("{error:?}").contains(SECRET));
    bridge.host.end().await;
    let text = logs.text();
    assert!(text.contains("token ***") && text.contains("printed ***"), "{text}");
    assert!(!text.contains(SECRET), "{text}");
}

#[tokio::test]
async fn what_a_handler_fetches_is_secret() {
    let Some(bridge) = Bridge::start().await else { return };
    bridge
        .make(Kind::SecretHandler, "vault", "Handler", option("prefix", "hunter22"))
        .await
        .unwrap();
    let value = bridge.host.fetch("vault", "dns/token", Some("config.yaml, line 3")).await.unwrap();
    let text = "hunter22/dns/token/config.yaml, line 3";
    assert_eq!(value.as_str(), Some(text));
    let mut options = option("what", "secret").as_map().cloned().unwrap();
    options.insert("value", text);
    bridge.make(Kind::Provider, "hostile", "Hostile", options.into()).await.unwrap();
    let error = bridge.read("hostile").await.unwrap_err();
    assert_eq!(error.to_string(), "hostile (bridge_classes.Hostile): RuntimeError: refused: ***");
}
