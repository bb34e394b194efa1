//! Making a new repository: a config for providers whose credentials are in the environment, and the zones that they have
//! as files.

mod choice;
mod config;
mod place;
mod services;
mod zones;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use octodns_core::{Diagnostic, Report, Target, TargetOptions, ZoneName};
use octodns_yaml::{YamlOptions, YamlProvider};

use crate::failure::Failure;
use crate::jobs::PlanOptions;
use crate::manager::{Manager, ManagerOptions};
use config::{NewZone, text};
use place::Place;

pub use choice::{NewProvider, NotAProvider};
pub use services::{SERVICES, Service, ServiceOption, Without, services_in_environment};

/// What a new repository is made of.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct InitOptions {
    /// The config file, which is not there yet.
    pub config_file: PathBuf,
    /// The folder for zone files, which is not there yet, or empty.
    pub directory: PathBuf,
    /// The providers. If several have a zone, the first one says what is in its file.
    pub providers: Vec<NewProvider>,
    /// The zones, in either form, with a final dot or without; empty: all that the providers list.
    pub zones: Vec<String>,
    /// Whether invalid records are written to files as well, as far as possible; the zones are lenient then.
    pub lenient: bool,
}

impl InitOptions {
    /// A repository of all zones of some providers, in `config.yaml` and `zones`.
    pub fn new(providers: Vec<NewProvider>) -> Self {
        let (config_file, directory) = ("config.yaml".into(), "zones".into());
        Self { config_file, directory, providers, zones: Vec::new(), lenient: false }
    }
}

/// A repository that was made.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Initialized {
    /// The files and folders of zones.
    pub files: Vec<PathBuf>,
    /// The zones.
    pub zones: Vec<ZoneName>,
    /// What a plan would change: the zone, the id of the target, and how many changes. If a provider can hold all that
    /// it says, and zones are the same at all providers that have them, that is nothing.
    pub changes: Vec<(ZoneName, String, usize)>,
}

/// Makes a repository. Credentials stay in the environment: the config names their variables.
///
/// Nothing is changed at providers, and nothing that is there is replaced. If it fails, no file and no folder stays.
///
/// # Errors
///
/// Fails when a file is there already, a variable is not set, a provider does not answer, or a zone cannot be read,
/// written to a file, or planned.
pub async fn init(options: &InitOptions, manager: &ManagerOptions) -> Result<Initialized, Failure> {
    let place = Place::free(&options.config_file, &options.directory)?;
    let entries = choice::entries(&options.providers, &manager.registry)?;
    let made = |text: String| Manager::from_config_text(&options.config_file, &text, manager);
    let ids: Vec<_> = entries.iter().map(|entry| entry.id.clone()).collect();
    let zones = {
        let manager = made(text(&entries, &[], &options.directory, false))?;
        zones::of_providers(&manager, &ids, &options.zones).await?
    };
    let unfinished = place.begin()?;
    let config = text(&entries, &zones, &options.directory, options.lenient);
    let manager = Arc::new(made(config.clone())?);
    let target = YamlProvider::new("dump", YamlOptions::new(unfinished.stage()));
    manager.dump_new(&ids, &zones, Arc::new(target), options.lenient).await?;
    // What is found in files while planning names them where they stay.
    let unfinished = unfinished.move_in()?;
    let plans = manager.plan(&PlanOptions::default()).await?;
    let changes = plans.iter().map(|(target, plan)| {
        (plan.desired.name().clone(), target.id().to_owned(), plan.changes.len())
    });
    let changes = changes.collect();
    let files = unfinished.finish(&config)?;
    Ok(Initialized { files, zones: zones.into_iter().map(|zone| zone.name).collect(), changes })
}

impl Manager {
    /// Writes the zones to files, each as the first provider that has it says.
    async fn dump_new(
        &self,
        ids: &[String],
        zones: &[NewZone],
        files: Arc<YamlProvider>,
        lenient: bool,
    ) -> Result<(), Failure> {
        self.begin_run();
        let mut options = TargetOptions::default();
        options.root_ns_warnings = false;
        let target = Target::new(files, options);
        let mut report = Report::new();
        let selected = self.zones_without_listing([])?.all(self, &mut report);
        let first: HashMap<_, _> =
            zones.iter().map(|zone| (&zone.name, zone.targets.first())).collect();
        for id in ids {
            let sources = self.named_sources("source", std::slice::from_ref(id), &mut report);
            let is_first = |name: &ZoneName| first.get(name).is_some_and(|of| *of == Some(id));
            let of_source = selected.iter().filter(|zone| is_first(&zone.name)).collect();
            report.merge(self.dump_all(of_source, &sources, &target, lenient).await);
        }
        if !report.has_errors() {
            return Ok(());
        }
        if !lenient {
            let message = "some zones cannot be written to files as they are";
            let found = Diagnostic::error("dump", message);
            report.push(found.help("run again with --lenient, and correct the files afterwards"));
        }
        Err(report.into())
    }
}
