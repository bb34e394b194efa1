//! The suite detects providers that are broken in one way each.

use std::sync::Arc;

use octodns_core::async_trait;
use octodns_testkit::behaviour::{self, Fixture, Service};
use octodns_testkit::fake::{Control, Fake};
use octodns_testkit::run::Harness;
use octodns_testkit::store::Store;

use crate::service::service;
use crate::shelf::{Broken, Shelf};

struct Broke {
    fake: Fake<Store>,
    broken: Broken,
}

#[async_trait]
impl Fixture for Broke {
    async fn harness(&self) -> Harness {
        Harness::new(Arc::new(Shelf::new(self.fake.url(), self.broken)))
    }

    fn control(&self) -> Option<&Control> {
        Some(self.fake.control())
    }

    fn service(&self) -> Option<&dyn Service> {
        Some(&self.fake)
    }
}

async fn broke(broken: Broken) -> Broke {
    Broke { fake: Fake::start(service()).await, broken }
}

/// Otherwise the suite might fail on another part of the provider.
#[tokio::test]
async fn a_correct_provider_passes() {
    behaviour::run_suite(&broke(Broken::Nothing).await).await;
}

/// What is broken, the case that detects it, and a part of the case's message.
const FOUND_OUT: &[(Broken, &str, &str)] = &[
    (Broken::LosesAValue, "type-a", "more values: there is still something to do: Update"),
    (Broken::IgnoresTtl, "type-a", "TTL: there is still something to do: Update"),
    (Broken::DropsDeletes, "type-a", "other values: there is still something to do: Update"),
    (Broken::LosesEscapes, "odd-texts", "txt-quotes: there is still something to do"),
    (Broken::LosesPriority, "type-mx", "more values:"),
    (Broken::MisnamesTheApex, "apex", "there is still something to do"),
    (Broken::ReadsOnePage, "many-records", "there is still something to do: Create"),
    (Broken::RepeatsCreations, "broken-connection", "there is still something to do: Update"),
    (Broken::KnowsOnlyItsOwnRows, "unavailable", "there is still something to do: Update"),
    (Broken::NeverRepeats, "throttled", "429"),
    (Broken::EmptyWhereThereIsAnError, "wrong-answer", "reads as a zone with 0 records"),
    (Broken::EmptyWhereThereIsNoZone, "no-zone", "there is such a zone"),
    (Broken::ForgetsNewZones, "new-zone", "404"),
    (Broken::AppliesWhilePlanning, "plan-alone", "planned first: "),
    (Broken::ClaimsATypeTooMany, "type-caa", "422: the type CAA is not known"),
    (Broken::SaysAllWasApplied, "half-an-apply", "the log says Applied, there: false"),
    (Broken::SwallowsErrors, "half-an-apply", "there is still something to do: Create"),
    (Broken::DropsHidden, "hidden-record", "a hidden record is planned over: Create"),
    (Broken::DeletesOutsideThePlan, "hidden-is-kept", "there is still something to do: Create"),
    (Broken::DeletesOutsideThePlan, "unknown-is-kept", "is gone, or changed"),
    (Broken::RemembersZones, "second-run", "is not listed, though it is there now"),
    (Broken::IgnoresTotals, "lost-page", "page 1 is lost, and a zone of"),
    (Broken::IgnoresTotals, "false-total", "page 1 names a total of 60, and a zone of"),
    (Broken::SaysAllWasApplied, "broken-off", "the log says Applied, made: false"),
    (Broken::EmptyWhereThereIsAnError, "page-fails", "and a zone of 0 records is read"),
    (Broken::EmptyWhereThereIsAnError, "bad-token", "without the right credentials gives"),
    (Broken::SaysAllWasApplied, "revoked", "the log has 19 changes as made, there are 0"),
    (Broken::HurriesBack, "pause", "is sent again after"),
    (Broken::SaysOkWithoutDoing, "new-zone", "reported success, but 1 of 1 changes"),
    (Broken::LeavesOutOfTheLog, "new-zone", "reported success, but 1 of 1 changes"),
    (Broken::RepeatsCreations, "storm", "there is still something to do: Update"),
];

#[tokio::test]
async fn each_broken_provider_is_detected() {
    let mut problems = Vec::new();
    for (broken, case, expected) in FOUND_OUT {
        let failed = behaviour::examine(&broke(*broken).await, &[case]).await.join("\n");
        if !failed.starts_with(&format!("{case}: ")) || !failed.contains(expected) {
            problems.push(format!("{broken:?}: \"{failed}\", and not \"{case}: {expected}\""));
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

/// A misspelled name of a case would prove nothing.
#[tokio::test]
async fn an_unknown_case_is_an_error() {
    let failed = behaviour::examine(&broke(Broken::Nothing).await, &["type-z"]).await;
    assert_eq!(failed, ["type-z: there is no such case"]);
}
