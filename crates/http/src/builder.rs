//! What a client is made of.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use octodns_core::{Hidden, Secret};
use url::Url;

use crate::auth::{Auth, HeaderAuth};
use crate::client::{Client, Inner};
use crate::words::usual;
use crate::{Accounts, Answer, Error, Limits, Options, Rate, Retry, Verdict};

/// The most bytes of an answer unless a provider says otherwise.
const MOST_BYTES: usize = 64 << 20;

/// How long connecting may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

pub(crate) type Words = Arc<dyn Fn(&Answer) -> Option<String> + Send + Sync>;
pub(crate) type Verdicts = Arc<dyn Fn(&Answer) -> Option<Verdict> + Send + Sync>;
pub(crate) type Clock = Arc<dyn Fn() -> Option<SystemTime> + Send + Sync>;
pub(crate) type Jitter = Arc<dyn Fn() -> f64 + Send + Sync>;

/// Makes a [`Client`].
#[must_use]
pub struct Builder {
    name: &'static str,
    base: String,
    auth: Arc<dyn Auth>,
    options: Options,
    rates: Vec<Rate>,
    concurrency: usize,
    limits: Option<Arc<Limits>>,
    retry: Retry,
    words: Words,
    verdicts: Verdicts,
    clock: Clock,
    jitter: Jitter,
    most_bytes: usize,
    hidden: Vec<Secret>,
}

impl Builder {
    pub(crate) fn new(name: &'static str, base: &str) -> Self {
        Self {
            name,
            base: base.to_owned(),
            auth: Arc::new(HeaderAuth::default()),
            options: Options::default(),
            rates: Vec::new(),
            concurrency: 8,
            limits: None,
            retry: Retry::default(),
            words: Arc::new(|_| None),
            verdicts: Arc::new(|_| None),
            clock: Arc::new(|| None),
            jitter: Arc::new(random),
            most_bytes: MOST_BYTES,
            hidden: Vec::new(),
        }
    }

    /// Proves who is asking. Default: nothing does.
    pub fn auth(mut self, auth: impl Auth + 'static) -> Self {
        self.auth = Arc::new(auth);
        self
    }

    /// What the user says about HTTP.
    pub fn options(mut self, options: &Options) -> Self {
        self.options = options.clone();
        self
    }

    /// At most this many requests in a stretch of time, unless the user says otherwise; may be called for
    /// several.
    pub fn rate(mut self, rate: Rate) -> Self {
        self.rates.push(rate);
        self
    }

    /// At most this many requests at the same time, unless the user says otherwise. Default: 8.
    pub fn concurrency(mut self, concurrency: usize) -> Self {
        self.concurrency = concurrency;
        self
    }

    /// Keeps these limits, shared with other clients of the account, instead of its own; see
    /// [`Builder::make_limits`].
    pub fn limits(mut self, limits: Arc<Limits>) -> Self {
        self.limits = Some(limits);
        self
    }

    /// The limits a client made of this would have: for [`Accounts`].
    pub fn make_limits(&self) -> Limits {
        let rates = match self.options.requests_per_second {
            Some(rate) => vec![Rate::per_second(rate as usize)],
            None => self.rates.clone(),
        };
        Limits::new(&rates, self.options.concurrency.map_or(self.concurrency, |many| many as usize))
    }

    /// How often and how patiently a call is tried again, unless the user says otherwise.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// Finds the service's own words in an answer that says no; `None` looks where services usually put
    /// them.
    pub fn words(
        mut self,
        words: impl Fn(&Answer) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.words = Arc::new(words);
        self
    }

    /// Says what an answer means where its status does not; `None` leaves it to the status.
    pub fn verdict(
        mut self,
        verdict: impl Fn(&Answer) -> Option<Verdict> + Send + Sync + 'static,
    ) -> Self {
        self.verdicts = Arc::new(verdict);
        self
    }

    /// The time of day, for services that say when to come back and send no date.
    pub fn clock(mut self, clock: impl Fn() -> Option<SystemTime> + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Spreads waits: a number of 0.0..=1.0 each time it is asked. Default: at random.
    pub fn jitter(mut self, jitter: impl Fn() -> f64 + Send + Sync + 'static) -> Self {
        self.jitter = Arc::new(jitter);
        self
    }

    /// The most bytes an answer may have. Default: 64 MiB.
    pub fn most_bytes(mut self, most: usize) -> Self {
        self.most_bytes = most;
        self
    }

    /// Keeps a secret that is not the authentication's from being shown if the service repeats it.
    pub fn hide(mut self, secret: &Secret) -> Self {
        self.hidden.push(secret.clone());
        self
    }

    /// Makes a client that shares the limits of its account with every other one of it: those at the same
    /// URL, with the same credentials.
    ///
    /// # Errors
    ///
    /// Fails as [`Builder::build`] does.
    pub fn build_for(self, accounts: &Accounts) -> Result<Client, Error> {
        let secrets = self.auth.secrets();
        let mut marks = vec![self.base.trim_end_matches('/')];
        marks.extend(secrets.iter().map(Secret::reveal));
        let limits = accounts.limits(&marks, || self.make_limits());
        Self { limits: Some(limits), ..self }.build()
    }

    /// Makes the client.
    ///
    /// # Errors
    ///
    /// Says which option cannot be: a URL that is none, a file of certificates that cannot be read ...
    pub fn build(self) -> Result<Client, Error> {
        let base = base_url(&self.base)?;
        let limits = self.limits.clone().unwrap_or_else(|| Arc::new(self.make_limits()));
        let mut hidden = self.hidden;
        hidden.extend(self.auth.secrets());
        hidden.extend(self.options.proxy.iter().flat_map(passwords));
        Ok(Client {
            inner: Arc::new(Inner {
                http: http_client(self.name, &base, &self.options)?,
                name: self.name,
                base,
                auth: self.auth,
                limits,
                retry: self.options.retry(self.retry)?,
                words: Arc::new(move |answer| {
                    (self.words)(answer)
                        .filter(|words| !words.is_empty())
                        .unwrap_or_else(|| usual(answer))
                }),
                verdicts: self.verdicts,
                clock: self.clock,
                jitter: self.jitter,
                most_bytes: self.most_bytes,
                hidden: Arc::new(Hidden::new(&hidden)),
            }),
        })
    }
}

fn base_url(base: &str) -> Result<Url, Error> {
    let failed = |why: &str| Error::option(format!("endpoint \"{base}\": {why}"), None);
    let url = Url::parse(base).map_err(|error| failed(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(failed("it must be a URL that starts with https:// or http://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        // Shown without what it holds.
        return Err(Error::option("the endpoint cannot have a user or password in it", None));
    }
    if url.query().is_some() || url.fragment().is_some() {
        let message = "the endpoint cannot have a query or a fragment";
        return Err(Error::option(message, None));
    }
    Ok(url)
}

fn http_client(name: &str, base: &Url, options: &Options) -> Result<reqwest::Client, Error> {
    let mut builder = reqwest::Client::builder()
        .user_agent(format!("octodns-rs/{} {name}", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(options.timeout()?)
        // A redirect would take the credentials along to who knows where.
        .redirect(reqwest::redirect::Policy::none());
    builder = match options.proxy.as_ref().map(Secret::reveal) {
        Some("none") => builder.no_proxy(),
        Some(url) => builder.proxy(reqwest::Proxy::all(url).map_err(|_| {
            // The URL may have a password in it, so neither it nor the error is shown.
            Error::option("http.proxy is not a URL of a proxy", None)
        })?),
        // What runs on the same machine is not reached through a proxy.
        None if is_loopback(base) => builder.no_proxy(),
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
        return Err(Error::option("http.ca_file_only without http.ca_file trusts nobody", None));
    }
    builder.build().map_err(|error| Error::option("no HTTP client", Some(error.into())))
}

/// The URL of a proxy, and the password in it.
fn passwords(proxy: &Secret) -> Vec<Secret> {
    let url = Url::parse(proxy.reveal()).ok();
    let password = url.as_ref().and_then(Url::password).map(Secret::new);
    // `none` is no secret.
    url.iter().map(|_| proxy.clone()).chain(password).collect()
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

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(url::Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// A number of 0.0..1.0 that two programs started together do not share; the standard library's hasher
/// is keyed at random.
fn random() -> f64 {
    use std::hash::{BuildHasher, RandomState};
    f64::from(u32::try_from(RandomState::new().hash_one(0_u8) >> 32).unwrap_or(0))
        / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_a_plain_url() {
        for (endpoint, fine) in [
            ("https://api.example.com/v2", true),
            ("http://127.0.0.1:8080", true),
            ("api.example.com", false),
            ("ftp://api.example.com", false),
            ("https://u:hunter2@api.example.com", false),
            ("https://api.example.com/?key=x", false),
            ("", false),
        ] {
            let client = Client::builder("test", endpoint).build();
            assert_eq!(client.is_ok(), fine, "{endpoint}");
            if let Err(error) = client {
                assert!(!error.to_string().contains("hunter2"), "{error}");
            }
        }
    }

    #[test]
    fn options_that_cannot_be_are_told() {
        let of = |options: Options| {
            let client =
                Client::builder("test", "https://api.example.com").options(&options).build();
            client.err().map(|error| error.to_string())
        };
        assert_eq!(of(Options { proxy: Some(Secret::new("none")), ..Options::default() }), None);
        let proxy = Some(Secret::new("http://u:hunter2@[proxy:x"));
        assert_eq!(
            of(Options { proxy, ..Options::default() }).unwrap(),
            "http.proxy is not a URL of a proxy"
        );
        let ca_file = Some("/nowhere/ca.pem".into());
        assert!(of(Options { ca_file, ..Options::default() }).unwrap().contains("/nowhere/ca.pem"));
        assert!(of(Options { ca_file_only: true, ..Options::default() }).is_some());
    }

    #[test]
    fn randomness_is_spread() {
        let all: Vec<f64> = (0..100).map(|_| random()).collect();
        assert!(all.iter().all(|number| (0.0..=1.0).contains(number)), "{all:?}");
        assert!(all.iter().any(|number| *number < 0.5) && all.iter().any(|number| *number > 0.5));
    }
}
