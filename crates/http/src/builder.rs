//! Builds a client.

use std::sync::Arc;

use octodns_core::Secret;

use crate::auth::{Auth, HeaderAuth};
use crate::client::Client;
use crate::hooks::Hooks;
use crate::limits::Quota;
use crate::network::{Network, base_url, is_open};
use crate::redact::SharedRedactor;
use crate::retry::Backoff;
use crate::transport::Transport;
use crate::verdict::Throttle;
use crate::waits::WaitHeader;
use crate::{Accounts, Error, Host, Limits, Options, Rate, Response, Retry, Verdict};

/// The default limit for the size of a response, in bytes.
const MAX_BYTES: usize = 64 << 20;

/// Builds a [`Client`].
#[must_use]
pub struct Builder {
    name: &'static str,
    base: String,
    endpoint_from: Option<&'static str>,
    auth: Arc<dyn Auth>,
    options: Options,
    rates: Vec<Rate>,
    concurrency: usize,
    limits: Option<Arc<Limits>>,
    retry: Retry,
    host: Host,
    hooks: Hooks,
    max_bytes: usize,
    hidden: Vec<Secret>,
}

impl Client {
    /// Starts a client for a service: `name` (a provider's short name) is used in messages and as the user
    /// agent, and `base` is the base URL of all paths.
    pub fn builder(name: &'static str, base: &str) -> Builder {
        Builder::new(name, base)
    }
}

impl Builder {
    fn new(name: &'static str, base: &str) -> Self {
        Self {
            name,
            base: base.to_owned(),
            endpoint_from: None,
            auth: Arc::new(HeaderAuth::default()),
            options: Options::default(),
            rates: Vec::new(),
            concurrency: 8,
            limits: None,
            retry: Retry::default(),
            host: Host::default(),
            hooks: Hooks::default(),
            max_bytes: MAX_BYTES,
            hidden: Vec::new(),
        }
    }

    /// The option that the base URL comes from, for errors. Default: none, it is the service's own.
    pub fn endpoint_from(mut self, option: &'static str) -> Self {
        self.endpoint_from = Some(option);
        self
    }

    /// The credentials. Default: none.
    pub fn auth(mut self, auth: impl Auth + 'static) -> Self {
        self.auth = Arc::new(auth);
        self
    }

    /// The user's HTTP options.
    pub fn options(mut self, options: &Options) -> Self {
        self.options = options.clone();
        self
    }

    /// Seconds for a whole request, unless the options that were given before have a timeout.
    pub fn timeout(mut self, seconds: f64) -> Self {
        self.options.timeout.get_or_insert(seconds);
        self
    }

    /// A rate limit, unless the user sets one; may be called several times for several limits.
    pub fn rate(mut self, rate: Rate) -> Self {
        self.rates.push(rate);
        self
    }

    /// The maximum number of concurrent requests, unless the user sets one. Default: 8.
    pub fn concurrency(mut self, concurrency: usize) -> Self {
        self.concurrency = concurrency;
        self
    }

    /// Uses these limits, shared with other clients of the account, instead of its own.
    pub fn limits(mut self, limits: Arc<Limits>) -> Self {
        self.limits = Some(limits);
        self
    }

    /// The retry policy, unless the user sets one.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// The clock and the randomness for signatures, tokens, dates in responses and jitter. Default: the
    /// system's.
    pub fn host(mut self, host: &Host) -> Self {
        self.host = host.clone();
        self
    }

    /// Finds the service's error message in a response; if it returns `None`, the usual places are searched.
    pub fn error_message(
        mut self,
        words: impl Fn(&Response) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.hooks.error_message = Arc::new(words);
        self
    }

    /// Classifies responses whose status is not enough; `None` leaves it to [`Builder::throttles`] and then
    /// to the status.
    pub fn verdict(
        mut self,
        verdict: impl Fn(&Response) -> Option<Verdict> + Send + Sync + 'static,
    ) -> Self {
        self.hooks.verdicts = Arc::new(verdict);
        self
    }

    /// How the service throttles, other than with 429.
    pub fn throttles(mut self, rules: &[Throttle]) -> Self {
        self.hooks.throttles.extend_from_slice(rules);
        self
    }

    /// Headers besides `Retry-After` that say how long to wait after throttling; the first one present is
    /// used.
    pub fn wait_headers(mut self, headers: &[WaitHeader]) -> Self {
        self.hooks.wait_headers.extend_from_slice(headers);
        self
    }

    /// Headers with the remaining quota. All clients of an account respect what one of them was told.
    pub fn quotas(mut self, quotas: &[Quota]) -> Self {
        self.hooks.quotas.extend_from_slice(quotas);
        self
    }

    /// A query parameter of every request, such as the version of an API.
    pub fn default_query(mut self, name: &str, value: &str) -> Self {
        self.hooks.query.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The maximum size of a response in bytes. Default: 64 MiB.
    pub fn max_bytes(mut self, most: usize) -> Self {
        self.max_bytes = most;
        self
    }

    /// Redacts a secret that is not part of the authentication. It becomes part of the account's identity.
    pub fn redact(mut self, secret: &Secret) -> Self {
        self.hidden.push(secret.clone());
        self
    }

    /// Builds a client that shares the limits of its account: those of all clients with the same URL and
    /// credentials. The strictest limits of any client apply to all of them.
    ///
    /// # Errors
    ///
    /// Fails like [`Builder::build`].
    pub fn build_for(self, accounts: &Accounts) -> Result<Client, Error> {
        // An invalid client must not tighten the limits of the others.
        base_url(&self.base, self.endpoint_from)?;
        let secrets = self.auth.secrets();
        let mut identity = vec![self.base.trim_end_matches('/')];
        identity.extend(secrets.iter().chain(&self.hidden).map(Secret::reveal));
        let limits = accounts.limits(&identity, &self.allowed_rates(), self.allowed_concurrency());
        Self { limits: Some(limits), ..self }.build()
    }

    /// Makes the client.
    ///
    /// # Errors
    ///
    /// Says which option is invalid: a malformed URL, a certificate file that cannot be read ...
    pub fn build(self) -> Result<Client, Error> {
        let base = base_url(&self.base, self.endpoint_from)?;
        let limits = self.limits.clone().unwrap_or_else(|| {
            Arc::new(Limits::new(&self.allowed_rates(), self.allowed_concurrency()))
        });
        let retry = self.options.retry(self.retry)?;
        let network = Network::new(self.name, self.options);
        // Report invalid options now.
        network.to(&base)?;
        let redactor = SharedRedactor::new(&self.hidden);
        let secrets = self.auth.secrets();
        let has_secrets = !(secrets.is_empty() && self.hidden.is_empty());
        // Clients of one account and URL share their limits, and say it once.
        if is_open(&base) && has_secrets && limits.is_first_warning() {
            tracing::warn!(
                target: "octodns", logger = self.name,
                "credentials are sent to {base} without encryption; use https",
            );
        }
        redactor.learn(&secrets);
        redactor.learn(&network.secrets());
        Ok(Client {
            transport: Arc::new(Transport {
                name: self.name,
                base,
                endpoint_from: self.endpoint_from,
                network: Arc::new(network),
                auth: self.auth,
                limits,
                backoff: Backoff { retry, host: self.host },
                hooks: self.hooks,
                max_bytes: self.max_bytes,
                redactor: Arc::new(redactor),
                seen: Arc::default(),
            }),
        })
    }

    fn allowed_rates(&self) -> Vec<Rate> {
        match self.options.requests_per_second {
            Some(rate) => vec![Rate::per_second(rate as usize)],
            None => self.rates.clone(),
        }
    }

    fn allowed_concurrency(&self) -> usize {
        self.options.concurrency.map_or(self.concurrency, |many| many as usize)
    }
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
            ("https://u:hunter2@api.example.com:99999", false),
            ("ftp://u:hunter2@api.example.com", false),
            ("https://api.example.com:x/?key=hunter2", false),
            ("https://api.example.com/?key=x", false),
            ("", false),
        ] {
            let client = Client::builder("test", endpoint).build();
            assert_eq!(client.is_ok(), fine, "{endpoint}");
            if let Err(error) = client {
                assert!(!error.to_string().contains("hunter2"), "{error}");
            }
            let client = Client::builder("test", endpoint).endpoint_from("login_endpoint").build();
            if let Err(error) = client {
                assert!(error.to_string().contains("login_endpoint"), "{error}");
            }
        }
    }

    #[test]
    fn clients_of_an_account_warn_of_plain_http_once() {
        let accounts = Accounts::default();
        let client = |endpoint: &str| {
            let auth = HeaderAuth::bearer(&Secret::new("hunter2")).unwrap();
            Client::builder("test", endpoint).auth(auth).build_for(&accounts).unwrap()
        };
        for endpoint in ["http://a.example", "http://b.example"] {
            let limits = Arc::clone(&client(endpoint).transport.limits);
            assert!(!limits.is_first_warning(), "it was said when the first was built");
            assert!(Arc::ptr_eq(&limits, &client(endpoint).transport.limits));
        }
    }

    #[test]
    fn plain_http_is_open_to_others() {
        for (endpoint, open) in [
            ("https://api.example.com", false),
            ("http://api.example.com", true),
            ("http://192.0.2.1:8081", true),
            ("http://127.0.0.1:8081", false),
            ("http://[::1]:8081", false),
            ("http://localhost", false),
        ] {
            assert_eq!(is_open(&base_url(endpoint, None).unwrap()), open, "{endpoint}");
        }
    }

    #[test]
    fn invalid_options_are_reported() {
        let of = |options: Options| {
            let client =
                Client::builder("test", "https://api.example.com").options(&options).build();
            client.err().map(|error| error.to_string())
        };
        assert_eq!(of(Options { proxy: Some(Secret::new("none")), ..Options::default() }), None);
        let proxy = Some(Secret::new("http://u:hunter2@[proxy:x"));
        assert_eq!(
            of(Options { proxy, ..Options::default() }).unwrap(),
            "http.proxy is not the URL of a proxy"
        );
        let ca_file = Some("/nowhere/ca.pem".into());
        assert!(of(Options { ca_file, ..Options::default() }).unwrap().contains("/nowhere/ca.pem"));
        assert!(of(Options { ca_file_only: true, ..Options::default() }).is_some());
    }
}
