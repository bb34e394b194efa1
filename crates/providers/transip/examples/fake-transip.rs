//! The fake of TransIP from the tests, as a separate program for measurements: see
//! [`octodns_testkit::fake::serve`]. Its account is `octodns`, with the key `tests/key.pem`.

#[path = "../tests/service/mod.rs"]
mod service;

use std::io;

/// The arguments are the zones, which the API cannot create.
fn main() -> io::Result<()> {
    let mut service = service::service();
    std::env::args().skip(1).for_each(|zone| service.provide_zone(&zone));
    octodns_testkit::fake::serve(service, io::BufReader::new(io::stdin()), io::stdout())
}
