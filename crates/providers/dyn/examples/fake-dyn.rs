//! The tests' fake of Dyn as a separate process, for measuring programs against it: see
//! [`octodns_testkit::fake::serve`].

#![expect(clippy::unwrap_used, reason = "a fake that is not as it should be ends")]

#[path = "../tests/provider/director_service.rs"]
mod director_service;
#[expect(dead_code, reason = "tests look at more of it")]
#[path = "../tests/provider/service.rs"]
mod service;

use std::io;

fn main() -> io::Result<()> {
    octodns_testkit::fake::serve(service::service(), io::BufReader::new(io::stdin()), io::stdout())
}
