//! Sends the messages of a plan: what a server refuses is halved until the name at fault stands alone, and the
//! rest goes on.

use std::collections::VecDeque;

use hickory_proto::rr::Name;
use octodns_core::{ApplyLog, Attempt, Plan, ProviderError};

use super::read_back::is_as_planned;
use super::update::Update;
use crate::axfr::ZoneServer;
use crate::client::{Error, Transferred};

/// If the server has refused so many names and accepted none, it refuses all.
const MAX_REFUSED: usize = 8;

/// Sends messages to the server of a plan.
pub(super) struct Sender<'s> {
    pub(super) server: &'s ZoneServer,
    pub(super) plan: &'s Plan,
    /// The zone in wire format.
    pub(super) zone: Name,
    /// The state of the server when the plan was made.
    pub(super) held: Option<&'s Transferred>,
}

/// A message that was sent.
pub(super) struct Sent<'l> {
    pub(super) attempt: Attempt<'l>,
    pub(super) changes: Vec<usize>,
    pub(super) failure: Option<Error>,
}

impl Sent<'_> {
    /// Whether the server has refused it.
    pub(super) fn has_no_effect(&self) -> bool {
        let is_refused = |error: &Error| error.has_no_effect() && !error.is_prerequisite();
        self.failure.as_ref().is_some_and(is_refused)
    }
}

/// All of them.
pub(super) struct AllSent<'l> {
    pub(super) messages: Vec<Sent<'l>>,
    /// Whether messages were left out after the last one.
    pub(super) has_stopped: bool,
}

impl Sender<'_> {
    /// Sends messages until one fails for a reason other than its content.
    pub(super) async fn all<'l>(
        &self,
        updates: Vec<Update>,
        log: &'l ApplyLog<'_>,
    ) -> Result<AllSent<'l>, ProviderError> {
        let mut waiting = VecDeque::from(updates);
        let mut messages = Vec::with_capacity(waiting.len());
        let (mut refused, mut accepted) = (0, 0);
        while let Some(mut update) = waiting.pop_front() {
            let changes = update.changes();
            let attempt = log.begin(&changes).await?;
            let failure = self.one(&mut update).await.err();
            let is_of_content = failure.as_ref().is_some_and(Error::is_of_content);
            if is_of_content && let Some(second) = update.halve() {
                attempt.not_sent();
                waiting.push_front(second);
                waiting.push_front(update);
                continue;
            }
            let has_failed = failure.is_some();
            messages.push(Sent { attempt, changes, failure });
            match (has_failed, is_of_content) {
                (true, true) => refused += 1,
                (true, false) => return Ok(AllSent { messages, has_stopped: true }),
                (false, _) => accepted += 1,
            }
            if accepted == 0 && refused >= MAX_REFUSED {
                let has_stopped = !waiting.is_empty();
                return Ok(AllSent { messages, has_stopped });
            }
        }
        Ok(AllSent { messages, has_stopped: false })
    }

    /// Sends a message. If the server says that its sets have other values, though they are as planned, they
    /// only need to exist: PowerDNS compares values as they are written, not what they mean.
    async fn one(&self, update: &mut Update) -> Result<(), Error> {
        let client = &self.server.client;
        let first = client.update(&self.zone, &update.message(&self.zone, client.id())).await;
        match &first {
            Err(error) if error.is_prerequisite() => {}
            _ => return first,
        }
        let Ok(now) = client.transfer(self.plan.desired.name()).await else { return first };
        let changes = update.changes();
        if !is_as_planned(self.plan, &changes, self.held, &now) || !update.ask_less() {
            return first;
        }
        client.update(&self.zone, &update.message(&self.zone, client.id())).await
    }
}
