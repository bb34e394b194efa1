//! `octodns-versions`: logs the version of everything that a configuration uses.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Zone data is many small allocations, which this allocator is quicker with.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    octodns_cli::versions(octodns::BUILT_IN)
}
