//! The query APIs of EC2 and of load balancers: form requests, XML responses, signed with the SDK's
//! credentials.
//!
//! Only two calls of each are needed, and EC2's SDK would take minutes to compile.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html>

use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_http_client::Connector;
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::byte_stream::ByteStream;
use tokio::sync::OnceCell;

use crate::client::http::{READ_TIMEOUT, connector};
use crate::client::{ApiError, Login};
use crate::xml::Element;

/// The API and its region.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Api {
    /// The name of the service in its host and in signatures.
    pub(crate) service: &'static str,
    pub(crate) version: &'static str,
}

/// A query API.
#[derive(Debug)]
pub(crate) struct QueryClient {
    api: Api,
    login: Login,
    region: String,
    endpoint: String,
    connection: OnceCell<(SdkConfig, Connector)>,
}

impl QueryClient {
    /// Makes no call, and reads no file, before the first [`QueryClient::call`].
    pub(crate) fn new(api: Api, login: Login, region: &str, endpoint: Option<String>) -> Self {
        let endpoint = endpoint.unwrap_or_else(|| {
            let suffix = if region.starts_with("cn-") { ".cn" } else { "" };
            format!("https://{}.{region}.amazonaws.com{suffix}/", api.service)
        });
        Self { api, login, region: region.to_owned(), endpoint, connection: OnceCell::new() }
    }

    /// Sends a request, with retries while the service is busy: these calls change nothing.
    pub(crate) async fn call(
        &self,
        action: &'static str,
        parameters: &[(String, String)],
    ) -> Result<Element, ApiError> {
        let mut form = form(&[
            ("Action".to_owned(), action.to_owned()),
            ("Version".to_owned(), self.api.version.to_owned()),
        ]);
        if !parameters.is_empty() {
            form = [form, self::form(parameters)].join("&");
        }
        let mut wait = Duration::from_millis(500);
        for _ in 0..self.login.retries {
            match self.attempt(action, &form).await {
                Err(ApiError::Busy { .. } | ApiError::Unreachable { .. }) => {}
                answer => return answer.map_err(|error| error.without(&self.login.redactor())),
            }
            tokio::time::sleep(wait).await;
            wait = Duration::min(wait * 2, Duration::from_secs(20));
        }
        let answer = self.attempt(action, &form).await;
        answer.map_err(|error| error.without(&self.login.redactor()))
    }

    async fn attempt(&self, action: &'static str, form: &str) -> Result<Element, ApiError> {
        let unreachable = |reason: String| ApiError::Unreachable { call: action, reason };
        let (config, connector) = self.connection().await;
        let provider = config.credentials_provider();
        let no_credentials = |reason| ApiError::NoCredentials { call: action, reason };
        let provider = provider.ok_or_else(|| no_credentials("none are set".into()))?;
        let credentials =
            provider.provide_credentials().await.map_err(|error| no_credentials(chain(&error)))?;
        let now = config.time_source().map_or(SystemTime::UNIX_EPOCH, |clock| clock.now());
        let request = Signing { service: self.api.service, region: &self.region, now }
            .request(&self.endpoint, form, credentials)
            .map_err(|error| ApiError::Malformed { call: action, reason: chain(&*error) })?;
        let answer = tokio::time::timeout(READ_TIMEOUT, async {
            let answer = connector
                .call(request)
                .await
                .map_err(|error| ApiError::not_answered(action, &error, chain(&error)))?;
            body(answer).await.map_err(unreachable)
        });
        let (status, body) = answer.await.map_err(|_| unreachable("it took too long".into()))??;
        let root = Element::parse(&body)
            .map_err(|error| ApiError::Malformed { call: action, reason: chain(&error) });
        if (200..300).contains(&status) {
            return root;
        }
        // EC2 has <Response><Errors><Error>, the others have <ErrorResponse><Error>.
        let root = root.unwrap_or_default();
        let error = root.child("Errors").unwrap_or(&root).child("Error").cloned();
        let error = error.unwrap_or_default();
        let message = error.text_of("Message").unwrap_or("the answer gives no reason");
        let code = error.text_of("Code").unwrap_or_default();
        Err(ApiError::answered(action, status, code, message))
    }

    async fn connection(&self) -> &(SdkConfig, Connector) {
        let make = || async { (self.login.config(Some(&self.region)).await, connector()) };
        // Loading the credentials is a large future.
        self.connection.get_or_init(|| Box::pin(make())).await
    }
}

/// The region and the time of a signature.
#[derive(Clone, Copy, Debug)]
struct Signing<'s> {
    service: &'s str,
    region: &'s str,
    now: SystemTime,
}

type AnyError = Box<dyn std::error::Error + Send + Sync>;

impl Signing<'_> {
    fn request(
        self,
        url: &str,
        form: &str,
        credentials: Credentials,
    ) -> Result<HttpRequest, AnyError> {
        let headers = [("content-type", "application/x-www-form-urlencoded; charset=utf-8")];
        let identity = credentials.into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name(self.service)
            .time(self.now)
            .settings(SigningSettings::default())
            .build()?
            .into();
        let signable = SignableRequest::new(
            "POST",
            url,
            headers.into_iter(),
            SignableBody::Bytes(form.as_bytes()),
        )?;
        let (instructions, _) = sign(signable, &parameters)?.into_parts();
        let mut request = HttpRequest::new(form.into());
        request.set_method("POST")?;
        request.set_uri(url)?;
        for (name, value) in headers.into_iter().chain(instructions.headers()) {
            request.headers_mut().try_insert(name.to_owned(), value.to_owned())?;
        }
        Ok(request)
    }
}

async fn body(answer: HttpResponse) -> Result<(u16, Vec<u8>), String> {
    let status = answer.status().as_u16();
    let body = ByteStream::new(answer.into_body());
    let bytes = body.collect().await.map_err(|error| chain(&error))?;
    Ok((status, bytes.to_vec()))
}

/// Parameters as a form; everything except unreserved characters is percent-encoded.
fn form(parameters: &[(String, String)]) -> String {
    let encode = |text: &str| {
        let mut encoded = String::new();
        for byte in text.bytes() {
            if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
                encoded.push(char::from(byte));
            } else {
                // Writing to a string cannot fail.
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
        encoded
    };
    let pair = |(key, value): &(String, String)| format!("{}={}", encode(key), encode(value));
    parameters.iter().map(pair).collect::<Vec<_>>().join("&")
}

/// An error and its causes in one line.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
