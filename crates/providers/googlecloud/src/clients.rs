//! The clients of the hosts that give tokens.

use octodns_core::registry::BuildError;
use octodns_http::{Auth, Builder, Client, HeaderAuth, Url};
use octodns_kit::Connector;

use crate::credentials::Found;
use crate::errors::{QUOTA, refused_login};
use crate::options::Options;

/// What a token of this provider may be used for.
pub(crate) const DNS: &str = "https://www.googleapis.com/auth/ndev.clouddns.readwrite";

/// Makes clients for these credentials.
#[derive(Clone, Copy)]
pub(crate) struct Clients<'c> {
    pub(crate) found: &'c Found,
    pub(crate) options: &'c Options,
    pub(crate) connector: &'c Connector<'c>,
}

impl Clients<'_> {
    /// A client of a token endpoint, whose errors say what to `check`.
    pub(crate) fn token_endpoint(self, url: &str, check: String) -> Result<Client, BuildError> {
        Url::parse(url).map_err(|error| {
            self.found.wrong(format!("its URL for tokens, \"{url}\", is not valid: {error}"))
        })?;
        let given = self.options.token_endpoint.as_deref();
        let connector = self.connector.other_host("token_endpoint", given, url);
        self.at(&connector, HeaderAuth::default(), |builder| {
            builder.error_message(move |response| refused_login(response, &check))
        })
    }

    /// A client that never shows a secret of the credentials.
    pub(crate) fn at(
        self,
        connector: &Connector<'_>,
        auth: impl Auth + 'static,
        more: impl FnOnce(Builder) -> Builder,
    ) -> Result<Client, BuildError> {
        let secrets = self.found.secrets();
        connector.client_with(auth, |builder| {
            secrets.fold(more(builder).throttles(&[QUOTA]), Builder::redact)
        })
    }
}
