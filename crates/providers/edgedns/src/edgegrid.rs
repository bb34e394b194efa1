//! `EdgeGrid`: the signature of each request.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use octodns_core::Secret;
use octodns_http::{Auth, Error, Host, Method, Outgoing, Response, SigningAuth, Verdict};
use octodns_kit::Json;
use sha2::{Digest, Sha256};

use crate::options::Credentials;

/// How far the time of a signature may be off, less some for the way: the service takes 30 seconds.
const TOLERANCE: Duration = Duration::from_secs(20);

/// Signs with the credentials, the time and a nonce.
pub(crate) fn auth(credentials: &Credentials) -> impl Auth + use<> {
    let credentials = credentials.clone();
    let Credentials { client_secret, access_token, client_token, .. } = &credentials;
    let secrets = [client_secret, access_token, client_token].map(Clone::clone);
    SigningAuth::new(secrets, move |request, host| {
        let authorization = authorization(request, host, &credentials)?;
        request.set_secret("authorization", authorization)
    })
    .with_time_of_refusals(TOLERANCE)
}

/// A signature whose time is too far off is refused with status 400, before the API sees the request.
pub(crate) fn verdict(response: &Response) -> Option<Verdict> {
    let is_late = || {
        let problem: Json = response.json().unwrap_or_default();
        problem["detail"].as_str().is_some_and(|detail| detail.contains("timestamp"))
            && problem["type"].as_str().is_some_and(|of| of.contains("/pep-authn/"))
    };
    (response.status().as_u16() == 400 && is_late()).then_some(Verdict::Unauthorized)
}

fn authorization(
    request: &Outgoing,
    host: &Host,
    credentials: &Credentials,
) -> Result<String, Error> {
    let now = jiff::Timestamp::try_from(host.now());
    let now = now.map_err(|error| Error::unsigned(error.to_string()))?;
    let time = now.strftime("%Y%m%dT%H:%M:%S+0000").to_string();
    let Credentials { client_secret, access_token, client_token, max_body, .. } = credentials;
    let [client, access] = [client_token, access_token].map(Secret::reveal);
    let nonce = host.nonce(16);
    let start = format!(
        "EG1-HMAC-SHA256 client_token={client};access_token={access};timestamp={time};nonce={nonce};"
    );
    let Outgoing { method, url, body, .. } = request;
    // Only the bodies of POST are signed, and of those only the beginning.
    let hash = match body.get(..body.len().min(*max_body)) {
        Some(body) if *method == Method::POST && !body.is_empty() => {
            STANDARD.encode(Sha256::digest(body))
        }
        _ => String::new(),
    };
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let authority = format!("{}{port}", url.host_str().unwrap_or_default());
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let target = format!("{}{query}", url.path());
    let scheme = url.scheme();
    // No headers are signed, so their place is empty.
    let text = format!("{method}\t{scheme}\t{authority}\t{target}\t\t{hash}\t{start}");
    let key = mac(client_secret.reveal(), &time)?;
    Ok(format!("{start}signature={}", mac(&key, &text)?))
}

fn mac(key: &str, text: &str) -> Result<String, Error> {
    let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes());
    let mut mac = mac.map_err(|error| Error::unsigned(error.to_string()))?;
    mac.update(text.as_bytes());
    Ok(STANDARD.encode(mac.finalize().into_bytes()))
}
