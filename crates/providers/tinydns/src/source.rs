//! The source: its options, and the reading of one zone.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use octodns_core::provider::{Includes, Places};
use octodns_core::registry::BuildError;
use octodns_core::{
    Capabilities, PerRun, ProviderError, RecordType, Registry, Source, TypeSupport, ZoneFiles,
    ZoneRead, ZoneRequest, async_trait,
};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::files::Files;
use crate::groups::groups;
use crate::pointers::Pointers;
use crate::records;
use crate::sets::Sets;

static CAPABILITIES: Capabilities = {
    let mut capabilities = Capabilities::NOTHING;
    capabilities.types = TypeSupport::All;
    capabilities
};

/// Options of one `tinydns` source.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Options {
    /// The folder with the files. All are read, except those whose names start with a dot.
    pub directory: PathBuf,
    /// The TTL, in seconds, of records whose lines have none. Default: 3600.
    #[serde(default = "an_hour")]
    pub default_ttl: i64,
}

impl Options {
    /// The folder, with the default TTL.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into(), default_ttl: an_hour() }
    }
}

fn an_hour() -> i64 {
    3600
}

/// Registers the source by its octoDNS class and short name.
pub fn register(registry: &mut Registry) {
    let (path, version) = ("octodns.source.tinydns.TinyDnsFileSource", env!("CARGO_PKG_VERSION"));
    registry.source(path, &["tinydns"], version, |id, options| {
        Ok::<_, BuildError>(TinyDnsFileSource::new(id, options))
    });
}

/// Zones in tinydns-data files.
#[derive(Debug)]
pub struct TinyDnsFileSource {
    id: Arc<str>,
    options: Options,
    /// Any file may have records of any zone, so all are read, once per run.
    data: PerRun<Data>,
}

/// The content of the files.
#[derive(Debug)]
struct Data {
    files: Files,
    pointers: Pointers,
}

impl TinyDnsFileSource {
    /// A source for the files in a folder.
    pub fn new(id: &str, options: Options) -> Self {
        Self { id: id.into(), options, data: PerRun::default() }
    }

    async fn data(&self, includes: Includes) -> Result<Arc<Data>, ProviderError> {
        self.data
            .get_or_try_init(async {
                let folder = self.options.directory.clone();
                let read = move || {
                    let files = Files::read(&folder, includes)?;
                    let pointers = Pointers::new(&files);
                    Ok(Data { files, pointers })
                };
                octodns_files::blocking(read).await
            })
            .await
    }
}

impl ZoneFiles for TinyDnsFileSource {
    fn folder(&self) -> &Path {
        &self.options.directory
    }

    fn reading_from(&self, places: &Places) -> Option<Arc<dyn Source>> {
        let mut options = self.options.clone();
        options.directory = places(&options.directory)?;
        Some(Arc::new(Self::new(&self.id, options)))
    }
}

#[async_trait]
impl Source for TinyDnsFileSource {
    fn id(&self) -> &str {
        &self.id
    }

    fn class_name(&self) -> &'static str {
        "TinyDnsFileSource"
    }

    fn begin_run(&self) {
        self.data.forget();
    }

    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    fn files(&self) -> Option<&dyn ZoneFiles> {
        Some(self)
    }

    async fn read(&self, zone: &ZoneRequest<'_>) -> Result<Option<ZoneRead>, ProviderError> {
        let data = self.data(zone.includes).await?;
        let Data { files, pointers } = &*data;
        let mut sets = Sets::new(zone, &files.names, self.options.default_ttl);
        let name = zone.name.as_str();
        if name.ends_with("in-addr.arpa.") || name.ends_with("ip6.arpa.") {
            sets.report.extend(pointers.report.iter().cloned());
            for pointer in pointers.of_zone(zone.name) {
                let (ttl, value) = (pointer.ttl.clone(), pointer.value.clone());
                sets.put(RecordType::PTR, &pointer.name, pointer.position, ttl, vec![value]);
            }
        } else {
            for line in files.nameless() {
                sets.required(&line, 0, "name");
            }
            for group in groups(files, files.of_zone(zone.name)) {
                records::add(&mut sets, &group);
            }
        }
        let mut read = sets.into_read();
        read.report = read.report.into_iter().map(|found| files.shown(found, zone.name)).collect();
        tracing::info!(
            target: "octodns", logger = %format_args!("TinyDnsFileSource[{}]", self.id),
            "populate:   found {} records", read.records.len(),
        );
        Ok(Some(read))
    }
}
