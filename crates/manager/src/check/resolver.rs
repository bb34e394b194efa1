//! Asking the DNS servers of the system.

use octodns_core::{Diagnostic, RecordType, Report};
use octodns_dns::{Client, ClientOptions, QueryError, Resolver, Server};
use tokio::time::Instant;

use super::checked::CheckedResolver;
use super::options::{CheckOptions, ResolverChoice};
use crate::dns_client::dns_client;

/// What every DNS server that answers anything knows: the name servers of the root.
const QUESTION: (&str, RecordType) = (".", RecordType::NS);

const HELP: [&str; 2] = [
    "check /etc/resolv.conf, and that DNS (port 53, UDP and TCP) is not blocked",
    "check its address and port, and that DNS is not blocked on the way to it (UDP and TCP)",
];

/// One query; nothing if none is to be tried, or this build cannot.
pub(super) async fn checked(of: &CheckOptions) -> Option<CheckedResolver> {
    let mut options = ClientOptions::default();
    options.timeout = options.timeout.min(of.timeout);
    let [of_system, of_server] = HELP;
    let (help, servers, resolver) = match &of.resolver {
        ResolverChoice::Off => return None,
        ResolverChoice::System => {
            let client = Client::new(options).ok()?;
            (of_system, "those of the system".to_owned(), Ok(Resolver::system(client)))
        }
        ResolverChoice::Server(server) => (of_server, server.clone(), named(server, options).await),
    };
    let started = Instant::now();
    let answer = match resolver {
        Ok(resolver) => {
            resolver.query(QUESTION.0, QUESTION.1).await.map_err(|error| failed(&error, help))
        }
        Err(report) => Err(report),
    };
    let report = answer.err().unwrap_or_default();
    Some(CheckedResolver { servers, took: started.elapsed(), report })
}

async fn named(server: &str, options: ClientOptions) -> Result<Resolver, Report> {
    let client = dns_client(options).map_err(|failure| failure.report)?;
    let address = match server.parse::<Server>() {
        Ok(server) => server.address().await,
        Err(error) => Err(error),
    };
    let address = address.map_err(|error| {
        let found = Diagnostic::error("server", error.to_string());
        only(found.help("write an address, or a name that has one, and a port if it is not 53"))
    })?;
    Ok(Resolver::new(client, vec![address]))
}

fn failed(error: &QueryError, help: &str) -> Report {
    let message = match std::error::Error::source(error) {
        Some(source) => format!("DNS does not work: {error}: {source}"),
        None => format!("DNS does not work: {error}"),
    };
    only(Diagnostic::error("server", message).help(help))
}

fn only(found: Diagnostic) -> Report {
    [found].into_iter().collect()
}
