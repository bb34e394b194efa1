//! The format of a recording.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value as Json;

/// One request and its answer.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
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

/// A write request.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[non_exhaustive]
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
#[non_exhaustive]
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
#[non_exhaustive]
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
    /// Whether the zone exists.
    pub exists: Option<bool>,
    /// The records that were read.
    pub populated: Option<Vec<Json>>,
    /// The zones that were listed.
    #[serde(alias = "list_zones")]
    pub zones: Option<Vec<String>>,
    /// The desired records of the zone.
    pub desired: Option<Vec<Json>>,
    /// The planned changes.
    pub changes: Option<Vec<Changed>>,
    /// The requests that apply them, in order.
    pub requests: Option<Vec<Sent>>,
    /// The operation that fails: `populate`, `plan`, `apply`.
    #[serde(alias = "operation")]
    pub phase: Option<String>,
    /// The kind of failure that a user must see, in words.
    pub expect: Option<String>,
    /// The plan's `meta` of the zone.
    #[serde(alias = "plan_meta")]
    pub meta: Option<Json>,
    /// Paths of lists whose order does not matter.
    pub unordered: Vec<String>,
    /// Ranges of requests whose order does not matter: the first, and the one after the last.
    pub unordered_requests: Vec<(usize, usize)>,
    /// Paths of values that vary.
    pub ignore: Vec<String>,
    /// The exception of the reference.
    #[serde(alias = "python", alias = "error")]
    pub python_error: Option<Json>,
    /// Files that must exist before: text, or JSON.
    pub files: serde_json::Map<String, Json>,
}

impl Cassette {
    /// The file, and the case if the file has several.
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

    /// The answers to read requests before the first write.
    pub fn first_reads(&self) -> impl Iterator<Item = &Exchange> {
        self.work().take_while(|exchange| exchange.method == "GET")
    }

    /// The exchanges that read and write: all but logins.
    pub(crate) fn work(&self) -> impl Iterator<Item = &Exchange> {
        self.exchanges.iter().filter(|exchange| !self.is_login(&exchange.method, &exchange.url))
    }

    /// Whether a request was recorded and is not a read, and writes nothing.
    pub(super) fn is_login(&self, method: &str, url: &str) -> bool {
        let is_it = |of: &str, at: &str| of == method && at == url;
        method != "GET"
            && self.exchanges.iter().any(|exchange| is_it(&exchange.method, &exchange.url))
            && self
                .requests
                .as_ref()
                .is_some_and(|requests| !requests.iter().any(|sent| is_it(&sent.method, &sent.url)))
    }
}

/// Every recording in a folder, by file name: its runs, or why it cannot be read.
///
/// # Panics
///
/// If the folder cannot be read.
pub(super) fn all(folder: &Path) -> Vec<(String, Result<Vec<Cassette>, String>)> {
    files(folder).into_iter().map(|(name, path)| (name.clone(), runs(&path, &name))).collect()
}

/// Every raw recording in a folder, by file name.
///
/// # Panics
///
/// If one cannot be read.
pub(super) fn raw(folder: &Path) -> Vec<(String, Json)> {
    let read = |(name, path): (String, PathBuf)| {
        let json = json(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        (name, json)
    };
    files(folder).into_iter().map(read).collect()
}

fn files(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = std::fs::read_dir(folder);
    let entries = entries.unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let paths = paths.filter(|path| path.extension().is_some_and(|of| of == "json"));
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut files: Vec<_> = paths.map(|path| (name(&path), path)).collect();
    files.sort();
    files
}

fn json(path: &Path) -> Result<Json, String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    serde_json::from_str(&text).map_err(|error| error.to_string())
}

/// The runs of a recording in which something is put right.
pub(super) fn corrected(
    folder: &Path,
    name: &str,
    correct: impl Fn(&mut Json),
) -> Result<Vec<Cassette>, String> {
    let recorded = json(&folder.join(name))?;
    let mut corrected = recorded.clone();
    correct(&mut corrected);
    if corrected == recorded {
        return Err("there is nothing to put right".to_owned());
    }
    runs_of(&corrected, name)
}

fn runs(path: &Path, name: &str) -> Result<Vec<Cassette>, String> {
    runs_of(&json(path)?, name)
}

fn runs_of(json: &Json, name: &str) -> Result<Vec<Cassette>, String> {
    let parse = |json: Json| -> Result<Cassette, String> {
        let cassette: Cassette = serde_json::from_value(json).map_err(|error| error.to_string())?;
        Ok(Cassette { file: name.to_owned(), ..cassette })
    };
    // A case contains what differs from the rest of the file.
    match json["cases"].as_array().filter(|cases| !cases.is_empty()) {
        Some(cases) => cases.iter().map(|case| parse(merged(json, case))).collect(),
        None => Ok(vec![parse(json.clone())?]),
    }
}

/// Merges two objects; the keys of `over` win.
pub(super) fn merged(base: &Json, over: &Json) -> Json {
    let mut map = base.as_object().cloned().unwrap_or_default();
    map.remove("cases");
    map.extend(over.as_object().cloned().unwrap_or_default());
    map.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_correction_has_to_put_something_right() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.json"), r#"{"class": "a.A", "changes": []}"#).unwrap();
        let runs = corrected(folder.path(), "a.json", |json| json["class"] = "b.B".into());
        let [run] = &*runs.unwrap() else { panic!("one run") };
        assert_eq!((&*run.class, &*run.file), ("b.B", "a.json"));
        let nothing = corrected(folder.path(), "a.json", |_| {});
        assert_eq!(nothing.unwrap_err(), "there is nothing to put right");
    }
}
