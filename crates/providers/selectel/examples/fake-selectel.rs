//! The tests' fake of Selectel as a separate process, for measuring programs against it: see
//! [`octodns_testkit::fake::serve`].

#[path = "../tests/provider/service.rs"]
mod service;

use std::io;

fn main() -> io::Result<()> {
    let services = service::with_token();
    octodns_testkit::fake::serve(services, io::BufReader::new(io::stdin()), io::stdout())
}
