//! The fake of TransIP from the tests, as a separate program for measurements: see
//! [`octodns_testkit::fake::serve`]. Its account is `octodns`, with the key `tests/key.pem`.

#[path = "../tests/service/mod.rs"]
mod service;

use std::io;

fn main() -> io::Result<()> {
    octodns_testkit::fake::serve(service::service(), io::BufReader::new(io::stdin()), io::stdout())
}
