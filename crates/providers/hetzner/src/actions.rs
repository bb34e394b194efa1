//! Actions: what a call has started and the service does later. All that run at a time are polled by one call.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use octodns_http::{Client, Error, JobStatus, Poll, Response};
use serde::Deserialize;

/// How many actions one call polls at most: a page of them.
const PER_CALL: usize = 50;

/// How long the first pauses are: most actions end within a second.
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// An action.
#[derive(Debug, Deserialize)]
struct Action {
    id: u64,
    status: Status,
    error: Option<Failure>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Status {
    Running,
    Success,
    Error,
}

/// Why an action failed.
#[derive(Debug, Deserialize)]
struct Failure {
    code: String,
    message: String,
}

impl Action {
    fn job(self) -> JobStatus<()> {
        match (self.status, self.error) {
            (Status::Running, _) => JobStatus::Pending,
            (Status::Success, _) => JobStatus::Done(()),
            (Status::Error, Some(Failure { code, message })) => {
                JobStatus::Failed(format!("{message} ({code})"))
            }
            (Status::Error, None) => JobStatus::Failed("no reason given".to_owned()),
        }
    }
}

/// The actions of an account that somebody waits for.
#[derive(Debug)]
pub(crate) struct Actions {
    client: Client,
    /// Each with what the last poll told, until whoever waits has taken it.
    awaited: Mutex<BTreeMap<u64, Option<JobStatus<()>>>>,
    /// Held by whoever polls.
    turn: tokio::sync::Mutex<()>,
}

impl Actions {
    pub(crate) fn new(client: Client) -> Self {
        Self { client, awaited: Mutex::default(), turn: tokio::sync::Mutex::default() }
    }

    /// Waits until the action in the response to a write has ended, if it has one.
    ///
    /// # Errors
    ///
    /// [`Error::JobFailed`] if the action failed, [`Error::Indeterminate`] if it does not end.
    pub(crate) async fn end(&self, response: &Response) -> Result<(), Error> {
        #[derive(Deserialize)]
        struct Started {
            action: Option<Action>,
        }

        let Started { action: Some(action) } = response.json()? else { return Ok(()) };
        let (id, told) = (action.id, action.job());
        let mut poll = Poll::default();
        poll.initial_backoff = match told {
            JobStatus::Done(()) => return Ok(()),
            JobStatus::Pending => FIRST_PAUSE,
            _ => Duration::ZERO,
        };
        let _awaited = Awaited { actions: self, id };
        self.awaited().insert(id, Some(told).filter(|told| *told != JobStatus::Pending));
        self.client.poll(poll, response.call(), || self.ask(id)).await
    }

    /// What has become of an action, asked for together with all others unless somebody else has just done so.
    async fn ask(&self, id: u64) -> Result<JobStatus<()>, Error> {
        #[derive(Deserialize)]
        struct Listed {
            actions: Vec<Action>,
        }

        let _turn = self.turn.lock().await;
        if let Some(told) = self.take(id) {
            return Ok(told);
        }
        let mut ids = vec![id];
        let is_open =
            |(other, told): (&u64, &Option<_>)| (*other != id && told.is_none()).then_some(*other);
        ids.extend(self.awaited().iter().filter_map(is_open).take(PER_CALL - 1));
        let request = self.client.get(&["actions"]).query("per_page", PER_CALL);
        let request = ids.iter().fold(request, |request, id| request.query("id", id));
        let Listed { actions } = request.read().await?;
        for action in actions {
            if let Some(told) = self.awaited().get_mut(&action.id) {
                *told = Some(action.job());
            }
        }
        Ok(self.take(id).unwrap_or(JobStatus::Pending))
    }

    fn take(&self, id: u64) -> Option<JobStatus<()>> {
        self.awaited().get_mut(&id)?.take()
    }

    fn awaited(&self) -> MutexGuard<'_, BTreeMap<u64, Option<JobStatus<()>>>> {
        self.awaited.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An action that is waited for until this is dropped.
struct Awaited<'a> {
    actions: &'a Actions,
    id: u64,
}

impl Drop for Awaited<'_> {
    fn drop(&mut self) {
        self.actions.awaited().remove(&self.id);
    }
}
