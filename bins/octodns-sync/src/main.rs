//! `octodns-sync`: brings DNS providers in line with zone files: plans the changes, and makes them.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Zone data is many small allocations, which this allocator is quicker with.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    octodns_cli::sync(octodns::BUILT_IN)
}
