//! The tests' fake of Google Cloud DNS as a separate process, for measuring programs against it: see
//! [`octodns_testkit::fake::serve`]. It knows the keys `tests/*.json`.

#[path = "../tests/provider/service.rs"]
mod service;

use std::io;

fn main() -> io::Result<()> {
    octodns_testkit::fake::serve(service::service(), io::BufReader::new(io::stdin()), io::stdout())
}
