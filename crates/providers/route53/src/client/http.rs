//! The HTTP client of all calls, and the pace of those to Route 53.
//!
//! The SDK repeats calls by itself. The pace is kept below it, so that repeated calls count as well.

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
use octodns_http::{Accounts, Limits, Method, Rate};

use super::Login;

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

/// The most calls that are under way at once: none that a pace lets through waits for it.
const AT_ONCE: usize = 256;

/// At most so many calls in any second (0 is no limit), for all providers with the same credentials at the same
/// endpoint together.
pub(crate) fn limits(
    accounts: &Accounts,
    login: &Login,
    endpoint: Option<&str>,
    calls: u32,
) -> Arc<Limits> {
    let key = login.keys.as_ref().map(|keys| &*keys.access_key_id);
    let role = login.role.as_ref().map(|role| &*role.arn);
    let identity = [endpoint, key, login.profile.as_deref(), role].map(Option::unwrap_or_default);
    let calls = usize::try_from(calls).unwrap_or(usize::MAX);
    let rates: &[Rate] = if calls == 0 { &[] } else { &[Rate::per_second(calls)] };
    accounts.limits(&identity, rates, AT_ONCE)
}

/// A client that keeps a pace.
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
            // Until the answer came; the rates count all methods alike.
            let _permit = limits.acquire(&Method::GET).await;
            inner.call(request).await
        })
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;
    use crate::client::Keys;

    fn login(key: &str) -> Login {
        let secret_access_key = octodns_core::Secret::new("example-secret");
        let access_key_id = key.to_owned();
        let keys = Some(Keys { access_key_id, secret_access_key, session_token: None });
        Login { keys, profile: None, role: None, retries: 0 }
    }

    #[tokio::test(start_paused = true)]
    async fn no_second_sees_more_calls_than_allowed() {
        let limits = limits(&Accounts::default(), &login("one"), None, 3);
        let start = Instant::now();
        let mut times = Vec::new();
        for _ in 0..8 {
            drop(limits.acquire(&Method::GET).await);
            times.push(start.elapsed().as_millis());
        }
        assert_eq!(times, [0, 0, 0, 1000, 1000, 1000, 2000, 2000]);
    }

    #[tokio::test(start_paused = true)]
    async fn none_is_no_limit() {
        let limits = limits(&Accounts::default(), &login("one"), None, 0);
        let start = Instant::now();
        for _ in 0..100 {
            drop(limits.acquire(&Method::GET).await);
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
    }

    /// AWS counts by account, whoever asks for it: the strictest of its providers counts.
    #[tokio::test(start_paused = true)]
    async fn providers_of_one_account_share_its_pace() {
        let accounts = Accounts::default();
        let of = |key: &str, calls| limits(&accounts, &login(key), None, calls);
        let (loose, strict, other) = (of("one", 0), of("one", 2), of("two", 0));
        let start = Instant::now();
        for limits in [&loose, &strict, &loose, &strict] {
            drop(limits.acquire(&Method::GET).await);
        }
        assert_eq!(start.elapsed().as_secs(), 1);
        assert!(!Arc::ptr_eq(&loose, &other));
    }
}
