//! What tests can do to the service: pages that are short, lost or repeated, credentials that are refused.

use octodns_testkit::behaviour::Service;
use octodns_testkit::fake::{Fake, Request, Response};
use octodns_testkit::secrets::Repeating;
use octodns_testkit::store::PageFault;
use serde_json::{Value as Json, json};

use super::{Cloudflare, MAX_IN_PAGE, Refusal, Zone};

impl Cloudflare {
    /// A page of the records of a zone, with the fault that pages have at the moment.
    pub(super) fn page_of_records(
        &self,
        all: Vec<Json>,
        request: &Request,
    ) -> Result<Json, Refusal> {
        let (page, size) = (request.number("page", 1), request.number("per_page", 100));
        let (total, per_page) = (all.len(), size.min(self.max_in_page));
        let is_repeated = self.page_fault == Some(PageFault::Repeated);
        let mut request = request.clone();
        for (key, value) in &mut request.query {
            match key.as_str() {
                "per_page" if per_page < size => *value = per_page.to_string(),
                "page" if is_repeated => "1".clone_into(value),
                _ => {}
            }
        }
        let mut all = all;
        if self.page_fault == Some(PageFault::Shifted) && page > 1 {
            // As after a row was added at the start.
            all.extend(all.first().cloned());
            all.rotate_right(1);
        }
        let mut response = Self::page(all, &request, MAX_IN_PAGE)?;
        let info = &mut response["result_info"];
        match self.page_fault {
            Some(PageFault::Lost(lost)) if lost == page => {
                info["count"] = 0.into();
                response["result"] = json!([]);
            }
            Some(PageFault::Repeated) => {
                info["page"] = page.into();
                info["total_pages"] = (page + 1).into();
                info["total_count"] = (total + page * per_page).into();
            }
            Some(PageFault::Total(of, claimed)) if of.is_none_or(|of| of == page) => {
                info["total_count"] = claimed.into();
                info["total_pages"] = claimed.div_ceil(per_page as u64).into();
            }
            _ => {}
        }
        Ok(response)
    }

    fn zone_named(&mut self, name: &str) -> Result<&mut Zone, String> {
        let found = self.zones.iter_mut().find(|zone| zone.name == name);
        found.ok_or_else(|| format!("there is no zone {name}"))
    }
}

/// The service on loopback, with the switches of the behaviour suite.
pub(crate) struct Switched(pub(crate) Fake<Cloudflare>);

impl Service for Switched {
    fn lock(&self, is_locked: bool) {
        self.0.api().is_locked = is_locked;
    }

    fn end_tokens_after(&self, _: Option<usize>) -> bool {
        false
    }

    fn break_pages(&self, fault: Option<PageFault>) {
        self.0.api().page_fault = fault;
    }

    fn limit_pages(&self, most: Option<usize>) -> bool {
        self.0.api().max_in_page = most.unwrap_or(MAX_IN_PAGE);
        true
    }

    fn counts_items(&self) -> bool {
        true
    }

    fn plant_unknown(&self, zone: &str) -> Result<Json, String> {
        let mut service = self.0.api();
        let id = service.new_id();
        let record = json!({
            "id": id, "type": "TYPE65280", "name": format!("strange.{zone}"), "content": "strange",
            "ttl": 300, "proxied": false,
        });
        let fields = record.as_object().cloned().unwrap_or_default();
        service.zone_named(zone)?.records.push(fields);
        Ok(record)
    }

    fn holds(&self, zone: &str, item: &Json) -> bool {
        let mut service = self.0.api();
        let zone = service.zone_named(zone);
        zone.is_ok_and(|zone| zone.records.iter().any(|record| Some(record) == item.as_object()))
    }

    fn count(&self, zone: &str, record_type: &str) -> usize {
        let mut service = self.0.api();
        let zone = service.zone_named(zone);
        zone.map_or(0, |zone| {
            zone.records.iter().filter(|record| record["type"] == record_type).count()
        })
    }

    fn is_login(&self, _: &str, _: &str) -> bool {
        false
    }

    fn throttled(&self) -> Response {
        let words = "Please wait and consider throttling your request speed";
        self.0.api().refusal(429, words).with_header("retry-after", "0")
    }

    fn unauthorized(&self) -> Response {
        self.0.api().refusal(403, "Invalid access token")
    }
}

impl Repeating for Cloudflare {
    fn refusal(&self, status: u16, words: &str) -> Response {
        let errors = json!([{ "code": 1000, "message": words }]);
        let body = json!({ "success": false, "errors": errors, "messages": [], "result": null });
        Response::json(status, body)
    }
}
