//! Tokens: a login that is signed with the private key of the account.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use octodns_core::registry::BuildError;
use octodns_core::{Secret, async_trait};
use octodns_http::{
    Builder, Client, Error, HeaderValue, Host, Outgoing, Quota, RsaKey, SigningAuth, Token,
    TokenAuth, TokenSource, WaitFormat, WaitHeader,
};
use octodns_kit::{Connector, json};
use serde::Deserialize;

use crate::options::Options;

/// When requests are available again.
const RESET: WaitHeader =
    WaitHeader { name: "x-rate-limit-reset", format: WaitFormat::EpochSeconds };

/// How long a token is asked to live. It is renewed before.
const LIFETIME: (&str, Duration) = ("30 minutes", Duration::from_secs(30 * 60));

/// Credentials that are fetched with the key of the options.
pub(crate) fn auth(options: &Options, connector: &Connector<'_>) -> Result<TokenAuth, BuildError> {
    let pem = options.pem()?;
    let key = RsaKey::from_pem(&pem)?;
    let (account, global_key) = (options.account.clone(), options.global_key);
    let sign = move |request: &mut Outgoing, host: &Host| {
        // Each attempt has a nonce of its own: the service takes one once.
        let body = json!({
            "login": account, "nonce": host.nonce(16), "read_only": false,
            "expiration_time": LIFETIME.0, "global_key": global_key,
        });
        let body = body.to_string();
        let signature = STANDARD.encode(key.sign_sha512(body.as_bytes())?);
        request.set_secret("signature", signature)?;
        request.headers.insert("content-type", HeaderValue::from_static("application/json"));
        request.body = body.into();
        Ok(())
    };
    let client = connector.client_with(SigningAuth::new([pem.clone()], sign), limits)?;
    Ok(TokenAuth::bearer(Login { client, pem }))
}

/// What all clients of an account keep to.
pub(crate) fn limits(builder: Builder) -> Builder {
    let quota = Quota::reset_at("x-rate-limit-remaining", RESET);
    builder.wait_headers(&[RESET]).quotas(&[quota])
}

struct Login {
    client: Client,
    pem: Secret,
}

#[async_trait]
impl TokenSource for Login {
    async fn fetch(&self, _: &Host) -> Result<Token, Error> {
        #[derive(Deserialize)]
        struct Granted {
            token: Secret,
        }

        // A token too many does no harm.
        let granted: Granted = self.client.post(&["auth"]).read_only().read().await?;
        Ok(Token::new(granted.token.reveal()).lifetime(LIFETIME.1))
    }

    fn secrets(&self) -> Vec<Secret> {
        vec![self.pem.clone()]
    }
}
