//! Calls: every one sends and gets JSON, and may go on as a job that is polled.

use std::time::Duration;

use octodns_http::{Client, Error, JobStatus, Method, Poll, Response};
use octodns_kit::{Json, json};

use crate::answer::Answer;

/// Asks for what is in a list, not for the paths of it.
pub(crate) fn detail() -> Json {
    json!({"detail": "Y"})
}

/// Carries out a call, and returns its data.
///
/// # Errors
///
/// [`Error::Indeterminate`] for a change if it is not known whether it was made.
pub(crate) async fn call(
    client: &Client,
    method: Method,
    path: &[&str],
    body: &Json,
) -> Result<Json, Error> {
    let is_read = method == Method::GET;
    let response = client.request(method, path).trailing_slash().json(body).send().await?;
    let Some(job) = job(client, &response)? else { return data(&response) };
    let mut polls = Poll::default();
    polls.initial_backoff = Duration::from_secs(1);
    client.poll(polls, response.call(), || poll(client, &job, is_read)).await?
}

/// The URL of the job that a call has become, if it has.
fn job(client: &Client, response: &Response) -> Result<Option<String>, Error> {
    if response.status().is_redirection() {
        let missing = || response.malformed("location", "a job has no URL");
        let location = response.header("location").ok_or_else(missing)?;
        return Ok(Some(response.resolve(location)));
    }
    let answer: Answer = response.json()?;
    let base = client.base().as_str().trim_end_matches('/');
    Ok(answer.is_incomplete().then(|| format!("{base}/Job/{}/", answer.job_id)))
}

fn data(response: &Response) -> Result<Json, Error> {
    Ok(response.json::<Answer>()?.data)
}

/// What a job has come to: its answer is that of the call.
async fn poll(
    client: &Client,
    job: &str,
    is_read: bool,
) -> Result<JobStatus<Result<Json, Error>>, Error> {
    // Only a URL of the same host is followed.
    let response = match client.follow(Method::GET, job).send().await {
        Ok(response) => response,
        Err(error @ Error::Refused { .. }) => return Ok(JobStatus::Done(Err(error))),
        // Of a change, it may be the job that is missing.
        Err(error @ Error::NotFound { .. }) if is_read => return Ok(JobStatus::Done(Err(error))),
        Err(error) => return Err(error),
    };
    Ok(match self::job(client, &response)? {
        Some(_) => JobStatus::Pending,
        None => JobStatus::Done(data(&response)),
    })
}
