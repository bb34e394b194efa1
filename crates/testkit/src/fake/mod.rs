//! Fakes of services: small, keep state, and can be made to fail.
//!
//! A fake is a struct with the service's state and one function from requests to responses. The kit serves it
//! over loopback HTTP, logs the requests, counts how many run at once, and injects faults.
//!
//! ```
//! use octodns_testkit::fake::{Response, Api, Fake, Request};
//! use serde_json::json;
//!
//! /// A service with nothing but a list of zones.
//! struct Zones(Vec<String>);
//!
//! impl Api for Zones {
//!     fn response(&mut self, request: &Request) -> Response {
//!         if request.header("authorization") != Some("Bearer token") {
//!             return Response::json(401, json!({"message": "who are you?"}));
//!         }
//!         match (&*request.method, &*request.path()) {
//!             ("GET", ["zones"]) => Response::json(200, json!(self.0)),
//!             ("DELETE", ["zones", zone]) => {
//!                 let zone = (*zone).to_owned();
//!                 self.0.retain(|other| *other != zone);
//!                 Response::empty(204)
//!             }
//!             _ => Response::json(404, json!({"message": "no such thing"})),
//!         }
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let fake = Fake::start(Zones(vec!["example.com".to_owned()])).await;
//! // Point a client at `fake.url()`, then look at the state:
//! assert_eq!(fake.api().0.len(), 1);
//! assert!(fake.seen().is_empty());
//! # }
//! ```

mod faults;
mod line;
mod measure;
mod request;
mod serve;
mod served;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::response::Response as HttpResponse;
use futures::StreamExt;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use line::{Allowance, Lines};

pub use faults::{Faults, InjectedFault, Place};
pub use measure::{Measured, Seen};
pub use request::{Request, Response};
pub use serve::serve;
pub use served::Asked;

/// A service's state, and how it answers.
pub trait Api: Send + 'static {
    /// Answers one request; calls never overlap.
    fn response(&mut self, request: &Request) -> Response;
}

/// Functions are services that need no type of their own.
impl<F: FnMut(&Request) -> Response + Send + 'static> Api for F {
    fn response(&mut self, request: &Request) -> Response {
        self(request)
    }
}

/// A running fake; it ends when this is dropped.
pub struct Fake<A> {
    api: Arc<Mutex<A>>,
    control: Control,
    url: String,
    server: JoinHandle<std::io::Result<()>>,
}

/// The controls of a fake; clones share them.
#[derive(Clone, Default)]
pub struct Control {
    faults: Arc<Faults>,
    measured: Arc<Measured>,
    latency: Arc<Mutex<Duration>>,
}

impl Control {
    /// The faults to inject.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// The requests received, and how many at once.
    pub fn measured(&self) -> &Measured {
        &self.measured
    }

    /// Delays each response by this long.
    pub fn set_latency(&self, latency: Duration) {
        *self.latency.lock().unwrap_or_else(PoisonError::into_inner) = latency;
    }

    fn latency(&self) -> Duration {
        *self.latency.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<A: Api> Fake<A> {
    /// Starts a service on a free port of loopback.
    ///
    /// # Panics
    ///
    /// If there is no free port.
    #[expect(clippy::expect_used, reason = "a test that cannot be set up fails")]
    pub async fn start(api: A) -> Self {
        let api = Arc::new(Mutex::new(api));
        let control = Control::default();
        let (shared, controlled) = (Arc::clone(&api), control.clone());
        let app = Router::new().fallback(
            move |ConnectInfo(line): ConnectInfo<Allowance>, request: axum::extract::Request| {
                let (api, control) = (Arc::clone(&shared), controlled.clone());
                async move { response(&api, &control, &line, request).await }
            },
        );
        let app = app.into_make_service_with_connect_info::<Allowance>();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("the address of a bound socket");
        let server = tokio::spawn(async move { axum::serve(Lines(listener), app).await });
        Self { api, control, url: format!("http://{address}"), server }
    }

    /// Its URL, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The state, to be looked at or changed.
    pub fn api(&self) -> MutexGuard<'_, A> {
        self.api.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its controls.
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// Every request so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.control.measured.seen()
    }
}

impl<A> Drop for Fake<A> {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn response<A: Api>(
    api: &Mutex<A>,
    control: &Control,
    line: &Allowance,
    request: axum::extract::Request,
) -> HttpResponse {
    let request = match Request::read(request).await {
        Ok(request) => request,
        Err(why) => return Response::text(400, &why).into_response(),
    };
    let under_way = control.measured.arrived(&request);
    tokio::time::sleep(control.latency()).await;
    let fault = control.faults.of(&request);
    let ask = || api.lock().unwrap_or_else(PoisonError::into_inner).response(&request);
    let response = match fault {
        None => {
            let response = ask();
            under_way.answered(response.status);
            response.into_response()
        }
        Some(InjectedFault::Response(response)) => response.into_response(),
        Some(InjectedFault::BreakBefore) => broken(line, Place::Body),
        Some(InjectedFault::BreakAfter) => {
            under_way.answered(ask().status);
            broken(line, Place::Body)
        }
        Some(InjectedFault::Break { place, carried_out }) => {
            if carried_out {
                under_way.answered(ask().status);
            }
            broken(line, place)
        }
        Some(InjectedFault::ResponseAfter(response)) => {
            under_way.answered(ask().status);
            response.into_response()
        }
        Some(InjectedFault::Silence) => std::future::pending().await,
    };
    drop(under_way);
    response
}

/// A response that is interrupted.
fn broken(line: &Allowance, place: Place) -> HttpResponse {
    match place {
        Place::Start => line.limit(0),
        // Up to the middle of the first header's name.
        Place::Headers => line.limit("HTTP/1.1 200 OK\r\ncon".len()),
        Place::Body => {}
    }
    // The headers and a part of the promised body are sent, then the connection breaks.
    let part = futures::stream::once(async { Ok("{\"half\": ") });
    let end = futures::stream::once(async {
        tokio::task::yield_now().await;
        Err(std::io::Error::other("the connection is closed"))
    });
    let mut response = HttpResponse::new(Body::from_stream(part.chain(end)));
    response.headers_mut().insert("content-length", 1000.into());
    response
}

#[cfg(test)]
mod tests;
