//! The fake of Scaleway from the tests, as a separate program for measurements: see
//! [`octodns_testkit::fake::serve`].

#[path = "../tests/provider/service.rs"]
mod service;

use std::io;

fn main() -> io::Result<()> {
    octodns_testkit::fake::serve(service::service(), io::BufReader::new(io::stdin()), io::stdout())
}
