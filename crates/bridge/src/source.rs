//! Reading zones by classes in Python.

use std::path::Path;
use std::sync::Arc;

use octodns_core::provider::listed_zones;
use octodns_core::zone::ZoneSettings;
use octodns_core::{
    Capabilities, Provider, ProviderError, Record, Source, State, Zone, ZoneFiles, ZoneName,
    ZoneRead, ZoneRequest, async_trait,
};

use crate::client::{Host, HostZone};
use crate::error;
use crate::provider::PythonProvider;
use crate::records::{self, Decoder};
use crate::requests::{CopyOf, Populate};
use crate::wait::wait;
use crate::wire::ZoneDelta;

/// What is kept of a target that was read: the zone in the host, with all that the class hung on it.
pub(crate) struct WasRead {
    pub(crate) zone: HostZone,
    /// What `populate` returned.
    pub(crate) exists: Option<bool>,
}

impl PythonProvider {
    /// The target as it is.
    async fn read_target(&self, zone: &ZoneRequest<'_>) -> Result<ZoneRead, ProviderError> {
        let host = self.session().host.turn().await;
        let name = self.instance.name(&host).await?;
        let (records, kept) = read_target(&host, &name, zone).await?;
        let mut read = ZoneRead::default();
        read.records = records;
        read.is_absent = kept.exists != Some(true);
        read.is_checked = true;
        read.state = State::new(kept);
        Ok(read)
    }

    /// What it gives for a zone on top of what is there.
    async fn read_source(
        &self,
        before: Option<&Zone>,
        request: &ZoneRequest<'_>,
    ) -> Result<ZoneRead, ProviderError> {
        let settings = settings_of(before, request);
        let head = records::head(request.name, settings);
        let host = self.session().host.turn().await;
        let name = self.instance.name(&host).await?;
        let zone = host.zone();
        let before = before.filter(|before| !before.is_empty());
        if let Some(before) = before {
            let mut all = before.records().map(|record| records::encode(record));
            host.send_zone(&zone, &head, &mut all).await?;
        }
        let populate = Populate {
            provider: name.to_string(),
            open: before.is_none().then_some(head),
            into: zone.number(),
            is_target: false,
            is_lenient: request.lenient,
        };
        let mut taken = Taken::new(request);
        let populated = host.populate(populate, &mut |delta| taken.take(delta)).await?;
        let mut read = taken.into_read()?;
        read.report.merge(error::warnings(&populated.found));
        // It was there when the class saw what the others gave.
        read.replace = true;
        read.is_checked = true;
        Ok(read)
    }
}

/// Reads a target by an object in the host.
///
/// # Errors
///
/// If the class fails, or gives what is no record.
pub(crate) async fn read_target(
    host: &Host,
    name: &str,
    request: &ZoneRequest<'_>,
) -> Result<(Vec<Arc<Record>>, WasRead), ProviderError> {
    let zone = host.zone();
    let populate = Populate {
        provider: name.to_owned(),
        open: Some(records::head(request.name, settings_of(None, request))),
        into: zone.number(),
        is_target: true,
        is_lenient: true,
    };
    let mut taken = Taken::new(request);
    let exists = host.populate(populate, &mut |delta| taken.take(delta)).await?.exists;
    Ok((taken.into_read()?.records, WasRead { zone, exists }))
}

/// What is configured for the zone that is read.
fn settings_of<'s>(before: Option<&'s Zone>, request: &'s ZoneRequest<'_>) -> &'s ZoneSettings {
    static NONE: std::sync::LazyLock<ZoneSettings> =
        std::sync::LazyLock::new(ZoneSettings::default);
    before.map(|before| &**before.settings()).or(request.settings).unwrap_or(&NONE)
}

/// Takes what a class gives, as it comes.
struct Taken<'t> {
    decoder: Decoder<'t>,
    read: ZoneRead,
    failed: Option<ProviderError>,
}

impl<'t> Taken<'t> {
    fn new(request: &ZoneRequest<'t>) -> Self {
        let decoder = Decoder::new(request.name, request.types);
        Self { decoder, read: ZoneRead::default(), failed: None }
    }

    fn take(&mut self, delta: ZoneDelta) {
        if self.failed.is_none() {
            self.failed = self.try_take(delta).err();
        }
    }

    fn try_take(&mut self, delta: ZoneDelta) -> Result<(), ProviderError> {
        for key in &delta.removed {
            self.read.removed.push(self.decoder.name_and_type(key)?);
        }
        for record in delta.records {
            self.read.records.push(Arc::new(self.decoder.record(record)?));
        }
        Ok(())
    }

    /// All of it, or nothing.
    fn into_read(self) -> Result<ZoneRead, ProviderError> {
        self.failed.map_or(Ok(self.read), Err)
    }
}

#[async_trait]
impl Source for PythonProvider {
    fn id(&self) -> &str {
        self.instance.id()
    }

    fn class_name(&self) -> &str {
        &self.class
    }

    /// The class itself says what it can hold, when it plans.
    fn capabilities(&self) -> &Capabilities {
        &Capabilities::EVERYTHING
    }

    async fn find_capabilities(&self) -> Result<Capabilities, ProviderError> {
        self.supports().await
    }

    fn begin_run(&self) {
        self.instance.begin_run();
    }

    fn files(&self) -> Option<&dyn ZoneFiles> {
        self.folder().is_some().then_some(self)
    }

    async fn list_zones(&self) -> Result<Vec<ZoneName>, ProviderError> {
        if !self.known.can_list {
            return Err(ProviderError::CannotList);
        }
        let host = self.session().host.turn().await;
        let name = self.instance.name(&host).await?;
        listed_zones(host.list_zones(&name).await?)
    }

    async fn read(&self, zone: &ZoneRequest<'_>) -> Result<Option<ZoneRead>, ProviderError> {
        let read = if zone.target {
            self.read_target(zone).await?
        } else {
            self.read_source(None, zone).await?
        };
        Ok(Some(read))
    }

    /// Any class may look at what others gave, and replace it.
    fn builds_on_others(&self) -> bool {
        true
    }

    async fn build_on(
        &self,
        before: &Zone,
        zone: &ZoneRequest<'_>,
    ) -> Result<Option<ZoneRead>, ProviderError> {
        self.read_source(Some(before), zone).await.map(Some)
    }
}

#[async_trait]
impl ZoneFiles for PythonProvider {
    fn folder(&self) -> &Path {
        self.folder().unwrap_or(Path::new(""))
    }

    fn is_local(&self) -> bool {
        self.known.is_local
    }

    /// By the class's own `copy`. What is wrong with that is told when the copy is used.
    fn with_directory(&self, directory: &Path) -> Option<Arc<dyn Provider>> {
        let session = self.session();
        let name = format!("{}#copy", self.instance.id());
        let directory = directory.to_str()?.to_owned();
        let copied = wait(async {
            let provider = self.instance.name(&session.host).await?.to_string();
            session.host.copy(CopyOf { provider, name: name.clone(), directory }).await
        });
        match copied {
            Ok(made) => Some(Arc::new(self.copy(name, made))),
            Err(error) => {
                let help = error.help();
                tracing::error!(target: "octodns", logger = "Manager", "dump: {error}; {help}");
                None
            }
        }
    }
}
