//! The tests' fake of Mythic Beasts as a separate process, for measuring programs against it: see
//! [`octodns_testkit::fake::serve`].

#[path = "../tests/provider/service.rs"]
mod service;

use std::io;

/// The arguments are the zones, which the API cannot create.
fn main() -> io::Result<()> {
    let mut service = service::service();
    std::env::args().skip(1).for_each(|zone| service.provide_zone(&zone));
    octodns_testkit::fake::serve(service, io::BufReader::new(io::stdin()), io::stdout())
}
