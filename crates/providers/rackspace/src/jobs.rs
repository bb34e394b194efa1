//! Writes: the service accepts them as jobs, and does them later.

use octodns_http::{Call, Client, Error, JobStatus, Method, Poll, Request, Response};
use octodns_kit::{Json, Remembered};
use serde::Deserialize;

/// A job, as the service shows it.
#[derive(Debug, Deserialize)]
struct Job {
    #[serde(rename = "jobId")]
    id: String,
    status: String,
    #[serde(default)]
    response: Json,
    #[serde(default)]
    error: Json,
}

/// A job that has ended.
pub(crate) enum Ended {
    /// Everything is done; the result, if the service says it.
    Completed(Json),
    /// Everything but these rows, which are not deleted for reasons of their own.
    Partly(Vec<(String, Error)>),
}

/// The jobs of an account.
#[derive(Debug)]
pub(crate) struct Jobs {
    client: Client,
    /// The ids or names of zones with a write whose job may still run.
    unsettled: Remembered<()>,
}

impl Jobs {
    pub(crate) fn new(client: &Client) -> Self {
        Self { client: client.clone(), unsettled: Remembered::default() }
    }

    /// Sends a write about `place`, the id or name of a zone, and waits until the service has done it.
    pub(crate) async fn carry_out(
        &self,
        place: &str,
        request: Request<'_>,
    ) -> Result<Ended, Error> {
        let ended = self.end_of(request).await;
        if matches!(ended, Err(Error::Indeterminate { .. })) {
            self.unsettled.set(place, Some(()));
        }
        ended
    }

    async fn end_of(&self, request: Request<'_>) -> Result<Ended, Error> {
        let response = request.send().await?;
        let Job { id, status, response: result, .. } = response.json()?;
        if status == "COMPLETED" {
            return Ok(Ended::Completed(result));
        }
        let call = response.call();
        let poll = async || {
            let status = self.client.get(&["status", &id]).query("showDetails", true);
            let Job { status, response, error, .. } = status.read().await?;
            Ok(match &*status {
                "COMPLETED" => JobStatus::Done(Ended::Completed(response)),
                "ERROR" => match self.left(call, &error) {
                    Some(left) => JobStatus::Done(Ended::Partly(left)),
                    None => JobStatus::Failed(words(&error)),
                },
                _ => JobStatus::Pending,
            })
        };
        self.client.poll(Poll::default(), call, poll).await
    }

    /// The rows that a deletion has left, and why; `None` if the service does not say which. Those that were not there
    /// are gone.
    fn left(&self, call: &Call, error: &Json) -> Option<Vec<(String, Error)>> {
        faults(error).next()?;
        let left = faults(error).filter(|fault| fault["code"] != 404).map(|fault| {
            let (_, id) = fault["details"].as_str()?.rsplit_once("Record ID: ")?;
            Some((id.trim().to_owned(), self.client.job_failed(call, &words(fault))))
        });
        left.collect()
    }

    /// Waits for the jobs of the account if it is not known what became of one about `place`: what is read before would
    /// not show it.
    pub(crate) async fn settle(&self, place: &str) -> Result<(), Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Shown {
            async_responses: Vec<Job>,
        }

        if !self.unsettled.has(place) {
            return Ok(());
        }
        let call = Call::new(Method::GET, "/status");
        let running = async || {
            let ended = ["showErrors", "showCompleted"].into_iter();
            let request = self.client.get(&["status"]).query("showRunning", true);
            let request = ended.fold(request, |request, which| request.query(which, false));
            // The number of entries next to them may be that of all jobs.
            let Shown { async_responses: jobs } = request.read().await?;
            let is_ended = |job: &Job| matches!(&*job.status, "COMPLETED" | "ERROR");
            Ok(if jobs.iter().all(is_ended) { JobStatus::Done(()) } else { JobStatus::Pending })
        };
        self.client.poll(Poll::default(), &call, running).await?;
        self.unsettled.set(place, None);
        Ok(())
    }
}

/// What is wrong with each of many.
fn faults(error: &Json) -> impl Iterator<Item = &Json> {
    error["failedItems"]["faults"].as_array().into_iter().flatten()
}

/// The service's words about a failure: its message and details, what is not valid, and what is wrong with each of
/// many.
fn words(error: &Json) -> String {
    let own = ["message", "details"].into_iter().filter_map(|key| error[key].as_str());
    let messages = error["validationErrors"]["messages"].as_array().into_iter().flatten();
    let own = own.chain(messages.filter_map(Json::as_str)).map(str::to_owned);
    let words: Vec<_> = own.chain(faults(error).map(words)).filter(|it| !it.is_empty()).collect();
    words.join(": ")
}

/// The service's words in a response that refuses a request.
pub(crate) fn words_of(response: &Response) -> Option<String> {
    Some(words(&response.json().ok()?)).filter(|words| !words.is_empty())
}
