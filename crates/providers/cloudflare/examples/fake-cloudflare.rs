//! The tests' fake of Cloudflare as a separate process, for measuring programs against it: see
//! [`octodns_testkit::fake::serve`]. It accepts the token `let-me-in`.

#![expect(clippy::unwrap_used, reason = "the fake is one of tests")]

#[expect(dead_code, reason = "tests look at more of it")]
#[path = "../tests/provider/fake/mod.rs"]
mod fake;

use std::io;

fn main() -> io::Result<()> {
    octodns_testkit::fake::serve(
        fake::Cloudflare::default(),
        io::BufReader::new(io::stdin()),
        io::stdout(),
    )
}
