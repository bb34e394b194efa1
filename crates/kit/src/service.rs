//! The facts of a service, as data: a reviewer compares them with its documentation line by line.

use octodns_core::Capabilities;
use octodns_core::registry::BuildError;
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
    /// Other class paths by which it is known.
    pub other_classes: &'static [&'static str],
    /// Its names in a config without a path; the first is what the client calls itself as well.
    pub short_names: &'static [&'static str],
    /// The version of the provider's crate.
    pub version: &'static str,
    /// The URL that all calls are below, unless the user says otherwise.
    pub endpoint: &'static str,
    /// What one account may ask for.
    pub rates: &'static [Rate],
    /// The most requests at the same time. Default: 8.
    pub concurrency: usize,
    /// How many names are changed at the same time. Default: 4.
    pub names_at_once: usize,
    /// What it can hold.
    pub capabilities: Capabilities,
    /// How it spells names and texts.
    pub dialect: Dialect,
}

impl Service {
    /// A service of which nothing is known but these; to be filled in.
    pub const fn new(class: &'static str, endpoint: &'static str) -> Self {
        Self {
            class,
            other_classes: &[],
            short_names: &[],
            version: env!("CARGO_PKG_VERSION"),
            endpoint,
            rates: &[],
            concurrency: 8,
            names_at_once: 4,
            capabilities: Capabilities::NOTHING,
            dialect: Dialect::RAW,
        }
    }

    /// The name that plans show beside the id: the last part of the class path.
    pub fn class_name(&self) -> &'static str {
        self.class.rsplit('.').next().unwrap_or(self.class)
    }

    /// What the client calls itself.
    pub(crate) fn name(&self) -> &'static str {
        self.short_names.first().copied().unwrap_or(self.class)
    }
}

/// Makes the client of a provider: what all of them have in common is set already.
#[derive(Debug)]
pub struct Connector<'c> {
    pub(crate) service: &'c Service,
    pub(crate) options: &'c ServiceOptions,
    pub(crate) accounts: &'c Accounts,
    pub(crate) host: &'c Host,
}

impl<'c> Connector<'c> {
    /// For a provider that implements the traits itself.
    pub fn new(
        service: &'c Service,
        options: &'c ServiceOptions,
        accounts: &'c Accounts,
        host: &'c Host,
    ) -> Self {
        Self { service, options, accounts, host }
    }

    /// The URL that all calls are below.
    pub fn endpoint(&self) -> &str {
        self.options.endpoint.as_deref().unwrap_or(self.service.endpoint)
    }

    /// A client that proves who is asking by `auth`.
    ///
    /// # Errors
    ///
    /// Says which option cannot be.
    pub fn client(&self, auth: impl Auth + 'static) -> Result<Client, BuildError> {
        self.client_with(auth, |builder| builder)
    }

    /// The same, with more that is particular to the service: statuses, headers, parameters.
    ///
    /// # Errors
    ///
    /// Says which option cannot be.
    pub fn client_with(
        &self,
        auth: impl Auth + 'static,
        more: impl FnOnce(Builder) -> Builder,
    ) -> Result<Client, BuildError> {
        let mut builder = Client::builder(self.service.name(), self.endpoint())
            .options(&self.options.http)
            .concurrency(self.service.concurrency)
            .host(self.host)
            .auth(auth);
        for rate in self.service.rates {
            builder = builder.rate(*rate);
        }
        Ok(more(builder).build_for(self.accounts)?)
    }
}
