//! Services with their own ways of throttling.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures::future::join_all;
use octodns_core::{Secret, ServiceErrorKind};
use octodns_http::{
    Accounts, Client, HeaderAuth, Quota, Retry, StatusCode, Throttle, WaitFormat, WaitHeader,
};

use crate::server::{OK, Server, Step};

const WAIT: WaitHeader = WaitHeader { name: "Reply-After", format: WaitFormat::Millis };

fn by_words(words: &'static str) -> Step {
    Step::Response(400, &[("reply-after", "200")], words)
}

#[tokio::test]
async fn throttling_has_other_statuses_messages_and_headers() {
    let rules = [
        Throttle::status(413),
        Throttle::status(400).when(|response| {
            response.text().is_ok_and(|text| text.contains("Rate limit exceeded"))
        }),
    ];
    for (step, fine) in [
        (by_words("Rate limit exceeded"), true),
        (by_words("bad request"), false),
        (Step::Response(413, &[("reply-after", "200")], ""), true),
    ] {
        let server = Server::start(&[step, OK]).await;
        let client = server.client().throttles(&rules).wait_headers(&[WAIT]).build().unwrap();
        let start = Instant::now();
        // Not carried out, so it may be sent again.
        let result = client.post(&["x"]).send_ok().await;
        assert_eq!(result.is_ok(), fine, "{result:?}");
        assert!(!fine || start.elapsed() >= Duration::from_millis(200), "{:?}", start.elapsed());
        assert_eq!(server.seen().len(), if fine { 2 } else { 1 });
    }
}

/// If the service does not say how long to wait, the provider does, and no call of the account is sent during
/// that time.
#[tokio::test]
async fn throttling_without_a_wait_pauses_all_calls() {
    let none = Step::Response(400, &[], "too much");
    let server = Server::start(&[none.clone(), none, OK]).await;
    let rules = [Throttle::status(400).pause(Duration::from_millis(100))];
    let client = server.client().throttles(&rules).build().unwrap();
    let start = Instant::now();
    client.post(&["x"]).send_ok().await.unwrap();
    // 100 ms, then 200.
    assert!(start.elapsed() >= Duration::from_millis(300), "{:?}", start.elapsed());
}

/// A wrong login is not retried for minutes, and the error mentions that the credentials may be wrong.
#[tokio::test]
async fn throttling_that_may_mean_credentials_says_so() {
    let calm = Step::Response(420, &[], "calm");
    let rules = [Throttle::status(420).perhaps_credentials()];
    let server = Server::start(std::slice::from_ref(&calm)).await;
    let mut retry = Retry::default();
    retry.attempts = 5;
    retry.initial_backoff = Duration::ZERO;
    let client = server.client().retry(retry).throttles(&rules).build().unwrap();
    let error = client.get(&["x"]).send_ok().await.unwrap_err();
    assert_eq!(error.kind(), ServiceErrorKind::Throttled);
    assert_eq!(
        error.to_string(),
        "GET /v2/x: 420: calm; the service gives the same answer for wrong credentials \
         (gave up after 2 attempts)"
    );
    // After a successful call, it is the rate.
    let server = Server::start(&[OK, calm.clone(), calm.clone(), calm, OK]).await;
    let client = server.client().retry(retry).throttles(&rules).build().unwrap();
    client.get(&["x"]).send_ok().await.unwrap();
    client.get(&["x"]).send_ok().await.unwrap();
}

/// The service allows three concurrent requests; eight are sent.
#[tokio::test]
async fn throttling_reduces_concurrent_requests() {
    let now = Arc::new(AtomicUsize::new(0));
    let (served, refused) = (Arc::new(Mutex::new(0)), Arc::new(Mutex::new(0)));
    let counts = (Arc::clone(&served), Arc::clone(&refused));
    let app = axum::Router::new().fallback(move || {
        let (now, counts) = (Arc::clone(&now), counts.clone());
        async move {
            let at_once = now.fetch_add(1, Ordering::SeqCst) + 1;
            tokio::time::sleep(Duration::from_millis(20)).await;
            now.fetch_sub(1, Ordering::SeqCst);
            let count = if at_once > 3 { &counts.1 } else { &counts.0 };
            *count.lock().unwrap() += 1;
            StatusCode::from_u16(if at_once > 3 { 429 } else { 201 }).unwrap()
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let mut retry = Retry::default();
    retry.initial_backoff = Duration::from_millis(20);
    let client = Client::builder("test", &base).retry(retry).build().unwrap();
    let created = join_all((0..120).map(|_| client.post(&["x"]).send_ok())).await;
    assert!(created.iter().all(Result::is_ok), "{created:?}");
    assert_eq!(*served.lock().unwrap(), 120);
    let refused = *refused.lock().unwrap();
    assert!(refused < 40, "{refused}");
}

/// A quota that one client was told also applies to the other.
#[tokio::test]
async fn quotas_in_headers_apply_to_the_whole_account() {
    let none = Step::Response(200, &[("left", "0"), ("reset-in", "400")], "{}");
    let server = Server::start(&[none, OK]).await;
    let accounts = Accounts::default();
    let reset = WaitHeader { name: "reset-in", format: WaitFormat::Millis };
    let make = || {
        let auth = HeaderAuth::bearer(&Secret::new("hunter2")).unwrap();
        let client = server.client().auth(auth).quotas(&[Quota::reset_at("left", reset)]);
        client.build_for(&accounts).unwrap()
    };
    let (one, other) = (make(), make());
    one.get(&["a"]).send_ok().await.unwrap();
    let start = Instant::now();
    other.get(&["b"]).send_ok().await.unwrap();
    assert!(start.elapsed() >= Duration::from_millis(390), "{:?}", start.elapsed());
    // The service sends no more quotas, so there is no limit; with one, this took minutes.
    let calls = join_all((0..500).map(|_| one.get(&["c"]).send_ok()));
    tokio::time::timeout(Duration::from_mins(1), calls).await.unwrap();
}

/// Once the service has asked to wait an hour, a plan of a thousand changes does not ask it a thousand times.
#[tokio::test]
async fn a_wait_that_is_too_long_holds_back_calls_of_the_method() {
    let hour = Step::Response(429, &[("retry-after", "3600")], "come back later");
    let server = Server::start(&[hour, OK, OK]).await;
    let client = server.client().build().unwrap();
    let texts = async |call: octodns_http::Request| {
        call.send_ok().await.unwrap_err().to_string().replace("3599", "3600")
    };
    let why = "the service asks to wait 3600 s";
    for how in ["gave up after 1 attempt", "not sent", "not sent"] {
        let text = texts(client.post(&["x"])).await;
        assert_eq!(text, format!("POST /v2/x: 429: come back later ({how}; {why})"));
    }
    // Other methods may have limits of their own, and other users more patience.
    client.get(&["x"]).send_ok().await.unwrap();
}
