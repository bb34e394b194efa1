//! Work that a service accepts, and does while its client polls.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::{Action, Call, Refusal, Refusals, Store};
use crate::fake::Response;

/// A job, as the service shows it.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its id.
    pub id: u64,
    /// Its state.
    pub state: JobState,
}

/// The state of a job.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum JobState {
    /// Not done yet; none of its effects are visible.
    Running,
    /// Done; the response of the request.
    Done(Json),
    /// Refused, with this message.
    Failed(String),
}

/// Every job, and how they are shown.
#[derive(Clone)]
pub(super) struct Jobs {
    /// How many polls a job takes.
    pub(super) polls: u32,
    pub(super) show: fn(&Job) -> Json,
    held: BTreeMap<u64, Held>,
}

#[derive(Clone)]
struct Held {
    polls_left: u32,
    work: Option<(Action, Call)>,
    state: JobState,
}

impl Default for Jobs {
    fn default() -> Self {
        Self { polls: 0, show: |job| json!({"id": job.id}), held: BTreeMap::new() }
    }
}

impl Store {
    /// Accepts a call; it is carried out after enough polls.
    pub(super) fn defer(&mut self, action: Action, call: Call) -> Response {
        let id = self.jobs.held.len() as u64 + 1;
        let state = JobState::Running;
        let held = Held { polls_left: self.jobs.polls, work: Some((action, call)), state };
        self.jobs.held.insert(id, held);
        Response::json(202, (self.jobs.show)(&Job { id, state: JobState::Running }))
    }

    /// The state of a job.
    pub(super) fn job(&mut self, id: &str) -> Result<Response, Refusal> {
        let id = id.parse::<u64>().unwrap_or_default();
        let Some(held) = self.jobs.held.get_mut(&id) else {
            return Err(self.refusal(Refusals::MISSING, "there is no such job"));
        };
        held.polls_left = held.polls_left.saturating_sub(1);
        let work = if held.polls_left == 0 { held.work.take() } else { None };
        if let Some((action, call)) = work {
            let state = match self.act(action, &call) {
                Ok(response) => {
                    JobState::Done(serde_json::from_slice(&response.body).unwrap_or_default())
                }
                Err(refusal) => JobState::Failed(refusal.message),
            };
            if let Some(held) = self.jobs.held.get_mut(&id) {
                held.state = state;
            }
        }
        let state = self.jobs.held.get(&id).map_or(JobState::Running, |held| held.state.clone());
        Ok(Response::json(200, (self.jobs.show)(&Job { id, state })))
    }
}
