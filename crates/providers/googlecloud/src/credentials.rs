//! Where credentials and the project come from: the options, the environment, or gcloud's folder, in the order of
//! Google's own libraries: <https://google.aip.dev/auth/4110>.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use octodns_core::Secret;
use octodns_core::registry::BuildError;
use octodns_core::value::Position;
use octodns_files::read_input;
use octodns_kit::{Connector, Json};
use serde::Deserialize;

use crate::options::Options;

/// Credentials, as their file has them.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Credentials {
    /// <https://google.aip.dev/auth/4112>.
    ServiceAccount(ServiceAccount),
    /// <https://google.aip.dev/auth/4113>.
    AuthorizedUser(User),
    /// <https://google.aip.dev/auth/4117>.
    ExternalAccount(External),
    /// A login of gcloud that acts as a service account.
    ImpersonatedServiceAccount {
        service_account_impersonation_url: String,
        source_credentials: Box<Self>,
        quota_project_id: Option<String>,
    },
}

/// The key of a service account.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ServiceAccount {
    pub(crate) client_email: String,
    pub(crate) private_key: Secret,
    pub(crate) private_key_id: Option<String>,
    #[serde(default = "google")]
    pub(crate) token_uri: String,
    project_id: Option<String>,
    universe_domain: Option<String>,
}

/// The login of a person.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct User {
    pub(crate) client_id: String,
    pub(crate) client_secret: Secret,
    pub(crate) refresh_token: Secret,
    #[serde(default = "google")]
    pub(crate) token_uri: String,
    quota_project_id: Option<String>,
}

/// An identity of another service, which is exchanged: workload identity federation.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct External {
    pub(crate) audience: String,
    pub(crate) subject_token_type: String,
    pub(crate) token_url: String,
    pub(crate) credential_source: CredentialSource,
    pub(crate) service_account_impersonation_url: Option<String>,
    universe_domain: Option<String>,
}

/// Where the token of that identity is.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct CredentialSource {
    pub(crate) file: Option<PathBuf>,
    pub(crate) url: Option<String>,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, Secret>,
    #[serde(default)]
    pub(crate) format: Format,
}

/// The token as it is, or in a field of JSON.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Format {
    pub(crate) subject_token_field_name: Option<String>,
}

fn google() -> String {
    "https://oauth2.googleapis.com/token".to_owned()
}

impl Credentials {
    /// What an error says of them, as an object.
    pub(crate) fn account(&self) -> &str {
        match self {
            Self::ServiceAccount(account) => &account.client_email,
            Self::AuthorizedUser(_) => "your account",
            Self::ExternalAccount(_) => "the federated identity",
            Self::ImpersonatedServiceAccount { .. } => "the service account",
        }
    }

    /// The secrets that are in them.
    fn secrets(&self) -> Vec<&Secret> {
        match self {
            Self::ServiceAccount(account) => vec![&account.private_key],
            Self::AuthorizedUser(user) => vec![&user.client_secret, &user.refresh_token],
            Self::ExternalAccount(external) => {
                external.credential_source.headers.values().collect()
            }
            Self::ImpersonatedServiceAccount { source_credentials, .. } => {
                source_credentials.secrets()
            }
        }
    }

    /// The project that pays for the calls of a person.
    pub(crate) fn quota_project(&self) -> Option<&String> {
        match self {
            Self::AuthorizedUser(user) => user.quota_project_id.as_ref(),
            Self::ImpersonatedServiceAccount { quota_project_id, .. } => quota_project_id.as_ref(),
            _ => None,
        }
    }

    /// The domain of a cloud that is not Google's own.
    pub(crate) fn universe(&self) -> Option<&String> {
        match self {
            Self::ServiceAccount(account) => account.universe_domain.as_ref(),
            Self::ExternalAccount(external) => external.universe_domain.as_ref(),
            _ => None,
        }
    }
}

/// Credentials that were found.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) credentials: Credentials,
    /// As they are written.
    text: Secret,
    /// Where: an option, and its file.
    origin: String,
}

/// The types of credentials.
const KINDS: [&str; 4] =
    ["service_account", "authorized_user", "external_account", "impersonated_service_account"];

const VARIABLE: &str = "GOOGLE_APPLICATION_CREDENTIALS";

impl Found {
    /// The credentials of the options, or else those that Google's own tools find. `None` if there are none: the
    /// metadata server of the machine may have some.
    pub(crate) fn find(
        options: &Options,
        connector: &Connector<'_>,
    ) -> Result<Option<Self>, BuildError> {
        let at = |option: &str, path: &Path| Self::in_file(option, &connector.path(path)?);
        if let Some(path) = &options.credentials_file {
            return at("credentials_file", path).map(Some);
        }
        if let Some(text) = &options.credentials {
            return Self::read("credentials".to_owned(), text.clone()).map(Some);
        }
        if let Some(path) = connector.variable(VARIABLE) {
            return at(VARIABLE, Path::new(&path)).map(Some);
        }
        let login = gcloud(connector).map(|it| it.join("application_default_credentials.json"));
        let login = login.filter(|path| path.exists());
        login.map(|path| Self::in_file("the login of gcloud", &path)).transpose()
    }

    fn in_file(option: &str, path: &Path) -> Result<Self, BuildError> {
        let origin = format!("{option} \"{}\"", path.display());
        let bytes = read_input(path).map_err(|error| wrong(&origin, error))?;
        let text = String::from_utf8(bytes).map_err(|_| wrong(&origin, "it is not text"))?;
        Self::read(origin, Secret::new(text))
    }

    fn read(origin: String, text: Secret) -> Result<Self, BuildError> {
        let json = text.reveal().parse::<Json>().map_err(|error| {
            let (line, column) = (error.line(), error.column());
            wrong(&origin, format!("it is not valid JSON: see line {line}, column {column}"))
        })?;
        let Some(kind) = json.get("type").and_then(Json::as_str) else {
            let why = "it has no \"type\", so it is not the JSON key of a service account";
            return Err(wrong(&origin, why));
        };
        if !KINDS.contains(&kind) {
            let known = KINDS.join(", ");
            let why = format!("the type {kind:?} is not supported; these are: {known}");
            return Err(wrong(&origin, why));
        }
        let credentials = Credentials::deserialize(json).map_err(|error| wrong(&origin, error))?;
        Ok(Self { credentials, text, origin })
    }

    /// What must not be shown.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &Secret> {
        self.credentials.secrets().into_iter().chain([&self.text])
    }

    /// The error for something in these credentials.
    pub(crate) fn wrong(&self, why: impl std::fmt::Display) -> BuildError {
        wrong(&self.origin, why)
    }
}

fn wrong(origin: &str, why: impl std::fmt::Display) -> BuildError {
    BuildError::new(format!("{origin}: {why}"), Position::NONE)
}

/// The folder of gcloud, if it can be named.
fn gcloud(connector: &Connector<'_>) -> Option<PathBuf> {
    let named = connector.variable("CLOUDSDK_CONFIG").map(PathBuf::from);
    let windows = || Some(Path::new(&connector.variable("APPDATA")?).join("gcloud"));
    let home = || connector.path(Path::new("~/.config/gcloud")).ok();
    named.or_else(windows).or_else(home)
}

/// The project of the options, the environment, the credentials or gcloud, in this order.
pub(crate) fn project(
    options: &Options,
    found: Option<&Found>,
    connector: &Connector<'_>,
) -> Option<String> {
    let variable = |name: &str| connector.variable(name);
    let of_key = || match &found?.credentials {
        Credentials::ServiceAccount(account) => account.project_id.clone(),
        _ => None,
    };
    let given = options.project.clone().or_else(|| variable("GOOGLE_CLOUD_PROJECT"));
    let given = given.or_else(|| variable("GCLOUD_PROJECT")).or_else(of_key);
    given.or_else(|| variable("CLOUDSDK_CORE_PROJECT")).or_else(|| project_of_gcloud(connector))
}

/// The project of gcloud's active configuration.
fn project_of_gcloud(connector: &Connector<'_>) -> Option<String> {
    let folder = gcloud(connector)?;
    let text = |path: PathBuf| String::from_utf8(read_input(&path).ok()?).ok();
    let active = connector.variable("CLOUDSDK_ACTIVE_CONFIG_NAME");
    let active = active.or_else(|| text(folder.join("active_config")));
    let name = format!("config_{}", active.as_deref().unwrap_or("default").trim());
    let config = text(folder.join("configurations").join(name))?;
    let core = config.split("\n[").find_map(|section| {
        section.trim_start_matches('[').strip_prefix("core]").map(str::to_owned)
    })?;
    let of = |line: &str| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == "project").then(|| value.trim().to_owned())
    };
    core.lines().find_map(of).filter(|project| !project.is_empty())
}
