//! Services that serve changes only after they are published.

use octodns_core::ServiceErrorKind;
use octodns_kit::Shape;
use octodns_kit::changes::Changes;
use octodns_kit::rows::Rows;
use octodns_kit::sets::Sets;
use octodns_kit::whole::Whole;

use crate::memory::{Fate, Memory, item, kind, record, zone};

type Publishing = Memory<true>;

/// Creates three names, with these fates of the calls: the outcomes, whether it was published, and the error.
async fn create<H: Shape<Api = Publishing>>(fates: &[Fate]) -> (Vec<&'static str>, bool, String) {
    let memory = Publishing::new(&[]);
    let harness = memory.harness::<H>();
    let desired = ["a", "b", "c"].map(|name| record(name, "A", "192.0.2.1"));
    let plan = harness.plan(&harness.zone(&zone(), &desired)).await.unwrap().unwrap();
    memory.state().fates.extend(fates);
    let applied = harness.apply(&plan).await;
    let is_published = memory.state().calls.last().is_some_and(|call| call == "publish");
    let error = applied.result.err().map(|error| error.with_causes()).unwrap_or_default();
    (applied.outcomes.iter().map(kind).collect(), is_published, error)
}

async fn check<H: Shape<Api = Publishing>>() {
    use Fate::{Done, Lost, LostDone, Refused};
    for (fates, kinds, is_published, words) in [
        (vec![], ["applied", "applied", "applied"], true, ""),
        // A failure in the middle: the changes made before are published.
        (vec![Done, Refused], ["applied", "failed", "not sent"], true, "b.example.com. A"),
        (vec![Refused], ["failed", "not sent", "not sent"], false, "422: no"),
        // Stored, but not published.
        (vec![Done, Done, Done, Refused], ["staged", "staged", "staged"], true, "422: no"),
        (
            vec![Done, Refused, Refused],
            ["staged", "failed", "not sent"],
            true,
            "what was changed before is not published: POST publish: 422: no",
        ),
        (vec![Done, Done, Done, Lost], ["unknown", "unknown", "unknown"], true, "no answer"),
        (vec![Done, Done, LostDone], ["applied", "applied", "applied"], true, ""),
    ] {
        let (found, published, error) = create::<H>(&fates).await;
        assert_eq!((&found[..], published), (&kinds[..], is_published), "{fates:?}: {error}");
        assert!(
            error.contains(words) && error.is_empty() == words.is_empty(),
            "{fates:?}: {error}"
        );
    }
}

#[tokio::test]
async fn changes_are_published_and_unpublished_ones_are_reported() {
    check::<Rows<Publishing>>().await;
    check::<Sets<Publishing>>().await;
}

/// The service refuses one of the rows of a record: the rows made before are published as well.
#[tokio::test]
async fn a_part_of_a_change_is_published_as_well() {
    let memory = Publishing::new(&[item(1, "www", "A", "192.0.2.1")]);
    let harness = memory.harness::<Rows<Publishing>>();
    let desired = octodns_kit::json!({"name": "www", "type": "A", "ttl": 60,
        "values": ["192.0.2.1", "192.0.2.2", "192.0.2.3"]});
    let plan = harness.plan(&harness.zone(&zone(), &[desired])).await.unwrap().unwrap();
    memory.state().fates.extend([Fate::Done, Fate::Refused]);
    let applied = harness.apply(&plan).await;
    assert_eq!(applied.result.unwrap_err().kind(), Some(ServiceErrorKind::Refused));
    assert_eq!(kind(&applied.outcomes[0]), "partial");
    assert_eq!(memory.state().calls, ["create", "create", "publish"]);
}

/// Publishing is refused: the next run finds nothing to change, and publishes anyway.
async fn check_next_run<H: Shape<Api = Publishing>>() {
    let memory = Publishing::new(&[]);
    let harness = memory.harness::<H>();
    let desired = [record("a", "A", "192.0.2.1")];
    let plan = async || harness.plan(&harness.zone(&zone(), &desired)).await.unwrap();
    memory.state().fates.extend([Fate::Done, Fate::Refused]);
    let refused = harness.apply(&plan().await.unwrap()).await;
    assert_eq!(kind(&refused.outcomes[0]), "staged");

    let left = plan().await.unwrap();
    assert!(left.changes.is_empty());
    assert!(left.meta.as_ref().unwrap().get("publish").is_some());
    memory.state().fates.push_back(Fate::Refused);
    assert!(harness.apply(&left).await.result.unwrap_err().with_causes().contains("422: no"));

    memory.state().calls.clear();
    harness.apply(&plan().await.unwrap()).await.result.unwrap();
    assert_eq!(memory.state().calls, ["publish"]);
    assert!(plan().await.is_none());
}

#[tokio::test]
async fn what_an_earlier_run_could_not_publish_is_published() {
    check_next_run::<Rows<Publishing>>().await;
    check_next_run::<Sets<Publishing>>().await;
    check_next_run::<Changes<Publishing>>().await;
    check_next_run::<Whole<Publishing>>().await;
}
