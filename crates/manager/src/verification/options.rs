//! What is verified, and how.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

/// What a run verifies, where it does not leave it to the config.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerifyChoice {
    /// Whether zones are read back. Default: what the config says.
    pub read_back: Option<bool>,
    /// Whether name servers are asked. Default: what the config says.
    pub dns: Option<bool>,
}

impl VerifyChoice {
    /// Nothing is verified, whatever the config says.
    pub fn nothing() -> Self {
        Self { read_back: Some(false), dns: Some(false) }
    }
}

/// How plans are verified after they were applied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerifyOptions {
    /// Whether the zones are read back from their targets.
    pub read_back: bool,
    /// How name servers are asked; not at all by default.
    pub dns: Option<DnsOptions>,
    /// When everything is looked at once more, after it was found to be right. Default: 0, it is not.
    pub hold: Duration,
}

/// How name servers are asked for what was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DnsOptions {
    /// The servers. Default: the name servers that the zone has at its target.
    pub nameservers: Nameservers,
    /// The recursive servers that know the name servers of zones whose targets do not show them. Default: those of
    /// the system.
    pub resolvers: Vec<SocketAddr>,
    /// How long servers may take to serve what was changed. Default: 120 seconds.
    pub timeout: Duration,
    /// How long an answer is waited for. Default: 2 seconds.
    pub answer_timeout: Duration,
    /// How many questions are sent at the same time. Default: 64.
    pub concurrency: usize,
}

impl Default for DnsOptions {
    fn default() -> Self {
        Self {
            nameservers: Nameservers::default(),
            resolvers: Vec::new(),
            timeout: Duration::from_secs(120),
            answer_timeout: Duration::from_secs(2),
            concurrency: 64,
        }
    }
}

/// Name servers: addresses or names, with a port if it is not 53.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Nameservers {
    /// Those of zones whose target has none of its own here.
    pub everywhere: Vec<String>,
    /// Those of the zones of a target, by its id.
    pub by_target: BTreeMap<String, Vec<String>>,
}

impl Nameservers {
    /// These servers for all zones.
    pub fn everywhere<S: Into<String>>(servers: impl IntoIterator<Item = S>) -> Self {
        Self { everywhere: servers.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// The servers of a target's zones; none if they are to be found out.
    pub fn of(&self, target: &str) -> &[String] {
        self.by_target.get(target).unwrap_or(&self.everywhere)
    }
}
