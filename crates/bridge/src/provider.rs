//! A source or provider in the host, as the engine has it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use octodns_core::capabilities::TypeSupport;
use octodns_core::{Capabilities, ProviderError, RecordType, TargetOptions};

use crate::instance::Instance;
use crate::requests::{Made, MadeProvider, Make, Supports};
use crate::session::Session;

/// A source or provider whose class is written in Python.
#[derive(Debug)]
pub(crate) struct PythonProvider {
    pub(crate) instance: Instance,
    /// The name of its class.
    pub(crate) class: String,
    pub(crate) known: MadeProvider,
    /// The folder of its files, if it can write them to another.
    folder: Option<PathBuf>,
    /// How many calls run at the same time.
    pub(crate) workers: usize,
}

impl PythonProvider {
    /// What was made as `request` asked.
    pub(crate) fn new(session: Arc<Session>, request: Make, made: Made, workers: usize) -> Self {
        let known = made.provider.unwrap_or_default();
        let folder = known.directory.as_deref().map(PathBuf::from);
        let instance = Instance::new(session, request);
        Self { instance, class: made.class, known, folder, workers }
    }

    /// The copy of this one, which goes by `name` in the host.
    pub(crate) fn copy(&self, name: String, made: Made) -> Self {
        let request = Make { name, ..self.instance.request().clone() };
        Self::new(Arc::clone(self.session()), request, made, self.workers)
    }

    pub(crate) fn session(&self) -> &Arc<Session> {
        &self.instance.session
    }

    /// The folder of its files.
    pub(crate) fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// The options of a target that the object has; those that it does not have are octoDNS's.
    pub(crate) fn options(&self) -> TargetOptions {
        let known = &self.known;
        let mut options = TargetOptions::default();
        let set = |to: &mut bool, value: Option<bool>| *to = value.unwrap_or(*to);
        set(&mut options.apply_disabled, known.apply_disabled);
        set(&mut options.strict_supports, known.strict_supports);
        set(&mut options.root_ns_warnings, known.root_ns_warnings);
        let thresholds = [
            (&mut options.update_pcent_threshold, known.update_threshold),
            (&mut options.delete_pcent_threshold, known.delete_threshold),
        ];
        for (to, value) in thresholds {
            *to = value.unwrap_or(*to);
        }
        options
    }

    /// What the object says it can hold.
    pub(crate) async fn supports(&self) -> Result<Capabilities, ProviderError> {
        let host = self.session().host.turn().await;
        let name = self.instance.name(&host).await?;
        let found = host.supports(&name).await?;
        Ok(capabilities(&found))
    }
}

/// What octoDNS says in its own words.
fn capabilities(supports: &Supports) -> Capabilities {
    let has = |flag: &str| supports.flags.get(flag).copied().unwrap_or_default();
    let mut found = Capabilities::NOTHING;
    found.types = TypeSupport::only(supports.types.iter().map(|name| RecordType::named(name)));
    found.geo = has("SUPPORTS_GEO");
    found.dynamic = has("SUPPORTS_DYNAMIC");
    found.pool_value_status = has("SUPPORTS_POOL_VALUE_STATUS");
    found.dynamic_subnets = has("SUPPORTS_DYNAMIC_SUBNETS");
    found.multivalue_ptr = has("SUPPORTS_MULTIVALUE_PTR");
    found.root_ns = has("SUPPORTS_ROOT_NS");
    found
}
