//! Workload identity federation: a token of another service is exchanged for one of Google
//! (RFC 8693, <https://google.aip.dev/auth/4117>).

use std::path::PathBuf;

use octodns_core::registry::BuildError;
use octodns_core::{Secret, async_trait};
use octodns_files::read_input;
use octodns_http::{Client, Error, HeaderAuth, Host, Method, OAuthLogin, Token, TokenSource, Url};
use octodns_kit::Json;

use crate::clients::Clients;
use crate::credentials::{CredentialSource, External};

/// An identity of another service.
pub(crate) struct Federation {
    exchange: OAuthLogin,
    subject: Subject,
    /// The field of JSON that has the token; `None` if there is nothing around it.
    field: Option<String>,
    fields: Vec<(&'static str, Secret)>,
}

/// Where the token of the other service is. It changes from time to time.
enum Subject {
    File(PathBuf),
    Url(Client, String),
}

impl Federation {
    pub(crate) fn new(
        clients: Clients<'_>,
        external: &External,
        scope: &str,
    ) -> Result<Self, BuildError> {
        let CredentialSource { file, url, headers, format } = &external.credential_source;
        let subject = match (file, url) {
            (Some(file), _) => Subject::File(clients.connector.path(file)?),
            (None, Some(url)) => {
                let origin = Url::parse(url).map_err(|error| {
                    clients.found.wrong(format!("credential_source.url is not a URL: {error}"))
                })?;
                let origin = origin.origin().ascii_serialization();
                let connector =
                    clients.connector.other_host("credential_source.url", None, &origin);
                let none = HeaderAuth::default();
                let mut headers = headers.iter();
                let auth = headers.try_fold(none, |auth, (name, value)| auth.with(name, value))?;
                let client = clients.at(&connector, auth, |builder| builder)?;
                Subject::Url(client, url.clone())
            }
            (None, None) => {
                let why = "credential_source has no file and no url; tokens of AWS and of programs are not supported: \
                           name a file that such a program writes";
                return Err(clients.found.wrong(why));
            }
        };
        let from = match &subject {
            Subject::File(file) => format!("\"{}\"", file.display()),
            Subject::Url(_, url) => url.clone(),
        };
        let check = format!("check the token in {from}, and the workload identity pool");
        let exchange = OAuthLogin::new(clients.token_endpoint(&external.token_url, check)?, []);
        let fields = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("requested_token_type", "urn:ietf:params:oauth:token-type:access_token"),
            ("audience", &*external.audience),
            ("subject_token_type", &*external.subject_token_type),
            ("scope", scope),
        ];
        let fields = fields.map(|(name, value)| (name, Secret::new(value))).into();
        let field = format.subject_token_field_name.clone();
        Ok(Self { exchange, subject, field, fields })
    }

    /// The token of the other service.
    async fn subject_token(&self) -> Result<Secret, Error> {
        let wrong = |why: String| Error::Options { message: why, source: None };
        let (from, text) = match &self.subject {
            Subject::File(file) => {
                let from = format!("credential_source.file \"{}\"", file.display());
                // It is small, and read once an hour.
                let bytes = read_input(file).map_err(|error| wrong(format!("{from}: {error}")))?;
                (from, String::from_utf8_lossy(&bytes).into_owned())
            }
            Subject::Url(client, url) => {
                let response = client.follow(Method::GET, url).send().await?;
                ("credential_source.url".to_owned(), response.text()?.to_owned())
            }
        };
        let token = match &self.field {
            None => Some(text.trim().to_owned()),
            Some(field) => text
                .parse::<Json>()
                .ok()
                .and_then(|json| json.get(field).and_then(Json::as_str).map(str::to_owned)),
        };
        let token = token.filter(|token| !token.is_empty());
        token.map(Secret::new).ok_or_else(|| match &self.field {
            None => wrong(format!("{from}: it is empty")),
            Some(field) => wrong(format!("{from}: there is no text \"{field}\" in it")),
        })
    }
}

#[async_trait]
impl TokenSource for Federation {
    async fn fetch(&self, _: &Host) -> Result<Token, Error> {
        let mut fields = self.fields.clone();
        fields.push(("subject_token", self.subject_token().await?));
        self.exchange.grant(&fields).await
    }
}
