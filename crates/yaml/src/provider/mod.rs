//! `YamlProvider`: reads and writes zones as YAML files.

mod altered;
mod files;
mod fix;
mod foreign;
mod options;
mod pace;
mod read;
mod write;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use octodns_core::provider::{Includes, Places, SortedTexts};
use octodns_core::registry::BuildError;
use octodns_core::{
    ApplyLog, Capabilities, Plan, Provider, ProviderError, Registry, Source, ZoneFiles, ZoneName,
    ZoneRead, ZoneRequest, async_trait,
};

use octodns_files::OwnedRequest;

use self::files::FolderScope;
use self::pace::Pace;
use crate::FileIncludes;

pub use options::{OrderMode, SplitYamlOptions, YamlOptions};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Registers the providers by their octoDNS classes and short names.
pub fn register(registry: &mut Registry) {
    let home = registry.home.clone();
    let path = "octodns.provider.yaml.YamlProvider";
    registry.provider(path, &["yaml"], VERSION, move |id, options: YamlOptions| {
        Ok::<_, BuildError>(YamlProvider::new(id, options).with_home(home.clone()))
    });
    let home = registry.home.clone();
    let path = "octodns.provider.yaml.SplitYamlProvider";
    registry.provider(path, &["split-yaml"], VERSION, move |id, options: SplitYamlOptions| {
        let mut provider = YamlProvider::new(id, options.into()).with_home(home.clone());
        provider.inner_mut().class_name = "SplitYamlProvider";
        Ok::<_, BuildError>(provider)
    });
}

/// Zones as YAML files in a folder: `example.com.yaml`, or a folder with one file per name.
#[derive(Clone, Debug)]
pub struct YamlProvider {
    inner: Arc<Inner>,
}

/// What reading and writing need, shared with the threads for file access.
#[derive(Clone, Debug)]
struct Inner {
    id: Arc<str>,
    class_name: &'static str,
    capabilities: Capabilities,
    options: YamlOptions,
    home: Option<PathBuf>,
    scope: FolderScope,
    pace: Pace,
}

impl Inner {
    /// How the files of the folder include others.
    fn includes(&self, includes: Includes) -> FileIncludes {
        let scope = self.scope.of(&self.options.directory, includes);
        FileIncludes::new(self.home.clone()).of_scope(scope)
    }
}

impl YamlProvider {
    /// A provider with these options; `~` is not expanded in an `!include`.
    pub fn new(id: &str, options: YamlOptions) -> Self {
        let mut capabilities = Capabilities::EVERYTHING;
        capabilities.root_ns = options.supports_root_ns;
        let (id, class_name, home) = (Arc::from(id), "YamlProvider", None);
        let (scope, pace) = (FolderScope::default(), Pace::default());
        let inner = Inner { id, class_name, capabilities, options, home, scope, pace };
        Self { inner: Arc::new(inner) }
    }

    /// The same provider, with the folder that `~` means in an `!include`.
    #[must_use]
    pub fn with_home(mut self, home: Option<PathBuf>) -> Self {
        self.inner_mut().home = home;
        self
    }

    fn inner_mut(&mut self) -> &mut Inner {
        Arc::make_mut(&mut self.inner)
    }

    /// Runs blocking file operations.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T, ProviderError> + Send + 'static,
    ) -> Result<T, ProviderError> {
        let inner = Arc::clone(&self.inner);
        octodns_files::blocking(move || work(&inner)).await
    }
}

#[async_trait]
impl Source for YamlProvider {
    fn id(&self) -> &str {
        &self.inner.id
    }

    fn class_name(&self) -> &str {
        self.inner.class_name
    }

    fn capabilities(&self) -> &Capabilities {
        &self.inner.capabilities
    }

    fn files(&self) -> Option<&dyn ZoneFiles> {
        Some(self)
    }

    fn begin_run(&self) {
        self.inner.scope.forget();
    }

    async fn list_zones(&self) -> Result<Vec<ZoneName>, ProviderError> {
        self.blocking(files::list_zones).await
    }

    async fn read(&self, zone: &ZoneRequest<'_>) -> Result<Option<ZoneRead>, ProviderError> {
        let request = OwnedRequest::from(zone);
        if self.inner.pace.is_quick()
            && let Some(read) = self.inner.pace.of(|| read::small(&self.inner, &request))
        {
            return read;
        }
        self.blocking(move |inner| read::zone(inner, &request)).await
    }
}

#[async_trait]
impl ZoneFiles for YamlProvider {
    fn folder(&self) -> &Path {
        &self.inner.options.directory
    }

    fn is_local(&self) -> bool {
        true
    }

    async fn sorted_texts(
        &self,
        zone: &ZoneName,
        includes: Includes,
    ) -> Result<SortedTexts, ProviderError> {
        let zone = zone.clone();
        self.blocking(move |inner| fix::zone(inner, &zone, includes)).await
    }

    fn reading_from(&self, places: &Places) -> Option<Arc<dyn Source>> {
        let mut other = self.clone();
        let options = &mut other.inner_mut().options;
        options.directory = places(&options.directory)?;
        Some(Arc::new(other))
    }

    fn with_directory(&self, directory: &Path) -> Option<Arc<dyn Provider>> {
        let mut other = self.clone();
        let inner = other.inner_mut();
        inner.id = format!("{}-copy", inner.id).into();
        directory.clone_into(&mut inner.options.directory);
        Some(Arc::new(other))
    }
}

#[async_trait]
impl Provider for YamlProvider {
    /// As in octoDNS, whose files do not keep what is hidden from the plan.
    fn drops_hidden(&self) -> bool {
        true
    }

    async fn apply(&self, plan: &Plan, log: &ApplyLog<'_>) -> Result<(), ProviderError> {
        let to_write = plan.clone();
        log.in_one(self.blocking(move |inner| write::zone(inner, &to_write))).await
    }
}
