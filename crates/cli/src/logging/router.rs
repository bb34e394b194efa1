//! Loggers by name, and which handlers their messages reach.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use octodns_manager::output::PlanLogCheck;

use super::format::Message;
use super::handler::Handler;
use super::level::Level;

/// What is set for a name; a name's settings hold for those below it (`Plan` for `Plan.sub`) too.
#[derive(Clone, Debug)]
pub struct Logger {
    /// The least level that is logged; that of the name above when not set.
    pub level: Option<Level>,
    /// Handlers, by their place in the list.
    pub handlers: Vec<usize>,
    /// Whether messages also go to the handlers of the names above.
    pub propagate: bool,
}

impl Default for Logger {
    fn default() -> Self {
        Self { level: None, handlers: Vec::new(), propagate: true }
    }
}

/// Everything that is set about logging.
#[derive(Debug)]
pub struct Logging {
    handlers: Vec<Handler>,
    root: Logger,
    loggers: BTreeMap<String, Logger>,
    /// Why the last plan was written nowhere.
    lost_plan: Arc<Mutex<Option<io::Error>>>,
}

/// The logger of plans.
pub(super) const PLAN: &str = "Plan";

/// The logger of checksums.
const CHECKSUM: &str = "Checksum";

impl Logging {
    /// Handlers, and the logger above all others.
    pub fn new(handlers: Vec<Handler>, root: Logger) -> Self {
        Self { handlers, root, loggers: BTreeMap::new(), lost_plan: Arc::default() }
    }

    /// Tells whether the last plan was written by one of the handlers that were to have it.
    pub fn plan_log(&self) -> PlanLogCheck {
        let lost = Arc::clone(&self.lost_plan);
        Arc::new(move || {
            let lost = lost.lock().unwrap_or_else(PoisonError::into_inner).take();
            lost.map_or(Ok(()), Err)
        })
    }

    /// Sets something for a name.
    pub fn add_logger(&mut self, name: impl Into<String>, logger: Logger) {
        self.loggers.insert(name.into(), logger);
    }

    /// Lets checksums through, whatever else is logged, as octoDNS does: who asks for one needs it for the next run.
    pub(super) fn with_checksums(mut self) -> Self {
        self.loggers.entry(CHECKSUM.to_owned()).or_default().level = Some(Level::INFO);
        self
    }

    /// The least level that any logger lets through.
    pub fn most_verbose(&self) -> Level {
        let levels = self.loggers.values().filter_map(|logger| logger.level);
        levels.chain([self.root_level()]).min().unwrap_or(Level::WARNING)
    }

    /// Whether messages of this weight from `name` are logged.
    pub fn is_enabled(&self, name: &str, level: Level) -> bool {
        let set = self.chain(name).find_map(|logger| logger.level);
        level >= set.unwrap_or_else(|| self.root_level())
    }

    /// Gives a message to all handlers that are to have it. What cannot be written is dropped, since a log
    /// does not end a run; that a plan was written nowhere is kept for who wants to apply it.
    pub(super) fn log(&self, message: &Message<'_>) {
        let (mut written, mut lost) = (false, None);
        for logger in self.chain(message.logger) {
            let handlers = logger.handlers.iter().filter_map(|index| self.handlers.get(*index));
            for handler in handlers.filter(|handler| handler.takes(message.level)) {
                match handler.write(message) {
                    Ok(()) => written = true,
                    Err(error) => lost = Some(error),
                }
            }
            if !logger.propagate {
                break;
            }
        }
        if message.logger == PLAN && !written {
            *self.lost_plan.lock().unwrap_or_else(PoisonError::into_inner) = lost;
        }
    }

    fn root_level(&self) -> Level {
        self.root.level.unwrap_or(Level::WARNING)
    }

    /// The settings that hold for a name, from its own up to the root's.
    fn chain<'n>(&'n self, name: &'n str) -> impl Iterator<Item = &'n Logger> {
        let names = std::iter::successors(Some(name), |name| Some(name.rsplit_once('.')?.0));
        names.filter_map(|name| self.loggers.get(name)).chain([&self.root])
    }
}
