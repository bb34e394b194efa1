//! Plans for the tests of outputs.

use std::sync::Arc;

use octodns_core::change::ChangeCause;
use octodns_core::record::{LoadContext, RecordTypes};

use octodns_core::validate::RecordValidators;
use octodns_core::zone::{DiffScope, changes};
use octodns_core::{
    Capabilities, Change, OwnedValue, Plan, Record, Report, Target, TargetOptions, Zone, ZoneName,
};
use octodns_yaml::LoadOptions;
use serde_json::json;

use super::Planned;
use crate::memory::MemoryProvider;

/// Plans that are put together.
#[derive(Default)]
pub(super) struct Scene(Vec<(Target, Plan)>);

impl Scene {
    /// One plan: what `example.com.` holds at `live`, and is to hold.
    pub(super) fn of(before: &str, after: &str) -> Self {
        Self::default().and("example.com.", "live", before, after)
    }

    /// One more plan. A zone that holds nothing is new.
    pub(super) fn and(mut self, zone: &str, target: &str, before: &str, after: &str) -> Self {
        let name = ZoneName::new(zone).unwrap();
        let (existing, desired) = (read(&name, before, None), read(&name, after, Some("config")));
        let scope = DiffScope::new(target, &Capabilities::EVERYTHING);
        let changes = changes(&existing, &desired, &scope);
        let plan = Plan::new(existing, desired, changes, !before.is_empty());
        let provider = Arc::new(MemoryProvider::new(target));
        self.0.push((Target::new(provider, TargetOptions::default()), plan));
        self
    }

    /// The last plan, with an update of every record that it leaves alone, as a provider asks for it.
    pub(super) fn touching_all(mut self) -> Self {
        let plan = self.last();
        let update = |existing: &Arc<Record>| {
            let new = plan.desired.get(existing.name(), existing.record_type())?;
            Some(Change::Update { existing: Arc::clone(existing), new: Arc::clone(new) })
        };
        plan.changes = plan.existing.records().filter_map(update).collect();
        self
    }

    /// The last plan, with settings of its zone.
    pub(super) fn with_settings(mut self, settings: OwnedValue) -> Self {
        self.last().meta = Some(settings);
        self
    }

    /// The last plan, with why its changes are needed.
    pub(super) fn with_causes(mut self, causes: &[ChangeCause]) -> Self {
        self.last().set_causes(causes.to_vec());
        self
    }

    fn last(&mut self) -> &mut Plan {
        &mut self.0.last_mut().unwrap().1
    }

    /// The plans, as outputs take them.
    pub(super) fn plans(&self) -> Vec<Planned<'_>> {
        self.0.iter().map(|(target, plan)| (target, plan)).collect()
    }
}

/// A zone of a file.
fn read(name: &ZoneName, text: &str, source: Option<&str>) -> Zone {
    let file = format!("zones/{}yaml", name.as_str());
    let document = octodns_yaml::load(text, &LoadOptions::new(file)).unwrap();
    let types = RecordTypes::default();
    let validators = RecordValidators::legacy(&types);
    let mut context = LoadContext::new(name, &validators, &types);
    let source = source.map(Arc::from);
    (context.source, context.files, context.lenient) = (source.as_ref(), &document.files, true);
    // As of a target, which may hold any name.
    context.keeps_positions = false;
    let mut zone = Zone::new(name.clone());
    for (key, data) in document.root.as_map().into_iter().flatten() {
        let records = data.as_list().unwrap_or_else(|| std::slice::from_ref(data));
        for data in records {
            let mut report = Report::new();
            let record = Record::load(key, data, &context, &mut report);
            zone.set(record.unwrap_or_else(|| panic!("{report:?}")));
        }
    }
    zone
}

/// Text that terminals, browsers, Markdown and the logs of workflows would obey.
pub(super) const HOSTILE: &str = "</code></script><script>alert(1)</script><img src=x onerror=alert(1)>\u{1b}[2J\u{202e}\
    ```\n::error::x ##[group] @everyone #1 [a](javascript:alert(1)) \" onmouseover=\"alert(1)\" ' & | $(id)";

/// A zone with this text in every place where any text may be.
pub(super) fn hostile(text: &str) -> String {
    let pool = json!({"fallback": text, "values": [{"value": "a.example.net."}]});
    let zone = json!({
        "h": [
            {"type": "TXT", "ttl": 60, "values": [text, format!("v=spf1 {text}")]},
            {"type": "CAA", "ttl": 60, "value": {"flags": 0, "tag": "issue", "value": text}},
            {"type": "CNAME", "ttl": 60, "value": "b.example.net.", "dynamic": {
                "pools": {text: pool},
                "rules": [{"geos": [text], "pool": text}],
            }},
        ],
    });
    zone.to_string()
}
