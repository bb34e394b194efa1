//! Sessions that end, and take with them what was not published.

use std::collections::VecDeque;

use octodns_core::ServiceErrorKind;
use octodns_testkit::fake::{Api, Fake, Request, Response};
use octodns_testkit::store::Store;
use octodns_testkit::suite::{Bench, addresses};
use serde_json::json;

use crate::service::{answer, failure, service};
use crate::suite;

/// A service that forgets what a session has not published.
struct Sessions {
    /// As the session sees it.
    store: Store,
    published: Store,
    /// How many calls each session may make; the last one may make any number.
    lives: VecDeque<usize>,
    left: usize,
    count: usize,
}

impl Sessions {
    fn new(lives: &[usize]) -> Self {
        let mut store = service().auth(|_| true);
        store.provide_zone("unit.tests");
        let lives = lives.iter().copied().collect();
        Self { published: store.clone(), store, lives, left: 0, count: 0 }
    }

    fn token(&self) -> String {
        format!("session-{}", self.count)
    }
}

impl Api for Sessions {
    fn response(&mut self, request: &Request) -> Response {
        if request.target == "/REST/Session/" {
            self.count += 1;
            self.left = self.lives.pop_front().unwrap_or(usize::MAX);
            self.store = self.published.clone();
            return Response::json(200, answer(json!({"token": self.token()})));
        }
        if self.left == 0 || request.header("auth-token") != Some(&self.token()) {
            let message = "login: Bad or expired credentials";
            return Response::json(400, failure("INVALID_DATA", message));
        }
        self.left -= 1;
        let response = self.store.response(request);
        if request.json() == json!({"publish": true}) && response.status == 200 {
            self.published = self.store.clone();
        }
        response
    }
}

/// A provider at such a service. Two reads come before its changes.
async fn bench<A: Api>(fake: &Fake<A>) -> Bench {
    let endpoint = format!("{}/REST", fake.url());
    suite().bench(&json!({"endpoint": endpoint, "traffic_directors_enabled": false})).await
}

/// A login that leads to another host says where, instead of looking for a token.
#[tokio::test]
async fn a_login_that_leads_elsewhere_is_told() {
    struct Elsewhere;

    impl Api for Elsewhere {
        fn response(&mut self, _: &Request) -> Response {
            Response::empty(307).with_header("location", "https://elsewhere.example/REST/Session/")
        }
    }

    let fake = Fake::start(Elsewhere).await;
    let said = bench(&fake).await.plan(&addresses(1, 0)).await.unwrap_err();
    assert!(
        said.contains("307") && said.contains("it leads to https://elsewhere.example"),
        "{said}"
    );
}

/// What a session took with it is made again: creations, changes and deletions.
#[tokio::test]
async fn changes_of_a_session_that_ended_are_made_again() {
    // The session ends in the middle of the changes, right before they are published, and while they are made again.
    for lives in [&[10][..], &[2 + 20], &[2 + 13, 15], &[10, 10 + 4]] {
        let fake = Fake::start(Sessions::new(&[])).await;
        bench(&fake).await.converge(&addresses(10, 0)).await;
        fake.api().lives = lives.iter().copied().collect();
        let mut records = addresses(20, 0);
        // Five go, five change, ten come.
        records.drain(..5);
        records[..5].clone_from_slice(&addresses(10, 1)[5..]);
        bench(&fake).await.apply(&records).await.result.unwrap();
        assert!(fake.api().count > 2, "{lives:?}: no session ended");
        // A session of its own sees what is published.
        assert!(bench(&fake).await.plan(&records).await.unwrap().is_none(), "{lives:?}");
    }
}

/// Sessions that are too short for the changes: it is an error, and no change counts as made.
#[tokio::test]
async fn sessions_that_do_not_last_are_told() {
    let fake = Fake::start(Sessions::new(&[5; 200])).await;
    let applied = bench(&fake).await.apply(&addresses(20, 0)).await;
    let error = applied.result.unwrap_err();
    assert_eq!(error.kind(), Some(ServiceErrorKind::Indeterminate), "{error}");
    assert!(error.to_string().contains("sessions ended before"), "{error}");
    assert!(applied.outcomes.iter().all(|outcome| !outcome.is_applied()), "{:?}", applied.outcomes);
}

/// One login for reads and writes; a second one when the session has ended, and no third if that is of no use.
#[tokio::test]
async fn a_session_is_renewed_once() {
    let fake = Fake::start(Sessions::new(&[2])).await;
    let bench = bench(&fake).await;
    for count in [1, 2] {
        bench.harness.read(&bench.zone).await.unwrap();
        assert_eq!(fake.api().count, count);
    }
    fake.api().left = 0;
    fake.api().lives = [0, 0].into();
    let told = bench.plan(&[]).await.unwrap_err();
    assert!(told.contains("Bad or expired"), "{told}");
    assert_eq!(fake.api().count, 3);
}
