//! `manager.journal`: where runs are written down, and how long that is kept.

use std::path::PathBuf;

use octodns_core::value::{Map, OwnedValue, Value};

use super::Reader;
use super::keys::check_keys;

pub(crate) const KEYS: [&str; 3] = ["directory", "keep", "keep_days"];

/// What the config says about journals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct JournalSection {
    pub(crate) directory: Option<PathBuf>,
    pub(crate) keep: Option<usize>,
    pub(crate) keep_days: Option<u32>,
}

impl Reader<'_> {
    pub(super) fn journal(&mut self, value: Option<OwnedValue>) -> JournalSection {
        let Some(value) = value.filter(|value| !value.is_null()) else {
            return JournalSection::default();
        };
        let map = self.map("manager.journal", value);
        check_keys("manager.journal", &map, &KEYS, self.files, self.report);
        JournalSection {
            directory: self.directory(map.get("directory")),
            keep: self.count("keep", &map).and_then(|count| usize::try_from(count).ok()),
            keep_days: self.count("keep_days", &map),
        }
    }

    fn directory(&mut self, value: Option<&Value<'_>>) -> Option<PathBuf> {
        let value = value.filter(|value| !value.is_null())?;
        match value.as_str() {
            Some(path) if !path.is_empty() => Some(path.into()),
            _ => {
                let message = "manager.journal.directory must be the path of a folder".to_owned();
                self.error(value.position, message, "write a path, such as /var/lib/octodns/runs");
                None
            }
        }
    }

    fn count(&mut self, key: &str, map: &Map<'_>) -> Option<u32> {
        let value = map.get(key).filter(|value| !value.is_null())?;
        let count = value.as_int().and_then(|count| u32::try_from(count).ok());
        let count = count.filter(|count| *count > 0);
        if count.is_none() {
            let message = format!("manager.journal.{key} must be a whole number of at least 1");
            self.error(value.position, message, "write a number, such as 100");
        }
        count
    }
}
