//! Making a manager: of a config, of parts made in code, or of both.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use octodns_core::processor::Processor;
use octodns_core::value::{Map, OwnedValue, Value};
use octodns_core::{Provider, Source, Target, TargetOptions};

use super::build::{Build, Parts};
use super::{Configured, Manager, ManagerOptions};
use crate::compat::{MANAGER, log_warnings};
use crate::config::Config;
use crate::failure::Failure;
use crate::lock::account_of_part;

/// What is configured for one zone in code: ids of sources, targets and processors.
///
/// ```
/// # extern crate octodns_manager as octodns;
/// use octodns::ZoneOptions;
///
/// let mut zone = ZoneOptions::new(["zones"], ["powerdns"]);
/// zone.processors = vec!["no-internal".to_owned()];
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ZoneOptions {
    /// What it is read from, in order.
    pub sources: Vec<String>,
    /// What it is written to.
    pub targets: Vec<String>,
    /// What changes it on the way, in order.
    pub processors: Vec<String>,
    /// Whether errors in records that can still be kept are warnings.
    pub lenient: bool,
    /// Whether its plans are shown, and never applied.
    pub always_dry_run: bool,
}

impl ZoneOptions {
    /// A zone that is read from `sources` and written to `targets`.
    pub fn new<I: Into<String>>(
        sources: impl IntoIterator<Item = I>,
        targets: impl IntoIterator<Item = I>,
    ) -> Self {
        let ids = |ids: &mut dyn Iterator<Item = I>| ids.map(Into::into).collect();
        Self {
            sources: ids(&mut sources.into_iter()),
            targets: ids(&mut targets.into_iter()),
            ..Self::default()
        }
    }

    /// The entry that a config has for such a zone.
    fn into_entry(self) -> OwnedValue {
        let list = |ids: Vec<String>| {
            Value::from(ids.into_iter().map(OwnedValue::from).collect::<Vec<_>>())
        };
        let entry: Map<'static> = [
            ("sources", list(self.sources)),
            ("targets", list(self.targets)),
            ("processors", list(self.processors)),
            ("lenient", OwnedValue::from(self.lenient)),
            ("always-dry-run", OwnedValue::from(self.always_dry_run)),
        ]
        .into_iter()
        .collect();
        entry.into()
    }
}

/// Where the config comes from.
enum ConfigText {
    File(PathBuf),
    Text { name: PathBuf, text: String },
}

/// Puts a [`Manager`] together: of a config, of parts that are made in code, or of both.
///
/// ```
/// # extern crate octodns_manager as octodns;
/// use std::sync::Arc;
/// use octodns::{Manager, ManagerOptions, ZoneOptions};
/// use octodns::yaml::{YamlOptions, YamlProvider};
///
/// # let registry = octodns::built_in(None, octodns::core::registry::Host::default());
/// let manager = Manager::builder()
///     .provider(Arc::new(YamlProvider::new("config", YamlOptions::new("zones"))))
///     .provider(Arc::new(YamlProvider::new("copy", YamlOptions::new("out"))))
///     .zone("example.com.", ZoneOptions::new(["config"], ["copy"]))
///     .build(&ManagerOptions::new(registry))?;
/// # Ok::<(), octodns::Failure>(())
/// ```
#[derive(Default)]
#[must_use]
pub struct ManagerBuilder {
    config: Option<ConfigText>,
    parts: Parts,
}

impl ManagerBuilder {
    /// Reads a config file. Without one or [`ManagerBuilder::config_text`] there are only the parts given here.
    pub fn config_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.config = Some(ConfigText::File(path.into()));
        self
    }

    /// Takes the text of a config file. `name` is its path as findings show it; what it includes is looked for
    /// beside it.
    pub fn config_text(mut self, name: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        self.config = Some(ConfigText::Text { name: name.into(), text: text.into() });
        self
    }

    /// Adds a source by its id, as an entry of `providers` does.
    pub fn source(mut self, source: Arc<dyn Source>) -> Self {
        let id = source.id().to_owned();
        let account = account_of_part(source.class_name(), &id);
        self.parts.providers.push((id, Configured { source, target: None, account }));
        self
    }

    /// Adds a provider by its id, with the default options of a target.
    pub fn provider(self, provider: Arc<dyn Provider>) -> Self {
        self.target(Target::new(provider, TargetOptions::default()))
    }

    /// Adds a provider by its id, with options of a target.
    pub fn target(mut self, target: Target) -> Self {
        let source = Arc::clone(target.provider()) as Arc<dyn Source>;
        let id = target.id().to_owned();
        let account = account_of_part(source.class_name(), &id);
        self.parts.providers.push((id, Configured { source, target: Some(target), account }));
        self
    }

    /// Adds a processor by its id, as an entry of `processors` does.
    pub fn processor(mut self, processor: Arc<dyn Processor>) -> Self {
        self.parts.processors.push(processor);
        self
    }

    /// Adds a zone, as an entry of `zones` does: a name with a final dot, in either form, or a pattern such as
    /// `*` for the zones that its sources list.
    pub fn zone(mut self, name: impl Into<String>, options: ZoneOptions) -> Self {
        self.parts.zones.push((name.into(), options.into_entry()));
        self
    }

    /// Makes the manager.
    ///
    /// # Errors
    ///
    /// Fails with all faults of the config that were found, and when an id or zone is there twice.
    pub fn build(self, options: &ManagerOptions) -> Result<Manager, Failure> {
        self.made(options, false)
    }

    /// Makes a manager of what can be made. Faults of the config are among its warnings, unless it cannot be read at all.
    pub(crate) fn build_what_can_be(self, options: &ManagerOptions) -> Result<Manager, Failure> {
        self.made(options, true)
    }

    fn made(self, options: &ManagerOptions, keeps_going: bool) -> Result<Manager, Failure> {
        let home = options.registry.home.clone();
        let config = match self.config {
            Some(ConfigText::File(path)) => {
                log_config(&path);
                Config::read(&path, home)
            }
            Some(ConfigText::Text { name, text }) => {
                log_config(&name);
                Config::from_text(&name, text.as_bytes(), home)
            }
            None => Ok(Config::default()),
        };
        let made = config.and_then(|config| {
            let mut build = Build::new(config, self.parts, options);
            build.keeps_going = keeps_going;
            build.build()
        });
        if options.log_warnings {
            log_warnings(match &made {
                Ok(manager) => &manager.warnings,
                Err(failure) => &failure.report,
            });
        }
        made
    }
}

fn log_config(path: &Path) {
    tracing::info!(
        target: "octodns", logger = MANAGER,
        "__init__: config_file={}, (octoDNS {})", path.display(), env!("CARGO_PKG_VERSION"),
    );
}
