//! Tasks: what the service has accepted with status 202, and does later.

use octodns_http::{Client, Error, JobStatus, Poll, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Waits until the task in the response to a write has ended, if it has one, and returns its id. The body has only to
/// be whole.
///
/// # Errors
///
/// [`Error::JobFailed`] if the task failed, [`Error::Indeterminate`] if it does not end.
pub(crate) async fn end<'r>(
    client: &Client,
    response: &'r Response,
) -> Result<Option<&'r str>, Error> {
    #[derive(Deserialize)]
    struct Task {
        code: String,
        #[serde(default)]
        message: String,
    }

    response.intact()?;
    let Some(id) = response.header("x-task-id") else { return Ok(None) };
    let poll = async || {
        let Task { code, message } = client.get(&["tasks", id]).read().await?;
        Ok(match &*code {
            "COMPLETE" => JobStatus::Done(()),
            "ERROR" => JobStatus::Failed(message),
            _ => JobStatus::Pending,
        })
    };
    client.poll(Poll::default(), response.call(), poll).await?;
    Ok(Some(id))
}

/// What a task of the response to a write has instead of its body.
///
/// # Errors
///
/// [`Error::Indeterminate`] if the service does not say it.
pub(crate) async fn result<T: DeserializeOwned>(
    client: &Client,
    response: &Response,
    id: &str,
) -> Result<T, Error> {
    let result = client.get(&["tasks", id, "result"]).read().await;
    result.map_err(|error| {
        let (call, message) = (response.call().clone(), error.to_string());
        Error::Indeterminate { call, message }
    })
}
