//! What a check is about.

use std::time::Duration;

/// What is checked.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CheckOptions {
    /// The providers, by id; empty: all of the config.
    pub providers: Vec<String>,
    /// How long a provider may take, and DNS servers, which have 5 seconds at most. Default: 60 seconds.
    pub timeout: Duration,
    /// The DNS servers that are tried.
    pub resolver: ResolverChoice,
}

impl Default for CheckOptions {
    fn default() -> Self {
        let (providers, resolver) = (Vec::new(), ResolverChoice::System);
        Self { providers, timeout: Duration::from_secs(60), resolver }
    }
}

/// Which DNS servers are tried.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResolverChoice {
    /// Those of the system. Builds without the feature `dns` try none.
    #[default]
    System,
    /// This one: an address or a name, with a port if it is not 53.
    Server(String),
    /// None.
    Off,
}
