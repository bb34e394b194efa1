//! The credentials, and the signature of each request.

use std::time::{Duration, UNIX_EPOCH};

use futures::FutureExt;
use octodns_core::Secret;
use octodns_core::registry::BuildError;
use octodns_http::{
    Auth, Client, ClockOffset, Error, HeaderAuth, HeaderValue, Host, Outgoing, Response,
    SigningAuth, Verdict,
};
use octodns_kit::Connector;
use schemars::JsonSchema;
use serde::Deserialize;
use sha1::{Digest, Sha1};

/// Options of one `ovh` provider.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Options {
    /// The key of the application.
    pub application_key: Secret,
    /// The secret of the application.
    pub application_secret: Secret,
    /// The consumer key: which account the application may use, and for which calls.
    pub consumer_key: Secret,
}

impl Options {
    /// With these keys.
    pub fn new(application_key: Secret, application_secret: Secret, consumer_key: Secret) -> Self {
        Self { application_key, application_secret, consumer_key }
    }
}

/// A client that signs with the time of the service.
pub(crate) fn client(options: &Options, connector: &Connector<'_>) -> Result<Client, BuildError> {
    let secrets = [&options.application_key, &options.application_secret, &options.consumer_key]
        .map(Clone::clone);
    let unsigned = connector.client_with(HeaderAuth::default(), |builder| {
        let builder = secrets.iter().fold(builder, octodns_http::Builder::redact);
        builder.verdict(verdict)
    })?;
    let keys = HeaderAuth::default()
        .with("x-ovh-application", &options.application_key)?
        .with("x-ovh-consumer", &options.consumer_key)?;
    let [_, secret, consumer] = secrets.clone();
    let clock = unsigned.clone();
    let auth = SigningAuth::new(secrets, move |request, host| {
        keys.sign(request, host)?;
        let time = host.unix_seconds();
        let signature = signature(request, [&secret, &consumer], time);
        request.set_secret("x-ovh-signature", signature)?;
        request.headers.insert("x-ovh-timestamp", HeaderValue::from(time));
        Ok(())
    })
    .with_server_time(move |host| ask_time(clock.clone(), host).boxed())
    .late_when(|response| code(response).as_deref() == Some(LATE));
    Ok(unsigned.with_auth(auth))
}

/// Signs everything of a request that counts, the query and the body as well.
fn signature(request: &Outgoing, [secret, consumer]: [&Secret; 2], time: u64) -> String {
    let Outgoing { method, url, body, .. } = request;
    let mut hash = Sha1::new();
    for part in [secret.reveal(), consumer.reveal(), method.as_str(), url.as_str()] {
        hash.update(part);
        hash.update("+");
    }
    hash.update(body);
    hash.update("+");
    hash.update(time.to_string());
    hash.finalize().iter().fold("$1$".to_owned(), |text, octet| format!("{text}{octet:02x}"))
}

/// The time of the service. This call is not signed.
async fn ask_time(clock: Client, host: Host) -> Result<ClockOffset, Error> {
    let seconds: u64 = clock.get(&["auth", "time"]).read().await?;
    Ok(host.offset_to(UNIX_EPOCH + Duration::from_secs(seconds)))
}

/// The code of a request whose time is too far from that of the service.
const LATE: &str = "QUERY_TIME_OUT";

/// The code of an error.
fn code(response: &Response) -> Option<String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Refusal {
        error_code: Option<String>,
        message: Option<String>,
    }
    let Refusal { error_code, message } = response.json().ok()?;
    // Some answers have no code.
    error_code.or_else(|| (message? == "Query out of time").then(|| LATE.to_owned()))
}

/// Wrong signatures have the status of any other bad request.
fn verdict(response: &Response) -> Option<Verdict> {
    if response.status().is_success() {
        return None;
    }
    let code = code(response)?;
    matches!(code.as_str(), LATE | "INVALID_SIGNATURE").then_some(Verdict::Unauthorized)
}
