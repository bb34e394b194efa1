//! Serves a zone file on loopback ports, printed one per line, until standard input ends.
//!
//! `cargo run -p octodns-testkit --example serve -- example.com. example.com.zone bind knot nsd powerdns`;
//! BIND is the default server.

use std::env;
use std::fs;
use std::io::{self, Read};
use std::process::ExitCode;

use octodns_testkit::server::{ServedZone, Server, Setup, bind, knot, nsd, powerdns};

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a program: it talks")]
fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [zone, file, names @ ..] = arguments.as_slice() else {
        eprintln!("usage: serve ZONE FILE [bind|knot|nsd|powerdns ...]");
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
    let default = ["bind".to_owned()];
    let names = if names.is_empty() { &default } else { names };
    let servers: Option<Vec<Server>> = names.iter().map(|name| start(name, &setup)).collect();
    let Some(servers) = servers else {
        eprintln!("not every one of {} can be started", names.join(", "));
        return ExitCode::FAILURE;
    };
    for server in &servers {
        println!("{}", server.address());
    }
    let _ = io::stdin().read_to_end(&mut Vec::new());
    ExitCode::SUCCESS
}

/// Starts the named server; `None` if there is no such server or it is not installed.
fn start(name: &str, setup: &Setup) -> Option<Server> {
    match name {
        "bind" => bind::start(setup),
        "knot" => knot::start(setup),
        "nsd" => nsd::start(setup),
        "powerdns" => powerdns::start(setup),
        _ => None,
    }
}
