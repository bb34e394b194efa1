//! `SpfDnsLookupProcessor`: refuses policies that receivers will not evaluate completely.

use std::time::Duration;

use octodns_core::processor::Stage;
use octodns_core::record::{RecordData, Txt};
use octodns_core::{Diagnostic, Processor, ProviderError, Record, RecordType, Zone, async_trait};
use schemars::JsonSchema;
use serde::Deserialize;

use super::check::Checker;
use crate::{Client, ClientOptions, Resolver, Server};

/// Options of a processor that looks SPF policies up.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SpfDnsLookupOptions {
    /// The DNS servers that are asked, one after the other: addresses or names, with a port if it is
    /// another than 53. Default: those of the system.
    #[serde(default)]
    pub resolvers: Vec<String>,
    /// How long to wait for the answer of a server, in seconds. Default: 5.
    #[serde(default = "five")]
    pub timeout: f64,
    /// How many of the names of `a`, `mx` and `exists` may not exist; RFC 7208 has 2. Default: these names
    /// are not looked up.
    #[serde(default)]
    pub void_lookups: Option<usize>,
}

impl Default for SpfDnsLookupOptions {
    fn default() -> Self {
        Self { resolvers: Vec::new(), timeout: five(), void_lookups: None }
    }
}

fn five() -> f64 {
    5.0
}

/// Refuses TXT records whose SPF policy needs more than ten lookups, includes itself or a name that does not
/// exist, or uses `ptr`; lenient records are exempt.
#[derive(Clone, Debug)]
pub struct SpfDnsLookupProcessor {
    id: String,
    options: SpfDnsLookupOptions,
}

impl SpfDnsLookupProcessor {
    /// A processor with this id.
    pub fn new(id: &str, options: SpfDnsLookupOptions) -> Self {
        Self { id: id.to_owned(), options }
    }
}

/// The resolver for `resolvers` and `timeout` of a configuration; the system's if there are no resolvers.
///
/// # Errors
///
/// Fails if a server or the timeout is not valid, if the name of a server has no address, or if this build has no
/// client.
pub async fn resolver(resolvers: &[String], timeout: f64) -> Result<Resolver, ProviderError> {
    let timeout = Duration::try_from_secs_f64(timeout).map_err(|_| {
        ProviderError::failed(format!("a timeout of {timeout} seconds is not valid"))
    })?;
    let client = Client::new(ClientOptions { timeout, ..ClientOptions::default() })
        .map_err(|error| ProviderError::failed(error.to_string()))?;
    if resolvers.is_empty() {
        return Ok(Resolver::system(client));
    }
    let mut servers = Vec::with_capacity(resolvers.len());
    for text in resolvers {
        let failed = |error| ProviderError::Failed {
            message: format!("cannot query the DNS server \"{text}\""),
            source: Some(Box::new(error)),
        };
        let server: Server = text.parse().map_err(failed)?;
        servers.push(server.address().await.map_err(failed)?);
    }
    Ok(Resolver::new(client, servers))
}

#[async_trait]
impl Processor for SpfDnsLookupProcessor {
    fn id(&self) -> &str {
        &self.id
    }

    async fn source_zone(
        &self,
        desired: &mut Zone,
        stage: &mut Stage<'_>,
    ) -> Result<(), ProviderError> {
        let policies: Vec<_> = desired
            .records()
            .filter(|record| !record.options().lenient())
            .filter_map(|record| Some((record, texts(record)?)))
            .filter(|(_, texts)| texts.iter().any(|text| super::words(text).is_some()))
            .collect();
        if policies.is_empty() {
            return Ok(());
        }
        let resolver = resolver(&self.options.resolvers, self.options.timeout).await?;
        let known = |name: &str| {
            let name = desired.name().relative(name)?;
            let name = octodns_core::RecordName::new(name).ok()?;
            texts(desired.get(&name, RecordType::TXT)?)
        };
        let checker = Checker::new(&resolver, &known, self.options.void_lookups);
        for (record, texts) in policies {
            let found = |make: fn(&'static str, String) -> Diagnostic, message, help| {
                make("spf-dns-lookup", format!("processor \"{}\": {message}", self.id))
                    .help(help)
                    .about(format!("{} TXT", record.decoded_fqdn(desired.name())))
                    .at(record.origin().clone())
            };
            match checker.check(&record.fqdn(desired.name()), &texts).await {
                Ok(counted) => stage.report.extend(counted.objections.into_iter().map(|text| {
                    let message = format!("{text}: receivers treat such a policy as an error");
                    found(Diagnostic::warning, message, OBJECTION)
                })),
                Err(error) => {
                    let help = error.help();
                    stage.report.push(found(Diagnostic::error, error.with_causes(), help));
                }
            }
        }
        Ok(())
    }
}

const OBJECTION: &str = "correct the word, or include a name that has a policy";

/// The values of a TXT record, as they are on the wire; values that are not UTF-8 are not SPF policies.
fn texts(record: &Record) -> Option<Vec<String>> {
    match record.data() {
        RecordData::Txt(values) => {
            let text = |value: &Txt| String::from_utf8_lossy(&value.octets()).into_owned();
            Some(values.iter().map(text).collect())
        }
        _ => None,
    }
}
