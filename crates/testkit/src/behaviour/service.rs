//! Cases that need a server with switches: credentials that are wrong or expire, pages that are lost.

use futures::FutureExt;
use futures::future::BoxFuture;
use octodns_core::{ProviderError, ServiceErrorKind};
use serde_json::Value as Json;

use super::faults::is_made;
use super::samples::addresses;
use super::zones::a;
use super::{Case, CaseFn};
use crate::cassette::Replayed;
use crate::fake::{Fake, InjectedFault, Request, Response};
use crate::run::render;
use crate::store::{PageFault, Store};

type Result = std::result::Result<(), String>;

pub(super) const CASES: &[(&str, CaseFn)] = &[
    ("bad-token", bad_token),
    ("token-ends", token_ends),
    ("revoked", revoked),
    ("lost-page", lost_page),
    ("false-total", false_total),
    ("pages-repeat", pages_repeat),
    ("pages-shift", pages_shift),
    ("page-fails", page_fails),
];

/// A server that can be told to lose pages and refuse requests.
pub trait Service: Send + Sync {
    /// Rejects all credentials, or accepts the right ones again.
    fn lock(&self, is_locked: bool);

    /// Makes fetched tokens expire after this many requests; `false` if the service has no such tokens.
    fn end_tokens_after(&self, requests: Option<usize>) -> bool;

    /// Gives the pages of every list of items a fault.
    fn break_pages(&self, fault: Option<PageFault>);

    /// Limits the items per page; `false` if lists are not paged, or do not link to the next page.
    fn limit_pages(&self, most: Option<usize>) -> bool;

    /// Whether lists contain the total number of items.
    fn counts_items(&self) -> bool;

    /// Adds an item of a type that no client knows.
    ///
    /// # Errors
    ///
    /// There is no such zone.
    fn plant_unknown(&self, zone: &str) -> std::result::Result<Json, String>;

    /// Whether a zone has exactly this item.
    fn holds(&self, zone: &str, item: &Json) -> bool;

    /// All that it holds, in a form that can be compared; `None` if it does not tell.
    fn inventory(&self) -> Option<Json> {
        None
    }

    /// How many items of a type a zone has.
    fn count(&self, zone: &str, record_type: &str) -> usize;

    /// Whether a request, by its method and path, fetches a token.
    fn is_login(&self, method: &str, path: &str) -> bool;

    /// The response to a client that sends too many requests.
    fn throttled(&self) -> Response;

    /// The response to a client whose credentials are wrong.
    fn unauthorized(&self) -> Response;

    /// Undoes all settings.
    fn restore(&self) {
        self.lock(false);
        self.end_tokens_after(None);
        self.break_pages(None);
        self.limit_pages(None);
    }
}

impl Service for Fake<Store> {
    fn lock(&self, is_locked: bool) {
        self.api().lock(is_locked);
    }

    fn end_tokens_after(&self, requests: Option<usize>) -> bool {
        self.api().end_tokens_after(requests)
    }

    fn break_pages(&self, fault: Option<PageFault>) {
        self.api().break_pages(fault);
    }

    fn limit_pages(&self, most: Option<usize>) -> bool {
        self.api().limit_pages(most);
        self.api().links_pages()
    }

    fn counts_items(&self) -> bool {
        self.api().counts_items()
    }

    fn plant_unknown(&self, zone: &str) -> std::result::Result<Json, String> {
        self.api().plant_unknown(zone).map_err(|refusal| refusal.message)
    }

    fn holds(&self, zone: &str, item: &Json) -> bool {
        self.api().zone(zone).is_ok_and(|zone| zone.items().any(|held| held == item))
    }

    fn inventory(&self) -> Option<Json> {
        Some(Replayed::state(&*self.api()))
    }

    fn count(&self, zone: &str, record_type: &str) -> usize {
        self.api().count(zone, record_type)
    }

    fn is_login(&self, method: &str, path: &str) -> bool {
        self.api().is_login(method, path)
    }

    fn throttled(&self) -> Response {
        self.api().throttled()
    }

    fn unauthorized(&self) -> Response {
        self.api().unauthorized()
    }
}

/// Rejected credentials are reported as such, never as a missing zone.
fn bad_token<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        let Some(service) = case.fixture.service() else {
            case.does_not_apply("the server cannot be told to let nobody in");
            return Ok(());
        };
        case.converge_to(&[a("www", 1)]).await?;
        let plan = case.harness.plan(&case.desired(&[a("www", 2)])).await;
        let plan = plan.map_err(|report| render(&report))?.ok_or("there is nothing to do")?;
        service.lock(true);
        let harness = case.fixture.harness().await;
        let read = harness.read_raw(&case.zone).await.map(|is_there| format!("there: {is_there}"));
        is_unauthorized("reading", read)?;
        let listed = harness.provider().list_zones().await.map(|zones| format!("{zones:?}"));
        if !matches!(listed, Err(ProviderError::CannotList)) {
            is_unauthorized("listing zones", listed)?;
        }
        let applied = case.harness.apply(&plan).await;
        is_unauthorized("applying", applied.result.map(|count| format!("{count} changes")))?;
        service.lock(false);
        // The refusal of a login stands for a while.
        let again = Case { harness: case.fixture.harness().await, ..case.clone() };
        again.converge_to(&[a("www", 2)]).await
    }
    .boxed()
}

fn is_unauthorized(what: &str, result: std::result::Result<String, ProviderError>) -> Result {
    match result {
        Ok(found) => Err(format!("{what} without the right credentials gives {found}")),
        Err(error) if error.kind() == Some(ServiceErrorKind::Unauthorized) => Ok(()),
        Err(error) => {
            Err(format!("{what} without the right credentials is {:?}: {error}", error.kind()))
        }
    }
}

/// A token that expires in the middle of a run is fetched again.
fn token_ends<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        let Some(service) = case.fixture.service() else {
            case.does_not_apply("the server has no tokens that could be ended");
            return Ok(());
        };
        case.converge_to(&[a("www", 1)]).await?;
        if !service.end_tokens_after(Some(5)) {
            case.does_not_apply("the service's tokens do not end");
            return Ok(());
        }
        let records: Vec<_> = (0..20).map(|index| a(&format!("host-{index}"), index)).collect();
        case.converge_to(&records).await
    }
    .boxed()
}

/// Credentials that are refused from the middle of an apply on are reported as such. The log says what was made
/// before, and a second run does the rest.
fn revoked<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        let (Some(service), Some(control)) = (case.fixture.service(), case.fixture.control())
        else {
            case.does_not_apply("the server cannot be told to refuse credentials");
            return Ok(());
        };
        for writes in [0, 3] {
            // The refusal of a login stands for a while.
            let case = Case { harness: case.fixture.harness().await, ..case.clone() };
            case.converge_to(&addresses(1, 0)).await?;
            let desired = case.desired(&addresses(20, 0));
            let plan = case.harness.plan(&desired).await.map_err(|report| render(&report))?;
            let plan = plan.ok_or("there is nothing to do")?;
            control.faults().writes_after(writes, InjectedFault::Response(service.unauthorized()));
            let applied = case.harness.apply(&plan).await;
            control.faults().clear();
            if applied.result.is_ok() && writes > 0 {
                // That many are not needed.
                continue;
            }
            is_unauthorized("applying", applied.result.map(|count| format!("{count} changes")))?;
            let made = applied.outcomes.iter().filter(|outcome| is_made(outcome)).count();
            let count = service.count(case.zone.without_dot(), "A");
            if count != made + 1 {
                return Err(format!("the log has {made} changes as made, there are {}", count - 1));
            }
            let again = Case { harness: case.fixture.harness().await, ..case.clone() };
            again.converge_to(&addresses(20, 0)).await?;
        }
        Ok(())
    }
    .boxed()
}

/// What the cases about paging use: pages of ten, and a zone of four pages.
const A_PAGE: usize = 10;

/// The records of a zone of four pages.
fn paged() -> Vec<Json> {
    (0..A_PAGE * 4).map(|index| a(&format!("host-{index}"), index)).collect()
}

/// Creates a zone of several pages; `false`, after saying why, if there is no paging.
async fn has_pages(case: &Case<'_>) -> std::result::Result<bool, String> {
    let Some(service) = case.fixture.service() else {
        case.does_not_apply("the server cannot be told to lose a page");
        return Ok(false);
    };
    let records = paged();
    case.converge_to(&records).await?;
    if !service.limit_pages(Some(A_PAGE)) {
        case.does_not_apply("lists are not paged, or do not say that more follows");
        return Ok(false);
    }
    case.holds(&case.desired(&records))
        .await
        .map_err(|problem| format!("pages of {A_PAGE}, whatever is asked for: {problem}"))?;
    Ok(true)
}

/// A page without its items is noticed if the service reports the total.
fn lost_page<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        if !has_pages(case).await? {
            return Ok(());
        }
        if !case.fixture.service().is_some_and(Service::counts_items) {
            case.does_not_apply("the service does not say how many items there are");
            return Ok(());
        }
        for page in 1..=3 {
            read_fails(case, PageFault::Lost(page)).await?;
        }
        Ok(())
    }
    .boxed()
}

/// The most requests for a list that has a fault: a list of four pages, some empty ones, and retries.
const MOST_REQUESTS: usize = 300;

/// Reads a list whose pages have this fault: an error, after a bounded number of requests.
async fn read_fails(case: &Case<'_>, fault: PageFault) -> Result {
    let (Some(service), Some(control)) = (case.fixture.service(), case.fixture.control()) else {
        return Ok(());
    };
    let harness = case.fixture.harness().await;
    control.measured().clear();
    service.break_pages(Some(fault));
    let read = harness.read(&case.zone).await;
    service.break_pages(None);
    let what = match fault {
        PageFault::Lost(page) => format!("page {page} is lost"),
        PageFault::Repeated => "every page is the first".to_owned(),
        PageFault::Shifted => "entries are in two pages".to_owned(),
        PageFault::Total(Some(page), total) => format!("page {page} names a total of {total}"),
        PageFault::Total(None, total) => format!("every page names a total of {total}"),
    };
    match control.measured().count() {
        ..=MOST_REQUESTS => is_no_zone(&what, read),
        many => Err(format!("{what}, and {many} requests are sent")),
    }
}

/// The largest total that any page names counts, and an absurd one is an error.
fn false_total<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        if !has_pages(case).await? {
            return Ok(());
        }
        if !case.fixture.service().is_some_and(Service::counts_items) {
            case.does_not_apply("the service does not say how many items there are");
            return Ok(());
        }
        for page in [Some(1), Some(2), Some(4), None] {
            for total in [A_PAGE as u64 * 6, 240, u64::MAX] {
                read_fails(case, PageFault::Total(page, total)).await?;
            }
        }
        Ok(())
    }
    .boxed()
}

/// Pages that repeat are an error, and not read forever.
fn pages_repeat<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        if !has_pages(case).await? {
            return Ok(());
        }
        read_fails(case, PageFault::Repeated).await
    }
    .boxed()
}

/// An entry that is in two pages is no second value.
fn pages_shift<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        if !has_pages(case).await? {
            return Ok(());
        }
        let (Some(service), harness) = (case.fixture.service(), case.fixture.harness().await)
        else {
            return Ok(());
        };
        service.break_pages(Some(PageFault::Shifted));
        let result = match harness.read(&case.zone).await {
            // Without ids of rows, it is not noticed, and does no harm.
            Ok(_) => case.holds(&case.desired(&paged())).await,
            read => is_no_zone("entries are in two pages", read),
        };
        service.break_pages(None);
        result
    }
    .boxed()
}

/// A page that fails is an error, never the end of the zone.
fn page_fails<'s>(case: &'s Case<'s>) -> BoxFuture<'s, Result> {
    async move {
        if !has_pages(case).await? {
            return Ok(());
        }
        let Some(control) = case.fixture.control() else { return Ok(()) };
        for (after, fault) in [(1, InjectedFault::refused()), (2, InjectedFault::malformed())] {
            control.faults().after(after, |request| !Request::is_write(request), fault);
            let read = case.fixture.harness().await.read(&case.zone).await;
            control.faults().clear();
            is_no_zone(&format!("the answer after {after} fails"), read)?;
        }
        Ok(())
    }
    .boxed()
}

fn is_no_zone(
    what: &str,
    read: std::result::Result<octodns_core::engine::ReadZone, octodns_core::Report>,
) -> Result {
    match read {
        Err(_) => Ok(()),
        Ok(read) => Err(format!("{what}, and a zone of {} records is read", read.zone.len())),
    }
}
