//! Zones and their plans.

use octodns_testkit::fake::Request;
use serde_json::{Map, Value as Json, json};

use super::{Cloudflare, Refusal, object, success};

/// A zone and its contents.
#[derive(Clone, Debug)]
pub(crate) struct Zone {
    pub(crate) id: String,
    /// Without its final dot, in IDNA form.
    pub(crate) name: String,
    /// `free`, `pro`, `business`, `enterprise`.
    pub(crate) plan: String,
    /// `full` or `internal`.
    pub(crate) kind: String,
    pub(crate) account: String,
    /// In the order in which they were created.
    pub(crate) records: Vec<Map<String, Json>>,
    pub(crate) rules: Vec<Map<String, Json>>,
    /// Whether its plan is ignored.
    pub(crate) is_open: bool,
}

const PLANS: [(&str, &str); 4] = [
    ("0feeeeeeeeeeeeeeeeeeeeeeeeeeeeee", "free"),
    ("1feeeeeeeeeeeeeeeeeeeeeeeeeeeeee", "pro"),
    ("2feeeeeeeeeeeeeeeeeeeeeeeeeeeeee", "business"),
    ("94f3b7b768b0458b56d2cac4fe5ec0f9", "enterprise"),
];

impl Zone {
    pub(crate) fn new(id: String, name: &str, plan: &str) -> Self {
        let (name, plan) = (name.to_owned(), plan.to_owned());
        let (kind, account) = ("full".to_owned(), "account-1".to_owned());
        Self {
            id,
            name,
            plan,
            kind,
            account,
            records: Vec::new(),
            rules: Vec::new(),
            is_open: false,
        }
    }

    /// The maximum number of records in the zone.
    pub(crate) fn max_records(&self) -> usize {
        if self.plan == "free" && !self.is_open { 1000 } else { 3500 }
    }

    /// The maximum number of records in a batch.
    pub(crate) fn max_in_batch(&self) -> usize {
        if self.plan == "free" { 200 } else { 3500 }
    }

    /// The maximum number of page rules in the zone.
    pub(crate) fn max_rules(&self) -> usize {
        match self.plan.as_str() {
            _ if self.is_open => 125,
            "free" => 3,
            "pro" => 20,
            "business" => 50,
            _ => 125,
        }
    }

    pub(crate) fn to_json(&self) -> Json {
        let plan = PLANS.iter().find(|(_, legacy)| *legacy == self.plan);
        json!({
            "id": self.id,
            "name": self.name,
            "type": self.kind,
            "status": "active",
            "account": { "id": self.account },
            "name_servers": ["alice.ns.cloudflare.com", "tom.ns.cloudflare.com"],
            "plan": plan.map(|(id, legacy)| json!({ "id": id, "name": legacy, "legacy_id": legacy })),
        })
    }

    pub(crate) fn available_plans() -> Json {
        let mut plans: Vec<Json> = PLANS
            .iter()
            .map(|(id, legacy)| json!({ "id": id, "name": legacy, "legacy_id": legacy }))
            .collect();
        plans.push(json!({ "id": "3feeeeeeeeeeeeeeeeeeeeeeeeeeeeee", "name": "Partners", "legacy_id": null }));
        json!(plans)
    }

    pub(crate) fn set_plan(&mut self, body: &Json) -> Result<Json, Refusal> {
        let id = body["plan"]["id"].as_str().unwrap_or_default();
        let plan = PLANS.iter().find(|(known, _)| *known == id);
        let (_, legacy) = plan.ok_or_else(|| (400, 1004, "Invalid plan".to_owned()))?;
        (*legacy).clone_into(&mut self.plan);
        Ok(self.to_json())
    }
}

impl Cloudflare {
    pub(super) fn list_zones(&self, request: &Request) -> Result<Json, Refusal> {
        let wanted = |key: &str, is: &str| request.param(key).is_none_or(|value| value == is);
        let zones = self
            .zones
            .iter()
            .filter(|zone| wanted("name", &zone.name) && wanted("account.id", &zone.account));
        Self::page(zones.map(Zone::to_json).collect(), request, 50)
    }

    pub(super) fn create_zone(&mut self, body: &Json) -> Result<Json, Refusal> {
        let name = object(body)?.get("name").and_then(Json::as_str).unwrap_or_default();
        if name.is_empty() || name.ends_with('.') || !name.contains('.') {
            return Err((400, 1002, "Invalid domain".to_owned()));
        }
        if self.zones.iter().any(|zone| zone.name == name) {
            return Err((400, 1061, format!("{name} already exists.")));
        }
        let id = self.zone_ids.pop_front().unwrap_or_else(|| self.new_id());
        let mut zone = Zone::new(id, name, "free");
        zone.is_open = self.is_open;
        if let Some(account) = body["account"]["id"].as_str() {
            account.clone_into(&mut zone.account);
        }
        let response = success(&zone.to_json());
        self.zones.push(zone);
        Ok(response)
    }
}
