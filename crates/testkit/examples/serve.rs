//! Serves a master file with BIND on a loopback port, which is printed, until standard input ends.
//!
//! `cargo run -p octodns-testkit --example serve -- example.com. example.com.zone`

use std::env;
use std::fs;
use std::io::{self, Read};
use std::process::ExitCode;

use octodns_testkit::server::{ServedZone, Setup, bind};

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a program: it talks")]
fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [zone, file] = arguments.as_slice() else {
        eprintln!("usage: serve ZONE FILE");
        return ExitCode::from(2);
    };
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("{file}: {error}");
            return ExitCode::FAILURE;
        }
    };
    let setup = Setup { zones: vec![ServedZone::private(zone, &text)], keys: Vec::new() };
    let Some(server) = bind::start(&setup) else { return ExitCode::FAILURE };
    println!("{}", server.address());
    let _ = io::stdin().read_to_end(&mut Vec::new());
    ExitCode::SUCCESS
}
