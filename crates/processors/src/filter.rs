//! What all list filters have in common: they keep either what matches, or everything else.

use octodns_core::processor::Stage;
use octodns_core::registry::{BuildError, Sourced};
use octodns_core::value::truth;
use octodns_core::{Processor, ProviderError, Record, Registry, Zone, async_trait};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::finding;
use crate::options::yes;
use crate::version::VERSION;

/// A kind of list, and which records are on it.
pub(crate) trait Test: Sized + Send + Sync + 'static {
    /// The format of an entry.
    const FORM: &'static str;

    /// Reads the list; the error says which entry is wrong, and why.
    fn new(list: &[String]) -> Result<Self, String>;

    /// Whether a record is on the list; `None` for records that the list does not apply to.
    ///
    /// # Errors
    ///
    /// Where that cannot be told: the record must neither stay nor go then.
    fn matches(&self, record: &Record) -> Result<Option<bool>, String>;
}

/// Keeps the records that are on a list, or those that are not.
struct ListFilter<T> {
    id: String,
    test: T,
    allows: bool,
    include_target: bool,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Allowing {
    /// What is kept.
    allowlist: Vec<String>,
    /// Whether the target's records are filtered as well. Default: true.
    #[serde(default = "yes", deserialize_with = "truth")]
    include_target: bool,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Rejecting {
    /// What is left out.
    rejectlist: Vec<String>,
    /// Whether the target's records are filtered as well. Default: true.
    #[serde(default = "yes", deserialize_with = "truth")]
    include_target: bool,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FixedAllowing {
    /// What is kept.
    allowlist: Vec<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FixedRejecting {
    /// What is left out.
    rejectlist: Vec<String>,
}

/// Registers the allowlist and the rejectlist of a kind.
pub(crate) fn register<T: Test>(
    registry: &mut Registry,
    allow: (&'static str, &'static str),
    reject: (&'static str, &'static str),
) {
    registry.processor(allow.0, &[allow.1], VERSION, |id, given: Sourced<Allowing>| {
        let Allowing { allowlist, include_target } = &given.options;
        Ok(ListFilter::<T>::allowing(id, read(&given, "allowlist", allowlist)?, *include_target))
    });
    registry.processor(reject.0, &[reject.1], VERSION, |id, given: Sourced<Rejecting>| {
        let Rejecting { rejectlist, include_target } = &given.options;
        Ok(ListFilter::<T>::rejecting(id, read(&given, "rejectlist", rejectlist)?, *include_target))
    });
}

/// Like [`register`], for filters that always include the target.
pub(crate) fn register_fixed<T: Test>(
    registry: &mut Registry,
    allow: (&'static str, &'static str),
    reject: (&'static str, &'static str),
) {
    registry.processor(allow.0, &[allow.1], VERSION, |id, given: Sourced<FixedAllowing>| {
        let test = read(&given, "allowlist", &given.options.allowlist)?;
        Ok(ListFilter::<T>::allowing(id, test, true))
    });
    registry.processor(reject.0, &[reject.1], VERSION, |id, given: Sourced<FixedRejecting>| {
        let test = read(&given, "rejectlist", &given.options.rejectlist)?;
        Ok(ListFilter::<T>::rejecting(id, test, true))
    });
}

fn read<T: Test, O>(given: &Sourced<O>, key: &str, list: &[String]) -> Result<T, BuildError> {
    T::new(list).map_err(|message| given.error(key, format!("{key}: {message}")).help(T::FORM))
}

impl<T: Test> ListFilter<T> {
    fn allowing(id: &str, test: T, include_target: bool) -> Self {
        Self { id: id.to_owned(), test, allows: true, include_target }
    }

    fn rejecting(id: &str, test: T, include_target: bool) -> Self {
        Self { id: id.to_owned(), test, allows: false, include_target }
    }

    fn filter(&self, zone: &mut Zone, stage: &mut Stage<'_>) {
        let name = zone.name().clone();
        zone.retain(|record| match self.test.matches(record) {
            Ok(on_list) => on_list.is_none_or(|on| on == self.allows),
            Err(message) => {
                let found = finding::about(record, &name, "processor", &self.id, message);
                stage.report.push(found.help("write a simpler expression"));
                true
            }
        });
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
        stage: &mut Stage<'_>,
    ) -> Result<(), ProviderError> {
        self.filter(desired, stage);
        Ok(())
    }

    async fn target_zone(
        &self,
        existing: &mut Zone,
        stage: &mut Stage<'_>,
    ) -> Result<(), ProviderError> {
        if self.include_target {
            self.filter(existing, stage);
        }
        Ok(())
    }
}
