//! What the attempts of a call came to: which errors are final, and what may have been carried out though the
//! SDK, which reports the last attempt only, does not say so.

use std::error::Error;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::dns::ResolveDnsError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    FinalizerInterceptorContextRef, InterceptorContext,
};
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// Why a call was never sent; another attempt would not help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NeverSent {
    /// There are no credentials.
    NoCredentials,
    /// The host does not exist, refuses connections, or has no valid certificate.
    NoConnection,
}

impl NeverSent {
    /// Finds the reason among the causes of an error.
    pub(super) fn of(error: &(dyn Error + 'static)) -> Option<Self> {
        let mut causes = std::iter::successors(Some(error), |error| (*error).source());
        causes.find_map(|cause| {
            if cause.is::<CredentialsError>() {
                return Some(Self::NoCredentials);
            }
            let is_of_network = cause.downcast_ref::<io::Error>().is_some_and(|error| {
                // The errors of certificates are invalid data.
                matches!(
                    error.kind(),
                    io::ErrorKind::ConnectionRefused | io::ErrorKind::InvalidData
                )
            });
            let is_no_host = cause.is::<ResolveDnsError>() || is_of_network;
            is_no_host.then_some(Self::NoConnection)
        })
    }
}

/// Forbids the SDK to repeat what another attempt does not mend.
#[derive(Debug)]
pub(super) struct NoUselessRetry;

impl ClassifyRetry for NoUselessRetry {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let error = context.output_or_error().and_then(Result::err);
        let error = error.and_then(|error| error.as_connector_error());
        match error.and_then(|error| NeverSent::of(error)) {
            Some(_) => RetryAction::RetryForbidden,
            None => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "NoUselessRetry"
    }
}

/// Remembers whether an attempt may have been carried out though the service did not say so.
#[derive(Clone, Debug, Default)]
pub(super) struct Attempts(Arc<AtomicBool>);

impl Attempts {
    pub(super) fn may_be_done(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl Intercept for Attempts {
    fn name(&self) -> &'static str {
        "Attempts"
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let may_be_done = match (context.response(), context.output_or_error()) {
            (Some(answer), _) => answer.status().is_server_error(),
            (None, Some(Err(error))) => {
                let error = error.as_connector_error();
                error.is_some_and(|error| NeverSent::of(error).is_none())
            }
            (None, _) => false,
        };
        if may_be_done {
            self.0.store(true, Ordering::Relaxed);
        }
        Ok(())
    }
}
