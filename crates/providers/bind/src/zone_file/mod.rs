//! `ZoneFileProvider`: zones as zone files (RFC 1035, section 5) in a folder.

mod generate;
mod lexer;
mod options;
mod reader;
mod records;
mod soa;
mod write;

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use octodns_core::provider::Places;
use octodns_core::registry::Clock;
use octodns_core::{
    ApplyLog, Capabilities, Diagnostic, Origin, Plan, Provider, ProviderError, Registry, Report,
    Source, Zone, ZoneFiles, ZoneName, ZoneRead, ZoneRequest, async_trait,
};
use octodns_dns::wire::{self, Word, name_bytes};
use octodns_files::{OwnedRequest, Scope, failed, inside};
use records::ResourceRecord;

pub use options::ZoneFileOptions;

use crate::records::OF_FILES;
use crate::sets::Sets;

const ADD_SOA: &str = "add it, such as `@ SOA ns1 hostmaster 1 3600 600 604800 3600`, or set \
                       `check_origin: false`";
const ADD_NS: &str = "add it, such as `@ NS ns1.example.net.`, or set `check_origin: false`";

/// The maximum size of a file.
const MAX_BYTES: u64 = 1 << 30;

/// Registers the provider by its octoDNS classes and short name.
pub(crate) fn register(registry: &mut Registry) {
    for (path, short_names) in [
        ("octodns_bind.ZoneFileProvider", &["zone-file"][..]),
        ("octodns_bind.ZoneFileSource", &[]),
    ] {
        let clock = Arc::clone(&registry.host.clock);
        registry.provider(path, short_names, env!("CARGO_PKG_VERSION"), move |id, options| {
            Ok(ZoneFileProvider::new(id, options, Arc::clone(&clock)))
        });
    }
    let old = ["octodns.source.axfr.ZoneFileSource"];
    registry.providers.formerly("octodns_bind.ZoneFileSource", &old);
}

/// Reads and writes zone files.
///
/// As a target it reads nothing: every record is a creation, and the file is written as a whole.
#[derive(Clone)]
pub struct ZoneFileProvider {
    inner: Arc<Inner>,
}

/// What reading and writing need, shared with the threads for file access.
#[derive(Clone)]
struct Inner {
    id: Arc<str>,
    options: ZoneFileOptions,
    clock: Clock,
    /// Where included files are found, if it is not where they are.
    places: Option<Places>,
}

impl ZoneFileProvider {
    /// A provider that uses the time of `clock` as the serial of SOA records.
    pub fn new(id: &str, options: ZoneFileOptions, clock: Clock) -> Self {
        Self { inner: Arc::new(Inner { id: id.into(), options, clock, places: None }) }
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

impl Inner {
    /// The file of a zone. Its name cannot contain the slash of RFC 2317.
    fn path(&self, zone: &ZoneName) -> Result<PathBuf, ProviderError> {
        let name = zone.as_str().trim_end_matches('.').replace('/', "-");
        inside(&self.options.directory, &format!("{name}{}", self.options.file_extension))
    }

    fn list_zones(&self) -> Result<Vec<ZoneName>, ProviderError> {
        let folder = &self.options.directory;
        let list = || fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name())).collect();
        let names: io::Result<Vec<_>> = list();
        let names = names.map_err(failed("list", folder))?;
        let mut zones = Vec::new();
        for name in names {
            let Some(name) = name.to_str() else { continue };
            let Some(name) = name.strip_suffix(&*self.options.file_extension) else { continue };
            if name.is_empty()
                || !folder.join(format!("{name}{}", self.options.file_extension)).is_file()
            {
                continue;
            }
            zones.push(ZoneName::new(&format!("{name}.")).map_err(|error| {
                ProviderError::Failed {
                    message: format!("a file below \"{}\" names no zone", folder.display()),
                    source: Some(Box::new(error)),
                }
            })?);
        }
        zones.sort();
        Ok(zones)
    }

    /// Checks that the file of a zone is no link to somewhere else before it is planned to be written.
    fn check_target(&self, request: &OwnedRequest) -> Result<(), ProviderError> {
        let path = self.path(&request.name)?;
        let scope = Scope::new(&self.options.directory, request.includes);
        scope.check_target(&path).map_err(failed("write", &path))
    }

    fn read(&self, request: &OwnedRequest) -> Result<ZoneRead, ProviderError> {
        let path = self.path(&request.name)?;
        let scope = Scope::new(&self.options.directory, request.includes);
        let text = match scope.check(&path).and_then(|()| read_file(&path)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && !path.is_symlink() => {
                let message = format!("there is no zone file of {}", request.name);
                let found = Diagnostic::error("zone-file", message)
                    .about(format!("{} ({})", request.name, self.id))
                    .help(format!("expected \"{}\"", path.display()));
                return Err(ProviderError::Data([found].into_iter().collect()));
            }
            text => text.map_err(failed("read", &path))?,
        };
        let include = |path: &str, from: &str| include(path, from, &scope, self.places.as_ref());
        let mut file = reader::read(&text, &path.to_string_lossy(), &request.name, &include);
        let foreign = |file: &Arc<str>| !scope.shows(Path::new(&**file));
        let mut foreign: Vec<bool> = file.files.iter().map(foreign).collect();
        if let Some(main) = foreign.first_mut() {
            *main = scope.hides_linked(&path);
        }
        let mut report = Report::new();
        for fault in file.faults {
            let found = Diagnostic::error("zone-file", fault.message)
                .about(request.name.to_string())
                .at(Origin::new(&file.files, fault.position));
            let found = found.help(fault.help);
            let is_foreign = foreign.get(usize::from(fault.position.file)) == Some(&true);
            let subject = request.name.to_string();
            report.push(if is_foreign { scope.withhold(found, &subject) } else { found });
        }
        let mut faults = Report::new();
        let sets = records::sets(&mut file.records);
        self.check(&request.name, &file.records, &sets, &file.files, &mut faults);
        drop(file.records);
        let subject = request.name.to_string();
        let any_foreign = foreign.contains(&true);
        // The records of a name may be from several files, and a finding has the place of the first.
        let shown = |found| if any_foreign { scope.withhold(found, &subject) } else { found };
        report.extend(faults.into_iter().map(shown));
        if report.has_errors() {
            let mut read = ZoneRead::default();
            read.report = report;
            return Ok(read);
        }
        let from = records::Provenance { source: &self.id, files: &file.files };
        let mut read = records::records(&request.borrowed(), from, sets);
        read.report = read.report.into_iter().map(shown).collect();
        Ok(read)
    }

    /// Checks that apply to every zone: one SOA and NS records at the apex, and nothing next to a CNAME.
    fn check(
        &self,
        zone: &ZoneName,
        records: &[ResourceRecord],
        sets: &Sets,
        files: &[Arc<str>],
        report: &mut Report,
    ) {
        let apex = name_bytes(Word::bare(zone.as_str().as_bytes()), &[]).unwrap_or_default();
        let at_apex = |number: u16| {
            records
                .iter()
                .filter(|one| one.number == number && one.owner.eq_ignore_ascii_case(&apex))
                .count()
        };
        let found = |message: &str, help: &str| {
            let file = files.first().cloned().unwrap_or_default();
            let found = Diagnostic::error("zone-file", message).about(zone.to_string());
            found.at(Origin::file(file)).help(help)
        };
        match at_apex(soa::NUMBER) {
            0 if self.options.check_origin => report.push(match soa::elsewhere(records) {
                Some(soa) => soa_elsewhere(zone, soa, files),
                None => found("the zone has no SOA record", ADD_SOA),
            }),
            0 | 1 => {}
            _ => report.push(found("the zone has more than one SOA record", "keep one of them")),
        }
        if self.options.check_origin && at_apex(2) == 0 {
            report.push(found("the zone has no NS record at its apex", ADD_NS));
        }
        for (cname, other) in beside_cname(records, sets) {
            let of = wire::type_text(other.number);
            let found = Diagnostic::error("zone-file", format!("{of} stands beside CNAME"))
                .about(wire::name_text(&other.owner).unwrap_or_default())
                .at(Origin::new(files, other.position))
                .related("the CNAME", Origin::new(files, cname.position))
                .help("a name with a CNAME has no other records (RFC 1034, section 3.6.2)");
            report.push(found);
        }
    }
}

/// The finding about a SOA record that is not at the apex: services export names that lack their final dot.
fn soa_elsewhere(zone: &ZoneName, soa: &ResourceRecord, files: &[Arc<str>]) -> Diagnostic {
    let name = wire::name_text(&soa.owner).unwrap_or_default();
    let message = format!("the SOA record is at \"{name}\", not at \"{zone}\"");
    Diagnostic::error("zone-file", message)
        .about(zone.to_string())
        .at(Origin::new(files, soa.position))
        .help("write @, or end the name with a dot: the zone's name is added to a name without one")
}

/// Each record that may not be next to a CNAME and is, with that CNAME.
fn beside_cname<'r>(
    records: &'r [ResourceRecord],
    sets: &Sets,
) -> Vec<(&'r ResourceRecord, &'r ResourceRecord)> {
    const CNAME: u16 = 5;
    let is_other = |number: u16| number != CNAME && !records::may_accompany_cname(number);
    // Of nearly all files, the sets say that there is none.
    let is_beside = |one: &ResourceRecord| {
        records::is_own(one.number)
            && is_other(one.number)
            && sets.has(&one.owner.to_ascii_lowercase(), CNAME)
    };
    if !sets.has_beside(CNAME, is_other) && !records.iter().any(is_beside) {
        return Vec::new();
    }
    let aliases: HashMap<Vec<u8>, &ResourceRecord> = records
        .iter()
        .filter(|one| one.number == CNAME)
        .map(|one| (one.owner.to_ascii_lowercase(), one))
        .collect();
    let others = records.iter().filter(|one| is_other(one.number));
    others
        .filter_map(|other| Some((*aliases.get(&other.owner.to_ascii_lowercase())?, other)))
        .collect()
}

/// The path of an `$INCLUDE` is relative to the working directory, as in BIND and octoDNS; if there is no
/// such file, to the folder of the including file.
fn include(
    path: &str,
    from: &str,
    scope: &Scope,
    places: Option<&Places>,
) -> Result<(String, Vec<u8>), String> {
    let elsewhere = places.and_then(|places| places(Path::new(path)));
    let mut found = elsewhere.unwrap_or_else(|| PathBuf::from(path));
    if !found.exists()
        && let Some(folder) = Path::new(from).parent()
    {
        found = folder.join(path);
    }
    match scope.check(&found).and_then(|()| read_file(&found)) {
        Ok(text) => Ok((found.to_string_lossy().into_owned(), text)),
        Err(error) => Err(format!("cannot include \"{path}\": {error}")),
    }
}

/// Reads a regular file of limited size.
fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    if octodns_files::check(path)?.len() > MAX_BYTES {
        return Err(io::Error::other("it is larger than 1 GiB"));
    }
    octodns_files::read(path)
}

#[async_trait]
impl Source for ZoneFileProvider {
    fn id(&self) -> &str {
        &self.inner.id
    }

    fn class_name(&self) -> &'static str {
        "ZoneFileProvider"
    }

    fn capabilities(&self) -> &Capabilities {
        &OF_FILES
    }

    fn files(&self) -> Option<&dyn ZoneFiles> {
        Some(self)
    }

    async fn list_zones(&self) -> Result<Vec<ZoneName>, ProviderError> {
        self.blocking(Inner::list_zones).await
    }

    async fn read(&self, zone: &ZoneRequest<'_>) -> Result<Option<ZoneRead>, ProviderError> {
        let request = OwnedRequest::from(zone);
        if zone.target {
            self.blocking(move |inner| inner.check_target(&request)).await?;
            return Ok(None);
        }
        let read = self.blocking(move |inner| inner.read(&request)).await?;
        tracing::info!(
            target: "octodns", logger = %format_args!("ZoneFileProvider[{}]", self.inner.id),
            "populate:   found {} records", read.records.len(),
        );
        Ok(Some(read))
    }
}

impl ZoneFiles for ZoneFileProvider {
    fn folder(&self) -> &Path {
        &self.inner.options.directory
    }

    fn reading_from(&self, places: &Places) -> Option<Arc<dyn Source>> {
        let mut inner = Inner::clone(&self.inner);
        inner.options.directory = places(&inner.options.directory)?;
        inner.places = Some(Arc::clone(places));
        Some(Arc::new(Self { inner: Arc::new(inner) }))
    }

    fn with_directory(&self, directory: &Path) -> Option<Arc<dyn Provider>> {
        let mut inner = Inner::clone(&self.inner);
        inner.id = format!("{}-copy", inner.id).into();
        directory.clone_into(&mut inner.options.directory);
        Some(Arc::new(Self { inner: Arc::new(inner) }))
    }
}

#[async_trait]
impl Provider for ZoneFileProvider {
    /// Asks the writer itself, so that nothing is refused only when it is written.
    async fn adapt(
        &self,
        desired: &mut Zone,
        _existing: &mut Zone,
        report: &mut Report,
    ) -> Result<(), ProviderError> {
        soa::mailbox(&self.inner.options.hostmaster_email, desired.name())?;
        write::leave_out_unwritable(desired, report);
        Ok(())
    }

    async fn apply(&self, plan: &Plan, log: &ApplyLog<'_>) -> Result<(), ProviderError> {
        let to_write = plan.clone();
        log.in_one(self.blocking(move |inner| write::zone(inner, &to_write))).await
    }
}
