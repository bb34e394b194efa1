//! Updates that a server refuses because of single names, or because it has another spelling of them.

use octodns_core::Outcome;
use octodns_testkit::server::{Allow, Setup, bind, powerdns};
use serde_json::json;

use super::live::{LAB, ZONE, base, key, updatable, with};
use super::support::{apply, plan, provider, record, sync, zone};

/// Only the names at fault are refused, in whichever message they are; the rest is made.
#[tokio::test]
async fn a_refused_name_does_not_stop_the_others() {
    let Some(server) = bind::start(&Setup::open(LAB, ZONE)) else { return };
    let provider = provider(server.address(), None);
    let address = |name: &str| record(name, "A", 60, json!("192.0.2.1"));
    let mut records = base();
    records.extend((0..300).map(|number| address(&format!("a{number}"))));
    records.extend([address("_bad.a150"), address("_bad.a7")]);
    let planned = plan(&provider, &zone(LAB, &records)).await.unwrap().unwrap();
    let (outcomes, error) = apply(&provider, &planned).await;
    let error = error.unwrap();
    assert!(
        error.contains(
            "it refuses _bad.a150.lab.test. A, _bad.a7.lab.test. A; the other 300 of 302 changes \
             were made: the server answered REFUSED (it does not allow that)"
        ),
        "{error}"
    );
    for (change, outcome) in planned.changes.iter().zip(&outcomes) {
        let is_bad = change.record().name().as_str().starts_with("_bad");
        assert_eq!(matches!(outcome, Outcome::Failed(_)), is_bad, "{change:?}: {outcome:?}");
        assert_eq!(outcome.is_applied(), !is_bad);
    }
    let left = plan(&provider, &zone(LAB, &records)).await.unwrap().unwrap();
    assert_eq!(left.changes.len(), 2);
}

/// A server that refuses everything is not asked about every name.
#[tokio::test]
async fn a_server_that_refuses_everything_is_soon_left_alone() {
    let mut setup = Setup::open(LAB, ZONE);
    setup.zones[0].update = Allow::Nobody;
    let Some(server) = bind::start(&setup) else { return };
    let provider = provider(server.address(), None);
    let mut records = base();
    records
        .extend((0..300).map(|number| record(&format!("a{number}"), "A", 60, json!("192.0.2.1"))));
    let planned = plan(&provider, &zone(LAB, &records)).await.unwrap().unwrap();
    let (outcomes, error) = apply(&provider, &planned).await;
    let error = error.unwrap();
    assert!(!error.contains("a0.lab.test.") && error.contains("REFUSED"), "{error}");
    let failed = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Failed(_)));
    assert_eq!(failed.count(), 8);
    let left = outcomes.iter().filter(|outcome| **outcome == Outcome::NotSent);
    assert_eq!(left.count(), 292);
}

/// PowerDNS stores values as they were entered, and compares them so.
#[tokio::test]
async fn values_in_another_spelling_are_changed() {
    let odd = format!(
        "semicolon TXT \"v=DKIM1\\; k=rsa\"\nutf8 TXT \"h\u{e9}llo\"\nlong TXT \"{}\"\n\
         cases TXT \"One\" \ncases TXT \"one\"\n",
        "0123456789".repeat(60)
    );
    let odd = |zone: &str| format!("{zone}{odd}");
    let Some(server) = powerdns::start(&Setup::with_key(LAB, &odd(ZONE))) else { return };
    let provider = provider(server.address(), Some(&key()));
    let names = ["semicolon", "utf8", "long", "cases"];
    let changed: Vec<_> =
        names.iter().map(|name| record(name, "TXT", 60, json!(format!("now {name}")))).collect();
    assert_eq!(sync(&provider, &zone(LAB, &with(changed))).await, Ok(4), "{}", server.log());
    assert_eq!(sync(&provider, &zone(LAB, &base())).await, Ok(4), "{}", server.log());
}

/// Names with characters that need an escape in presentation format.
#[tokio::test]
async fn names_that_need_escapes_settle() {
    let names = ["a\\.b", "with\\032blank", "at\\@sign", "se\\;mi", "pa(ren)", "q\\\"uote"];
    for (name, server) in updatable() {
        let provider = provider(server.address(), Some(&key()));
        let text = |text: &str| {
            let record = |name: &&str| record(name, "TXT", 60, json!(text));
            with(names.iter().map(record))
        };
        for (text, count) in [(text("one"), names.len()), (text("two"), names.len())] {
            assert_eq!(sync(&provider, &zone(LAB, &text)).await, Ok(count), "{name}");
        }
        assert_eq!(sync(&provider, &zone(LAB, &base())).await, Ok(names.len()), "{name}");
    }
}
