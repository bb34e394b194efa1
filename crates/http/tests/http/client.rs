//! Tests the client against a server with scripted responses.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use octodns_core::{ProviderError, Secret, ServiceErrorKind};
use octodns_http::{
    Auth, Call, Client, Error, HeaderAuth, Host, JobStatus, Method, Options, Outgoing, Page, Poll,
    Rate, Response, Retry, all, all_ahead, pages,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket};

use crate::server::{BROKEN, OK, Server, Step, THROTTLED};

/// Sends one request with `method` to a server with this script.
async fn outcome(script: &[Step], method: Method) -> (Result<(), Error>, usize) {
    let server = Server::start(script).await;
    let client = server.client().build().unwrap();
    let result = client.request(method, &["x"]).send_ok().await;
    (result, server.seen().len())
}

#[tokio::test]
async fn transient_errors_are_retried_where_that_is_safe() {
    for (script, method, requests) in [
        (&[OK][..], Method::POST, 1),
        (&[THROTTLED, BROKEN, OK], Method::GET, 3),
        (&[BROKEN, Step::Hang, OK], Method::DELETE, 3),
        (&[Step::Hang, OK], Method::PUT, 2),
        // The status says that it was not carried out, so it may be sent again.
        (&[THROTTLED, THROTTLED, OK], Method::POST, 3),
    ] {
        let (result, count) = outcome(script, method.clone()).await;
        assert!(result.is_ok(), "{method}: {result:?}");
        assert_eq!(count, requests, "{method}");
    }
}

#[tokio::test]
async fn errors_are_distinct_and_have_the_message_of_the_service() {
    let said = |status, body| Step::Response(status, &[], body);
    for (step, method, fault, requests, message) in [
        (
            said(401, r#"{"message": "no"}"#),
            Method::GET,
            ServiceErrorKind::Unauthorized,
            1,
            "GET /v2/x: 401: no",
        ),
        (
            said(403, ""),
            Method::GET,
            ServiceErrorKind::Unauthorized,
            1,
            "GET /v2/x: 403: Forbidden",
        ),
        (said(404, ""), Method::GET, ServiceErrorKind::NotFound, 1, "GET /v2/x: 404: Not Found"),
        (
            said(422, "ttl is\n too low"),
            Method::POST,
            ServiceErrorKind::Refused,
            1,
            "POST /v2/x: 422: ttl is",
        ),
        (said(302, ""), Method::GET, ServiceErrorKind::Refused, 1, "GET /v2/x: 302: Found"),
        (
            Step::Response(302, &[("location", "https://u:p@login.example.com/in?next=x")], ""),
            Method::GET,
            ServiceErrorKind::Refused,
            1,
            "GET /v2/x: 302: Found: it leads to https://login.example.com/in",
        ),
        (
            said(502, "<html><title>Bad gateway</title>"),
            Method::GET,
            ServiceErrorKind::Unreachable,
            3,
            "GET /v2/x: 502: Bad Gateway (the answer is an HTML page, \"Bad gateway\") (gave up \
             after 3 attempts)",
        ),
        (
            said(200, "<!doctype html>"),
            Method::PUT,
            ServiceErrorKind::Indeterminate,
            1,
            "PUT /v2/x: interrupted, it is not known whether it was carried out: unexpected answer \
             at its beginning: it is an HTML page",
        ),
        (
            THROTTLED,
            Method::POST,
            ServiceErrorKind::Throttled,
            3,
            "POST /v2/x: 429: slow down (gave up after 3 attempts)",
        ),
        (
            Step::Response(429, &[("retry-after", "3600")], ""),
            Method::GET,
            ServiceErrorKind::Throttled,
            1,
            "GET /v2/x: 429: Too Many Requests (gave up after 1 attempt; the service asks to wait 3600 s)",
        ),
        (
            BROKEN,
            Method::GET,
            ServiceErrorKind::Unreachable,
            3,
            "GET /v2/x: 503: maintenance (gave up after 3 attempts)",
        ),
        (
            BROKEN,
            Method::POST,
            ServiceErrorKind::Indeterminate,
            1,
            "POST /v2/x: interrupted, it is not known whether it was carried out: 503: maintenance",
        ),
    ] {
        let (result, count) = outcome(&[step], method).await;
        let error = result.unwrap_err();
        assert_eq!((error.to_string().as_str(), error.kind(), count), (message, fault, requests));
    }
}

/// A port at which nobody listens yet, and its socket: while that lives, nobody else is given the port.
fn held_port() -> (TcpSocket, SocketAddr) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

/// Another attempt does not help, unless the service was there before.
#[tokio::test]
async fn a_refused_connection_names_the_server_and_its_option() {
    let (_held, address) = held_port();
    let mut retry = Retry::default();
    retry.attempts = 100;
    let client = Client::builder("test", &format!("http://{address}"));
    let client = client.endpoint_from("endpoint").retry(retry).build().unwrap();
    let error = client.post(&["x"]).send_ok().await.unwrap_err();
    assert_eq!(error.to_string(), format!("POST /x: cannot connect to {address} (see endpoint)"));
    let error = ProviderError::from(error);
    assert_eq!(error.kind(), Some(ServiceErrorKind::NoConnection));
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("onnection refused"), "{cause}");
}

#[tokio::test]
async fn a_service_that_is_restarted_is_waited_for() {
    let (_held, address) = held_port();
    let listener = TcpListener::bind(address).await.unwrap();
    let mut retry = Retry::default();
    retry.attempts = 3;
    retry.initial_backoff = Duration::from_millis(10);
    let client =
        Client::builder("test", &format!("http://{address}")).retry(retry).build().unwrap();
    let serving = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.read_exact(&mut [0; 4]).await.unwrap();
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        stream.write_all(answer).await.unwrap();
        stream.shutdown().await.unwrap();
        // Until the client has read it.
        let _ = stream.read_to_end(&mut Vec::new()).await;
    });
    client.get(&["x"]).send_ok().await.unwrap();
    serving.await.unwrap();
    let error = client.get(&["x"]).send_ok().await.unwrap_err();
    let expected = format!("GET /x: no answer from {address} (gave up after 3 attempts)");
    assert_eq!(error.to_string(), expected);
}

#[tokio::test]
async fn a_host_without_an_address_is_not_tried_again() {
    let mut retry = Retry::default();
    retry.attempts = 100;
    let client =
        Client::builder("test", "http://no-such-host.invalid").retry(retry).build().unwrap();
    let error = client.get(&["x"]).send_ok().await.unwrap_err();
    assert_eq!(error.to_string(), "GET /x: cannot connect to no-such-host.invalid:80");
    assert_eq!(error.kind(), ServiceErrorKind::NoConnection);
}

#[tokio::test]
async fn each_segment_of_a_path_stays_one() {
    let server = Server::start(&[OK]).await;
    let client = server.client().build().unwrap();
    client.get(&["zones", "a/b c?%#", "*"]).query("name", "a&b=c é").send_ok().await.unwrap();
    assert_eq!(server.seen(), ["GET /v2/zones/a%2Fb%20c%3F%25%23/*?name=a%26b%3Dc+%C3%A9"]);
    for odd in ["", ".", ".."] {
        let error = client.delete(&["zones", odd]).send_ok().await.unwrap_err();
        assert!(matches!(error, Error::InvalidRequest { .. }), "{error}");
    }
    assert_eq!(server.seen().len(), 1);
}

/// The credentials are sent to any URL that is followed.
#[tokio::test]
async fn only_urls_of_the_same_origin_are_followed() {
    let server = Server::start(&[OK]).await;
    let auth = HeaderAuth::bearer(&Secret::new("hunter2")).unwrap();
    let client = server.client().auth(auth).build().unwrap();
    client.follow(Method::GET, "/v2/zones?page=2").send_ok().await.unwrap();
    let same = format!("{}zones?page=3", server.base);
    client.follow(Method::GET, &same).send_ok().await.unwrap();
    for other in ["https://evil.example/", "http://127.0.0.1:1/v2", "//evil.example/v2"] {
        let error = client.follow(Method::GET, other).send_ok().await.unwrap_err();
        assert!(error.to_string().contains("another host"), "{error}");
    }
    let seen = ["GET /v2/zones?page=2 Bearer hunter2", "GET /v2/zones?page=3 Bearer hunter2"];
    assert_eq!(server.seen(), seen);
}

#[tokio::test]
async fn a_secret_that_the_service_repeats_is_not_shown() {
    let server =
        Server::start(&[Step::Response(401, &[], r#"{"message": "bad token hunter2 of key-7"}"#)])
            .await;
    let auth = HeaderAuth::bearer(&Secret::new("hunter2")).unwrap();
    let client = server.client().auth(auth).redact(&Secret::new("key-7")).build().unwrap();
    let error = client.get(&["x"]).send_ok().await.unwrap_err();
    assert_eq!(error.to_string(), "GET /v2/x: 401: bad token *** of ***");
    assert!(!format!("{error:?} {client:?}").contains("hunter2"));
}

#[tokio::test]
async fn an_answer_without_end_is_refused() {
    let server = Server::start(&[Step::Response(200, &[], "0123456789")]).await;
    let client = server.client().max_bytes(9).build().unwrap();
    let error = client.get(&["x"]).send_ok().await.unwrap_err();
    assert_eq!(error.to_string(), "GET /v2/x: the answer has more than 9 bytes");
    let client = server.client().max_bytes(10).build().unwrap();
    assert_eq!(client.get(&["x"]).send().await.unwrap().body(), b"0123456789");
}

/// Two clients of one account share its limits, whatever else differs.
#[tokio::test]
async fn an_account_is_a_url_with_its_credentials() {
    let accounts = octodns_http::Accounts::default();
    for (base, token, known) in [
        ("https://api.example.com", "one", 1),
        ("https://api.example.com/", "one", 1),
        ("https://api.example.com", "two", 2),
        ("https://other.example.com", "two", 3),
    ] {
        let auth = HeaderAuth::bearer(&Secret::new(token)).unwrap();
        Client::builder("test", base).auth(auth).build_for(&accounts).unwrap();
        assert_eq!(accounts.len(), known, "{base} {token}");
    }
    // Other secrets identify accounts as well.
    for (secret, known) in [("three", 4), ("four", 5), ("three", 5)] {
        let client =
            Client::builder("test", "https://api.example.com").redact(&Secret::new(secret));
        client.build_for(&accounts).unwrap();
        assert_eq!(accounts.len(), known, "{secret}");
    }
}

/// A token that is fetched, and fetched once more when it is rejected.
struct Renewed(Mutex<u32>);

#[async_trait]
impl Auth for Renewed {
    fn sign(&self, request: &mut Outgoing, _: &Host) -> Result<(), Error> {
        let token = format!("Token {}", self.0.lock().unwrap());
        request.headers.insert("authorization", token.parse().unwrap());
        Ok(())
    }

    async fn renew(&self, _: &Outgoing, _: &Response, _: &Host) -> Result<bool, Error> {
        *self.0.lock().unwrap() += 1;
        Ok(true)
    }
}

#[tokio::test]
async fn credentials_are_renewed_once() {
    let expired = Step::Response(401, &[], "");
    for (script, fine) in [(&[expired.clone(), OK][..], true), (&[expired], false)] {
        let server = Server::start(script).await;
        let client = server.client().auth(Renewed(Mutex::new(1))).build().unwrap();
        assert_eq!(client.post(&["x"]).send_ok().await.is_ok(), fine);
        assert_eq!(server.seen(), ["POST /v2/x Token 1", "POST /v2/x Token 2"]);
    }
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let mut options = Options::default();
    options.timeout = Some(0.05);
    options.attempts = Some(1);
    let client = Client::builder("test", &base).options(&options).build().unwrap();
    let error = client.get(&["x"]).send_ok().await.unwrap_err();
    assert_eq!(error.kind(), ServiceErrorKind::Unreachable);
    let error = client.post(&["x"]).send_ok().await.unwrap_err();
    assert_eq!(error.kind(), ServiceErrorKind::Indeterminate);
    drop(listener);
}

#[tokio::test]
async fn deletions_and_lookups_accept_not_found() {
    let server = Server::start(&[Step::Response(404, &[], "")]).await;
    let client = server.client().build().unwrap();
    client.delete(&["x"]).send_ok_or_missing().await.unwrap();
    assert!(client.delete(&["x"]).send_or_missing().await.unwrap().is_none());
    assert_eq!(client.get(&["x"]).read_optional::<String>().await.unwrap(), None);
}

/// A client at another host of the service shares its limits, its credentials and its secrets.
#[tokio::test]
async fn a_service_may_have_several_hosts() {
    let (one, other) = (Server::start(&[OK]).await, Server::start(&[OK]).await);
    let auth = HeaderAuth::bearer(&Secret::new("hunter2")).unwrap();
    let rate = Rate::new(2, Duration::from_millis(300));
    let client = one.client().auth(auth).rate(rate).build().unwrap();
    let derived = client.at(&other.base).unwrap();
    let start = std::time::Instant::now();
    client.get(&["a"]).send_ok().await.unwrap();
    derived.get(&["b"]).send_ok().await.unwrap();
    derived.get(&["c"]).send_ok().await.unwrap();
    assert!(start.elapsed() >= Duration::from_millis(300));
    assert_eq!(one.seen(), ["GET /v2/a Bearer hunter2"]);
    assert_eq!(other.seen(), ["GET /v2/b Bearer hunter2", "GET /v2/c Bearer hunter2"]);
    assert_eq!(derived.redact("hunter2"), "***");
    assert!(client.at("nowhere").is_err());
}

#[tokio::test]
async fn every_call_has_the_parameters_of_the_client() {
    let server = Server::start(&[OK]).await;
    let client = server.client().default_query("api-version", "2018-05-01").build().unwrap();
    client.get(&["zones"]).query("$top", 5).trailing_slash().send_ok().await.unwrap();
    client.follow(Method::GET, "/v2/zones?api-version=1&p=2").send_ok().await.unwrap();
    let seen =
        ["GET /v2/zones/?api-version=2018-05-01&%24top=5", "GET /v2/zones?api-version=1&p=2"];
    assert_eq!(server.seen(), seen);
}

/// Providers are called through traits whose futures must be `Send`.
#[tokio::test]
async fn the_futures_of_a_client_are_send() {
    fn send<T>(future: impl Future<Output = T> + Send) -> impl Future<Output = T> + Send {
        future
    }

    async fn page(client: &Client, number: u64) -> Result<Page<u8, u64>, Error> {
        let response = client.get(&["x"]).query("page", number).send().await?;
        Ok(Page::new(&response, vec![1]).numbered(number, 1).total(1))
    }

    let server = Server::start(&[OK]).await;
    let client = &server.client().build().unwrap();
    let path = &["zones", "example.com"];
    send(client.get(path).send_ok()).await.unwrap();
    send(client.post(path).create_once(client.get(path))).await.unwrap();
    let ahead = send(all_ahead(8, async |at| page(client, at.number).await)).await;
    let listed = send(all(pages(1, async |number| page(client, number).await))).await;
    assert_eq!((ahead.unwrap(), listed.unwrap()), (vec![1], vec![1]));
    let call = Call::new(Method::POST, "/jobs");
    let mut poll = Poll::default();
    poll.initial_backoff = Duration::ZERO;
    let done = client
        .poll(poll, &call, async || client.get(path).send_ok().await.map(|()| JobStatus::Done(7)));
    assert_eq!(send(done).await.unwrap(), 7);
}
