//! Credentials are never shown: whatever fails, and however much is logged.
//!
//! [`Suite`](crate::suite::Suite) does this for services that are a [`Store`]; other fakes implement
//! [`Repeating`] and call [`examine`].

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};

use octodns_core::ZoneName;
use serde_json::Value as Json;
use tracing::Level;

use crate::fake::{Api, Fake, InjectedFault, Request, Response};
use crate::logs::Logs;
use crate::run::{Harness, render};
use crate::store::{Refusal, Store};

/// A fake that can refuse a request in given words.
pub trait Repeating: Api + Clone {
    /// A refusal in the form of the service.
    fn refusal(&self, status: u16, words: &str) -> Response;
}

impl Repeating for Store {
    fn refusal(&self, status: u16, words: &str) -> Response {
        self.refused(&Refusal::new(status, words))
    }
}

/// What is tried.
pub struct Trial<'t, S> {
    /// The service, with the zone.
    pub service: S,
    /// Builds a provider for the service at this URL.
    pub build: &'t (dyn Fn(&str) -> Harness + Sync),
    /// The zone.
    pub zone: ZoneName,
    /// What it shall hold: something else than it does.
    pub desired: Vec<Json>,
    /// The credentials in the options.
    pub secrets: Vec<String>,
}

/// The beginning of a repeated request: errors have to show it, or nothing was tried.
const MARK: &str = "you sent";

/// The statuses of refusals: bad requests, refused credentials, failures.
const STATUSES: [u16; 4] = [400, 401, 403, 500];

/// The fewest characters of a credential that is told from other texts.
const LEAST: usize = 6;

/// Lists zones, reads, plans and applies with the provider, while the service refuses everything from some request
/// on, each of them in turn, and repeats in its errors what it was sent. Returns where a credential is shown: one of
/// the options, or one that a request carried.
pub async fn examine<S: Repeating>(trial: &Trial<'_, S>) -> Vec<String> {
    let short = trial.secrets.iter().find(|secret| secret.len() < LEAST);
    if let Some(short) = short {
        return vec![format!("\"{short}\" is too short to be found in a text: use another one")];
    }
    let logs = Logs::listen(Level::TRACE);
    let (mut shown, mut carried) = (String::new(), BTreeSet::new());
    let requests = trial.run(None, (&mut shown, &mut carried)).await;
    for answered in 0..requests {
        for status in STATUSES.into_iter().map(Some).chain([None]) {
            trial.run(Some((answered, status)), (&mut shown, &mut carried)).await;
        }
    }
    let mut problems = Vec::new();
    if !shown.contains(MARK) {
        problems.push("no error has the words of the service: nothing was tried".to_owned());
    }
    let logged = logs.text();
    if logged.is_empty() {
        problems.push("nothing was logged".to_owned());
    }
    let texts = [("shown", &shown), ("logged", &logged)];
    for (is, text) in texts {
        problems.extend(found(text, trial.secrets.iter().chain(&carried), is));
    }
    problems
}

/// The credentials that are in a text.
pub(crate) fn found<'s>(
    text: &str,
    secrets: impl Iterator<Item = &'s String>,
    is: &str,
) -> Vec<String> {
    // A key may have several lines, of which the first and the last are no secret.
    let parts = secrets.flat_map(|secret| secret.lines());
    let parts = parts.filter(|part| part.len() >= LEAST && !part.starts_with("-----"));
    let line_with = |part: &str| text.lines().find(|line| line.contains(part));
    parts
        .filter_map(|part| Some(format!("the credential {part} is {is}: {}", line_with(part)?)))
        .collect()
}

impl<S: Repeating> Trial<'_, S> {
    /// One run: everything is answered, or only so many requests; then comes a refusal of this status, or a broken
    /// connection. Returns the number of requests.
    async fn run(
        &self,
        failing: Option<(usize, Option<u16>)>,
        (shown, carried): (&mut String, &mut BTreeSet<String>),
    ) -> usize {
        let refusing = failing.and_then(|(answered, status)| Some((answered, status?)));
        let heard = Arc::default();
        let parrot = Parrot {
            service: self.service.clone(),
            refusing,
            secrets: self.secrets.join(" "),
            carried: Arc::clone(&heard),
        };
        let fake = Fake::start(parrot).await;
        if let Some((answered, None)) = failing {
            fake.control().faults().after(answered, |_| true, InjectedFault::BreakAfter);
        }
        let harness = (self.build)(fake.url());
        let listed = harness.provider().list_zones().await;
        let mut say = |text: String| shown.push_str(&text);
        say(format!("{listed:?}\n"));
        match harness.plan(&harness.zone(&self.zone, &self.desired)).await {
            Err(report) => say(format!("{} {report:?}\n", render(&report))),
            Ok(None) => {}
            Ok(Some(plan)) => {
                let applied = harness.apply(&plan).await;
                say(format!("{plan:?} {applied:?}\n"));
                if let Err(error) = applied.result {
                    say(format!("{}\n", error.with_causes()));
                }
            }
        }
        carried.append(&mut heard.lock().unwrap_or_else(PoisonError::into_inner));
        fake.control().measured().count()
    }
}

/// A service that refuses from some request on, and repeats what it was sent.
struct Parrot<S> {
    service: S,
    /// How many requests are answered first, and the status after them.
    refusing: Option<(usize, u16)>,
    secrets: String,
    carried: Arc<Mutex<BTreeSet<String>>>,
}

impl<S: Repeating> Api for Parrot<S> {
    fn response(&mut self, request: &Request) -> Response {
        self.carried.lock().unwrap_or_else(PoisonError::into_inner).extend(credentials(request));
        match &mut self.refusing {
            Some((0, status)) => {
                let mut words = format!("{MARK} {} {}", self.secrets, request.target);
                for (name, value) in &request.headers {
                    // Writing to a text does not fail.
                    let _ = write!(words, " {name}: {value}");
                }
                words.push_str(&String::from_utf8_lossy(&request.body));
                self.service.refusal(*status, &words)
            }
            Some((left, _)) => {
                *left -= 1;
                self.service.response(request)
            }
            None => self.service.response(request),
        }
    }
}

/// The credentials in the headers of a request: keys, tokens, signatures.
fn credentials(request: &Request) -> impl Iterator<Item = String> {
    let is_one = |name: &str| {
        name == "authorization"
            || ["sign", "hmac", "token", "secret", "apikey", "api-key", "auth-key"]
                .iter()
                .any(|part| name.contains(part))
    };
    let headers = request.headers.iter().filter(move |(name, _)| is_one(name));
    // Without the scheme.
    headers.filter_map(|(_, value)| value.rsplit(' ').next().map(str::to_owned))
}
