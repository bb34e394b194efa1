//! The HTTP client of all calls, and the rate limit for Route 53.
//!
//! The SDK retries calls by itself. The rate limit is below it, so that retries count as well, and so is what
//! is learned from an answer that there are too many requests.

use std::sync::Arc;
use std::time::Duration;

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use octodns_core::ServiceErrorKind;
use octodns_http::{Limits, Method};

use super::ApiError;

/// The timeout for connecting.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The timeout for a response.
pub(crate) const READ_TIMEOUT: Duration = Duration::from_mins(1);

const TLS: tls::Provider = tls::Provider::Rustls(CryptoMode::AwsLc);

/// One client, whose connections are reused by all calls of a provider.
pub(super) fn client() -> SharedHttpClient {
    Builder::new().build_with_connector_fn(|settings, components| {
        let mut connector = Connector::builder().tls_provider(TLS);
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        connector.set_proxy_config(Some(ProxyConfig::from_env()));
        connector.build()
    })
}

/// A connector for calls outside the SDK.
pub(crate) fn connector() -> Connector {
    let mut connector = Connector::builder().tls_provider(TLS);
    connector.set_proxy_config(Some(ProxyConfig::from_env()));
    connector.build()
}

/// A client with a rate limit, that sends fewer requests at a time while AWS throttles.
#[derive(Clone, Debug)]
pub(super) struct Paced {
    inner: SharedHttpClient,
    limits: Arc<Limits>,
}

impl Paced {
    pub(super) fn new(inner: SharedHttpClient, limits: Arc<Limits>) -> Self {
        Self { inner, limits }
    }
}

impl HttpClient for Paced {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(PacedConnector { inner, limits: Arc::clone(&self.limits) })
    }
}

#[derive(Debug)]
struct PacedConnector {
    inner: SharedHttpConnector,
    limits: Arc<Limits>,
}

impl HttpConnector for PacedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (inner, limits) = (self.inner.clone(), Arc::clone(&self.limits));
        HttpConnectorFuture::new(async move {
            let tell = || {
                tracing::info!(
                    target: "octodns",
                    logger = "route53",
                    "waiting: the limit of requests to AWS allows no more for now",
                );
            };
            // Held until the response arrives; the rate limit is the same for all methods.
            let permit = limits.acquire_noting(&Method::GET, "route53", tell).await;
            let response = inner.call(request).await?;
            if response.status().is_success() {
                permit.accepted();
                return Ok(response);
            }
            let (response, is_throttled) = look_into(response).await?;
            if is_throttled {
                permit.throttled();
            }
            Ok(response)
        })
    }
}

/// Whether an error response says that there are too many requests. Only its body says it: AWS also throttles
/// with the status 400.
async fn look_into(mut response: HttpResponse) -> Result<(HttpResponse, bool), ConnectorError> {
    let body = ByteStream::new(response.take_body()).collect().await;
    let body = body.map_err(|error| ConnectorError::io(error.into()))?.into_bytes();
    let text = String::from_utf8_lossy(&body);
    let code = text.split_once("<Code>").and_then(|(_, rest)| rest.split("</Code>").next());
    let (status, code) = (response.status().as_u16(), code.unwrap_or_default().trim());
    let error = ApiError::answered("", status, code, "");
    let is_throttled = error.kind() == ServiceErrorKind::Throttled;
    *response.body_mut() = SdkBody::from(body);
    Ok((response, is_throttled))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures::future::join_all;

    use super::*;

    /// A service that throttles while more than `allowed` requests are under way, in one of AWS' ways.
    #[derive(Debug)]
    struct Busy {
        allowed: usize,
        answer: (u16, &'static str),
        under_way: AtomicUsize,
        throttled: AtomicUsize,
    }

    #[derive(Clone, Debug)]
    struct Shared(Arc<Busy>);

    impl HttpConnector for Shared {
        fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
            let busy = Arc::clone(&self.0);
            HttpConnectorFuture::new(async move {
                let count = busy.under_way.fetch_add(1, Ordering::Relaxed) + 1;
                tokio::time::sleep(Duration::from_millis(100)).await;
                busy.under_way.fetch_sub(1, Ordering::Relaxed);
                let (status, body) =
                    if count > busy.allowed { busy.answer } else { (200, "<Fine/>") };
                if status != 200 {
                    busy.throttled.fetch_add(1, Ordering::Relaxed);
                }
                let status = status.try_into().map_err(|_| ConnectorError::user("".into()))?;
                Ok(HttpResponse::new(status, SdkBody::from(body)))
            })
        }
    }

    /// Sends `waves` times 40 requests, and returns how many were throttled in the last wave.
    async fn throttled_at_last(answer: (u16, &'static str), waves: usize) -> usize {
        let busy = Busy { allowed: 3, answer, under_way: 0.into(), throttled: 0.into() };
        let shared = Shared(Arc::new(busy));
        let connector = PacedConnector {
            inner: SharedHttpConnector::new(shared.clone()),
            limits: Arc::new(Limits::new(&[], 40)),
        };
        for _ in 0..waves {
            shared.0.throttled.store(0, Ordering::Relaxed);
            let sent = join_all((0..40).map(|_| connector.call(HttpRequest::empty()))).await;
            for response in sent {
                let response = response.unwrap();
                let body = response.body().bytes().unwrap();
                let expected = if response.status().is_success() { "<Fine/>" } else { answer.1 };
                assert_eq!(body, expected.as_bytes());
            }
        }
        shared.0.throttled.load(Ordering::Relaxed)
    }

    #[tokio::test(start_paused = true)]
    async fn fewer_are_sent_at_a_time_after_throttling() {
        let code = |code| format!("<Error><Code>{code}</Code></Error>").leak() as &'static str;
        for (answer, is_throttling) in [
            ((400, code("Throttling")), true),
            ((400, code("PriorRequestNotComplete")), true),
            ((429, ""), true),
            ((400, code("InvalidInput")), false),
            ((503, code("ServiceUnavailable")), false),
        ] {
            let throttled = throttled_at_last(answer, 3).await;
            if is_throttling {
                assert!(throttled < 10, "{answer:?}: {throttled}");
            } else {
                assert_eq!(throttled, 37, "{answer:?}");
            }
        }
    }
}
