//! The commands: each reads its arguments, makes one call to the engine and shows the outcome.

mod check;
mod compare;
mod completions;
mod dump;
mod earlier;
mod fmt;
mod init;
mod man;
mod report;
mod schema;
mod sync;
mod validate;
mod versions;

use std::env;
use std::io;
use std::num::NonZero;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use octodns_core::registry::Host;
use octodns_core::{Diagnostic, Registry, Report, Severity};
use octodns_manager::{Failure, Manager, ManagerOptions};

use crate::program::Output;

pub use compare::compare;
pub use dump::dump;
pub use report::report;
pub use schema::schema;
pub use sync::sync;
pub use validate::validate;
pub use versions::versions;

/// Reads the config file, with this process' environment and standard output; what is worth knowing
/// about it is logged. Findings may show lines of the files beside it, and of those that its providers
/// read.
fn manager(config_file: &str, output: &mut Output) -> Result<Arc<Manager>, Report> {
    manager_of(config_file, output, |_| {}).map_err(errors)
}

/// The same, with nothing logged for a program that shows all warnings itself.
fn silent_manager(config_file: &str, output: &mut Output) -> Result<Arc<Manager>, Report> {
    let silent = |options: &mut ManagerOptions| options.log_warnings = false;
    manager_of(config_file, output, silent).map_err(|failure| failure.report)
}

/// The same, with other options.
fn manager_of(
    config_file: &str,
    output: &mut Output,
    set: impl FnOnce(&mut ManagerOptions),
) -> Result<Arc<Manager>, Failure> {
    output.config_file(config_file);
    let mut options = ManagerOptions::new(registry(output));
    options.plan_writer = Arc::new(Mutex::new(io::stdout()));
    options.plan_log = output.plan_log();
    set(&mut options);
    let manager = Manager::from_config_file(Path::new(config_file), &options)?;
    output.config_is_read(manager.config_files().iter().cloned());
    output.may_show(manager.folders());
    Ok(Arc::new(manager))
}

/// The classes of this program, and those that are run by Python.
fn registry(output: &Output) -> Registry {
    let built_in = output.built_in();
    let mut registry = (built_in.registry)(env::home_dir(), host());
    registry.foreign = output.python().classes(built_in);
    registry
}

/// The environment, the clock and the source of UUIDs of this process.
fn host() -> Host {
    let mut host = Host::default();
    host.env = Arc::new(|name| env::var(name).ok());
    host.clock = Arc::new(|| Some(SystemTime::now()));
    host.uuid = Arc::new(uuid);
    host
}

/// A random UUID (RFC 9562, version 4), if the system gives random bytes.
fn uuid() -> Option<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).ok()?;
    // Version and variant have fixed bits.
    let number = u128::from_be_bytes(bytes);
    let number = number & !(0xf << 76) | (0x4 << 76);
    let number = number & !(0b11 << 62) | (0b10 << 62);
    let digits = format!("{number:032x}");
    let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    Some(parts.join("-"))
}

/// Runs a call of the engine to its end.
fn block_on<T>(call: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    // Threads that wait for files: more than can run at once only cost memory.
    let threads = std::thread::available_parallelism().map_or(2, NonZero::get);
    // One thread plans while those read: with more, waking each other costs more than they do.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .max_blocking_threads(threads)
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => runtime.block_on(call),
        Err(error) => {
            let message = format!("cannot start threads: {error}");
            let found = Diagnostic::error("runtime", message);
            Err(found.help("raise the limit of threads of this process").into())
        }
    }
}

/// The errors of a failure. Its warnings were logged when they were found.
fn errors(failure: Failure) -> Report {
    let mut report = Report::new();
    let errors = failure.report.into_iter().filter(|found| found.severity == Severity::Error);
    report.extend(errors);
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_are_random_and_of_version_4() {
        let (one, other) = (uuid().unwrap(), uuid().unwrap());
        assert_ne!(one, other);
        assert_eq!((one.len(), &one[14..15]), (36, "4"));
        assert!(["8", "9", "a", "b"].contains(&&one[19..20]), "{one}");
    }
}
