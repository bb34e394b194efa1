//! Runs blocking file operations off the threads that do network I/O.

use std::sync::Arc;

use octodns_core::provider::Includes;
use octodns_core::record::RecordTypes;
use octodns_core::validate::RecordValidators;
use octodns_core::zone::SubZones;
use octodns_core::{ProviderError, ZoneName, ZoneRequest};

/// Runs blocking file operations on a thread where that is allowed.
///
/// # Errors
///
/// The error of the work; also fails if the work panics.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), octodns_core::ProviderError> {
/// let lines = octodns_files::blocking(|| Ok("one\ntwo".lines().count())).await?;
/// assert_eq!(lines, 2);
/// # Ok(())
/// # }
/// ```
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ProviderError> + Send + 'static,
) -> Result<T, ProviderError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(ProviderError::Failed {
            message: "a file operation failed".to_owned(),
            source: Some(Box::new(error)),
        }),
    }
}

/// An owned [`ZoneRequest`], for work on another thread.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OwnedRequest {
    /// As in [`ZoneRequest`].
    pub name: ZoneName,
    /// As in [`ZoneRequest`].
    pub sub_zones: SubZones,
    /// As in [`ZoneRequest`].
    pub target: bool,
    /// As in [`ZoneRequest`].
    pub lenient: bool,
    /// As in [`ZoneRequest`].
    pub validators: Arc<RecordValidators>,
    /// As in [`ZoneRequest`].
    pub types: Arc<RecordTypes>,
    /// As in [`ZoneRequest`].
    pub includes: Includes,
}

impl From<&ZoneRequest<'_>> for OwnedRequest {
    fn from(request: &ZoneRequest<'_>) -> Self {
        Self {
            name: request.name.clone(),
            sub_zones: request.sub_zones.clone(),
            target: request.target,
            lenient: request.lenient,
            validators: Arc::clone(request.validators),
            types: Arc::clone(request.types),
            includes: request.includes,
        }
    }
}

impl OwnedRequest {
    /// The request, borrowed.
    pub fn borrowed(&self) -> ZoneRequest<'_> {
        let (name, sub_zones) = (&self.name, &self.sub_zones);
        let mut request = ZoneRequest::new(name, sub_zones, &self.validators, &self.types);
        request.target = self.target;
        request.lenient = self.lenient;
        request.includes = self.includes;
        request
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_that_panics_is_an_error() {
        let broken = blocking::<()>(|| panic!("no")).await;
        assert_eq!(broken.unwrap_err().to_string(), "a file operation failed");
    }
}
