//! Work that a service accepts, and does later.

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
    /// How many requests later a job is done.
    pub(super) requests: u32,
    pub(super) show: fn(&Job) -> Json,
    /// A header that has the id of a job, in the response to its request.
    pub(super) header: Option<&'static str>,
    held: BTreeMap<u64, Held>,
}

#[derive(Clone)]
struct Held {
    requests_left: u32,
    work: Option<(Action, Call)>,
    state: JobState,
}

impl Default for Jobs {
    fn default() -> Self {
        let show = |job: &Job| json!({"id": job.id});
        Self { requests: 0, show, header: None, held: BTreeMap::new() }
    }
}

impl Store {
    /// Accepts a call; it is carried out after enough requests.
    pub(super) fn defer(&mut self, action: Action, call: Call) -> Response {
        let id = self.jobs.held.len() as u64 + 1;
        let requests_left = self.jobs.requests;
        let held = Held { requests_left, work: Some((action, call)), state: JobState::Running };
        self.jobs.held.insert(id, held);
        if requests_left == 0 {
            self.carry_out(id);
        }
        let state = self.jobs.held.get(&id).map_or(JobState::Running, |held| held.state.clone());
        let response = Response::json(202, self.show_job(&Job { id, state }));
        match self.jobs.header {
            Some(name) => response.with_header(name, &id.to_string()),
            None => response,
        }
    }

    /// Another request comes, so time has passed.
    pub(super) fn pass_time(&mut self) {
        let running = self.jobs.held.iter_mut().filter(|(_, held)| held.work.is_some());
        let due = running.filter_map(|(id, held)| {
            held.requests_left = held.requests_left.saturating_sub(1);
            (held.requests_left == 0).then_some(*id)
        });
        for id in due.collect::<Vec<_>>() {
            self.carry_out(id);
        }
    }

    /// Carries out all jobs that are not done yet.
    pub(super) fn end_jobs(&mut self) {
        let ids: Vec<_> = self.jobs.held.keys().copied().collect();
        for id in ids {
            self.carry_out(id);
        }
    }

    /// How many jobs are not done yet.
    pub fn running_jobs(&self) -> usize {
        self.jobs.held.values().filter(|held| held.work.is_some()).count()
    }

    /// A job as it is now.
    ///
    /// # Errors
    ///
    /// There is no such job.
    pub fn job(&self, id: &str) -> Result<Job, Refusal> {
        let id = id.parse::<u64>().unwrap_or_default();
        match self.jobs.held.get(&id) {
            Some(held) => Ok(Job { id, state: held.state.clone() }),
            None => Err(self.refusal(Refusals::MISSING, "there is no such job")),
        }
    }

    /// A job as the service shows it.
    pub(super) fn show_job(&self, job: &Job) -> Json {
        (self.jobs.show)(job)
    }

    fn carry_out(&mut self, id: u64) {
        let work = self.jobs.held.get_mut(&id).and_then(|held| held.work.take());
        let Some((action, call)) = work else { return };
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
}
