//! Asking name servers for what was changed, until they serve it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::{StreamExt, stream};
use octodns_core::provider::Answers;
use octodns_core::{Change, Zone};
use octodns_dns::live::{Content, Question, Serving, serving};
use octodns_dns::{Client, ClientOptions};
use tokio::time::{Instant, sleep_until, timeout_at};

use super::servers::{NamedServer, servers};
use super::{Item, Pauses, short, unless_stopped};
use crate::compat::MANAGER;
use crate::stop::Stop;
use crate::verification::{DnsCheck, DnsOptions, ServerCheck, is_fine};

/// How many times a question is sent while an answer is waited for.
const TRIES: u8 = 2;

/// A question to be asked, by places: of the zone, its server and the change.
#[derive(Clone, Copy)]
struct Asked {
    item: usize,
    server: usize,
    change: usize,
}

/// A zone whose servers are asked.
struct Watched<'i> {
    item: &'i Item,
    before: &'i Zone,
    after: Zone,
    servers: Vec<NamedServer>,
    failed: Option<String>,
}

/// Asks the name servers of zones for every change made there, until all serve all of it or the time is over. After
/// `hold` they are asked once more. Returns as well whether the run was stopped before that.
pub(super) async fn ask(
    items: &[Arc<Item>],
    how: &DnsOptions,
    hold: Duration,
    stop: &Stop,
) -> (Vec<DnsCheck>, bool) {
    let mut client = ClientOptions::default();
    client.timeout = how.answer_timeout;
    client.tries = TRIES;
    client.concurrency = how.concurrency;
    let client = match Client::new(client) {
        Ok(client) => client,
        Err(why) => {
            let failed = |_| DnsCheck { servers: Vec::new(), failed: Some(why.to_string()) };
            return (items.iter().map(failed).collect(), false);
        }
    };
    let begin = Instant::now();
    let zones = watched(items, how, &client).await;
    let mut asking = Asking::new(&zones, &client, stop);
    let mut pauses = Pauses::until(Instant::now() + how.timeout, stop);
    let of_an_answer = how.answer_timeout * u32::from(TRIES);
    let mut pending = asking.all();
    let all = pending.len();
    loop {
        tracing::info!(
            target: "octodns", logger = MANAGER,
            "verify: asking name servers for {} of {all} answers", pending.len(),
        );
        // An answer that is under way at the end still counts.
        asking.round(&pending, pauses.end + of_an_answer).await;
        pending.retain(|asked| !is_fine(asking.state(*asked)));
        if pending.is_empty() || !pauses.wait().await {
            break;
        }
    }
    if !hold.is_zero() && unless_stopped(stop, sleep_until(begin + hold)).await.is_some() {
        let mut all = asking.all();
        // One answer may be lost.
        for _ in 0..2 {
            asking.round(&all, Instant::now() + how.timeout + of_an_answer).await;
            all.retain(|asked| !is_fine(asking.state(*asked)));
        }
    }
    // What is served, and was not to be looked at again, is verified.
    let is_open = !pending.is_empty() || !hold.is_zero();
    (asking.checks(), is_open && stop.is_stopped())
}

/// The zones with their servers.
async fn watched<'i>(
    items: &'i [Arc<Item>],
    how: &DnsOptions,
    client: &Client,
) -> Vec<Watched<'i>> {
    let after: Vec<_> = items.iter().map(|item| item.plan.outcome()).collect();
    let zones: Vec<_> = items.iter().map(|item| item.target.id()).zip(&after).collect();
    let found = servers(&zones, how, client).await;
    let zones = items.iter().zip(after).zip(found);
    zones
        .map(|((item, after), found)| {
            let (servers, failed) = match found {
                Ok(servers) => (servers, None),
                Err(why) => (Vec::new(), Some(why)),
            };
            Watched { item, before: item.plan.held(), after, servers, failed }
        })
        .collect()
}

/// What is known of all questions.
struct Asking<'w> {
    zones: &'w [Watched<'w>],
    contents: Vec<(Content<'w>, Content<'w>)>,
    client: &'w Client,
    stop: &'w Stop,
    /// By zone, server and change.
    states: Vec<Vec<Vec<Serving>>>,
}

impl<'w> Asking<'w> {
    fn new(zones: &'w [Watched<'w>], client: &'w Client, stop: &'w Stop) -> Self {
        let contents =
            zones.iter().map(|zone| (Content::of(zone.before), Content::of(&zone.after)));
        let states = zones.iter().map(Watched::first_states).collect();
        Self { zones, contents: contents.collect(), client, stop, states }
    }

    fn state(&self, asked: Asked) -> &Serving {
        &self.states[asked.item][asked.server][asked.change]
    }

    /// Every question that can be asked.
    fn all(&self) -> Vec<Asked> {
        let mut all = Vec::new();
        for (item, zone) in self.zones.iter().enumerate() {
            for (server, (_, address)) in zone.servers.iter().enumerate() {
                let count = if address.is_ok() { zone.item.plan.changes.len() } else { 0 };
                all.extend((0..count).map(|change| Asked { item, server, change }));
            }
        }
        all.retain(|asked| !matches!(self.state(*asked), Serving::Open(_)));
        all
    }

    /// Asks these questions in order, and takes note of the answers that come until `end`.
    async fn round(&mut self, questions: &[Asked], end: Instant) {
        let mut answers = Vec::with_capacity(questions.len());
        let begun = AtomicUsize::new(0);
        {
            let (this, begun) = (&*self, &begun);
            let one = |asked: Asked| {
                begun.fetch_add(1, Ordering::Relaxed);
                async move { (asked, this.one(asked).await) }
            };
            let at_once = self.client.options().concurrency.max(1);
            let mut asking = stream::iter(questions.to_vec()).map(one).buffer_unordered(at_once);
            let mut next = async || timeout_at(end, asking.next()).await.ok().flatten();
            while let Some(Some(answer)) = unless_stopped(self.stop, next()).await {
                answers.push(answer);
            }
        }
        for asked in questions.iter().take(begun.into_inner()) {
            let silent = self.unanswered(*asked);
            let state = &mut self.states[asked.item][asked.server][asked.change];
            if let Serving::Silent(why) = state {
                *why = silent;
            }
        }
        for (asked, state) in answers {
            self.states[asked.item][asked.server][asked.change] = state;
        }
    }

    fn unanswered(&self, asked: Asked) -> String {
        match &self.zones[asked.item].servers[asked.server].1 {
            Ok(server) => format!("{server} did not answer before the time was over"),
            Err(why) => why.clone(),
        }
    }

    async fn one(&self, asked: Asked) -> Serving {
        let zone = &self.zones[asked.item];
        let Ok(server) = zone.servers[asked.server].1 else { return self.state(asked).clone() };
        let change = &zone.item.plan.changes[asked.change];
        let record = change.record();
        let (name, of) = (record.name(), record.record_type());
        let answer = self.client.query(server, &name.fqdn(zone.item.zone()), of).await;
        let (before, after) = &self.contents[asked.item];
        let any_ttl = zone.item.target.provider().answers(record) == Answers::AnyTtl;
        serving(Question { name, of, any_ttl }, before, after, &answer)
    }

    fn checks(self) -> Vec<DnsCheck> {
        let zones = self.zones.iter().zip(self.states);
        zones.map(|(zone, states)| zone.check(states)).collect()
    }
}

impl Watched<'_> {
    /// What is known before anything is asked, by server and change.
    fn first_states(&self) -> Vec<Vec<Serving>> {
        let of_server = |(_, address): &NamedServer| {
            let changes = self.item.plan.changes.iter();
            let states = changes.map(|change| first_state(self.item, change));
            states
                .map(|state| match address {
                    Ok(_) => state,
                    Err(why) => unknown(state, why),
                })
                .collect()
        };
        self.servers.iter().map(of_server).collect()
    }

    fn check(&self, states: Vec<Vec<Serving>>) -> DnsCheck {
        let changes = &self.item.plan.changes;
        let texts: Vec<_> = changes.iter().map(|change| short(change, self.item.zone())).collect();
        let servers = self.servers.iter().zip(states).map(|((server, _), states)| ServerCheck {
            server: server.clone(),
            changes: texts.iter().cloned().zip(states).collect(),
        });
        DnsCheck { servers: servers.collect(), failed: self.failed.clone() }
    }
}

/// What is known before anything was asked: that some changes cannot be seen.
fn first_state(item: &Item, change: &Change) -> Serving {
    let desired = change.desired();
    match desired.map(|record| item.target.provider().answers(record)) {
        Some(Answers::Otherwise(why)) => Serving::Open(why.to_owned()),
        _ => Serving::Silent("the time was over before it was asked".to_owned()),
    }
}

fn unknown(state: Serving, why: &str) -> Serving {
    match state {
        Serving::Silent(_) => Serving::Silent(why.to_owned()),
        state => state,
    }
}
