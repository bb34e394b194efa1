//! A folder of zone files, read and written by this provider.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use octodns_core::record::RecordTypes;
use octodns_core::record::Txt;
use octodns_core::validate::RecordValidators;
use octodns_core::value::{Map, Value};
use octodns_core::zone::{AddOptions, SubZones};
use octodns_core::{
    ApplyLog, Change, OwnedValue, Plan, Provider, ProviderError, Record, Registry, Report, Zone,
    ZoneName, ZoneRead, ZoneRequest,
};
use serde_json::{Value as Json, json};

/// The time at which every zone is written.
const NOW: Duration = Duration::from_secs(1_767_323_045);

/// A folder that is deleted when the value is dropped.
pub(crate) struct Folder {
    folder: tempfile::TempDir,
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.file(name), text).unwrap();
    }

    /// A provider for this folder with other options.
    pub(crate) fn provider(&self, options: &Json) -> Arc<dyn Provider> {
        let mut options = of_json(options);
        let folder = self.path().to_string_lossy().into_owned();
        options.as_map_mut().unwrap().insert("directory", Value::from(folder));
        let mut registry = Registry::default();
        registry.host.clock = Arc::new(|| Some(UNIX_EPOCH + NOW));
        octodns_bind::register(&mut registry);
        let class = registry.providers.get("octodns_bind.ZoneFileProvider").unwrap();
        (class.build)("zones", &options).unwrap().as_provider().unwrap().clone()
    }

    /// Reads a zone: returns its records, or all errors.
    pub(crate) async fn read(
        &self,
        options: &Json,
        zone: &str,
        lenient: bool,
    ) -> Result<ZoneRead, String> {
        let types = Arc::new(RecordTypes::default());
        let name = ZoneName::new(zone).unwrap();
        let sub_zones = SubZones::default();
        let validators = Arc::new(RecordValidators::legacy(&types));
        let mut request = ZoneRequest::new(&name, &sub_zones, &validators, &types);
        request.lenient = lenient;
        let told =
            |report: &Report| report.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        match self.provider(options).read(&request).await {
            Ok(read) => {
                let read = read.unwrap();
                if read.report.has_errors() { Err(told(&read.report)) } else { Ok(read) }
            }
            Err(ProviderError::Data(report)) => Err(told(&report)),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Writes a zone with these records.
    pub(crate) async fn apply(&self, options: &Json, zone: &Zone) -> Result<(), ProviderError> {
        let changes = zone.records().map(|record| Change::Create(Arc::clone(record))).collect();
        let plan = Plan::new(Zone::new(zone.name().clone()), zone.clone(), changes, false);
        let plan = plan.approve_by_force();
        let log = ApplyLog::new("files", &plan, &());
        self.provider(options).apply(&plan, &log).await
    }
}

/// A zone from records in the format of the recordings.
pub(crate) fn zone(name: &str, records: &[Json]) -> Zone {
    let types = RecordTypes::default();
    let validators = RecordValidators::legacy(&types);
    let zone_name = ZoneName::new(name).unwrap();
    let mut zone = Zone::new(zone_name.clone());
    let mut how = AddOptions::default();
    how.lenient = true;
    for record in records {
        let mut report = Report::new();
        let mut context = octodns_core::record::LoadContext::new(&zone_name, &validators, &types);
        context.lenient = true;
        let name = Value::from(record["name"].as_str().unwrap().to_owned());
        let loaded = Record::load(&name, &of_json(record), &context, &mut report);
        let loaded = loaded.unwrap_or_else(|| panic!("{record}: {:?}", report.iter().next()));
        zone.add(loaded, how).unwrap();
    }
    zone
}

/// Records in the format of the recordings, by name and type.
pub(crate) fn shown<'r>(records: impl IntoIterator<Item = &'r Arc<Record>>) -> Vec<Json> {
    let mut shown: Vec<Json> = records
        .into_iter()
        .map(|record| {
            let mut map = json!({
                "name": record.name().as_str(),
                "type": record.record_type().as_str(),
            });
            let data: Json = serde_json::from_str(
                &octodns_core::value::Json::default().text(&record.to_value()),
            )
            .unwrap();
            for (key, value) in data.as_object().unwrap() {
                map[key] = value.clone();
            }
            map
        })
        .collect();
    shown.sort_by_key(|record| format!("{} {}", record["name"], record["type"]));
    shown
}

pub(crate) fn of_json(json: &Json) -> OwnedValue {
    match json {
        Json::Null => Value::NULL,
        Json::Bool(truth) => Value::from(*truth),
        Json::Number(number) => match number.as_i64() {
            Some(number) => Value::from(number),
            None => Value::from(number.as_f64().unwrap()),
        },
        Json::String(text) => Value::from(text.clone()),
        Json::Array(values) => Value::from(values.iter().map(of_json).collect::<Vec<_>>()),
        Json::Object(map) => Value::from(
            map.iter().map(|(key, value)| (key.clone(), of_json(value))).collect::<Map<'_>>(),
        ),
    }
}

/// octoDNS shows the served text with escaped semicolons; our texts are in another form.
pub(crate) fn canonical_texts(mut records: Vec<Json>) -> Vec<Json> {
    let canonical = |value: &mut Json| {
        if let Some(served) = value.as_str().map(|text| text.replace("\\;", ";")) {
            *value = Txt::from_octets(served.as_bytes()).as_str().into();
        }
    };
    for record in records.iter_mut().filter(|record| record["type"] == "TXT") {
        record.get_mut("value").into_iter().for_each(canonical);
        let values = record.get_mut("values").and_then(Json::as_array_mut);
        values.into_iter().flatten().for_each(canonical);
    }
    records
}
