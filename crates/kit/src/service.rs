//! The facts of a service, as data: a reviewer can compare them with its documentation line by line.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use octodns_core::Capabilities;
use octodns_core::registry::{BuildError, Lookup};
use octodns_core::value::Position;
use octodns_http::{Accounts, Auth, Builder, Client, Host, Rate, ServiceOptions};

use crate::dialect::Dialect;

/// The facts of a service that its provider's calls do not show.
///
/// ```
/// use octodns_core::{Capabilities, RecordType, Values};
/// use octodns_http::Rate;
/// use octodns_kit::dialect::{Dialect, Dot, Names, Targets, Text};
/// use octodns_kit::Service;
///
/// const SERVICE: Service = Service {
///     short_names: &["example"],
///     rates: &[Rate::per_minute(250)],
///     capabilities: Capabilities::of(&[RecordType::A, RecordType::MX])
///         .root_ns()
///         .values(Values { null_mx: false, ..Values::ANY }),
///     dialect: Dialect {
///         names: Names::Relative { apex: "@" },
///         targets: Targets { read: Dot::Omitted, write: Dot::Required, own: Some("@") },
///         text: Text::Raw,
///         ..Dialect::RAW
///     },
///     ..Service::new("octodns_example.ExampleProvider", "https://api.example.com/v2")
/// };
/// assert_eq!(SERVICE.class_name(), "ExampleProvider");
/// ```
#[derive(Clone, Debug)]
pub struct Service {
    /// The class path of octoDNS' provider: `octodns_example.ExampleProvider`.
    pub class: &'static str,
    /// Other class paths that it is registered under.
    pub other_classes: &'static [&'static str],
    /// Its class paths in older versions of octoDNS, which are taken with a warning.
    pub former_classes: &'static [&'static str],
    /// Its short names in a config; the client also uses the first one as its name.
    pub short_names: &'static [&'static str],
    /// The version of the provider's crate.
    pub version: &'static str,
    /// The base URL of all calls, unless the user sets another.
    pub endpoint: &'static str,
    /// Names that the option `endpoint` may have instead of a URL, such as regions, and the base URL of each.
    pub endpoint_names: &'static [(&'static str, &'static str)],
    /// The rate limits of one account.
    pub rates: &'static [Rate],
    /// The maximum number of concurrent requests. Default: 12.
    pub concurrency: usize,
    /// How many names of a zone are changed concurrently, if the service has a limit of its own there. Default: as many
    /// as the user allows requests (`http.concurrency`), or 4.
    pub names_at_once: Option<usize>,
    /// How long a read may not show what was written, if the service says so. Default: no time at all.
    pub settles_within: Duration,
    /// Its capabilities.
    pub capabilities: Capabilities,
    /// How it spells names and texts.
    pub dialect: Dialect,
}

impl Service {
    /// A service of which only these are known; all else is at its default.
    pub const fn new(class: &'static str, endpoint: &'static str) -> Self {
        Self {
            class,
            other_classes: &[],
            former_classes: &[],
            short_names: &[],
            version: env!("CARGO_PKG_VERSION"),
            endpoint,
            endpoint_names: &[],
            rates: &[],
            concurrency: 12,
            names_at_once: None,
            settles_within: Duration::ZERO,
            capabilities: Capabilities::NOTHING,
            dialect: Dialect::RAW,
        }
    }

    /// The name that plans show next to the id: the last part of the class path.
    pub fn class_name(&self) -> &'static str {
        self.class.rsplit('.').next().unwrap_or(self.class)
    }

    /// The client's name for itself.
    pub(crate) fn name(&self) -> &'static str {
        self.short_names.first().copied().unwrap_or(self.class)
    }
}

/// Builds the client of a provider, with the settings that all providers share.
#[derive(Clone, Copy)]
pub struct Connector<'c> {
    service: &'c Service,
    options: &'c ServiceOptions,
    accounts: &'c Accounts,
    host: &'c Host,
    /// The option with the base URL, and what the user set it to.
    given: (&'static str, Option<&'c str>),
    default_endpoint: &'c str,
    home: Option<&'c Path>,
    env: Option<&'c Lookup>,
    pause: Option<Rate>,
}

impl fmt::Debug for Connector<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector").field("endpoint", &self.endpoint()).finish_non_exhaustive()
    }
}

impl<'c> Connector<'c> {
    /// For a provider that implements the traits itself.
    pub fn new(
        service: &'c Service,
        options: &'c ServiceOptions,
        accounts: &'c Accounts,
        host: &'c Host,
    ) -> Self {
        Self {
            service,
            options,
            accounts,
            host,
            given: ("endpoint", options.endpoint.as_deref()),
            default_endpoint: service.endpoint,
            home: None,
            env: None,
            pause: None,
        }
    }

    /// For another host of the service, such as the one of its health checks: its base URL is `default`, unless
    /// the user sets the option of this name.
    ///
    /// ```
    /// use octodns_kit::http::{Accounts, Host, ServiceOptions};
    /// use octodns_kit::{Connector, Service};
    ///
    /// # let (options, accounts, host) = (ServiceOptions::default(), Accounts::default(), Host::default());
    /// const SERVICE: Service = Service::new("octodns_a.AProvider", "https://dns.a.example");
    /// let connector = Connector::new(&SERVICE, &options, &accounts, &host);
    /// let checks = connector.other_host("checks_endpoint", None, "https://checks.a.example");
    /// assert_eq!(checks.endpoint(), "https://checks.a.example");
    /// ```
    #[must_use]
    pub fn other_host(
        self,
        option: &'static str,
        given: Option<&'c str>,
        default: &'c str,
    ) -> Self {
        Self { given: (option, given), default_endpoint: default, ..self }
    }

    /// With the home directory of the user, as the registry has it.
    #[must_use]
    pub fn home(self, home: Option<&'c Path>) -> Self {
        Self { home, ..self }
    }

    /// With the environment, as the registry has it.
    #[must_use]
    pub fn environment(self, env: &'c Lookup) -> Self {
        Self { env: Some(env), ..self }
    }

    /// A variable of the environment, for services whose own tools look there; `None` if it is not set, is empty, or
    /// the program has handed in no environment.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use octodns_core::registry::Lookup;
    /// use octodns_kit::http::{Accounts, Host, ServiceOptions};
    /// use octodns_kit::{Connector, Service};
    ///
    /// # let (options, accounts, host) = (ServiceOptions::default(), Accounts::default(), Host::default());
    /// const SERVICE: Service = Service::new("octodns_a.AProvider", "https://dns.a.example");
    /// let connector = Connector::new(&SERVICE, &options, &accounts, &host);
    /// assert_eq!(connector.variable("A_PROFILE"), None);
    /// let env: Lookup = Arc::new(|name| (name == "A_PROFILE").then(|| "mine".to_owned()));
    /// assert_eq!(connector.environment(&env).variable("A_PROFILE").as_deref(), Some("mine"));
    /// ```
    pub fn variable(&self, name: &str) -> Option<String> {
        self.env.and_then(|env| env(name)).filter(|value| !value.is_empty())
    }

    /// The path of a file in the options: `~` is the home directory of the user.
    ///
    /// ```
    /// use std::path::Path;
    /// use octodns_kit::http::{Accounts, Host, ServiceOptions};
    /// use octodns_kit::{Connector, Service};
    ///
    /// # let (options, accounts, host) = (ServiceOptions::default(), Accounts::default(), Host::default());
    /// const SERVICE: Service = Service::new("octodns_a.AProvider", "https://dns.a.example");
    /// let connector = Connector::new(&SERVICE, &options, &accounts, &host);
    /// let at_home = connector.home(Some(Path::new("me")));
    /// assert_eq!(at_home.path(Path::new("~/.keys"))?, Path::new("me/.keys"));
    /// assert_eq!(at_home.path(Path::new("keys"))?, Path::new("keys"));
    /// assert!(connector.path(Path::new("~/.keys")).is_err());
    /// # Ok::<(), octodns_core::registry::BuildError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Fails if the program has handed in no home directory.
    pub fn path(&self, path: &Path) -> Result<PathBuf, BuildError> {
        let Ok(rest) = path.strip_prefix("~") else { return Ok(path.to_owned()) };
        self.home.map(|home| home.join(rest)).ok_or_else(|| {
            let message = format!("{}: the home directory is not known", path.display());
            BuildError::new(message, Position::NONE)
        })
    }

    /// With another base URL than the service's usual one, because an option says so (a sandbox, a region). The
    /// option `endpoint` still comes first.
    #[must_use]
    pub fn default_endpoint(self, endpoint: &'c str) -> Self {
        Self { default_endpoint: endpoint, ..self }
    }

    /// At the service's environment for tests, if an option says so. The option `endpoint` still comes first.
    #[must_use]
    pub fn sandbox(self, endpoint: &'c str, is_sandbox: bool) -> Self {
        if is_sandbox { self.default_endpoint(endpoint) } else { self }
    }

    /// With a pause after each request, whose seconds an option has; none for 0.
    ///
    /// # Errors
    ///
    /// Those of [`seconds`].
    pub fn pause(self, option: &str, pause: f64) -> Result<Self, BuildError> {
        Ok(Self { pause: pause_of(option, pause)?, ..self })
    }

    /// The base URL of all calls.
    pub fn endpoint(&self) -> &'c str {
        let (_, Some(given)) = self.given else { return self.default_endpoint };
        self.named(given).unwrap_or(given)
    }

    /// Whether the user has set the base URL, so that one which the service gives with a token does not count.
    pub fn has_endpoint(&self) -> bool {
        self.options.endpoint.is_some()
    }

    /// The base URL that goes by a name.
    fn named(&self, name: &str) -> Option<&'static str> {
        let mut names = self.service.endpoint_names.iter();
        names.find(|(known, _)| *known == name).map(|(_, endpoint)| *endpoint)
    }

    /// Refuses an endpoint that is neither a URL nor a name.
    fn check_endpoint(&self) -> Result<(), BuildError> {
        let names = self.service.endpoint_names;
        let (option, given) = self.given;
        let given = given.unwrap_or_default();
        if names.is_empty()
            || given.contains(':')
            || given.is_empty()
            || self.named(given).is_some()
        {
            return Ok(());
        }
        let names: Vec<_> = names.iter().map(|(name, _)| *name).collect();
        let message =
            format!("{option} \"{given}\" is neither a URL nor one of {}", names.join(", "));
        Err(BuildError::new(message, Position::NONE))
    }

    /// A client that authenticates with `auth`.
    ///
    /// # Errors
    ///
    /// Says which option is not valid.
    pub fn client(&self, auth: impl Auth + 'static) -> Result<Client, BuildError> {
        self.client_with(auth, |builder| builder)
    }

    /// The same, with settings for the service: statuses, headers, parameters.
    ///
    /// # Errors
    ///
    /// Says which option is not valid.
    pub fn client_with(
        &self,
        auth: impl Auth + 'static,
        more: impl FnOnce(Builder) -> Builder,
    ) -> Result<Client, BuildError> {
        self.check_endpoint()?;
        let mut builder = Client::builder(self.service.name(), self.endpoint())
            .options(&self.options.http)
            .concurrency(self.service.concurrency)
            .host(self.host)
            .auth(auth);
        if let (option, Some(_)) = self.given {
            builder = builder.endpoint_from(option);
        }
        for rate in self.service.rates.iter().chain(&self.pause) {
            builder = builder.rate(*rate);
        }
        Ok(more(builder).build_for(self.accounts)?)
    }
}

/// The seconds that an option has.
///
/// # Errors
///
/// Names the option if they are negative or not a number.
pub fn seconds(option: &str, seconds: f64) -> Result<Duration, BuildError> {
    Duration::try_from_secs_f64(seconds).map_err(|error| {
        BuildError::new(format!("{option} is a number of seconds: {error}"), Position::NONE)
    })
}

/// The limit that a pause after each request is, from an option with its seconds; none for 0.
///
/// # Errors
///
/// Those of [`seconds`].
pub fn pause_of(option: &str, pause: f64) -> Result<Option<Rate>, BuildError> {
    let pause = seconds(option, pause)?;
    Ok((!pause.is_zero()).then(|| Rate::new(1, pause)))
}
