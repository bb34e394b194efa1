//! An embedding program, which prints its options, and panics while it holds them. It is this test's own
//! executable, started again.

use std::process::Command;

use octodns::core::registry::{Options, WithShared};
use octodns_http::ServiceOptions;
use octodns_route53::{AwsOptions, Route53Options, SourceOptions};
use octodns_yaml::{LoadOptions, load};
use serde_json::{Value as Json, json};

use super::forms::SECRETS;

/// Set for the program that panics.
const VARIABLE: &str = "OCTODNS_TEST_EMBEDDER";

/// All output of the program.
pub(super) fn run() -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "--nocapture", "secrets::embedder::a_program_that_panics"]);
    let output = command.env(VARIABLE, "1").env("RUST_BACKTRACE", "1").output().unwrap();
    assert!(!output.status.success(), "it does not panic");
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[test]
fn a_program_that_panics() {
    if std::env::var_os(VARIABLE).is_none() {
        return;
    }
    let s = SECRETS;
    let http = json!({"proxy": format!("http://me:{}@proxy.example", s.proxy_password)});
    let aws = json!({
        "region": "x", "access_key_id": "x", "secret_access_key": s.aws_secret, "session_token": s.aws_token,
    });
    let mut route53 = aws.clone();
    route53.as_object_mut().unwrap().remove("region");
    let all = [
        shown::<octodns_cloudflare::Options>(&json!({"token": s.cf_token, "http": http})),
        shown::<octodns_cloudflare::InternalOptions>(&json!({
            "token": s.cf_key, "email": "me@example.com", "account_id": "x", "http": http,
        })),
        shown::<WithShared<ServiceOptions, octodns_digitalocean::Options>>(
            &json!({"token": s.do_token, "http": http}),
        ),
        shown::<octodns_powerdns::Options>(
            &json!({"host": "x", "api_key": s.pdns_key, "http": http}),
        ),
        shown::<WithShared<AwsOptions, Route53Options>>(&route53),
        shown::<WithShared<AwsOptions, SourceOptions>>(&aws),
        shown::<octodns_bind::Options>(&json!({
            "host": "x", "key_name": "k.", "key_secret": s.tsig_secret,
        })),
    ];
    panic!("the provider gives up: {}", all.join("\n"));
}

/// Debug output of a provider's options, on one line and on several.
fn shown<O: Options + std::fmt::Debug>(options: &Json) -> String {
    let text = options.to_string();
    let written = load(&text, &LoadOptions::new("options")).unwrap().root.into_owned();
    let options = O::read(&written, &[]).unwrap();
    format!("{options:?} {options:#?}")
}
