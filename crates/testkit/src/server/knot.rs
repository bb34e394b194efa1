//! Knot DNS: `knotd`, in Debian's package `knot`.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use super::{Allow, Port, Prepared, Program, Readiness, ServedZone, Server, Setup};

/// Starts it, or `None` if it is not installed.
///
/// # Panics
///
/// If it does not start.
pub fn start(setup: &Setup) -> Option<Server> {
    Server::launch("Knot", &["knotd"], "knot", |programs, folder, port| {
        // Without the folder of its database it answers queries but fails every update.
        fs::create_dir(folder.join("db"))?;
        for zone in &setup.zones {
            fs::write(folder.join(zone.file()), &zone.text)?;
        }
        let file = folder.join("knot.conf");
        fs::write(&file, configuration(setup, folder, port))?;
        let zones = setup.zones.iter().map(|zone| zone.name.clone()).collect();
        Ok(Prepared {
            program: Program::new(
                programs[0].clone(),
                folder,
                ["-c".into(), file.into_os_string()],
            ),
            readiness: Readiness::Zones(port.address(), zones),
            api: None,
            leftovers: vec![folder.join("knot.pid")],
        })
    })
}

fn configuration(setup: &Setup, folder: &Path, port: &Port) -> String {
    let (folder, port) = (folder.display(), port.number());
    // A slow reader of a large transfer is cut off after `tcp-io-timeout`, by default half a second.
    let mut text = format!(
        r#"server:
  rundir: "{folder}"
  listen: 127.0.0.1@{port}
  tcp-io-timeout: 15000
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
control:
  listen: knot.sock
database:
  storage: "{folder}/db"
  journal-db-max-size: 256M
log:
  - target: stderr
    any: info
"#
    );
    section(
        &mut text,
        "key",
        setup.keys.iter().map(|key| {
            vec![
                format!("id: \"{}\"", key.name),
                format!("algorithm: {}", key.algorithm),
                format!("secret: \"{}\"", key.secret),
            ]
        }),
    );
    let rules: Vec<_> = setup.zones.iter().enumerate().map(rules).collect();
    section(&mut text, "acl", rules.iter().flatten().cloned());
    section(
        &mut text,
        "zone",
        setup.zones.iter().zip(&rules).map(|(zone, rules)| {
            let ids: Vec<&str> =
                rules.iter().filter_map(|rule| rule[0].split(' ').nth(1)).collect();
            let mut lines = vec![
                format!("domain: \"{}\"", zone.name),
                format!("storage: \"{folder}\""),
                format!("file: \"{}\"", zone.file()),
                "semantic-checks: off".to_owned(),
            ];
            // Knot rejects an empty list.
            if !ids.is_empty() {
                lines.push(format!("acl: [{}]", ids.join(", ")));
            }
            lines
        }),
    );
    text
}

/// The access rules of a zone, each beginning with its id.
fn rules((index, zone): (usize, &ServedZone)) -> Vec<Vec<String>> {
    let rule = |action: &str, allow: &Allow| {
        allow.map(|key| {
            let anyone = || "address: 127.0.0.0/8".to_owned();
            vec![
                format!("id: {action}{index}"),
                key.map_or_else(anyone, |name| format!("key: \"{name}\"")),
                format!("action: {action}"),
            ]
        })
    };
    let rules = [rule("transfer", &zone.transfer), rule("update", &zone.update)];
    rules.into_iter().flatten().collect()
}

/// Writes a section as a list of maps, or nothing if the list is empty.
fn section(text: &mut String, name: &str, maps: impl Iterator<Item = Vec<String>>) {
    let maps: Vec<String> = maps.map(|lines| format!("  - {}\n", lines.join("\n    "))).collect();
    if !maps.is_empty() {
        let _ = write!(text, "{name}:\n{}", maps.concat());
    }
}
