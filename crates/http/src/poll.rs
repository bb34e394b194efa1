//! Waits for asynchronous work of a service: jobs, actions, pending changes.

use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout_at};

use crate::line::one_line;
use crate::{Call, Client, Error};

/// The status of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JobStatus<T> {
    /// Not done yet.
    Pending,
    /// Not done yet, and the service says when to poll again.
    PendingFor(Duration),
    /// Done.
    Done(T),
    /// Failed, with the service's error message.
    Failed(String),
}

/// How often and how long to poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Poll {
    /// The pause before the first poll and after it; it doubles with each. Not longer than that before the first
    /// retry of a call, which the user may set. Default: 0.5 s.
    pub initial_backoff: Duration,
    /// The longest pause. Default: 10 s.
    pub max_backoff: Duration,
    /// The time limit for all polls. Default: 10 min.
    pub bound: Duration,
}

impl Default for Poll {
    fn default() -> Self {
        Self {
            initial_backoff: Duration::from_millis(500),
            max_backoff: Duration::from_secs(10),
            bound: Duration::from_secs(600),
        }
    }
}

/// The pause after the first poll, even if the user wants no pauses before retries.
const LEAST_PAUSE: Duration = Duration::from_millis(10);

impl Client {
    /// Polls with `check` until the job that `call` started is done.
    ///
    /// ```
    /// use octodns_http::{Call, Client, Error, JobStatus, Poll};
    ///
    /// # async fn wait(client: &Client, call: &Call, id: &str) -> Result<(), Error> {
    /// client
    ///     .poll(Poll::default(), call, async || {
    ///         let status: String = client.get(&["jobs", id]).read().await?;
    ///         Ok(match &*status {
    ///             "done" => JobStatus::Done(()),
    ///             "failed" => JobStatus::Failed("see the console".to_owned()),
    ///             _ => JobStatus::Pending,
    ///         })
    ///     })
    ///     .await
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::JobFailed`] if the service says so. [`Error::Indeterminate`] if the job is not done within
    /// the time limit, or if `check` fails with an error that is not transient, or with as many in a row as a call has
    /// attempts: the job continues, and its outcome is unknown.
    pub async fn poll<T, F, R>(&self, poll: Poll, call: &Call, mut check: F) -> Result<T, Error>
    where
        F: FnMut() -> R,
        R: Future<Output = Result<JobStatus<T>, Error>>,
    {
        let end = Instant::now() + poll.bound;
        let mut pause = poll.initial_backoff.min(self.backoff().retry.initial_backoff);
        let mut asked = Duration::ZERO;
        let mut last: Option<Error> = None;
        // Each of them was tried often enough by itself.
        let mut failures = 0;
        loop {
            let next = Instant::now().checked_add(pause.max(asked));
            let Some(next) = next.filter(|next| *next < end) else {
                return Err(still_pending(call, poll.bound, last));
            };
            sleep_until(next).await;
            pause = pause.saturating_mul(2).max(LEAST_PAUSE).min(poll.max_backoff);
            asked = Duration::ZERO;
            // A poll that times out is one more without a result.
            match timeout_at(end, check()).await {
                Ok(Ok(JobStatus::Pending)) => (failures, last) = (0, None),
                Ok(Ok(JobStatus::PendingFor(wait))) => (failures, asked, last) = (0, wait, None),
                Ok(Ok(JobStatus::Done(done))) => return Ok(done),
                Ok(Ok(JobStatus::Failed(words))) => return Err(self.job_failed(call, &words)),
                Ok(Err(error))
                    if error.is_transient() && failures + 1 < self.backoff().attempts() =>
                {
                    failures += 1;
                    asked = error.wait().unwrap_or_default();
                    last = Some(error);
                }
                Ok(Err(error)) => {
                    return Err(Error::Indeterminate { call: call.clone(), message: told(&error) });
                }
                Err(_) => return Err(still_pending(call, poll.bound, last)),
            }
        }
    }

    /// The error of a job that `call` started, or of a part of it, with the service's error message.
    pub fn job_failed(&self, call: &Call, words: &str) -> Error {
        Error::JobFailed { call: call.clone(), message: one_line(&self.redact(words)) }
    }
}

fn still_pending(call: &Call, bound: Duration, last: Option<Error>) -> Error {
    let seconds = bound.as_secs_f64();
    let message = match last {
        Some(error) => format!("not done after {seconds} s, and then {}", told(&error)),
        None => format!("not done after {seconds} s"),
    };
    Error::Indeterminate { call: call.clone(), message }
}

/// The message of a poll's error, which has its own call.
fn told(error: &Error) -> String {
    crate::error::chain(error)
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use octodns_core::{Secret, ServiceErrorKind};

    use super::*;
    use crate::Retry;

    fn call() -> Call {
        Call { method: http::Method::POST, path: "/jobs".into() }
    }

    fn refused(status: u16) -> Error {
        let call = Call { method: http::Method::GET, path: "/jobs/1".into() };
        let message = "no".to_owned();
        match status {
            429 => Error::Throttled {
                call,
                status,
                message,
                attempts: 1,
                wait: Some(Duration::from_secs(7)),
            },
            503 => Error::Unavailable { call, status, message, attempts: 1, wait: None },
            _ => Error::NotFound { call, status, message },
        }
    }

    /// Seconds and outcome of a job with these polls, which is then pending forever.
    async fn run(responses: Vec<Result<JobStatus<u8>, u16>>) -> (f64, Result<u8, Error>) {
        let retry = Retry { initial_backoff: Duration::from_secs(9), ..Retry::default() };
        let client = Client::builder("test", "http://127.0.0.1/").redact(&Secret::new("hunter2"));
        let client = client.retry(retry).build().unwrap();
        let start = Instant::now();
        let mut responses = VecDeque::from(responses);
        let poll = Poll {
            initial_backoff: Duration::from_secs(1),
            max_backoff: Duration::from_secs(4),
            bound: Duration::from_secs(30),
        };
        let call = call();
        let result = client.poll(poll, &call, || {
            let response = responses.pop_front().unwrap_or(Ok(JobStatus::Pending));
            async move { response.map_err(refused) }
        });
        let result = result.await;
        (start.elapsed().as_secs_f64(), result)
    }

    #[tokio::test(start_paused = true)]
    async fn a_job_is_polled_until_it_is_done_or_has_failed() {
        use JobStatus::{Done, Failed, Pending, PendingFor};
        for (responses, seconds, outcome) in [
            (vec![Ok(Done(7))], 1.0, Ok(7)),
            // 1, 2, 4 seconds, and no longer.
            (vec![Ok(Pending), Ok(Pending), Ok(Pending), Ok(Done(7))], 11.0, Ok(7)),
            (vec![Ok(PendingFor(Duration::from_secs(9))), Ok(Done(7))], 10.0, Ok(7)),
            // After a transient error it polls again, as late as the service asks.
            (vec![Err(429), Err(503), Ok(Done(7))], 12.0, Ok(7)),
            (
                vec![Ok(Failed("bad\nhunter2".to_owned()))],
                1.0,
                Err((ServiceErrorKind::Refused, "POST /jobs: the service gave up: bad ***")),
            ),
        ] {
            let (took, result) = run(responses.clone()).await;
            let result = result.map_err(|error| (error.kind(), error.to_string()));
            let expected = outcome.map_err(|(fault, text)| (fault, text.to_owned()));
            assert_eq!((took, result), (seconds, expected), "{responses:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_does_not_wait_to_retry_hardly_waits_to_poll() {
        let retry = Retry { initial_backoff: Duration::ZERO, ..Retry::default() };
        let client = Client::builder("test", "http://127.0.0.1/").retry(retry).build().unwrap();
        let start = Instant::now();
        let (mut polls, call) = (0, call());
        let done = client.poll(Poll::default(), &call, || {
            polls += 1;
            let status = if polls < 5 { JobStatus::Pending } else { JobStatus::Done(polls) };
            async move { Ok(status) }
        });
        // 0, 10, 20, 40, 80 ms.
        assert_eq!((done.await.unwrap(), start.elapsed()), (5, Duration::from_millis(150)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_job_without_an_answer_in_time_is_indeterminate() {
        let started = "POST /jobs: interrupted, it is not known whether it was carried out: ";
        for (responses, most, words) in [
            (vec![], 30.0, "not done after 30 s"),
            (vec![Err(404)], 1.0, "GET /jobs/1: 404: no"),
            (vec![Err(503); 6], 19.0, "GET /jobs/1: 503: no (gave up after 1 attempt)"),
            (vec![Ok(JobStatus::PendingFor(Duration::MAX / 4))], 1.0, "not done after 30 s"),
        ] {
            let (took, result) = run(responses).await;
            let error = result.unwrap_err();
            assert_eq!(error.kind(), ServiceErrorKind::Indeterminate);
            assert_eq!(error.to_string(), format!("{started}{words}"));
            assert!(took <= most, "{took}");
        }
    }
}
