//! BIND: `named`, in Debian's package `bind9`.

use std::fmt::Write;
use std::fs;
use std::io;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use super::{Allow, Port, Prepared, Program, Readiness, Server, Setup};

/// Starts it, or `None` if it is not installed. It also listens on `::1`, if that exists.
///
/// # Panics
///
/// If it does not start.
pub fn start(setup: &Setup) -> Option<Server> {
    Server::launch("BIND", &["named"], "bind9", |programs, folder, port| {
        for zone in &setup.zones {
            fs::write(folder.join(zone.file()), &zone.text)?;
        }
        let file = folder.join("named.conf");
        fs::write(&file, configuration(setup, folder, port))?;
        let [named] = programs else { return Err(io::Error::other("one program")) };
        let program = unconfined(named, folder)?;
        let arguments = ["-g".into(), "-n".into(), "1".into(), "-c".into(), file.into_os_string()];
        let zones = setup.zones.iter().map(|zone| zone.name.clone()).collect();
        Ok(Prepared {
            program: Program::new(program, folder, arguments),
            readiness: Readiness::Zones(port.address(), zones),
            api: None,
            leftovers: Vec::new(),
        })
    })
}

fn configuration(setup: &Setup, folder: &Path, port: &Port) -> String {
    let (folder, port) = (folder.display(), port.number());
    let v6 = if TcpListener::bind("[::1]:0").is_ok() { "::1" } else { "none" };
    // `notify` and the empty zones: nothing leaves this machine. `max-ixfr-ratio`: small zones get
    // incremental transfers too.
    let mut text = format!(
        r#"options {{
    directory "{folder}";
    pid-file "{folder}/named.pid";
    session-keyfile "{folder}/session.key";
    lock-file none;
    listen-on port {port} {{ 127.0.0.1; }};
    listen-on-v6 port {port} {{ {v6}; }};
    recursion no;
    dnssec-validation no;
    notify no;
    empty-zones-enable no;
    check-integrity no;
    max-ixfr-ratio unlimited;
}};
controls {{ }};
"#
    );
    for key in &setup.keys {
        let (name, algorithm, secret) = (&key.name, &key.algorithm, &key.secret);
        let _ = writeln!(text, r#"key "{name}" {{ algorithm {algorithm}; secret "{secret}"; }};"#);
    }
    for zone in &setup.zones {
        let (name, file) = (&zone.name, zone.file());
        let (transfer, update) = (access(&zone.transfer), access(&zone.update));
        let _ = writeln!(
            text,
            r#"zone "{name}" {{
    type primary;
    file "{file}";
    journal "{file}.jnl";
    allow-transfer {{ {transfer}; }};
    allow-update {{ {update}; }};
}};"#
        );
    }
    text
}

fn access(allow: &Allow) -> String {
    let written = allow.map(|key| {
        key.map_or_else(|| "127.0.0.0/8; ::1".to_owned(), |name| format!("key \"{name}\""))
    });
    written.unwrap_or_else(|| "none".to_owned())
}

/// The program itself, or a copy if `AppArmor` restricts it to its own folders: the profile is tied to the
/// path.
fn unconfined(named: &Path, folder: &Path) -> io::Result<PathBuf> {
    let enabled = fs::read("/sys/module/apparmor/parameters/enabled");
    if !enabled.is_ok_and(|answer| answer.starts_with(b"Y")) {
        return Ok(named.to_owned());
    }
    let copy = folder.join("named");
    fs::copy(named, &copy)?;
    Ok(copy)
}
