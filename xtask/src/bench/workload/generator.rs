//! A small generator, used if the reference's does not exist.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use serde_json::json;

use super::Shape;

/// Writes configs, source, target and manifest into `folder`.
///
/// Of 100 records `changes` differ: two fifths are creations, two fifths updates, the rest deletions.
pub(super) fn generate(shape: Shape, changes: u32, folder: &Path) -> io::Result<()> {
    let differing = shape.records * usize::try_from(changes).unwrap_or_default() / 100;
    let (created, updated) = (differing * 2 / 5, differing * 2 / 5);
    let deleted = differing - created - updated;
    for name in ["source", "target"] {
        fs::create_dir_all(folder.join(name))?;
    }
    let (mut source_bytes, mut target_bytes) = (0, 0);
    for zone in 0..shape.zones {
        let file = format!("zone-{zone}.example.yaml");
        // The source has the numbers 0..records. The target lacks the first ones, has other values for the
        // next few, and has more records at the end.
        let source = zone_text((0..shape.records).map(|number| (number, 0)));
        let target = zone_text(
            (created..shape.records + deleted)
                .map(|number| (number, usize::from(number < created + updated))),
        );
        source_bytes += source.len();
        target_bytes += target.len();
        fs::write(folder.join("source").join(&file), source)?;
        fs::write(folder.join("target").join(&file), target)?;
    }
    fs::write(folder.join("config.yaml"), config(shape, "target"))?;
    fs::write(folder.join("config-create.yaml"), config(shape, "created"))?;
    let manifest = json!({
        "bytes": { "source": source_bytes, "target": target_bytes },
        "changes": {
            "create": created * shape.zones,
            "update": updated * shape.zones,
            "delete": deleted * shape.zones,
        },
    });
    fs::write(folder.join("manifest.json"), manifest.to_string())
}

/// A zone file of the numbered records; a different `edition` of a record has other values.
fn zone_text(records: impl Iterator<Item = (usize, usize)>) -> String {
    let mut text = String::from("---\n");
    for (number, edition) in records {
        let (a, b, c) = (number >> 16 & 255, number >> 8 & 255, number & 255);
        let ttl = 300 + 60 * edition;
        // Writing to a string cannot fail.
        let _ = write!(text, "host-{number:07}:\n  ttl: {ttl}\n");
        let _ = match number % 20 {
            0..10 => writeln!(text, "  type: A\n  values:\n  - 10.{a}.{b}.{c}\n  - 192.0.2.{c}"),
            10..13 => writeln!(text, "  type: AAAA\n  value: 2001:db8::{a:x}:{b:x}{c:02x}"),
            13..17 => writeln!(text, "  type: CNAME\n  value: edge-{b}.cdn.example.net."),
            17..19 => {
                writeln!(text, "  type: TXT\n  value: 'v=x{number} include:_spf.example.net'")
            }
            _ => writeln!(
                text,
                "  type: MX\n  values:\n  - exchange: mx{b}.example.net.\n    preference: 10"
            ),
        };
    }
    text
}

fn config(shape: Shape, target: &str) -> String {
    let mut text = String::from("providers:\n");
    for (id, directory) in [("config", "source"), ("target", target)] {
        let _ = write!(
            text,
            "  {id}:\n    class: octodns.provider.yaml.YamlProvider\n    directory: ./{directory}\n"
        );
    }
    text.push_str("zones:\n");
    for zone in 0..shape.zones {
        let _ = write!(
            text,
            "  zone-{zone}.example.:\n    sources:\n    - config\n    targets:\n    - target\n"
        );
    }
    text
}
