//! Credentials of every kind, and the requests that they become.

use std::sync::{Arc, Mutex, PoisonError};

use octodns_core::Registry;
use octodns_testkit::fake::{Fake, Request, Response};
use octodns_testkit::run::Harness;
use serde_json::{Value as Json, json};

use super::{CLASS, key, service};

type Heard = Arc<Mutex<Vec<String>>>;

/// Google's hosts in one: tokens, federation, impersonation, metadata, and the list of zones of any project.
fn google(heard: &Heard) -> impl FnMut(&Request) -> Response + Send + use<> {
    let heard = Arc::clone(heard);
    move |request| {
        let (said, response) = answer(request);
        heard.lock().unwrap_or_else(PoisonError::into_inner).push(said);
        response
    }
}

fn answer(request: &Request) -> (String, Response) {
    let header = |name: &str| request.header(name).unwrap_or_default().to_owned();
    let (bearer, path) = (header("authorization"), request.path().join("/"));
    let granted = |token: &str| {
        Response::json(
            200,
            json!({"access_token": token, "expires_in": 3600, "token_type": "Bearer"}),
        )
    };
    let field = service::form(request);
    let field = |name: &str| field(name).unwrap_or_default();
    match path.as_str() {
        "token" if !field("refresh_token").is_empty() => {
            let said = format!(
                "{} {} {} {}",
                field("grant_type"),
                field("refresh_token"),
                field("client_id"),
                field("client_secret")
            );
            (said, granted("of-user"))
        }
        "token" if field("assertion").is_empty() => {
            let said = format!(
                "{} {} {} {}",
                field("subject_token"),
                field("subject_token_type"),
                field("audience"),
                field("scope")
            );
            (said, granted("federated"))
        }
        "token" => (field("grant_type"), granted("of-key")),
        "v1/projects/-/serviceAccounts/dns@p.iam.gserviceaccount.com:generateAccessToken" => {
            let asked = request.json();
            let (scope, life) = (&asked["scope"][0], &asked["lifetime"]);
            let said = format!("{bearer}: impersonate {scope} {life}");
            let body = json!({"accessToken": "impersonated", "expireTime": "2100-01-01T00:00:00Z"});
            (said, Response::json(200, body))
        }
        "subject" => {
            let is_right = header("x-key") == "hunter2" && request.param("a") == Some("b");
            let status = if is_right { 200 } else { 403 };
            ("subject".to_owned(), Response::json(status, json!({"value": "from-url"})))
        }
        path if path.starts_with("computeMetadata/") && header("metadata-flavor") == "Google" => {
            let response = match path.rsplit_once('/') {
                Some((_, "project-id")) => Response::text(200, "machine-project"),
                _ => granted("of-machine"),
            };
            (path.trim_start_matches("computeMetadata/v1/").to_owned(), response)
        }
        path => {
            let payer = header("x-goog-user-project");
            let said = format!("{bearer}: {path} {payer}").trim_end().to_owned();
            (said, Response::json(200, json!({"managedZones": []})))
        }
    }
}

/// Lists zones with these credentials, and returns what was heard.
async fn heard(credentials: impl Fn(&str) -> Json, options: Json) -> Vec<String> {
    let heard = Heard::default();
    let fake = Fake::start(google(&heard)).await;
    let mut config = json!({
        "endpoint": format!("{}/dns/v1", fake.url()),
        "token_endpoint": format!("{}/token", fake.url()),
        "impersonation_endpoint": fake.url(),
        "metadata_endpoint": fake.url(),
        "http": {"retry_wait": 0},
    });
    match credentials(fake.url()) {
        Json::Null => {}
        text => config["credentials"] = text.to_string().into(),
    }
    for (option, value) in options.as_object().into_iter().flatten() {
        config[option] = value.clone();
    }
    let harness = Harness::build(octodns_googlecloud::register, CLASS, &config).unwrap();
    let listed = harness.provider().list_zones().await;
    listed.unwrap_or_else(|error| panic!("{}", error.with_causes()));
    heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

fn user() -> Json {
    json!({
        "type": "authorized_user", "client_id": "gcloud", "client_secret": "hunter2",
        "refresh_token": "1//refresh", "quota_project_id": "payer",
    })
}

const IMPERSONATE: &str = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/\
                           dns@p.iam.gserviceaccount.com:generateAccessToken";

const DNS: &str = "https://www.googleapis.com/auth/ndev.clouddns.readwrite";

#[tokio::test]
async fn a_key_of_a_service_account_signs_its_login() {
    let account: Json = serde_json::from_str(service::ACCOUNT).unwrap();
    let grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    let of_key = heard(|_| account.clone(), json!({})).await;
    assert_eq!(of_key, [grant, "Bearer of-key: dns/v1/projects/test-project/managedZones"]);
    // The option comes before the project of the key.
    let other = heard(|_| account.clone(), json!({"project": "example.com:dns"})).await;
    assert_eq!(other[1], "Bearer of-key: dns/v1/projects/example.com:dns/managedZones");
}

#[tokio::test]
async fn a_login_of_gcloud_has_a_project_that_pays() {
    let of_user = heard(|_| user(), json!({"project": "p"})).await;
    let expected = [
        "refresh_token 1//refresh gcloud hunter2",
        "Bearer of-user: dns/v1/projects/p/managedZones payer",
    ];
    assert_eq!(of_user, expected);
    let acting = json!({
        "type": "impersonated_service_account", "source_credentials": user(),
        "service_account_impersonation_url": IMPERSONATE,
    });
    let acting = heard(|_| acting.clone(), json!({"project": "p"})).await;
    assert_eq!(acting[0], expected[0]);
    assert_eq!(acting[1], format!("Bearer of-user: impersonate \"{DNS}\" \"3600s\""));
    assert_eq!(acting[2], "Bearer impersonated: dns/v1/projects/p/managedZones");
}

/// The token of the other service is read again for each exchange.
#[tokio::test]
async fn identities_of_other_services_are_exchanged() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let external = |source: Json| {
        json!({
            "type": "external_account", "audience": "//iam/pool",
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
            "token_url": "https://sts.googleapis.com/v1/token", "credential_source": source,
        })
    };
    let of = "urn:ietf:params:oauth:token-type:jwt //iam/pool";
    let field = json!({"type": "json", "subject_token_field_name": "value"});
    let texts = [
        (json!({"file": file("plain", "from-file\n")}), "from-file"),
        (json!({"file": file("json", r#"{"value": "in-json"}"#), "format": field}), "in-json"),
    ];
    for (source, token) in texts {
        let found = heard(|_| external(source.clone()), json!({"project": "p"})).await;
        let expected = [
            format!("{token} {of} {DNS}"),
            "Bearer federated: dns/v1/projects/p/managedZones".into(),
        ];
        assert_eq!(found, expected);
    }
    let from_url = |url: &str| {
        let mut external = external(json!({
            "url": format!("{url}/subject?a=b"), "headers": {"x-key": "hunter2"}, "format": field,
        }));
        external["service_account_impersonation_url"] = IMPERSONATE.into();
        external
    };
    let found = heard(from_url, json!({"project": "p"})).await;
    assert_eq!(found[0], "subject");
    let scope = "https://www.googleapis.com/auth/cloud-platform";
    assert_eq!(found[1], format!("from-url {of} {scope}"));
    assert!(found[2].starts_with("Bearer federated: impersonate "), "{found:?}");
    assert_eq!(found[3], "Bearer impersonated: dns/v1/projects/p/managedZones");
}

#[tokio::test]
async fn a_machine_has_credentials_and_a_project() {
    let found = heard(|_| Json::Null, json!({})).await;
    let expected = [
        "project/project-id",
        "instance/service-accounts/default/token",
        "Bearer of-machine: dns/v1/projects/machine-project/managedZones",
    ];
    assert_eq!(found, expected);
    let found = heard(|_| Json::Null, json!({"project": "p"})).await;
    assert_eq!(found, [expected[1], "Bearer of-machine: dns/v1/projects/p/managedZones"]);
}

/// What Google's own tools find, in their order: each line takes one place away.
#[tokio::test]
async fn credentials_and_projects_are_found_where_googles_tools_look() {
    let heard = Heard::default();
    let fake = Fake::start(google(&heard)).await;
    let home = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = home.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("key.json", service::ACCOUNT);
    write(".config/gcloud/application_default_credentials.json", &user().to_string());
    write(".config/gcloud/active_config", "work\n");
    let config = "[auth]\nproject = no\n\n[core]\naccount = me\nproject = of-gcloud\n";
    write(".config/gcloud/configurations/config_work", config);
    let at_home = |path: &str| home.path().join(path).display().to_string();
    let elsewhere = at_home("elsewhere");
    for (options, environment, expected) in [
        (
            json!({"credentials_file": "~/key.json"}),
            vec![("GOOGLE_CLOUD_PROJECT", "env")],
            "of-key env",
        ),
        (json!({"credentials": key(service::ACCOUNT)}), vec![], "of-key test-project"),
        (
            json!({}),
            vec![("GOOGLE_APPLICATION_CREDENTIALS", "~/key.json"), ("GCLOUD_PROJECT", "old")],
            "of-key old",
        ),
        (json!({}), vec![("CLOUDSDK_CORE_PROJECT", "core")], "of-user core"),
        (json!({}), vec![], "of-user of-gcloud"),
        (json!({}), vec![("CLOUDSDK_CONFIG", &*elsewhere)], "of-machine machine-project"),
    ] {
        let environment: Vec<_> =
            environment.into_iter().map(|(name, value)| (name, value.to_owned())).collect();
        let mut registry = Registry::default();
        registry.home = Some(home.path().to_owned());
        registry.host.env = Arc::new(move |name| {
            let mut all = environment.iter();
            all.find(|(known, _)| *known == name).map(|(_, value)| value.clone())
        });
        octodns_googlecloud::register(&mut registry);
        let mut config = json!({
            "endpoint": format!("{}/dns/v1", fake.url()),
            "token_endpoint": format!("{}/token", fake.url()),
            "metadata_endpoint": fake.url(),
        });
        for (option, value) in options.as_object().unwrap() {
            config[option] = value.clone();
        }
        let harness = Harness::of(&registry, CLASS, &config).unwrap();
        harness.provider().list_zones().await.unwrap();
        let said = heard.lock().unwrap_or_else(PoisonError::into_inner).last().cloned().unwrap();
        let words: Vec<_> = expected.split(' ').collect();
        let request = format!("Bearer {}: dns/v1/projects/{}/managedZones", words[0], words[1]);
        assert!(said.starts_with(&request), "{said}\n{request}");
    }
}
