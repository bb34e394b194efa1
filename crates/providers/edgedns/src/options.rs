//! The options, and the file of Akamai's tools with credentials.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use octodns_core::Secret;
use octodns_core::registry::BuildError;
use octodns_core::value::Position;
use octodns_files::read_input;
use octodns_kit::Connector;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

/// Options of one `edgedns` provider.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Options {
    /// The client secret of the API client. Required, like the next three, unless `edgerc` or `section` is set.
    pub client_secret: Option<Secret>,
    /// The host of the API client, such as `akab-....luna.akamaiapis.net`.
    pub host: Option<String>,
    /// The access token of the API client.
    pub access_token: Option<Secret>,
    /// The client token of the API client.
    pub client_token: Option<Secret>,
    /// The contract of new zones. Default: none, zones are not created.
    pub contract_id: Option<String>,
    /// The id of the access group of new zones. Default: none is named.
    #[serde(deserialize_with = "text_or_number")]
    #[schemars(with = "Option<String>")]
    pub gid: Option<String>,
    /// The comment on the first version of new zones. Default: none.
    pub comment: Option<String>,
    /// A file with credentials, as Akamai's tools have it; options above take precedence. Default: `~/.edgerc` if
    /// `section` is set.
    pub edgerc: Option<PathBuf>,
    /// The section of that file. Default: `default`.
    pub section: Option<String>,
    /// The account that all calls are about, for API clients of several accounts. Default: `account_key` in that file,
    /// or else the client's own.
    pub account_switch_key: Option<String>,
}

/// A number is text as well.
fn text_or_number<'de, D: Deserializer<'de>>(given: D) -> Result<Option<String>, D::Error> {
    let text = Option::<Secret>::deserialize(given)?;
    Ok(text.map(|text| text.reveal().to_owned()))
}

/// How to sign requests, and where they go.
#[derive(Clone, Debug)]
pub(crate) struct Credentials {
    pub(crate) client_secret: Secret,
    pub(crate) access_token: Secret,
    pub(crate) client_token: Secret,
    pub(crate) host: Option<String>,
    pub(crate) account_switch_key: Option<String>,
    /// How many bytes of a body are signed.
    pub(crate) max_body: usize,
}

/// How many bytes of a body are signed, unless the file says otherwise.
const MAX_BODY: usize = 128 << 10;

impl Options {
    /// With the credentials of this API client.
    pub fn new(
        client_secret: Secret,
        host: impl Into<String>,
        access_token: Secret,
        client_token: Secret,
    ) -> Self {
        Self {
            client_secret: Some(client_secret),
            host: Some(host.into()),
            access_token: Some(access_token),
            client_token: Some(client_token),
            ..Self::default()
        }
    }

    /// The credentials, of the options or of the file.
    pub(crate) fn credentials(&self, connector: &Connector<'_>) -> Result<Credentials, BuildError> {
        let usual = Path::new("~/.edgerc");
        let file = match (&self.edgerc, &self.section) {
            (None, None) => BTreeMap::new(),
            (path, section) => {
                let path = connector.path(path.as_deref().unwrap_or(usual))?;
                read(&path, section.as_deref().unwrap_or("default"))?
            }
        };
        let of_file = |key: &str| file.get(key).cloned();
        let secret = |given: &Option<Secret>, key: &str| {
            let found = given.clone().or_else(|| of_file(key).map(Secret::new));
            found.ok_or_else(|| missing(key))
        };
        let max_body = match of_file("max_body").map(|bytes| bytes.parse()) {
            None => MAX_BODY,
            Some(bytes) => bytes.map_err(|_| wrong("max_body of edgerc is not a number"))?,
        };
        Ok(Credentials {
            client_secret: secret(&self.client_secret, "client_secret")?,
            access_token: secret(&self.access_token, "access_token")?,
            client_token: secret(&self.client_token, "client_token")?,
            host: self.host.clone().or_else(|| of_file("host")),
            account_switch_key: self.account_switch_key.clone().or_else(|| of_file("account_key")),
            max_body,
        })
    }
}

impl Credentials {
    /// The base URL of the host; empty if there is no host.
    pub(crate) fn endpoint(&self) -> Result<String, BuildError> {
        let Some(host) = &self.host else { return Ok(String::new()) };
        let host = host.strip_prefix("https://").unwrap_or(host).trim_end_matches('/');
        if host.contains(['/', '@', '?', '#']) {
            return Err(wrong("host is the name of a host, without a scheme or a path"));
        }
        Ok(format!("https://{host}/config-dns/v2"))
    }
}

fn wrong(why: &str) -> BuildError {
    BuildError::new(why, Position::NONE)
}

/// The error for credentials that are nowhere.
pub(crate) fn missing(key: &str) -> BuildError {
    wrong(&format!("no {key}")).help(format!("set {key}, or name a file that has it by edgerc"))
}

/// The keys of a section of a file.
fn read(path: &Path, section: &str) -> Result<BTreeMap<String, String>, BuildError> {
    let failed = |why: &str| wrong(&format!("edgerc \"{}\": {why}", path.display()));
    let bytes = read_input(path).map_err(|error| failed(&error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|_| failed("it is not text"))?;
    keys(&text, section).ok_or_else(|| failed(&format!("there is no section [{section}]")))
}

/// The keys of a section: `key = value` or `key: value`, a line each. `None` if there is no such section.
fn keys(text: &str, section: &str) -> Option<BTreeMap<String, String>> {
    let mut found = None;
    let mut is_here = false;
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            is_here = name.trim() == section;
            if is_here {
                found.get_or_insert_with(BTreeMap::new);
            }
        } else if is_here
            && !line.starts_with(['#', ';'])
            && let Some((key, value)) = line.split_once(['=', ':'])
            && let Some(found) = &mut found
        {
            let value = value.trim();
            let quoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
            let value = quoted.unwrap_or(value);
            if !value.is_empty() {
                found.insert(key.trim().replace('-', "_"), value.to_owned());
            }
        }
    }
    found
}
