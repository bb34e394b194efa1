//! The HTTP client of all calls, and the rate limit for Route 53.
//!
//! The SDK retries calls by itself. The rate limit is below it, so that retries count as well.

use std::sync::Arc;
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
use octodns_http::{Limits, Method};

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

/// A client with a rate limit.
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
            // Held until the response arrives; the rate limit is the same for all methods.
            let _permit = limits.acquire(&Method::GET).await;
            inner.call(request).await
        })
    }
}
