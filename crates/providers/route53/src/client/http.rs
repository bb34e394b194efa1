//! The HTTP client of all calls, and the pace of those to Route 53.
//!
//! The SDK repeats calls by itself. The pace is kept below it, so that repeated calls count as well.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use tokio::time::Instant;

/// How long a connection may take.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long an answer may take.
pub(crate) const READ_TIMEOUT: Duration = Duration::from_mins(1);

const TLS: tls::Provider = tls::Provider::Rustls(CryptoMode::AwsLc);

/// One client, with its connections kept for all calls of a provider.
pub(super) fn client() -> SharedHttpClient {
    Builder::new().build_with_connector_fn(|settings, components| {
        let mut connector = Connector::builder().tls_provider(TLS);
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        connector.set_proxy_config(Some(ProxyConfig::from_env()));
        connector.build()
    })
}

/// A connector for calls that the SDK does not make.
pub(crate) fn connector() -> Connector {
    let mut connector = Connector::builder().tls_provider(TLS);
    connector.set_proxy_config(Some(ProxyConfig::from_env()));
    connector.build()
}

/// At most so many calls in any second.
#[derive(Debug)]
pub(super) struct Pace {
    calls: usize,
    /// When the latest calls were or will be made, at most `calls` of them.
    latest: Mutex<VecDeque<Instant>>,
}

impl Pace {
    /// `calls` of 0 is no limit.
    pub(super) fn new(calls: u32) -> Self {
        let calls = usize::try_from(calls).unwrap_or(usize::MAX);
        Self { calls, latest: Mutex::default() }
    }

    /// Takes the next place in the queue, and waits for it.
    async fn wait(&self) {
        if self.calls == 0 {
            return;
        }
        let at = {
            let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            let at = match latest.front() {
                Some(oldest) if latest.len() >= self.calls => {
                    now.max(*oldest + Duration::from_secs(1))
                }
                _ => now,
            };
            if latest.len() >= self.calls {
                latest.pop_front();
            }
            latest.push_back(at);
            at
        };
        tokio::time::sleep_until(at).await;
    }
}

/// A client that keeps a pace.
#[derive(Clone, Debug)]
pub(super) struct Paced {
    inner: SharedHttpClient,
    pace: Arc<Pace>,
}

impl Paced {
    pub(super) fn new(inner: SharedHttpClient, pace: Pace) -> Self {
        Self { inner, pace: Arc::new(pace) }
    }
}

impl HttpClient for Paced {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(PacedConnector { inner, pace: Arc::clone(&self.pace) })
    }
}

#[derive(Debug)]
struct PacedConnector {
    inner: SharedHttpConnector,
    pace: Arc<Pace>,
}

impl HttpConnector for PacedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (inner, pace) = (self.inner.clone(), Arc::clone(&self.pace));
        HttpConnectorFuture::new(async move {
            pace.wait().await;
            inner.call(request).await
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn no_second_sees_more_calls_than_allowed() {
        let pace = Pace::new(3);
        let start = Instant::now();
        let mut times = Vec::new();
        for _ in 0..8 {
            pace.wait().await;
            times.push(start.elapsed().as_millis());
        }
        assert_eq!(times, [0, 0, 0, 1000, 1000, 1000, 2000, 2000]);
    }

    #[tokio::test(start_paused = true)]
    async fn none_is_no_limit() {
        let pace = Pace::new(0);
        let start = Instant::now();
        for _ in 0..100 {
            pace.wait().await;
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
    }
}
