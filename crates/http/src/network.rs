//! Connections to a service: its URL, proxies, and trusted certificates.

use std::net::IpAddr;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use octodns_core::Secret;
use url::Url;

use crate::{Error, Options};

/// The timeout for connecting.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// Connections with the user's settings for proxies and certificates.
pub(crate) struct Network {
    name: &'static str,
    options: Options,
    /// For this machine, without the proxies of the environment.
    local: OnceLock<reqwest::Client>,
    /// The same, without encryption: certificates are not loaded.
    plain: OnceLock<reqwest::Client>,
    other: OnceLock<reqwest::Client>,
}

impl Network {
    pub(crate) fn new(name: &'static str, options: Options) -> Self {
        let [local, plain, other] = [const { OnceLock::new() }; 3];
        Self { name, options, local, plain, other }
    }

    /// The connections to the host of a URL.
    pub(crate) fn to(&self, url: &Url) -> Result<&reqwest::Client, Error> {
        let is_local = is_loopback(url);
        // A proxy may be encrypted, whatever it passes on.
        let is_plain = is_local && url.scheme() == "http" && self.proxy_from().is_none();
        let place = match (is_plain, is_local) {
            (true, _) => &self.plain,
            (false, true) => &self.local,
            (false, false) => &self.other,
        };
        if place.get().is_none() {
            // If two are made at the same time, they are equal.
            let _ = place.set(self.make(is_local, is_plain)?);
        }
        place.get().ok_or_else(|| Error::option("no HTTP client", None))
    }

    fn make(&self, is_local: bool, is_plain: bool) -> Result<reqwest::Client, Error> {
        let options = &self.options;
        let mut builder = reqwest::Client::builder()
            .user_agent(format!("octodns-rs/{} {}", env!("CARGO_PKG_VERSION"), self.name))
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(options.timeout()?)
            // A redirect would send the credentials to an unknown host.
            .redirect(reqwest::redirect::Policy::none());
        builder = match options.proxy.as_ref().map(Secret::reveal) {
            Some("none") => builder.no_proxy(),
            Some(url) => builder.proxy(reqwest::Proxy::all(url).map_err(|_| {
                // The URL may contain a password, so neither it nor the error is shown.
                Error::option("http.proxy is not the URL of a proxy", None)
            })?),
            None if is_local => builder.no_proxy(),
            None => builder,
        };
        if let Some(file) = &options.ca_file {
            let certificates = certificates(file)?;
            builder = if options.ca_file_only {
                builder.tls_certs_only(certificates)
            } else {
                builder.tls_certs_merge(certificates)
            };
        } else if options.ca_file_only {
            return Err(Error::option(
                "http.ca_file_only without http.ca_file trusts nobody",
                None,
            ));
        } else if is_plain {
            builder = builder.tls_certs_only([]);
        }
        builder.build().map_err(|error| Error::option("no HTTP client", Some(error.into())))
    }

    /// The option with the proxy, if there is one.
    pub(crate) fn proxy_from(&self) -> Option<&'static str> {
        let proxy = self.options.proxy.as_ref().map(Secret::reveal);
        proxy.filter(|proxy| *proxy != "none").map(|_| "http.proxy")
    }

    /// The secrets of a proxy: its URL, and the password in it.
    pub(crate) fn secrets(&self) -> Vec<Secret> {
        let Some(proxy) = &self.options.proxy else { return Vec::new() };
        let url = Url::parse(proxy.reveal()).ok();
        let password = url.as_ref().and_then(Url::password).map(Secret::new);
        // `none` is not a secret.
        url.iter().map(|_| proxy.clone()).chain(password).collect()
    }
}

/// The URL of a service, as a user or the service gives it; `option` has it.
pub(crate) fn base_url(base: &str, option: Option<&str>) -> Result<Url, Error> {
    let option = option.unwrap_or("endpoint");
    // What stands before an @ may be a password, what stands after a ? a key.
    let shown = if base.contains(['@', '?', '#']) {
        format!("the {option}")
    } else {
        format!("{option} \"{base}\"")
    };
    let failed = |why: &str| Error::option(format!("{shown}: {why}"), None);
    let url = Url::parse(base).map_err(|error| failed(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(failed("it must be a URL that starts with https:// or http://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        // Not shown, because of the password.
        let message = format!("the {option} cannot have a user or password in it");
        return Err(Error::option(message, None));
    }
    if url.query().is_some() || url.fragment().is_some() {
        let message = format!("the {option} cannot have a query or a fragment");
        return Err(Error::option(message, None));
    }
    Ok(url)
}

fn certificates(file: &Path) -> Result<Vec<reqwest::Certificate>, Error> {
    let failed = |cause| Error::option(format!("http.ca_file \"{}\"", file.display()), cause);
    let pem = std::fs::read(file).map_err(|error| failed(Some(error.into())))?;
    let certificates =
        reqwest::Certificate::from_pem_bundle(&pem).map_err(|error| failed(Some(error.into())))?;
    if certificates.is_empty() {
        return Err(failed(Some("there is no certificate in it".into())));
    }
    Ok(certificates)
}

/// Whether what is sent to a service can be read on its way.
pub(crate) fn is_open(url: &Url) -> bool {
    url.scheme() == "http" && !is_loopback(url)
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(url::Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}
