//! NSD: `nsd`, in Debian's package `nsd`. It does not accept updates.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use super::{Port, Prepared, Program, Readiness, Server, Setup};

/// Starts it, or `None` if it is not installed.
///
/// # Panics
///
/// If it does not start.
pub fn start(setup: &Setup) -> Option<Server> {
    Server::launch("NSD", &["nsd"], "nsd", |programs, folder, port| {
        for zone in &setup.zones {
            fs::write(folder.join(zone.file()), &zone.text)?;
        }
        let file = folder.join("nsd.conf");
        fs::write(&file, configuration(setup, folder, port))?;
        let arguments = ["-d".into(), "-c".into(), file.into_os_string()];
        let zones = setup.zones.iter().map(|zone| zone.name.clone()).collect();
        Ok(Prepared {
            program: Program::new(programs[0].clone(), folder, arguments),
            readiness: Readiness::Zones(port.address(), zones),
            api: None,
            leftovers: Vec::new(),
        })
    })
}

fn configuration(setup: &Setup, folder: &Path, port: &Port) -> String {
    let (folder, port) = (folder.display(), port.number());
    // By default each of these paths is in a folder that only the packaged service may write to.
    let mut text = format!(
        r#"server:
  username: ""
  chroot: ""
  database: ""
  zonesdir: "{folder}"
  pidfile: "{folder}/nsd.pid"
  xfrdfile: "{folder}/xfrd.state"
  zonelistfile: "{folder}/zone.list"
  xfrdir: "{folder}"
  server-count: 1
  ip-address: 127.0.0.1@{port}
remote-control:
  control-enable: no
"#
    );
    for key in &setup.keys {
        let (name, algorithm, secret) = (&key.name, &key.algorithm, &key.secret);
        let _ = writeln!(
            text,
            "key:\n  name: \"{name}\"\n  algorithm: {algorithm}\n  secret: \"{secret}\""
        );
    }
    for zone in &setup.zones {
        let (name, file) = (&zone.name, zone.file());
        let _ = writeln!(text, "zone:\n  name: \"{name}\"\n  zonefile: \"{file}\"");
        let transfer = zone.transfer.map(|key| key.unwrap_or("NOKEY").to_owned());
        if let Some(key) = transfer {
            let _ = writeln!(text, "  provide-xfr: 127.0.0.0/8 {key}");
        }
    }
    text
}
