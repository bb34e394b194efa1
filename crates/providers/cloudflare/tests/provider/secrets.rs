//! Credentials are never shown, whatever happens and however much is logged.

use octodns_core::ZoneName;
use octodns_testkit::run::Harness;
use octodns_testkit::secrets::{Trial, examine};
use serde_json::json;

use crate::fake::Cloudflare;
use crate::support::hosts;

#[tokio::test]
async fn credentials_are_in_no_log_line_error_or_plan() {
    for (token, email) in [
        ("let-me-in", None),
        ("global-key", Some("me@example.com")),
        ("wrong-and-secret", None),
        ("wrong-and-secret", Some("me@example.com")),
    ] {
        let mut service = Cloudflare::default();
        service.add_zone("unit.tests", "free");
        let build = |url: &str| {
            let options = json!({
                "token": token, "email": email, "api_url": format!("{url}/client/v4"),
                "retry_period": 0, "http": { "retry_wait": 0.0 },
            });
            Harness::build(octodns_cloudflare::register, "cloudflare", &options).unwrap()
        };
        let trial = Trial {
            service,
            build: &build,
            zone: ZoneName::new("unit.tests.").unwrap(),
            desired: hosts(0, 3, "192.0.2.1"),
            secrets: vec![token.to_owned()],
        };
        assert_eq!(examine(&trial).await, Vec::<String>::new(), "{token}");
    }
}
