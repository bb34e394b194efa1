//! Keys, tokens, and limits of an account.

use serde_json::json;

use super::a;
use crate::service::KEY;
use crate::{bench, suite};

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
    let folder = folder.path().display();
    suite().check_options(&[
        (json!({"key": null}), Some("no private key: set `key` or `key_file`")),
        (
            json!({"key": "hunter2"}),
            Some("the private key is not in PEM: it has no line -----BEGIN PRIVATE KEY-----"),
        ),
        (
            json!({"key": KEY.replace("MII", "hunter2")}),
            Some("the private key is not an RSA key of 2048 to 8192 bits, or damaged"),
        ),
        (
            json!({"key_file": missing}),
            Some(&format!("key_file \"{missing}\": No such file or directory (os error 2)")),
        ),
        (
            json!({"key_file": folder.to_string()}),
            Some(&format!("key_file \"{folder}\": it is not a file but a folder")),
        ),
    ]);
}

/// A token that has ended when it is used is told with the status.
#[tokio::test]
async fn a_token_that_ends_at_once_is_told() {
    let bench = bench().await;
    bench.apply(&[a("www", "192.0.2.1")]).await.result.unwrap();
    bench.fake.api().end_tokens_after(Some(0));
    bench.is_refused(&[], "401").await;
}

/// The class has an older path, which is taken with a warning.
#[test]
fn the_old_class_path_is_known() {
    suite().check_names(&["transip", "octodns.provider.transip.TransipProvider"]);
}
