//! What all filters by a list have in common: keeping what matches, or everything else.

use octodns_core::provider::Stage;
use octodns_core::registry::BuildError;
use octodns_core::value::truth;
use octodns_core::{Processor, ProviderError, Record, Registry, Value, Zone, async_trait};
use serde::Deserialize;

use crate::VERSION;
use crate::options::{self, yes};

/// Which records a list is about.
pub(crate) trait Test: Sized + Send + Sync + 'static {
    /// Reads the list; a fault says which entry is wrong, and why.
    fn new(list: &[String]) -> Result<Self, String>;

    /// Whether a record is on the list; `None` for records the list has no say about.
    fn matches(&self, record: &Record) -> Option<bool>;
}

/// Keeps the records that are on a list, or those that are not.
struct ListFilter<T> {
    id: String,
    test: T,
    allows: bool,
    include_target: bool,
}

/// A list, and whether it is an allowlist.
struct List {
    entries: Vec<String>,
    allows: bool,
    include_target: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Allowing {
    allowlist: Vec<String>,
    #[serde(default = "yes", deserialize_with = "truth")]
    include_target: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rejecting {
    rejectlist: Vec<String>,
    #[serde(default = "yes", deserialize_with = "truth")]
    include_target: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FixedAllowing {
    allowlist: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FixedRejecting {
    rejectlist: Vec<String>,
}

/// Registers the allowlist and the rejectlist of a kind.
pub(crate) fn register<T: Test>(
    registry: &mut Registry,
    allow: (&'static str, &'static str),
    reject: (&'static str, &'static str),
) {
    registry.processor(allow.0, &[allow.1], VERSION, |id, options| {
        let (Allowing { allowlist: entries, include_target }, _) = options::read(options)?;
        ListFilter::<T>::new(id, options, &List { entries, allows: true, include_target })
    });
    registry.processor(reject.0, &[reject.1], VERSION, |id, options| {
        let (Rejecting { rejectlist: entries, include_target }, _) = options::read(options)?;
        ListFilter::<T>::new(id, options, &List { entries, allows: false, include_target })
    });
}

/// As [`register`], for filters that always look at the target as well.
pub(crate) fn register_fixed<T: Test>(
    registry: &mut Registry,
    allow: (&'static str, &'static str),
    reject: (&'static str, &'static str),
) {
    registry.processor(allow.0, &[allow.1], VERSION, |id, options| {
        let (FixedAllowing { allowlist: entries }, _) = options::read(options)?;
        ListFilter::<T>::new(id, options, &List { entries, allows: true, include_target: true })
    });
    registry.processor(reject.0, &[reject.1], VERSION, |id, options| {
        let (FixedRejecting { rejectlist: entries }, _) = options::read(options)?;
        ListFilter::<T>::new(id, options, &List { entries, allows: false, include_target: true })
    });
}

impl<T: Test> ListFilter<T> {
    fn new(id: &str, options: &Value<'_>, list: &List) -> Result<Self, BuildError> {
        let key = if list.allows { "allowlist" } else { "rejectlist" };
        let test = T::new(&list.entries)
            .map_err(|message| options::fault(options, key, format!("{key}: {message}")))?;
        let (allows, include_target) = (list.allows, list.include_target);
        Ok(Self { id: id.to_owned(), test, allows, include_target })
    }

    fn filter(&self, zone: &mut Zone) {
        zone.retain(|record| self.test.matches(record).is_none_or(|on| on == self.allows));
    }
}

#[async_trait]
impl<T: Test> Processor for ListFilter<T> {
    fn id(&self) -> &str {
        &self.id
    }

    async fn source_zone(
        &self,
        desired: &mut Zone,
        _stage: &mut Stage<'_>,
    ) -> Result<(), ProviderError> {
        self.filter(desired);
        Ok(())
    }

    async fn target_zone(
        &self,
        existing: &mut Zone,
        _stage: &mut Stage<'_>,
    ) -> Result<(), ProviderError> {
        if self.include_target {
            self.filter(existing);
        }
        Ok(())
    }
}
