//! Credentials must not be visible: not in logs, errors or debug output.

use octodns_core::Secret;
use octodns_core::engine::read_sources;
use octodns_testkit::logs::Logs;
use serde_json::json;
use tracing::Level;

use crate::fake::{Account, Fake, InjectedFault};
use crate::fixture::Fixture;
use crate::recording::load;

/// Two of the tests' keys, and those of a role.
const SECRETS: [&str; 4] =
    ["secret-of-the-key", "token-of-the-session", "role-secret", "role-token"];

#[tokio::test]
async fn no_output_contains_a_secret() {
    let logs = Logs::listen(Level::DEBUG);
    let (fixture, fake) = (Fixture::new(), Fake::start(Account::default()).await);
    let config = json!({
        "access_key_id": "AKIDEXAMPLE",
        "secret_access_key": SECRETS[0],
        "session_token": SECRETS[1],
        "client_max_attempts": 0,
    });
    let target = fixture.target(&fake.server.url, &config).unwrap();
    let desired = fixture.zone("unit.tests.", &[crate::walk::subnets(0)]);
    fixture.sync(&target, &desired).await.unwrap();
    let mut errors = Vec::new();
    for fault in [
        InjectedFault::Denied,
        InjectedFault::Lost,
        InjectedFault::Garbled,
        InjectedFault::Unavailable,
    ] {
        fake.set_faults(move |_, _| Some(fault));
        let target = fixture.target(&fake.server.url, &config).unwrap();
        errors.push(fixture.read(&target, "unit.tests.").await.unwrap_err());
    }
    let sources = ["octodns_route53.Ec2Source", "octodns_route53.ElbSource"];
    for class in sources {
        let mut config = config.clone();
        config["region"] = json!("us-east-1");
        let source = fixture.source(class, &fake.server.url, &config);
        let mut report = octodns_core::Report::new();
        let zone = fixture.zone("unit.tests.", &[]);
        let read = read_sources(zone, &[source], &fixture.context, &mut report).await;
        report.merge(read.unwrap_err());
        errors.extend(report.iter().map(|found| format!("{found:?}")));
    }
    // Only half of the keys.
    let half = json!({"secret_access_key": SECRETS[0]});
    errors.push(format!("{:?}", fixture.target("http://127.0.0.1:1", &half).err().unwrap()));
    if let Some(recording) = load("populate-assume-role") {
        let player = crate::recording::Player::start(&recording["exchanges"]).await;
        let mut with_role = config.clone();
        with_role["role_arn"] = recording["config"]["role_arn"].clone();
        let target = fixture.target(&player.server.url, &with_role).unwrap();
        fixture.read(&target, "unit.tests.").await.unwrap();
    }

    let heard = logs.text();
    assert!(heard.contains("sending a batch"), "something was heard");
    let said = [heard, errors.join("\n"), format!("{:?}", Secret::new(SECRETS[0]))].join("\n");
    for secret in SECRETS {
        let line = said.lines().find(|line| line.contains(secret));
        assert_eq!(line, None);
    }
}
