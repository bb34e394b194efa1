//! What a recording holds.

use std::path::Path;

use serde::Deserialize;
use serde_json::Value as Json;

/// One request and its answer.
#[derive(Clone, Debug, Deserialize)]
pub struct Exchange {
    /// `GET`, `POST` ...
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// The status of the answer.
    pub status: u16,
    /// The headers of the answer.
    #[serde(default)]
    pub headers: serde_json::Map<String, Json>,
    /// The body of the answer: JSON, or text.
    #[serde(default)]
    pub body: Json,
}

/// A writing request.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Sent {
    /// `POST`, `PUT` ...
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// The body, decoded.
    #[serde(default)]
    pub body: Json,
}

/// A change, without its values.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
pub struct Changed {
    /// The name within the zone.
    pub name: String,
    /// The type.
    #[serde(rename = "type")]
    pub record_type: String,
    /// `Create`, `Update`, `Delete`.
    pub action: String,
}

/// A recording: one run of the reference.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Cassette {
    /// The file's name.
    #[serde(skip)]
    pub file: String,
    /// The case's name, in a file of several.
    pub name: Option<String>,
    /// The provider's class.
    pub class: String,
    /// Its options.
    pub config: Json,
    /// The zone.
    pub zone: Option<String>,
    /// Every request, with the answer it got.
    pub exchanges: Vec<Exchange>,
    /// Whether there is such a zone.
    pub exists: Option<bool>,
    /// What was read.
    pub populated: Option<Vec<Json>>,
    /// What is listed as zones.
    #[serde(alias = "list_zones")]
    pub zones: Option<Vec<String>>,
    /// What the zone is to hold.
    pub desired: Option<Vec<Json>>,
    /// What is to be changed for that.
    pub changes: Option<Vec<Changed>>,
    /// What was sent for that, in order.
    pub requests: Option<Vec<Sent>>,
    /// Where an error comes: `populate`, `plan`, `apply`.
    #[serde(alias = "operation")]
    pub phase: Option<String>,
    /// What kind of failure a user must see, in words.
    pub expect: Option<String>,
    /// The plan's settings of the zone.
    #[serde(alias = "plan_meta")]
    pub meta: Option<Json>,
    /// Lists without order, as paths.
    pub unordered: Vec<String>,
    /// Ranges of requests without order: the first, and the one after the last.
    pub unordered_requests: Vec<(usize, usize)>,
    /// Values that vary, as paths.
    pub ignore: Vec<String>,
    /// What the reference raised.
    #[serde(alias = "python")]
    pub python_error: Option<Json>,
    /// Further runs.
    pub cases: Vec<Json>,
}

impl Cassette {
    /// The file, and the case if there are several.
    pub fn title(&self) -> String {
        match &self.name {
            Some(name) => format!("{} ({name})", self.file),
            None => self.file.clone(),
        }
    }

    /// Whether the recording ends in an error.
    pub fn is_error(&self) -> bool {
        self.expect.is_some() && self.python_error.as_ref().is_some_and(|error| !error.is_null())
    }

    /// The answers to reading requests before the first writing one.
    pub fn first_reads(&self) -> impl Iterator<Item = &Exchange> {
        self.exchanges.iter().take_while(|exchange| exchange.method == "GET")
    }
}

/// Every recording in a folder, by name of file.
///
/// # Panics
///
/// When one cannot be read.
pub(super) fn all(folder: &Path) -> Vec<Cassette> {
    let entries = std::fs::read_dir(folder);
    let entries = entries.unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut files: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    files.iter().flat_map(|path| file(path)).collect()
}

fn file(path: &Path) -> Vec<Cassette> {
    let failed = |error: String| -> ! { panic!("{}: {error}", path.display()) };
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| failed(error.to_string()));
    let json: Json = serde_json::from_str(&text).unwrap_or_else(|error| failed(error.to_string()));
    let parse = |json: Json| -> Cassette {
        serde_json::from_value(json).unwrap_or_else(|error| failed(error.to_string()))
    };
    let whole = parse(json.clone());
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let mut cassettes = vec![whole.clone()];
    if !whole.cases.is_empty() {
        // A case has what differs from the file's.
        cassettes = whole.cases.iter().map(|case| parse(merged(&json, case))).collect();
    }
    for cassette in &mut cassettes {
        cassette.file = name.clone().unwrap_or_default();
    }
    cassettes
}

/// The keys of both, those of `over` winning.
pub(super) fn merged(base: &Json, over: &Json) -> Json {
    let mut map = base.as_object().cloned().unwrap_or_default();
    map.remove("cases");
    map.extend(over.as_object().cloned().unwrap_or_default());
    map.into()
}
