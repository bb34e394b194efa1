//! What DNS servers say of a zone, beside what its sources say.

mod csv;
mod json;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use octodns_core::engine::read_valid_sources;
use octodns_core::{Diagnostic, RecordType, Report, ZoneName};
use octodns_dns::live::verify;
use octodns_dns::{ClientOptions, Code, Found, QueryError, Server, wire};

pub use octodns_dns::live::{Difference, Seen, Verdict, Verified};

use crate::compat::log_warnings;
use crate::dns_client::dns_client;
use crate::failure::Failure;
use crate::manager::Manager;
use crate::progress::{Event, Phase};

/// Is told how many questions there are, and how many of them have been answered.
pub type Progress = Arc<dyn Fn(usize, usize) + Send + Sync>;

/// What a report is about.
#[derive(Clone)]
#[non_exhaustive]
pub struct ReportOptions {
    /// The zone, in either form.
    pub zone: String,
    /// The sources that say what the zone holds.
    pub sources: Vec<String>,
    /// Whether faults of records that can be represented are only warnings.
    pub lenient: bool,
    /// The servers: addresses or names, with a port if it is another than 53.
    pub servers: Vec<String>,
    /// How many queries to send at the same time. Default: 64.
    pub concurrency: usize,
    /// How long an answer is waited for. Default: 1 second.
    pub timeout: Duration,
    /// How many times a question is sent in that time. Default: 2.
    pub tries: u8,
    /// Is told how far it has come.
    pub progress: Option<Progress>,
}

impl ReportOptions {
    /// A report on what `servers` answer for the records that `sources` hold of `zone`.
    pub fn new(zone: impl Into<String>, sources: Vec<String>, servers: Vec<String>) -> Self {
        Self {
            zone: zone.into(),
            sources,
            lenient: false,
            servers,
            concurrency: 64,
            timeout: Duration::from_secs(1),
            tries: 2,
            progress: None,
        }
    }
}

/// What the servers said.
#[derive(Debug)]
#[non_exhaustive]
pub struct LiveReport {
    /// The zone.
    pub zone: ZoneName,
    /// The servers that were asked, each once.
    pub servers: Vec<SocketAddr>,
    /// The servers that could not be asked, since they have no address.
    pub unknown: Vec<String>,
    /// The records, by name and type, with the answers in the order of the servers.
    pub records: Vec<Verified>,
}

impl LiveReport {
    /// Whether every server that was named says the same as the zone, as far as servers can tell, and
    /// none contradicts another.
    pub fn is_as_it_should_be(&self) -> bool {
        self.unknown.is_empty()
            && self.records.iter().all(|record| !record.differs() && !record.is_contradictory())
    }

    /// As comma-separated values, the bytes that octoDNS writes.
    pub fn csv(&self) -> String {
        csv::write(self)
    }

    /// As JSON, the bytes that octoDNS writes.
    pub fn json(&self) -> String {
        json::write(self)
    }

    /// The names of the servers that were asked, as they stand in headings.
    pub fn server_names(&self) -> Vec<String> {
        self.servers.iter().map(|server| Server::from(*server).to_string()).collect()
    }
}

impl Manager {
    /// Asks servers for every record that the sources say a zone has.
    ///
    /// Each server is asked once, however often it is named. Names of servers that have no address are
    /// left out with a warning, as long as there is one server to ask.
    ///
    /// # Errors
    ///
    /// Fails with everything that was found if the zone cannot be read or is not valid, and if there is
    /// no server to ask, or no client, which is the feature `dns`. That a server does not answer is part of the report.
    pub async fn report(&self, options: &ReportOptions) -> Result<LiveReport, Failure> {
        let mut how = ClientOptions::default();
        how.timeout = options.timeout;
        how.tries = options.tries;
        how.concurrency = options.concurrency;
        let client = dns_client(how)?;
        self.begin_run();
        let mut report = Report::new();
        let sources = self.named_sources("source", &options.sources, &mut report);
        let selection = self.zones(None).await?;
        let selected = selection.get(&options.zone, self, &mut report);
        let Some(selected) = selected.filter(|_| !report.has_errors()) else {
            return Err(report.into());
        };
        let context = self.context(&selected.config, options.lenient);
        let zone = selected.empty();
        let read = read_valid_sources(zone, &sources, &context, &mut report).await;
        let (servers, unknown) = addresses(&options.servers, &mut report).await;
        let zone = read.map_err(|found| report.merge(found)).ok();
        log_warnings(&report);
        let Some(zone) = zone.filter(|_| !report.has_errors()) else { return Err(report.into()) };
        let questions = zone.len() * servers.len();
        let answered = AtomicUsize::new(0);
        let _phase = self.phase(Phase::Asking, questions);
        let asked = || {
            self.progress.note(&Event::Answered);
            let answered = answered.fetch_add(1, Ordering::Relaxed) + 1;
            if let Some(progress) = &options.progress {
                progress(answered, questions);
            }
        };
        let records = verify(&client, &zone, &servers, &asked).await;
        Ok(LiveReport { zone: selected.name, servers, unknown, records })
    }
}

const SERVERS: &str =
    "write an address, such as 192.0.2.53 or [2001:db8::53]:53, or a name that has one";

/// The addresses of servers, and the servers that have none.
async fn addresses(servers: &[String], report: &mut Report) -> (Vec<SocketAddr>, Vec<String>) {
    let (mut addresses, mut unknown) = (Vec::new(), Vec::new());
    for text in servers {
        let address = match text.parse::<Server>() {
            Ok(server) => server.address().await,
            Err(error) => Err(error),
        };
        match address {
            Ok(address) if addresses.contains(&address) => {}
            Ok(address) => addresses.push(address),
            Err(error) => {
                let mut message = error.to_string();
                if let Some(source) = std::error::Error::source(&error) {
                    message = format!("{message}: {source}");
                }
                report.push(Diagnostic::warning("server", message).help(SERVERS));
                unknown.push(text.clone());
            }
        }
    }
    if addresses.is_empty() {
        let message = format!("there is no DNS server to query ({})", servers.join(", "));
        report.push(Diagnostic::error("server", message).help(SERVERS));
    }
    (addresses, unknown)
}

/// An answer in octoDNS's words: values in presentation format, sorted, or what there is instead.
fn words(of: RecordType, seen: &Seen) -> Vec<String> {
    let instead = |text: &str| vec![text.to_owned()];
    let number = wire::type_number(of).unwrap_or_default();
    match &seen.answer {
        Ok(answer) => match &answer.found {
            Found::RrSet(rows) => {
                let text = |rdata: &Vec<u8>| wire::present(number, rdata);
                let texts: Result<Vec<_>, _> = rows.rdatas.iter().map(text).collect();
                // octoDNS cannot read such an answer, and goes on as if there were none.
                let Ok(mut texts) = texts else { return instead("*no answer*") };
                texts.sort_unstable();
                texts
            }
            Found::NoData => instead("*no answer*"),
            Found::NxDomain => instead("*does not exist*"),
        },
        Err(QueryError::Timeout { .. }) => instead("*timeout*"),
        Err(QueryError::Refused { code: Code::YxDomain, .. }) => instead("*should not exist*"),
        // Differs from octoDNS: such a record ends its report.
        Err(QueryError::Question(_)) => instead("*not in DNS*"),
        Err(_) => instead("*no answer*"),
    }
}

/// Whether the servers give the same words, in whatever case.
fn is_consistent(answers: &[String]) -> bool {
    answers.windows(2).all(|pair| pair[0].eq_ignore_ascii_case(&pair[1]))
}
