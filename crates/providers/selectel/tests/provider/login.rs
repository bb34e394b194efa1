//! Logins at the identity service.

use octodns_testkit::fake::Request;
use octodns_testkit::store::{Login, Store};
use serde_json::{Value as Json, json};

use crate::{CLASS, service};

/// The options of a service user.
pub(crate) fn config() -> Json {
    json!({
        "class": CLASS, "username": "octodns", "password": "hunter2", "account_id": "123456",
        "project_id": "p-1",
    })
}

/// Version 2 of the service, with tokens from logins.
pub(crate) fn service() -> Store {
    service::service().token_header("x-subject-token").login(Login {
        method: "POST",
        path: "/domains/v2/auth/tokens",
        is_right,
        response: |_| json!({"token": {"expires_at": "2030-01-01T00:00:00.000000Z"}}),
        carried: |request| request.header("x-auth-token"),
    })
}

/// Whether a login is that of the one service user, with the password of either of two accounts.
fn is_right(request: &Request) -> bool {
    ["hunter2", "of another account"].into_iter().any(|password| {
        let user = json!({
            "name": "octodns", "password": password, "domain": {"name": "123456"},
        });
        request.json()
            == json!({"auth": {
                "identity": {"methods": ["password"], "password": {"user": user}},
                "scope": {"project": {"id": "p-1"}},
            }})
    })
}
