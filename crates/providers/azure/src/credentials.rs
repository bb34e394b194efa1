//! Signing in: tokens for the resource manager, by whatever the options say.

use octodns_core::registry::BuildError;
use octodns_core::value::Position;
use octodns_core::{Secret, async_trait};
use octodns_files::read_input;
use octodns_http::{Client, Error, HeaderAuth, Host, OAuthLogin, Token, TokenAuth, TokenSource};
use octodns_kit::Connector;
use std::path::PathBuf;

use crate::cli::Cli;
use crate::errors::refused_login;
use crate::metadata::Metadata;
use crate::options::{Method, Options};

/// The credentials of the options; sends nothing yet. Logins are within the limits of `account`.
pub(crate) fn auth(
    options: &Options,
    connector: &Connector<'_>,
    account: &Client,
) -> Result<TokenAuth, BuildError> {
    let source = Source { options, connector, account };
    Ok(match options.client_credential_method {
        Method::ClientSecret => TokenAuth::bearer(source.client_secret()?),
        Method::Cli => TokenAuth::bearer(Cli::new(options, connector)?),
        Method::ManagedIdentity => TokenAuth::bearer(Metadata::new(options, connector)?),
        Method::WorkloadIdentity => TokenAuth::bearer(source.workload_identity()?),
    })
}

fn wrong(why: impl Into<String>) -> BuildError {
    BuildError::new(why, Position::NONE)
}

/// Where the parts of credentials come from.
#[derive(Clone, Copy)]
struct Source<'c> {
    options: &'c Options,
    connector: &'c Connector<'c>,
    account: &'c Client,
}

impl Source<'_> {
    fn client_secret(self) -> Result<OAuthLogin, BuildError> {
        let Options { client_id, key, directory_id, .. } = self.options;
        let key = key.as_ref().filter(|key| !key.is_empty());
        let (Some(id), Some(key), Some(directory)) = (client_id, key, directory_id) else {
            let given = [client_id.is_some(), key.is_some(), directory_id.is_some()];
            let names = ["client_id", "key", "directory_id"].into_iter().zip(given);
            let missing: Vec<_> =
                names.filter(|(_, is_given)| !is_given).map(|(name, _)| name).collect();
            let error =
                wrong(format!("{} missing, for signing in with a secret", missing.join(", ")));
            return Err(error.help(
                "set them, or client_credential_method to cli, managed_identity or workload_identity",
            ));
        };
        let check = "check client_id, key and directory_id";
        let client = self.token_endpoint(directory, self.options.authority.as_deref(), check)?;
        let mut fields = self.fields(id);
        fields.push(("client_secret", key.clone()));
        Ok(OAuthLogin::new(client, fields))
    }

    /// RFC 7523, section 2.2.
    fn workload_identity(self) -> Result<Federated, BuildError> {
        let variable = |given: Option<&String>, name: &'static str, option: &str| {
            let found = given.cloned().or_else(|| self.connector.variable(name));
            found.ok_or_else(|| wrong(format!("neither {option} nor {name} is set")))
        };
        let id = variable(self.options.client_id.as_ref(), "AZURE_CLIENT_ID", "client_id")?;
        let directory =
            variable(self.options.directory_id.as_ref(), "AZURE_TENANT_ID", "directory_id")?;
        let name = "AZURE_FEDERATED_TOKEN_FILE";
        let file = match &self.options.federated_token_file {
            Some(file) => self.connector.path(file)?,
            None => variable(None, name, "federated_token_file").map(PathBuf::from)?,
        };
        let authority = self.options.authority.clone();
        let authority = authority.or_else(|| self.connector.variable("AZURE_AUTHORITY_HOST"));
        let check = format!("check the token in \"{}\"", file.display());
        let client = self.token_endpoint(&directory, authority.as_deref(), &check)?;
        let assertion = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        let mut fields = self.fields(&id);
        fields.push(("client_assertion_type", Secret::new(assertion)));
        let login = OAuthLogin::new(client, []);
        Ok(Federated { login, file, fields })
    }

    /// The fields of every login.
    fn fields(self, id: &str) -> Vec<(&'static str, Secret)> {
        let scope = format!("{}/.default", self.options.management());
        let fields = [("grant_type", "client_credentials"), ("client_id", id), ("scope", &*scope)];
        fields.map(|(name, value)| (name, Secret::new(value))).into()
    }

    /// A client of the token endpoint of a directory, whose errors say what to `check` if their code does not.
    fn token_endpoint(
        self,
        directory: &str,
        authority: Option<&str>,
        check: &str,
    ) -> Result<Client, BuildError> {
        let is_name = |symbol: char| symbol.is_ascii_alphanumeric() || matches!(symbol, '-' | '.');
        if directory.is_empty() || !directory.chars().all(is_name) {
            return Err(wrong("directory_id is neither the id nor a domain of a directory"));
        }
        let host = authority.unwrap_or(self.options.environment.authority()).trim_end_matches('/');
        let url = format!("{host}/{directory}/oauth2/v2.0/token");
        let given = authority.map(|_| &*url);
        let check = check.to_owned();
        let connector = self.connector.other_host("authority", given, &url);
        let client = connector.client_with(HeaderAuth::default(), |builder| {
            builder.error_message(move |response| refused_login(response, &check))
        })?;
        Ok(client.with_limits_of(self.account))
    }
}

/// The token of another service, in a file that it renews, exchanged for one of Azure.
struct Federated {
    login: OAuthLogin,
    file: PathBuf,
    fields: Vec<(&'static str, Secret)>,
}

#[async_trait]
impl TokenSource for Federated {
    async fn fetch(&self, _: &Host) -> Result<Token, Error> {
        let wrong = |why: String| {
            let message = format!(
                "the federated token \"{}\": {why}; check that the service that writes it has done so, and the \
                 option federated_token_file",
                self.file.display()
            );
            Error::Options { message, source: None }
        };
        // It is small, and read once an hour.
        let bytes = read_input(&self.file).map_err(|error| wrong(error.to_string()))?;
        let text = String::from_utf8(bytes).map_err(|_| wrong("it is not text".to_owned()))?;
        let assertion = text.trim();
        if assertion.split('.').count() != 3 || assertion.contains(char::is_whitespace) {
            return Err(wrong("it is no JSON Web Token".to_owned()));
        }
        let mut fields = self.fields.clone();
        fields.push(("client_assertion", Secret::new(assertion)));
        self.login.grant(&fields).await
    }
}
