//! The reported outcome of changes that were interrupted.

use std::time::{Duration, Instant};

use octodns_core::ServiceErrorKind;
use octodns_http::{Client, Method, Retry};

use crate::server::{BROKEN, OK, Server, Step, THROTTLED};

const NONE: Step = Step::Response(404, &[], "");
const NO: Step = Step::Response(422, &[], r#"{"message": "no"}"#);
const LATER: Step = Step::Response(429, &[("retry-after", "9999")], "");
const NO_JSON: Step = Step::Response(200, &[], "<html>");

/// Whatever follows: only a lookup shows whether it was carried out.
#[tokio::test]
async fn an_interrupted_change_is_indeterminate() {
    use ServiceErrorKind::{
        Indeterminate, Malformed, NotFound, Refused, Throttled, Unauthorized, Unreachable,
    };
    for (script, read, write, delete) in [
        (&[Step::Hang][..], Unreachable, Indeterminate, Indeterminate),
        (&[BROKEN], Unreachable, Indeterminate, Indeterminate),
        (&[Step::Hang, BROKEN, THROTTLED], Throttled, Indeterminate, Indeterminate),
        (&[BROKEN, LATER], Throttled, Indeterminate, Indeterminate),
        (&[Step::Hang, NO], Refused, Indeterminate, Indeterminate),
        (&[Step::Hang, Step::Response(403, &[], "")], Unauthorized, Indeterminate, Indeterminate),
        // For a deletion, `send_ok_or_missing` distinguishes this.
        (&[Step::Hang, NONE], NotFound, Indeterminate, Indeterminate),
        (&[NO_JSON], Malformed, Indeterminate, Indeterminate),
        // Never sent, or not carried out: known.
        (&[NO], Refused, Refused, Refused),
        (&[THROTTLED], Throttled, Throttled, Throttled),
        (&[THROTTLED, NO], Refused, Refused, Refused),
        (&[NONE], NotFound, NotFound, NotFound),
    ] {
        for (method, fault) in [(Method::GET, read), (Method::PUT, write), (Method::DELETE, delete)]
        {
            let server = Server::start(script).await;
            let client = server.client().build().unwrap();
            let result = client.request(method.clone(), &["x"]).read::<u8>().await;
            let error = result.unwrap_err();
            assert_eq!(error.kind(), fault, "{method} {:?}: {error}", server.seen());
        }
    }
    // A POST is not repeated, unless it is idempotent; a search is like a GET.
    for (script, once, repeatable, search) in [
        (&[BROKEN, NO][..], Indeterminate, Indeterminate, Refused),
        (&[NO_JSON], Indeterminate, Indeterminate, Malformed),
        (&[THROTTLED, NO], Refused, Refused, Refused),
    ] {
        let fault = async |request: fn(&Client) -> octodns_http::Request<'_>| {
            let server = Server::start(script).await;
            let client = server.client().build().unwrap();
            request(&client).read::<u8>().await.unwrap_err().kind()
        };
        assert_eq!(fault(|client| client.post(&["x"])).await, once);
        assert_eq!(fault(|client| client.post(&["x"]).repeatable()).await, repeatable);
        assert_eq!(fault(|client| client.post(&["x"]).read_only()).await, search);
    }
}

#[tokio::test]
async fn an_unknown_outcome_says_what_came_last() {
    let server = Server::start(&[Step::Hang, NO]).await;
    let client = server.client().build().unwrap();
    let error = client.put(&["x"]).send_ok().await.unwrap_err();
    let told = "PUT /v2/x: interrupted, it is not known whether it was carried out: 422: no";
    assert_eq!(error.to_string(), told);
    // Larger than allowed: this cannot be the expected response.
    let server = Server::start(&[Step::Response(200, &[], "0123456789")]).await;
    let client = server.client().max_bytes(9).build().unwrap();
    let error = client.put(&["x"]).send_ok().await.unwrap_err();
    assert_eq!(error.kind(), ServiceErrorKind::Indeterminate);
}

/// The goal is that it does not exist, whoever deleted it.
#[tokio::test]
async fn a_repeated_deletion_succeeds() {
    for (script, fine) in [
        (&[NONE][..], true),
        (&[Step::Hang, NONE], true),
        (&[BROKEN, BROKEN, NONE], true),
        (&[BROKEN], false),
    ] {
        let server = Server::start(script).await;
        let client = server.client().build().unwrap();
        let gone = client.delete(&["x"]).send_ok_or_missing().await;
        assert_eq!(gone.is_ok(), fine, "{gone:?}");
    }
}

/// A repeated creation makes a duplicate, or is refused because the thing exists.
#[tokio::test]
async fn an_interrupted_creation_is_looked_up_before_a_retry() {
    use ServiceErrorKind::{Indeterminate, Refused};
    const MAKE: &str = "POST /v2/x";
    const LOOK: &str = "GET /v2/x/1";
    const BAD_LOOK: Step = Step::Response(400, &[], "");
    for (script, result, seen) in [
        (&[OK][..], Ok(()), &[MAKE][..]),
        (&[NO], Err(Refused), &[MAKE]),
        (&[Step::Hang, OK], Ok(()), &[MAKE, LOOK]),
        (&[Step::Hang, NONE, BROKEN, NONE, OK], Ok(()), &[MAKE, LOOK, MAKE, LOOK, MAKE]),
        // Refused because it exists: the first attempt created it.
        (&[Step::Hang, NONE, NO, OK], Ok(()), &[MAKE, LOOK, MAKE, LOOK]),
        (&[Step::Hang, NONE, NO, NONE], Err(Refused), &[MAKE, LOOK, MAKE, LOOK]),
        (&[Step::Hang, NONE, NO, BAD_LOOK], Err(Indeterminate), &[MAKE, LOOK, MAKE, LOOK]),
        (&[Step::Hang, BAD_LOOK], Err(Indeterminate), &[MAKE, LOOK]),
        (
            &[Step::Hang, NONE, Step::Hang, NONE, Step::Hang, NONE, OK],
            Err(Indeterminate),
            &[MAKE, LOOK, MAKE, LOOK, MAKE, LOOK],
        ),
    ] {
        let server = Server::start(script).await;
        let client = server.client().build().unwrap();
        let made = client.post(&["x"]).create_once(client.get(&["x", "1"])).await;
        assert_eq!(made.map_err(|error| error.kind()), result, "{:?}", server.seen());
        assert_eq!(server.seen(), seen);
    }
}

/// A service that is unavailable is not called again at once.
#[tokio::test]
async fn a_repeated_creation_waits_for_the_backoff() {
    let busy = Step::Response(503, &[("retry-after", "0.3")], "");
    for (first, least) in [(Step::Hang, 120), (busy, 300)] {
        let server = Server::start(&[first, NONE, OK]).await;
        let mut retry = Retry::default();
        retry.attempts = 3;
        retry.initial_backoff = Duration::from_millis(250);
        let client = server.client().retry(retry).build().unwrap();
        let start = Instant::now();
        client.post(&["x"]).create_once(client.get(&["x", "1"])).await.unwrap();
        assert!(start.elapsed() >= Duration::from_millis(least), "{:?}", start.elapsed());
        assert_eq!(server.seen().len(), 3);
    }
}

/// A service may act on a request that it has not read completely.
#[tokio::test]
async fn a_body_that_was_sent_in_part_counts_as_sent() {
    use tokio::io::AsyncReadExt;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut some = [0; 1000];
            stream.read_exact(&mut some).await.unwrap();
        }
    });
    let client = Client::builder("test", &base).build().unwrap();
    let body = vec![b'x'; 16 << 20];
    let request = client.post(&["x"]).body("text/plain", body);
    assert_eq!(request.send_ok().await.unwrap_err().kind(), ServiceErrorKind::Indeterminate);
}
