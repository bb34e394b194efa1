//! Sessions: a login gives a token, and changes belong to the session until they are published.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use octodns_core::registry::BuildError;
use octodns_core::{Secret, async_trait};
use octodns_http::{
    Builder, Client, Error, HeaderAuth, Host, Response, Token, TokenAuth, TokenSource,
};
use octodns_kit::{Connector, Json, json};
use serde::Deserialize;

use crate::answer::{THROTTLES, error_message, is_login_refused, verdict};
use crate::options::Options;

/// The number of the session: it changes with each login.
#[derive(Clone, Debug, Default)]
pub(crate) struct Session(Arc<AtomicU64>);

impl Session {
    pub(crate) fn number(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// A client that logs in with its first call, and again if its session has ended.
pub(crate) fn client(
    options: &Options,
    connector: &Connector<'_>,
) -> Result<(Client, Session), BuildError> {
    let Options { customer, username, password, .. } = options;
    // Which account this is.
    let account = Secret::new(format!("{customer} {username} {}", password.reveal()));
    let meaning = |builder: Builder| {
        builder.throttles(THROTTLES).verdict(verdict).error_message(error_message)
    };
    let open = connector.client_with(HeaderAuth::default(), |builder| {
        // A login becomes no job: a redirection leads to another host.
        let of_login =
            |response: &Response| verdict(response).filter(|_| !response.status().is_redirection());
        meaning(builder).verdict(of_login).redact(password).redact(&account)
    })?;
    let session = Session::default();
    let credentials = json!({
        "customer_name": customer, "user_name": username, "password": password.reveal(),
    });
    let secrets = vec![password.clone(), account];
    let login = Login { client: open, credentials, secrets, session: session.clone() };
    let auth = TokenAuth::header("auth-token", "", login).expired_when(is_login_refused);
    Ok((connector.client_with(auth, meaning)?, session))
}

struct Login {
    client: Client,
    credentials: Json,
    secrets: Vec<Secret>,
    session: Session,
}

#[async_trait]
impl TokenSource for Login {
    async fn fetch(&self, _: &Host) -> Result<Token, Error> {
        #[derive(Deserialize)]
        struct Granted {
            data: Data,
        }

        #[derive(Deserialize)]
        struct Data {
            token: Secret,
        }

        let request = self.client.post(&["Session"]).trailing_slash().json(&self.credentials);
        // A session too many does no harm.
        let Granted { data } = request.read_only().read().await?;
        self.session.0.fetch_add(1, Ordering::SeqCst);
        Ok(Token::new(data.token.reveal()))
    }

    fn secrets(&self) -> Vec<Secret> {
        self.secrets.clone()
    }
}
