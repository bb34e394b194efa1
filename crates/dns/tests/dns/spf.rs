//! Evaluates SPF policies with DNS lookups, and checks the limits of RFC 7208.

#![expect(clippy::unwrap_used, reason = "a test that fails may panic in a function it calls")]

use std::collections::HashMap;
use std::time::Duration;

use hickory_proto::op::ResponseCode;
use octodns_dns::spf::{Checker, Counted};
use octodns_dns::{Client, ClientOptions, Resolver};
use octodns_testkit::dns::{FakeDns, nxdomain, record, send, txt};

const TIMEOUT: Duration = Duration::from_secs(60);

/// The contents of DNS: TXT, A and MX by name.
fn dns() -> FakeDns {
    let policies: HashMap<&str, String> = [
        ("_spf.example.net.", "v=spf1 ip4:192.0.2.1 include:deep.example.net -all".to_owned()),
        ("deep.example.net.", "v=spf1 a mx -all".to_owned()),
        ("one.example.net.", "v=spf1 include:two.example.net".to_owned()),
        ("two.example.net.", "v=spf1 Redirect=ONE.example.net".to_owned()),
        ("ten.example.net.", format!("v=spf1{} -all", " exists:%{i}.x.tests".repeat(10))),
        ("nine.example.net.", format!("v=spf1{} redirect=deep.example.net", " mx".repeat(9))),
        ("empty.example.net.", "no policy".to_owned()),
    ]
    .into();
    FakeDns::start(move |question, mut message| {
        let name = question.name.as_str();
        match (name, question.number) {
            ("broken.example.net.", _) => message.metadata.response_code = ResponseCode::ServFail,
            ("host.example.net.", 1) => {
                message.add_answer(record(name, 60, 1, &[192, 0, 2, 1]));
            }
            ("host.example.net.", _) => {}
            ("many.example.net.", 15) => {
                message.add_answers(
                    (0..11).map(|rank| record("many.example.net.", 60, 15, &[0, rank, 1, b'h', 0])),
                );
            }
            (_, 16) if policies.contains_key(name) => {
                // Split within a word: strings are joined without blanks.
                let (start, end) = policies[name].split_at(9);
                message.add_answer(record(name, 60, 16, &txt(&[start, end])));
            }
            _ => return send(&nxdomain(message)),
        }
        send(&message)
    })
    .unwrap()
}

/// The result for a policy of `example.com.`, or the error.
async fn check(value: &str, void: Option<usize>) -> Result<Counted, String> {
    let dns = dns();
    let mut options = ClientOptions::default();
    options.timeout = TIMEOUT;
    let client = Client::new(options).unwrap();
    let resolver = Resolver::new(client, vec![dns.address()]);
    let known = |name: &str| {
        (name == "_own.example.com.").then(|| vec!["v=spf1 a:host.example.net -all".to_owned()])
    };
    let checker = Checker::new(&resolver, &known, void);
    let values = ["other text".to_owned(), value.to_owned()];
    checker.check("example.com.", &values).await.map_err(|error| error.with_causes())
}

#[tokio::test]
async fn lookups_of_included_policies_count() {
    for (value, lookups) in [
        ("v=spf1 -all", 0),
        ("no policy", 0),
        ("v=spf1 include:_spf.example.net -all", 4),
        // Looked up once, counted twice.
        ("v=spf1 ~include:_spf.example.net ?include:_SPF.example.net. -all", 8),
        ("v=spf1 include:_own.example.com -all", 2),
        ("v=spf1 include:%{d}.example.net redirect=%{d2}.example.net", 2),
        ("v=spf1 redirect=_spf.example.net", 4),
        // Receivers ignore a redirect next to `all`, and everything after `all`.
        ("v=spf1 redirect=gone.example.net -all include:gone.example.net", 0),
        ("v=spf1 redirect=ten.example.net", 11),
        ("v=spf1 exists:x.tests include:ten.example.net", 12),
        ("v=spf1 redirect=nine.example.net", 13),
    ] {
        let counted = check(value, None).await;
        if lookups > 10 {
            assert_eq!(counted.unwrap_err(), "the SPF value needs more than 10 DNS lookups");
        } else {
            let counted = counted.unwrap();
            assert_eq!((counted.lookups, counted.objections.len()), (lookups, 0), "{value}");
        }
    }
}

#[tokio::test]
async fn policies_without_an_end_are_errors() {
    for (value, message) in [
        ("v=spf1 include:example.com", "the SPF value of example.com. includes itself"),
        ("v=spf1 include:one.example.net", "the SPF value of one.example.net. includes itself"),
        (
            "v=spf1 include:gone.example.net",
            "the SPF value includes gone.example.net., which has no TXT record",
        ),
        (
            "v=spf1 include:host.example.net",
            "the SPF value includes host.example.net., which has no TXT record",
        ),
        ("v=spf1 +ptr:x.tests", "the SPF value of example.com. uses ptr, which is deprecated"),
    ] {
        assert_eq!(check(value, None).await.unwrap_err(), message, "{value}");
    }
    let message = check("v=spf1 include:broken.example.net", None).await.unwrap_err();
    assert!(message.ends_with("answered SERVFAIL"), "{message}");
    let message = check("v=spf1 include:a..b", None).await.unwrap_err();
    assert!(message.ends_with("is not a domain name: a label is empty"), "{message}");
}

#[tokio::test]
async fn objections_of_receivers_are_reported() {
    let counted = check("v=spf1 foo mx include:empty.example.net -all", None).await.unwrap();
    assert_eq!(
        counted.objections,
        [
            "\"foo\" in the SPF value of example.com.",
            "empty.example.net., which is included, has no SPF value",
        ]
    );
}

#[tokio::test]
async fn void_lookups_are_limited_on_request() {
    let value = "v=spf1 a:host.example.net a:x.tests/24 mx:y.tests exists:%{i}.z.tests -all";
    assert_eq!(check(value, None).await.unwrap().void, 0);
    assert_eq!(check(value, Some(2)).await.unwrap().void, 2);
    let message = check(value, Some(1)).await.unwrap_err();
    let expected = "more than 1 DNS lookups of the SPF value find nothing, the last one y.tests.";
    assert_eq!(message, expected);
    // Without a domain, it is that of the policy itself.
    let message = check("v=spf1 a mx -all", Some(1)).await.unwrap_err();
    assert!(message.ends_with("the last one example.com."), "{message}");
    let message = check("v=spf1 mx:many.example.net -all", Some(2)).await.unwrap_err();
    assert_eq!(message, "mx:many.example.net has more than 10 hosts");
}
