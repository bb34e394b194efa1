//! The provider: its options, the zones it has planned, and the writing of one zone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use octodns_core::provider::PlanDraft;
use octodns_core::registry::BuildError;
use octodns_core::value::truth;
use octodns_core::{
    ApplyLog, Capabilities, Change, Plan, Provider, ProviderError, RecordType, Registry, Source,
    Zone, ZoneName, ZoneRead, ZoneRequest, async_trait,
};
use octodns_files::{Scope, blocking, failed, inside, make_folder, write};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::hosts::{self, Style};
use crate::names::Names;

static CAPABILITIES: Capabilities =
    Capabilities::of(&[RecordType::A, RecordType::AAAA, RecordType::ALIAS, RecordType::CNAME]);

/// The maximum number of zones that one provider remembers.
const MAX_ZONES: usize = 1_000_000;

/// Options of one `etchosts` provider.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Options {
    /// The folder of the files; it is created when the first file is written.
    pub directory: PathBuf,
    /// Whether host names are written without their final dot. Default: true.
    #[serde(default = "yes", deserialize_with = "truth")]
    #[schemars(with = "bool")]
    pub remove_trailing_dots: bool,
}

impl Options {
    /// The folder, and the default of everything else.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into(), remove_trailing_dots: true }
    }
}

fn yes() -> bool {
    true
}

/// Registers the provider by its octoDNS class and short name.
pub fn register(registry: &mut Registry) {
    let (path, version) = ("octodns_etchosts.EtcHostsProvider", env!("CARGO_PKG_VERSION"));
    registry.provider(path, &["etchosts"], version, |id, options| {
        Ok::<_, BuildError>(EtcHostsProvider::new(id, options))
    });
    registry.providers.formerly(path, &["octodns.provider.etc_hosts.EtcHostsProvider"]);
}

/// Writes zones as hosts files.
///
/// Names of other zones are resolved if this provider has planned those zones: plan all zones, then apply.
/// The desired records of a zone are remembered until it is planned again; more than a million zones are
/// refused.
#[derive(Debug)]
pub struct EtcHostsProvider {
    id: Arc<str>,
    options: Options,
    planned: Mutex<Planned>,
}

/// The desired records of the planned zones.
#[derive(Debug, Default)]
struct Planned {
    zones: BTreeMap<ZoneName, Zone>,
    /// Their names; set when a file has been written since the last zone was planned.
    names: Option<Arc<Names>>,
}

impl Planned {
    fn remember(&mut self, zone: &Zone) -> Result<(), ProviderError> {
        if self.zones.len() >= MAX_ZONES && !self.zones.contains_key(zone.name()) {
            let message = format!("more than {MAX_ZONES} zones cannot be resolved together");
            return Err(ProviderError::failed(message));
        }
        self.names = None;
        self.zones.insert(zone.name().clone(), zone.clone());
        Ok(())
    }

    fn names(&mut self) -> Arc<Names> {
        let zones = &self.zones;
        Arc::clone(self.names.get_or_insert_with(|| Arc::new(Names::of(zones.values()))))
    }
}

impl EtcHostsProvider {
    /// A provider that writes to a folder.
    pub fn new(id: &str, options: Options) -> Self {
        Self { id: id.into(), options, planned: Mutex::default() }
    }

    fn planned(&self) -> MutexGuard<'_, Planned> {
        // The map is consistent even after a panic.
        self.planned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn write(&self, zone: &Zone) -> Result<(), ProviderError> {
        let names = self.planned().names();
        let (zone, id) = (zone.clone(), Arc::clone(&self.id));
        let Options { directory, remove_trailing_dots } = self.options.clone();
        let work = move || {
            let path = path(&directory, zone.name())?;
            let text = hosts::file(&zone, &names, Style { id: &id, remove_trailing_dots });
            make_folder(&directory)?;
            write(&path, &text)
        };
        blocking(work).await
    }
}

/// The file of a zone.
fn path(directory: &Path, zone: &ZoneName) -> Result<PathBuf, ProviderError> {
    // Differs from octoDNS: the slash of RFC 2317 is replaced, so that it is not a folder.
    inside(directory, &format!("{}hosts", zone.as_str().replace('/', "-")))
}

#[async_trait]
impl Source for EtcHostsProvider {
    fn id(&self) -> &str {
        &self.id
    }

    fn class_name(&self) -> &'static str {
        "EtcHostsProvider"
    }

    fn begin_run(&self) {
        *self.planned() = Planned::default();
    }

    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    /// Reads nothing, but refuses a file that is a link to somewhere else, before it is planned to be written.
    async fn read(&self, zone: &ZoneRequest<'_>) -> Result<Option<ZoneRead>, ProviderError> {
        let (folder, includes) = (self.options.directory.clone(), zone.includes);
        let file = path(&folder, zone.name)?;
        let check = move || {
            Scope::new(&folder, includes).check_target(&file).map_err(failed("write", &file))
        };
        blocking(check).await?;
        Ok(None)
    }
}

#[async_trait]
impl Provider for EtcHostsProvider {
    /// Adds nothing: records the final desired state of each zone, to which other zones may refer.
    async fn extra_changes(&self, draft: &PlanDraft<'_>) -> Result<Vec<Change>, ProviderError> {
        self.planned().remember(draft.desired)?;
        Ok(Vec::new())
    }

    // Differs from octoDNS: a file is written even if another planned zone has no changes, and without the
    // records whose change was removed from the plan.
    async fn apply(&self, plan: &Plan, log: &ApplyLog<'_>) -> Result<(), ProviderError> {
        log.in_one(self.write(&plan.outcome())).await?;
        tracing::info!(
            target: "octodns", logger = %format_args!("EtcHostsProvider[{}]", self.id),
            "_apply: filename={}", path(&self.options.directory, plan.desired.name())?.display(),
        );
        Ok(())
    }
}
