//! Every failure of logging in is one sentence with what to check.

use std::time::{Duration, UNIX_EPOCH};

use octodns_http::Host;
use octodns_testkit::fake::{InjectedFault, Request};
use octodns_testkit::run::Harness;
use serde_json::{Value as Json, json};

use super::{CLASS, a, bench, service, suite, suite_of};

/// Why these options are refused.
fn refused(options: &Json) -> String {
    let mut config = json!({"endpoint": "http://127.0.0.1:9/dns/v1"});
    for (option, value) in options.as_object().into_iter().flatten() {
        config[option] = value.clone();
    }
    let built = Harness::build(octodns_googlecloud::register, CLASS, &config);
    let error = built.err().unwrap();
    match error.help {
        Some(help) => format!("{}; {help}", error.message),
        None => error.message,
    }
}

#[test]
fn wrong_credentials_are_told_when_the_options_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        json!({"credentials_file": path.display().to_string()})
    };
    let account: Json = serde_json::from_str(service::ACCOUNT).unwrap();
    let with = |field: &str, value: Json| {
        let mut account = account.clone();
        match value {
            Json::Null => drop(account.as_object_mut().unwrap().remove(field)),
            value => account[field] = value,
        }
        json!({"credentials": account.to_string()})
    };
    let pem = account["private_key"].as_str().unwrap();
    let lines = [
        json!({"credentials_file": folder.path().join("none.json").display().to_string()}),
        json!({"credentials_file": folder.path().display().to_string()}),
        file("empty.json", ""),
        file("cut.json", &service::ACCOUNT[..400]),
        file("key.pem", pem),
        json!({"credentials": "\"hunter2\""}),
        json!({"credentials": "{\"installed\": {\"client_secret\": \"hunter2\"}}"}),
        with("type", json!("gdch_service_account")),
        with("private_key", Json::Null),
        with("private_key", json!("hunter2")),
        with("private_key", json!(pem.replace("MII", "hunter2"))),
        with("token_uri", json!("hunter2")),
        with("project_id", Json::Null),
        federated(json!({"environment_id": "aws1", "url": null})),
        federated(json!({"url": "hunter2"})),
        json!({"credentials": "{}", "batch_size": 0}),
        json!({"metadata_endpoint": "metadata"}),
    ]
    .map(|options| refused(&options));
    let told = lines.join("\n").replace(&folder.path().display().to_string(), "FOLDER");
    assert!(!told.contains("MII"), "{told}");
    insta::assert_snapshot!(told);
}

/// What the provider says when zones are listed, or else when something is changed, and the service answers requests
/// to a path in this way.
async fn failure(options: &Json, (part, status, body): (&'static str, u16, Json)) -> String {
    let bench = bench(options.clone()).await;
    let is_it = move |request: &Request| request.target.contains(part);
    let fault = InjectedFault::json(status, body);
    bench.faults().next_of(is_it, 99, fault);
    let text = match bench.harness.provider().list_zones().await {
        Err(error) => error.with_causes(),
        Ok(_) => bench.apply(&[a("www", 1)]).await.result.unwrap_err().with_causes(),
    };
    // Names of zones end with something random.
    let id = bench.fake.api().zone("unit.tests").map(|zone| zone.id.clone()).unwrap_or_default();
    text.replace(id.as_str().unwrap_or("unit.tests"), "ZONE")
}

/// A refusal of an API, at this path.
fn api(part: &'static str, status: u16, reason: &str, message: &str) -> (&'static str, u16, Json) {
    let error = json!({"message": message, "domain": "global", "reason": reason});
    (part, status, json!({"error": {"code": status, "message": message, "errors": [error]}}))
}

/// A refusal of the token endpoint.
fn token(description: &str) -> (&'static str, u16, Json) {
    ("/token", 400, json!({"error": "invalid_grant", "error_description": description}))
}

/// Federated credentials whose token is there.
fn federated(source: Json) -> Json {
    let mut external = json!({
        "type": "external_account", "audience": "a", "subject_token_type": "t",
        "token_url": "https://sts.googleapis.com/v1/token",
    });
    external["credential_source"] = source;
    json!({"credentials": external.to_string()})
}

#[tokio::test]
async fn every_failure_of_logging_in_says_what_to_check() {
    let (usual, none) = (json!({}), ("nothing", 200, json!({})));
    let user = json!({
        "type": "authorized_user", "client_id": "1.apps.example", "client_secret": "hunter2",
        "refresh_token": "hunter2-refresh",
    });
    let user = json!({"credentials": user.to_string()});
    let source: Json = serde_json::from_str(service::ACCOUNT).unwrap();
    let acting = json!({
        "type": "impersonated_service_account", "source_credentials": source,
        "service_account_impersonation_url":
            "https://iamcredentials.googleapis.com/v1/serviceAccounts/dns:generateAccessToken",
    });
    let acting = json!({"credentials": acting.to_string()});
    let machine = json!({"credentials": null, "metadata_endpoint": "http://127.0.0.1:9"});
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("empty"), "\n").unwrap();
    let in_field = json!({"file": path("empty"), "format": {"subject_token_field_name": "value"}});
    let clock = "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. \
                 Check your iat and exp values in the JWT claim.";
    let (zones, changes) = ("/managedZones", "/changes");
    let disabled = "Cloud DNS API has not been used in project 1 before or it is disabled.";
    let unknown = "The 'parameters.project' resource named 'p' does not exist.";
    let denied = "Permission 'iam.serviceAccounts.getAccessToken' denied on resource.";
    let credentials = "Invalid Credentials";
    let mut told = String::new();
    for (what, options, fault) in [
        ("key deleted", &usual, token("Invalid JWT Signature.")),
        ("account deleted", &usual, token("Invalid grant: account not found")),
        ("clock", &usual, token(clock)),
        ("login ended", &user, token("Token has been expired or revoked.")),
        ("no file", &federated(json!({"file": path("none")})), none.clone()),
        ("empty file", &federated(json!({"file": path("empty")})), none.clone()),
        ("no field", &federated(in_field), none.clone()),
        ("token ended", &federated(json!({"file": "Cargo.toml"})), token("The token is expired")),
        ("may not act", &acting, api(":generateAccessToken", 403, "forbidden", denied)),
        ("no metadata server", &machine, none),
        ("no rights", &usual, api(zones, 403, "forbidden", "Forbidden")),
        ("API not enabled", &usual, api(zones, 403, "accessNotConfigured", disabled)),
        ("wrong project", &usual, api(zones, 404, "notFound", unknown)),
        ("token refused", &usual, api(zones, 401, "authError", credentials)),
        ("token refused in a run", &usual, api(changes, 401, "authError", credentials)),
    ] {
        told = format!("{told}{what}: {}\n", failure(options, fault).await);
    }
    let told = told.replace(&folder.path().display().to_string(), "FOLDER");
    assert!(!told.contains("hunter2"), "{told}");
    insta::assert_snapshot!(told);
}

/// The fake refuses a login whose clock is off, as the service does.
#[tokio::test]
async fn a_clock_that_is_off_is_refused_by_the_fake() {
    for (off, is_right) in [(0, true), (3600, false)] {
        let now = Host::default().unix_seconds() - off;
        let host = Host::fixed(UNIX_EPOCH + Duration::from_secs(now));
        let register = move |registry: &mut _| octodns_googlecloud::register_with(registry, &host);
        let bench = suite_of(register, service()).bench(&json!({})).await;
        assert_eq!(bench.harness.provider().list_zones().await.is_ok(), is_right, "{off}");
    }
}

/// One token for all calls; another only when the service says that it has ended.
#[tokio::test]
async fn a_token_is_shared_and_renewed() {
    let bench = suite(service()).bench(&json!({})).await;
    let logins = |asked: Vec<String>| asked.iter().filter(|it| *it == "POST /token").count();
    bench.converge(&[a("www", 1)]).await;
    assert_eq!(logins(bench.asked()), 1);
    bench.converge(&[a("www", 2)]).await;
    assert_eq!(logins(bench.asked()), 0);
    bench.fake.api().end_tokens_after(Some(3));
    bench.converge(&[a("www", 3)]).await;
    assert!(logins(bench.asked()) > 0);
}

/// The class has an older path, which is taken with a warning.
#[test]
fn the_old_class_path_is_known() {
    let old = "octodns.provider.googlecloud.GoogleCloudProvider";
    suite(service()).check_names(&["googlecloud", old]);
}
