//! One run of Python for one config: the host, and what the engine knows of what is in it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use octodns_core::capabilities::TypeSupport;
use octodns_core::record::{CustomType, RecordTypes};
use octodns_core::value::Map;
use octodns_core::{Capabilities, Record, Source, TargetOptions};

use crate::client::Host;
use crate::error::BridgeError;
use crate::foreign_types::{Checker, PythonType};
use crate::requests::{ForeignType, Stub, Supports};
use crate::wait::wait;

/// The class of sources that have none of a name that Python can have.
const NATIVE: &str = "Native";

/// The host, the sources and targets that it knows, and its record types.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) host: Host,
    /// What sources and targets go by in the host, by their ids.
    names: Mutex<HashMap<String, Arc<str>>>,
    /// Record types that are not built in.
    types: Mutex<BTreeMap<String, Arc<PythonType>>>,
    checker: Arc<Checker>,
}

impl Session {
    /// A session of a host that nothing was made in yet.
    pub(crate) fn new(host: Host) -> Self {
        let checker = Arc::new(Checker::new(host.clone()));
        let session = Self { host, names: Mutex::default(), types: Mutex::default(), checker };
        session.add_types(&session.host.hello().types);
        session
    }

    /// Takes note of the record types that Python knows, but for those that are built in.
    pub(crate) fn add_types(&self, types: &[ForeignType]) {
        let built_in = RecordTypes::default();
        let mut known = lock(&self.types);
        for of in types.iter().filter(|of| built_in.get(&of.name).is_none()) {
            let checker = Arc::clone(&self.checker);
            known.entry(of.name.clone()).or_insert_with(|| Arc::new(PythonType::new(of, checker)));
        }
    }

    /// The record types that are not built in.
    pub(crate) fn types(&self) -> Vec<Arc<dyn CustomType>> {
        lock(&self.types).values().map(|of| Arc::clone(of) as Arc<dyn CustomType>).collect()
    }

    /// Takes note of what a source or target goes by in the host.
    pub(crate) fn name(&self, id: &str, name: &Arc<str>) {
        lock(&self.names).insert(id.to_owned(), Arc::clone(name));
    }

    fn named(&self, id: &str) -> Option<Arc<str>> {
        lock(&self.names).get(id).map(Arc::clone)
    }

    /// What a source or target goes by in the host, which is told of it if it is not one of its own: `options` are those
    /// of a target.
    ///
    /// # Errors
    ///
    /// If Python fails.
    pub(crate) async fn name_of(
        &self,
        host: &Host,
        source: &dyn Source,
        options: Option<&TargetOptions>,
    ) -> Result<Arc<str>, BridgeError> {
        let id = source.id();
        if let Some(name) = self.named(id) {
            return Ok(name);
        }
        let name: Arc<str> = id.into();
        host.stub(Stub {
            name: id.to_owned(),
            class: class_of(source),
            supports: self.supports(source.capabilities()),
            options: options.map(kwargs).unwrap_or_default(),
        })
        .await?;
        self.name(id, &name);
        Ok(name)
    }

    /// What several go by.
    ///
    /// # Errors
    ///
    /// If Python fails.
    pub(crate) async fn names_of(
        &self,
        host: &Host,
        sources: &[Arc<dyn Source>],
    ) -> Result<Vec<String>, BridgeError> {
        let mut names = Vec::with_capacity(sources.len());
        for source in sources {
            names.push(self.name_of(host, &**source, None).await?.to_string());
        }
        Ok(names)
    }

    /// Makes sure that Python knows where records come from, as far as the engine knows it.
    ///
    /// # Errors
    ///
    /// If Python fails.
    pub(crate) async fn tell_sources<'r>(
        &self,
        host: &Host,
        sources: &[Arc<dyn Source>],
        records: impl Iterator<Item = &'r Arc<Record>>,
    ) -> Result<(), BridgeError> {
        let mut last = None;
        for record in records {
            let Some(id) = record.source().filter(|id| last != Some(*id)) else { continue };
            last = Some(id);
            let source = sources.iter().find(|source| source.id() == &**id);
            match source {
                Some(source) => drop(self.name_of(host, &**source, None).await?),
                None => self.tell_of(host, id).await?,
            }
        }
        Ok(())
    }

    /// Tells Python of a source of which only the id is known.
    async fn tell_of(&self, host: &Host, id: &Arc<str>) -> Result<(), BridgeError> {
        if self.named(id).is_some() {
            return Ok(());
        }
        let class = NATIVE.to_owned();
        let supports = self.supports(&Capabilities::EVERYTHING);
        host.stub(Stub { name: id.to_string(), class, supports, options: Map::new() }).await?;
        self.name(id, id);
        Ok(())
    }

    /// What a native source or target can hold, in the words of octoDNS.
    fn supports(&self, capabilities: &Capabilities) -> Supports {
        let types = match &capabilities.types {
            TypeSupport::Only(types) => types.iter().map(ToString::to_string).collect(),
            _ => self.host.hello().types.iter().map(|of| of.name.clone()).collect(),
        };
        let flags = [
            ("SUPPORTS_GEO", capabilities.geo),
            ("SUPPORTS_DYNAMIC", capabilities.dynamic),
            ("SUPPORTS_POOL_VALUE_STATUS", capabilities.pool_value_status),
            ("SUPPORTS_DYNAMIC_SUBNETS", capabilities.dynamic_subnets),
            ("SUPPORTS_MULTIVALUE_PTR", capabilities.multivalue_ptr),
            ("SUPPORTS_ROOT_NS", capabilities.root_ns),
        ];
        let flags = flags.into_iter().map(|(flag, is)| (flag.to_owned(), is)).collect();
        Supports { types, flags }
    }
}

/// Python may end by itself when nothing of a config is left: classes have things to put away.
impl Drop for Session {
    fn drop(&mut self) {
        wait(self.host.end());
    }
}

/// The class of a native source, as a name that Python can have.
fn class_of(source: &dyn Source) -> String {
    let name = source.class_name();
    let is_identifier = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_identifier { name.to_owned() } else { NATIVE.to_owned() }
}

/// The options of a target, as the arguments of `BaseProvider`.
fn kwargs(options: &TargetOptions) -> Map<'static> {
    let mut map = Map::new();
    map.insert("apply_disabled", options.apply_disabled);
    map.insert("update_pcent_threshold", options.update_pcent_threshold);
    map.insert("delete_pcent_threshold", options.delete_pcent_threshold);
    map.insert("strict_supports", options.strict_supports);
    map.insert("root_ns_warnings", options.root_ns_warnings);
    map
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Every change of what it holds is whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
