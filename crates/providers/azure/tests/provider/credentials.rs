//! Every failure of signing in is one sentence with what to check.

use std::path::Path;

use octodns_testkit::fake::{Api, Fake, InjectedFault, Request, Response};
use octodns_testkit::run::Harness;
use serde_json::{Value as Json, json};

use crate::service::{KEY, service};
use crate::{CLASS, a, config, suite};

/// Why these options are refused.
fn refused(options: &Json) -> String {
    let mut config = config(CLASS);
    config.as_object_mut().unwrap().remove("class");
    for (option, value) in options.as_object().into_iter().flatten() {
        match value {
            Json::Null => drop(config.as_object_mut().unwrap().remove(option)),
            value => config[option] = value.clone(),
        }
    }
    let error = Harness::build(octodns_azure::register, CLASS, &config).err().unwrap();
    match error.help {
        Some(help) => format!("{}; {help}", error.message),
        None => error.message,
    }
}

#[test]
fn wrong_options_are_told_when_they_are_read() {
    let lines = [
        json!({"key": null}),
        json!({"key": "", "client_id": null}),
        json!({"directory_id": "a/b"}),
        json!({"sub_id": ""}),
        json!({"resource_group": ""}),
        json!({"top": 0}),
        json!({"authority": "login"}),
        json!({"base_url": "management"}),
        json!({"client_credential_method": "certificate"}),
        json!({"environment": "germany"}),
        json!({"client_credential_method": "workload_identity", "client_id": null}),
        json!({"client_credential_method": "workload_identity"}),
        json!({"client_credential_method": "managed_identity", "metadata_endpoint": "server"}),
        json!({"client_retry_policy": {"backoff_factor": -1}}),
        json!({"client_retry_policy": {"retries": 3}}),
    ]
    .map(|options| refused(&options));
    insta::assert_snapshot!(lines.join("\n"));
}

/// What the provider says when something is changed, and the service answers requests to a path in this way.
async fn failure(options: &Json, (part, status, body): (&'static str, u16, Json)) -> String {
    let bench = suite(CLASS, service()).bench(options).await;
    let is_it = move |request: &Request| request.target.contains(part);
    let fault = InjectedFault::json(status, body);
    bench.faults().next_of(is_it, 99, fault);
    match bench.harness.provider().list_zones().await {
        Err(error) => error.with_causes(),
        Ok(_) => bench.apply(&[a("www", 1)]).await.result.unwrap_err().with_causes(),
    }
}

/// A refusal of the resource manager, at this path.
fn api(part: &'static str, status: u16, code: &str, message: &str) -> (&'static str, u16, Json) {
    (part, status, json!({"error": {"code": code, "message": message}}))
}

/// A refusal of the login host.
fn login(status: u16, error: &str, description: &str) -> (&'static str, u16, Json) {
    let description =
        format!("{description} Trace ID: 0-1 Correlation ID: 2-3 Timestamp: 2026-01-31 12:00:00Z");
    ("/token", status, json!({"error": error, "error_description": description}))
}

/// A program in place of the Azure CLI.
#[cfg(unix)]
fn program(folder: &Path, name: &str, script: &str) -> String {
    use std::os::unix::fs::PermissionsExt;

    let path = folder.join(name);
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.display().to_string()
}

fn cli(path: &str) -> Json {
    json!({"client_credential_method": "cli", "cli_path": path})
}

type Case<'c> = (&'c str, Json, (&'static str, u16, Json));

/// What the provider says in each case.
async fn told(cases: Vec<Case<'_>>) -> String {
    let mut told = String::new();
    for (what, options, fault) in cases {
        told = format!("{told}{what}: {}\n", failure(&options, fault).await);
    }
    assert!(!told.contains(KEY) && !told.contains("hunter2"), "{told}");
    told
}

#[tokio::test]
async fn every_refused_secret_says_what_to_check() {
    let usual = || json!({});
    let ended = "AADSTS7000222: The provided client secret keys for app 'x' are expired.";
    let unknown =
        "AADSTS700016: Application with identifier 'x' was not found in the directory 'y'.";
    let cloud = "AADSTS500011: The resource principal named x was not found in the tenant named y.";
    let wrong = "AADSTS7000215: Invalid client secret provided.";
    let told = told(vec![
        ("wrong secret", usual(), login(401, "invalid_client", wrong)),
        ("secret ran out", usual(), login(401, "invalid_client", ended)),
        ("wrong application", usual(), login(400, "unauthorized_client", unknown)),
        (
            "wrong tenant",
            usual(),
            login(400, "invalid_request", "AADSTS90002: Tenant 'x' not found."),
        ),
        ("unknown code", usual(), login(400, "invalid_request", "AADSTS1: Something else.")),
        ("other cloud", usual(), login(400, "invalid_resource", cloud)),
        (
            "login host is down",
            json!({"authority": "http://127.0.0.1:9"}),
            ("nothing", 200, json!({})),
        ),
    ]);
    insta::assert_snapshot!(told.await);
}

#[cfg(unix)]
#[tokio::test]
async fn every_other_way_of_signing_in_says_what_to_check() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let none = || ("nothing", 200, json!({}));
    let machine = json!({
        "client_credential_method": "managed_identity", "metadata_endpoint": "http://127.0.0.1:9",
    });
    let federated = |file: &str| {
        json!({
            "client_credential_method": "workload_identity", "federated_token_file": path(file),
        })
    };
    std::fs::write(path("empty"), "\n").unwrap();
    std::fs::write(path("odd"), "hunter2").unwrap();
    std::fs::write(path("token"), "head.claims.signature\n").unwrap();
    let out = "echo \"ERROR: Please run 'az login' to setup account.\" >&2; exit 1";
    let out = program(folder.path(), "out", out);
    let odd = program(folder.path(), "odd-az", "echo hunter2");
    let clock = "AADSTS700024: Client assertion is not within its valid time range.";
    let subject = "AADSTS700213: No matching federated identity record found for presented assertion subject 's'.";
    let told = told(vec![
        ("no token file", federated("none"), none()),
        ("empty token file", federated("empty"), none()),
        ("odd token file", federated("odd"), none()),
        ("clock of a token", federated("token"), login(401, "invalid_client", clock)),
        ("subject of a token", federated("token"), login(401, "invalid_client", subject)),
        ("no metadata server", machine, none()),
        ("no az", cli(&path("no-az")), none()),
        ("not logged in", cli(&out), none()),
        ("odd az", cli(&odd), none()),
    ]);
    insta::assert_snapshot!(told.await.replace(&folder.path().display().to_string(), "FOLDER"));
}

#[tokio::test]
async fn every_refused_token_says_what_to_check() {
    let usual = || json!({});
    let client = "The client 'x' with object id 'y' does not have authorization to perform action \
                  'Microsoft.Network/dnsZones/read' over scope 'z'.";
    let early = "The access token is not yet valid. Current time: '1/31/2026 12:00:00 PM'.";
    let late = "The access token expiry UTC time is earlier than current UTC time.";
    let locked =
        "The scope 'x' cannot perform write operation because following scope(s) are locked.";
    let (zones, www) = ("/dnsZones?", "/A/www");
    let group = "Resource group 'x' could not be found.";
    let subscription = "The subscription 'x' could not be found.";
    let told = told(vec![
        ("no rights", usual(), api(zones, 403, "AuthorizationFailed", client)),
        ("wrong group", usual(), api(zones, 404, "ResourceGroupNotFound", group)),
        ("wrong subscription", usual(), api(zones, 404, "SubscriptionNotFound", subscription)),
        ("clock", usual(), api(zones, 401, "InvalidAuthenticationToken", early)),
        ("refused in a run", usual(), api(www, 401, "ExpiredAuthenticationToken", late)),
        ("locked", usual(), api(www, 409, "ScopeLocked", locked)),
    ]);
    insta::assert_snapshot!(told.await);
}

/// Each way of signing in has a token in the end, for the right host.
#[cfg(unix)]
#[tokio::test]
async fn all_ways_of_signing_in_work() {
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    std::fs::write(&token, "head.claims.signature\n").unwrap();
    let federated = json!({
        "key": null, "client_credential_method": "workload_identity",
        "federated_token_file": token.display().to_string(),
    });
    for options in [json!({}), federated] {
        let bench = suite(CLASS, service()).bench(&options).await;
        bench.converge(&[a("www", 1)]).await;
    }
    // A token of the service's login, as the program and the metadata server would give it.
    let mut fake = service();
    let login = Request::new(
        "POST",
        "/99999999-8888-7777-6666-555555555555/oauth2/v2.0/token",
        &Json::Null,
    );
    let login = Request {
        body: format!(
            "grant_type=client_credentials&client_id={}&client_secret={KEY}&scope=x/.default",
            crate::service::CLIENT
        )
        .into_bytes(),
        ..login
    };
    assert_eq!(fake.response(&login).status, 200);
    let args = folder.path().join("arguments").display().to_string();
    let az = program(
        folder.path(),
        "az",
        &format!(
            "echo \"$@\" > {args}\necho '{{\"accessToken\": \"token-1\", \"expires_on\": 99999999999}}'"
        ),
    );
    let bench = suite(CLASS, fake.clone()).bench(&cli(&az)).await;
    bench.converge(&[a("www", 1)]).await;
    let asked = std::fs::read_to_string(args).unwrap();
    assert!(asked.starts_with("account get-access-token --output json --resource http"), "{asked}");
    assert!(asked.contains("--tenant 99999999-"), "{asked}");
    let metadata = Fake::start(Machine).await;
    let machine = json!({
        "key": null, "client_credential_method": "managed_identity",
        "metadata_endpoint": metadata.url(),
    });
    let bench = suite(CLASS, fake).bench(&machine).await;
    bench.converge(&[a("www", 1)]).await;
}

/// The metadata server of a machine.
struct Machine;

impl Api for Machine {
    fn response(&mut self, request: &Request) -> Response {
        let is_right = request.header("metadata") == Some("true")
            && request.path() == ["metadata", "identity", "oauth2", "token"]
            && request.param("api-version") == Some("2018-02-01")
            && request.param("client_id") == Some(crate::service::CLIENT)
            && request.param("resource").is_some();
        if is_right {
            Response::json(200, json!({"access_token": "token-1", "expires_in": "86399"}))
        } else {
            Response::json(400, json!({"error": "invalid_request"}))
        }
    }
}

/// One token for all calls; another only when the service says that it has ended.
#[tokio::test]
async fn a_token_is_shared_and_renewed() {
    let bench = suite(CLASS, service()).bench(&json!({})).await;
    let logins = |asked: Vec<String>| asked.iter().filter(|it| it.starts_with("POST ")).count();
    bench.converge(&[a("www", 1)]).await;
    assert_eq!(logins(bench.asked()), 1);
    bench.converge(&[a("www", 2)]).await;
    assert_eq!(logins(bench.asked()), 0);
    bench.fake.api().end_tokens_after(Some(3));
    bench.converge(&[a("www", 3)]).await;
    assert!(logins(bench.asked()) > 0);
}

/// The hosts of other clouds, which nothing is sent to here.
#[test]
fn environments_have_their_hosts() {
    suite(CLASS, service()).check_options(&[
        (json!({"environment": "public"}), None),
        (json!({"environment": "china"}), None),
        (json!({"environment": "us_government"}), None),
    ]);
}

/// The class has an older path, which is taken with a warning.
#[test]
fn the_class_paths_are_known() {
    let old = "octodns.provider.azuredns.AzureProvider";
    suite(CLASS, service()).check_names(&["azure", "azureprivate", crate::PRIVATE, old]);
}
