//! Config files: read and checked, with their secrets filled in, and all components built.

use std::sync::Arc;

use crate::checks::check_origins;
use crate::files::{folder, write_file};
use crate::target::Target;
use octodns::{Manager, ManagerOptions};
use octodns_core::Report;
use octodns_core::registry::Host;

/// The value of every environment variable.
const SECRET: &str = "Hunter2-of-the-fuzzer";

pub(crate) const TARGET: Target = Target { name: "config", run };

fn run(bytes: &[u8]) {
    let path = write_file(&folder("config"), "config.yaml", bytes);
    let mut host = Host::default();
    host.env = Arc::new(|_| Some(SECRET.to_owned()));
    let registry = octodns::registry(None, host);
    let mut options = ManagerOptions::new(registry);
    options.log_warnings = false;
    match Manager::from_config_file(&path, &options) {
        Ok(manager) => check(manager.warnings(), bytes),
        Err(failure) => check(&failure.report, bytes),
    }
}

/// Findings have positions in the file, and contain no secrets.
fn check(report: &Report, bytes: &[u8]) {
    check_origins(report, bytes);
    let shown = format!("{report:?}");
    assert!(!shown.contains(SECRET), "{shown}");
}
