//! Tokens that are fetched, and signatures with the time of a service.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use futures::FutureExt;
use futures::future::join_all;
use octodns_core::{Secret, ServiceErrorKind};
use octodns_http::{
    Client, Error, HeaderValue, Host, OAuthLogin, SigningAuth, Token, TokenAuth, TokenSource,
};

use crate::server::{OK, Seen, Server, Step};

/// Logs in at `/v2/login` through `plain`, whose limits it shares.
fn login(plain: &Client) -> OAuthLogin {
    let endpoint = plain.at(&format!("{}login", plain.base())).unwrap();
    let password = ("password", Secret::new("hunter2"));
    OAuthLogin::new(endpoint, [("grant_type", Secret::new("password")), password])
}

/// Where a login leads is told, and not followed.
#[tokio::test]
async fn a_login_that_leads_elsewhere_says_so() {
    let (address, _) = crate::network::proxy(
        "HTTP/1.1 302 Found\r\nlocation: https://login.elsewhere.example/x?key=hunter2\r\n\
         content-length: 0\r\nconnection: close\r\n\r\n",
    )
    .await;
    let plain = Client::builder("test", &format!("http://{address}/v2/")).build().unwrap();
    let auth = TokenAuth::bearer(login(&plain));
    let client = Client::builder("test", &format!("http://{address}/v2")).auth(auth).build();
    let error = client.unwrap().get(&["zones"]).send_ok().await.unwrap_err();
    let said = format!("{error}: {}", std::error::Error::source(&error).unwrap());
    assert!(
        said.contains("302") && said.contains("it leads to https://login.elsewhere.example/x"),
        "{said}"
    );
    assert!(!said.contains("hunter2"), "{said}");
}

/// A service that issues the tokens `token-1`, `token-2` ... and accepts the last one for a number of calls.
struct Service {
    server: Server,
    logins: Arc<AtomicUsize>,
}

impl Service {
    async fn start(max_calls: usize) -> Self {
        let logins = Arc::new(AtomicUsize::new(0));
        let given = Arc::clone(&logins);
        let used = Mutex::new(0);
        let server = Server::slow(Duration::from_millis(5), move |seen| {
            let mut used = used.lock().unwrap();
            if seen.line == "POST /v2/login" {
                *used = 0;
                let number = given.fetch_add(1, Ordering::SeqCst) + 1;
                let token = format!(r#"{{"access_token": "token-{number}", "expires_in": 3600}}"#);
                return Step::Made(200, token);
            }
            let last = format!("Bearer token-{}", given.load(Ordering::SeqCst));
            if seen.authorization == last && *used < max_calls {
                *used += 1;
                return OK;
            }
            Step::Made(401, format!(r#"{{"message": "bad: {}"}}"#, seen.authorization))
        })
        .await;
        Self { server, logins }
    }

    fn client(&self, concurrency: usize) -> Client {
        let plain = self.server.client().concurrency(concurrency).build().unwrap();
        plain.with_auth(TokenAuth::bearer(login(&plain)))
    }

    fn logins(&self) -> usize {
        self.logins.load(Ordering::SeqCst)
    }
}

/// Also with a concurrency of one, which the login needs as well.
#[tokio::test]
async fn all_calls_share_one_login() {
    for concurrency in [1, 8] {
        let service = Service::start(usize::MAX).await;
        let client = service.client(concurrency);
        let done = join_all((0..20).map(|_| client.get(&["x"]).send_ok())).await;
        assert!(done.iter().all(Result::is_ok), "{done:?}");
        assert_eq!(service.logins(), 1);
    }
}

/// The service may end a token at any time: the first call that notices renews it for all.
#[tokio::test]
async fn an_expired_token_is_renewed_once() {
    for concurrency in [1, 4] {
        let service = Service::start(60).await;
        let client = service.client(concurrency);
        let done = join_all((0..100).map(|_| client.post(&["x"]).send_ok())).await;
        assert!(done.iter().all(Result::is_ok), "{done:?}");
        assert_eq!(service.logins(), 2);
        // Once it was known to have expired, no call used it.
        assert!(service.server.seen().len() <= 102 + concurrency);
    }
}

#[tokio::test]
async fn a_service_that_rejects_every_token_is_not_asked_repeatedly() {
    let service = Service::start(0).await;
    let client = service.client(4);
    let done = join_all((0..40).map(|_| client.get(&["x"]).send_ok())).await;
    for result in done {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ServiceErrorKind::Unauthorized);
        // The service repeats the token, which was not known when the client was built.
        assert_eq!(error.to_string(), "GET /v2/x: 401: bad: Bearer ***");
    }
    assert_eq!(service.logins(), 2);
}

#[tokio::test]
async fn a_refused_login_fails_all_waiting_calls() {
    for (status, fault, logins) in [
        (401, ServiceErrorKind::Unauthorized, 1),
        (400, ServiceErrorKind::Unauthorized, 1),
        (503, ServiceErrorKind::Unreachable, 3),
    ] {
        let server = Server::with(move |seen| match &*seen.line {
            "POST /v2/login" => Step::Made(status, format!(r#"{{"error": "{}"}}"#, seen.body)),
            _ => OK,
        })
        .await;
        let plain = server.client().build().unwrap();
        let client = plain.with_auth(TokenAuth::bearer(login(&plain)));
        let done = join_all((0..20).map(|_| client.post(&["x"]).send_ok())).await;
        for result in done {
            let error = result.unwrap_err();
            assert_eq!((error.kind(), error.to_string().as_str()), (fault, "cannot log in"));
            let cause = std::error::Error::source(&error).unwrap().to_string();
            assert!(
                cause.starts_with(&format!("POST /v2/login: {status}: grant_type=")),
                "{cause}"
            );
            assert!(!cause.contains("hunter2"), "{cause}");
        }
        assert_eq!(server.seen().len(), logins);
        if fault == ServiceErrorKind::Unauthorized {
            client.post(&["x"]).send_ok().await.unwrap_err();
            assert_eq!(server.seen().len(), logins, "a refusal stands for a while");
        }
    }
}

/// 403 is about rights: another token has the same.
#[tokio::test]
async fn a_forbidden_call_renews_no_token() {
    let server = Server::with(|seen| match &*seen.line {
        "POST /v2/login" => Step::Response(200, &[], r#"{"access_token": "t", "expires_in": "9"}"#),
        _ => Step::Response(403, &[], ""),
    })
    .await;
    let plain = server.client().build().unwrap();
    let client = plain.with_auth(TokenAuth::bearer(login(&plain)));
    let error = client.get(&["x"]).send_ok().await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ServiceErrorKind::Unauthorized, Some(403)));
    assert_eq!(server.seen(), ["POST /v2/login", "GET /v2/x Bearer t"]);
}

/// With its refresh token, or with the password if that is refused.
#[tokio::test]
async fn a_token_is_refreshed_if_the_service_allows_it() {
    let server = Server::with(|seen| {
        let is_old = |number: usize| seen.authorization == format!("Bearer t{number}");
        match (&*seen.line, &*seen.body) {
            ("POST /v2/login", "grant_type=password&password=hunter2") => Step::Response(
                200,
                &[],
                r#"{"accessToken": "t1", "refreshToken": "again-1", "expiresIn": "3600"}"#,
            ),
            ("POST /v2/login", "grant_type=refresh_token&refresh_token=again-1") => {
                Step::Response(200, &[], r#"{"access_token": "t2", "refresh_token": "again-2"}"#)
            }
            ("POST /v2/login", body) => Step::Made(400, format!(r#"{{"error": "{body}"}}"#)),
            ("GET /v2/1", _) if is_old(1) => Step::Response(401, &[], ""),
            ("GET /v2/2", _) if is_old(2) => Step::Response(401, &[], ""),
            _ => OK,
        }
    })
    .await;
    let plain = server.client().build().unwrap();
    let client = plain.with_auth(TokenAuth::bearer(login(&plain).refreshes()));
    for path in ["0", "1", "2"] {
        client.get(&[path]).send_ok().await.unwrap();
    }
    let seen = [
        "POST /v2/login",
        "GET /v2/0 Bearer t1",
        "GET /v2/1 Bearer t1",
        "POST /v2/login",
        "GET /v2/1 Bearer t2",
        "GET /v2/2 Bearer t2",
        "POST /v2/login",
        "POST /v2/login",
        "GET /v2/2 Bearer t1",
    ];
    assert_eq!(server.seen(), seen);
    assert_eq!(client.redact("again-1 again-2 t2"), "*** *** ***");
    let request = client.post(&["x"]).query("key", "hunter2").form([("password", "hunter2")]);
    assert!(!format!("{request:?}").contains("hunter2"));
}

/// A login that returns the URL of the service.
struct Catalog(String);

#[async_trait::async_trait]
impl TokenSource for Catalog {
    async fn fetch(&self, _: &Host) -> Result<Token, Error> {
        Token::new("open-sesame").base(&self.0)
    }
}

#[tokio::test]
async fn a_login_may_return_the_endpoint() {
    let (identity, service) = (Server::start(&[OK]).await, Server::start(&[OK]).await);
    let auth = |base: String| TokenAuth::header("x-auth-token", "", Catalog(base));
    let client = identity.client().auth(auth(format!("{}42", service.base))).build().unwrap();
    client.get(&["zones"]).send_ok().await.unwrap();
    client.follow(octodns_http::Method::GET, "/v2/42/next").send_ok().await.unwrap();
    assert_eq!(service.seen(), ["GET /v2/42/zones", "GET /v2/42/next"]);
    assert_eq!(identity.seen(), [""; 0]);
    // Without encryption only to this machine.
    let client = |base: &str| {
        let client = Client::builder("test", "https://127.0.0.1:1/").auth(auth(base.to_owned()));
        client.build().unwrap()
    };
    client(&service.base).get(&["x"]).send_ok().await.unwrap();
    for (base, why) in [
        ("http://192.0.2.1/v2", "unencrypted"),
        ("http://127.0.0.1.example.com/v2", "unencrypted"),
        ("ftp://192.0.2.1/v2", "https://"),
        ("https://me:hunter2@192.0.2.1/v2", "user or password"),
        ("/v2", "relative URL"),
    ] {
        let error = client(base).get(&["x"]).send_ok().await.unwrap_err();
        let told = format!("{error} {:?}", std::error::Error::source(&error));
        assert!(told.contains(why) && !told.contains("hunter2"), "{base}: {told}");
    }
    assert_eq!(service.seen().len(), 3);
}

/// The time of the service is requested once, by a call that is not signed.
#[tokio::test]
async fn requests_are_signed_with_the_time_of_the_service() {
    let server = Server::with(|seen: &Seen| match &*seen.line {
        "GET /v2/time" => Step::Response(200, &[], "2000"),
        _ => OK,
    })
    .await;
    let host = Host::fixed(UNIX_EPOCH + Duration::from_secs(1000));
    let plain = server.client().host(&host).build().unwrap();
    let clock = plain.clone();
    let auth = SigningAuth::new([Secret::new("key")], |request, host| {
        let query = request.url.query().unwrap_or_default();
        let text = format!("{}?{query}+{}+{}", request.method, host.unix_seconds(), host.nonce(4));
        let value = HeaderValue::try_from(text).map_err(|_| Error::unsigned("no header"))?;
        request.headers.insert("authorization", value);
        Ok(())
    })
    .with_server_time(move |host| {
        let clock = clock.clone();
        async move {
            let seconds: u64 = clock.get(&["time"]).read().await?;
            Ok(host.offset_to(UNIX_EPOCH + Duration::from_secs(seconds)))
        }
        .boxed()
    });
    let client = plain.with_auth(auth);
    join_all((0..3).map(|_| client.get(&["x"]).query("a", "b c").send_ok())).await;
    let signed = "GET /v2/x?a=b+c GET?a=b+c+2000+00000000";
    assert_eq!(server.seen(), ["GET /v2/time", signed, signed, signed]);
}

/// A service whose clock is set while a program runs refuses signatures as late: its time is requested again,
/// once for all calls that were refused together, and only for that kind of refusal.
#[tokio::test]
async fn the_time_of_the_service_is_requested_again_if_a_signature_is_late() {
    for (words, calls) in [("late", 2), ("unknown key", 1)] {
        let asked = AtomicU32::new(0);
        let server = Server::with(move |seen: &Seen| match &*seen.line {
            "GET /v2/time" => {
                // The first answer is soon wrong.
                let is_first = asked.fetch_add(1, Ordering::Relaxed) == 0;
                Step::Response(200, &[], if is_first { "1000" } else { "2000" })
            }
            _ if seen.authorization == "2000" => OK,
            _ => Step::Response(403, &[], words),
        })
        .await;
        let plain = server.client().host(&Host::fixed(UNIX_EPOCH)).build().unwrap();
        let clock = plain.clone();
        let auth = SigningAuth::new([Secret::new("key")], |request, host| {
            let value = HeaderValue::from(host.unix_seconds());
            request.headers.insert("authorization", value);
            Ok(())
        })
        .with_server_time(move |host| {
            let clock = clock.clone();
            async move {
                let seconds: u64 = clock.get(&["time"]).read().await?;
                Ok(host.offset_to(UNIX_EPOCH + Duration::from_secs(seconds)))
            }
            .boxed()
        })
        .late_when(|response| response.text().is_ok_and(|text| text == "late"));
        let client = plain.with_auth(auth);
        let results = join_all((0..4).map(|_| client.get(&["x"]).send_ok())).await;
        assert_eq!(results.iter().all(Result::is_ok), words == "late", "{results:?}");
        let seen = server.seen();
        assert_eq!(seen.iter().filter(|line| line.contains("/time")).count(), calls, "{seen:?}");
    }
}

/// A clock that is wrong is set by the date of a refusal, once for all calls; a clock that is right is not what was
/// refused.
#[tokio::test]
async fn the_time_of_the_service_is_the_date_of_a_refusal() {
    for (seconds, refusals, is_fine) in [(1_000, 1, true), (1_699_999_999, 1, false)] {
        let server = Server::with(move |seen: &Seen| match seen.authorization.parse() {
            Ok(1_700_000_000) if is_fine => OK,
            _ => Step::Response(403, &[("date", "Tue, 14 Nov 2023 22:13:20 GMT")], "no"),
        })
        .await;
        let auth = SigningAuth::new([Secret::new("key")], |request, host| {
            let value = HeaderValue::from(host.unix_seconds());
            request.headers.insert("authorization", value);
            Ok(())
        })
        .with_time_of_refusals(Duration::from_secs(5));
        let host = Host::fixed(UNIX_EPOCH + Duration::from_secs(seconds));
        let client = server.client().host(&host).auth(auth).build().unwrap();
        let first = client.get(&["x"]).send_ok().await;
        assert_eq!(first.is_ok(), is_fine, "{first:?}");
        let second = client.get(&["y"]).send_ok().await;
        assert_eq!(second.is_ok(), is_fine, "{second:?}");
        assert_eq!(server.seen().len(), 2 + usize::from(is_fine) * refusals);
    }
}

/// A refusal that repeats the signature does not show it.
#[tokio::test]
async fn signatures_are_redacted() {
    let repeat = |seen: &Seen| Step::Made(400, format!("no: {}", seen.authorization));
    let server = Server::with(repeat).await;
    let auth = SigningAuth::new([Secret::new("key")], |request, _| {
        let mut value = HeaderValue::from_static("signature-of-this-request");
        value.set_sensitive(true);
        request.headers.insert("authorization", value);
        Ok(())
    });
    let client = server.client().auth(auth).build().unwrap();
    let error = client.get(&["x"]).send_ok().await.unwrap_err();
    assert_eq!(error.to_string(), "GET /v2/x: 400: no: ***");
}
