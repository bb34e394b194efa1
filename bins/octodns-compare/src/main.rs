//! `octodns-compare`: shows how a zone differs between two sets of sources.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Zone data is many small allocations, which this allocator is quicker with.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    octodns_cli::compare(octodns::BUILT_IN)
}
