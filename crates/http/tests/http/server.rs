//! A server that responds by a script or a function, and records its requests.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::Response as HttpResponse;
use octodns_http::{Builder, Client, Retry};
use tokio::net::TcpListener;

/// What the server does with one request.
#[derive(Clone)]
pub(crate) enum Step {
    Response(u16, &'static [(&'static str, &'static str)], &'static str),
    /// A response that is made at run time.
    Made(u16, String),
    /// Begins a response and closes the connection.
    Hang,
}

pub(crate) const OK: Step = Step::Response(200, &[], "{}");
pub(crate) const BROKEN: Step = Step::Response(503, &[], r#"{"message": "maintenance"}"#);
pub(crate) const THROTTLED: Step =
    Step::Response(429, &[("retry-after", "0")], r#"{"message": "slow down"}"#);

/// A request, as it is recorded and as a function gets it: method, path with query, `Authorization`, and the
/// body if there is one.
pub(crate) struct Seen {
    pub(crate) line: String,
    pub(crate) authorization: String,
    pub(crate) body: String,
}

pub(crate) struct Server {
    pub(crate) base: String,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Responds by `script`, and repeats its last step forever.
    pub(crate) async fn start(script: &[Step]) -> Self {
        let script = Mutex::new(script.iter().cloned().collect::<VecDeque<_>>());
        Self::with(move |_| {
            let mut script = script.lock().unwrap();
            if script.len() > 1 { script.pop_front().unwrap() } else { script[0].clone() }
        })
        .await
    }

    /// Responds by a function.
    pub(crate) async fn with(response: impl Fn(&Seen) -> Step + Send + Sync + 'static) -> Self {
        Self::slow(Duration::ZERO, response).await
    }

    /// Responds by a function, with a delay.
    pub(crate) async fn slow(
        pause: Duration,
        response: impl Fn(&Seen) -> Step + Send + Sync + 'static,
    ) -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (log, response) = (Arc::clone(&seen), Arc::new(response));
        let app = Router::new().fallback(move |request: Request| async move {
            let header = request.headers().get("authorization");
            let authorization = header.map_or("", |value| value.to_str().unwrap()).to_owned();
            let line = format!("{} {}", request.method(), request.uri());
            let body = to_bytes(request.into_body(), 1 << 20).await.unwrap();
            let body = String::from_utf8(body.to_vec()).unwrap();
            let told = format!("{line} {authorization}").trim().to_owned();
            log.lock().unwrap().push(told);
            let step = response(&Seen { line, authorization, body });
            tokio::time::sleep(pause).await;
            match step {
                Step::Response(status, headers, body) => {
                    let mut response = HttpResponse::builder().status(status);
                    for (name, value) in headers {
                        response = response.header(*name, *value);
                    }
                    response.body(Body::from(body)).unwrap()
                }
                Step::Made(status, body) => {
                    HttpResponse::builder().status(status).body(Body::from(body)).unwrap()
                }
                // The body fails after the headers: the connection is closed in the middle.
                Step::Hang => {
                    let broken =
                        futures::stream::iter([Err::<&str, _>(std::io::Error::other("closed"))]);
                    HttpResponse::new(Body::from_stream(broken))
                }
            }
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/v2/", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { base, seen }
    }

    pub(crate) fn client(&self) -> Builder {
        let mut retry = Retry::default();
        retry.attempts = 3;
        retry.initial_backoff = Duration::ZERO;
        Client::builder("test", &self.base).retry(retry)
    }

    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}
