//! What octoDNS gets wrong about processors and is right here: each an entry of `docs/differences.md`,
//! run from config and zone files to the files of the target.

#![expect(clippy::unwrap_used, reason = "a failure of the set-up fails the test")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use octodns::{Manager, SyncOptions};

const DIFFERENCES: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/differences.md"));

/// One entry: files before, and files after.
struct Case {
    /// The entry of `docs/differences.md`.
    entry: &'static str,
    what: &'static str,
    /// Beside the providers `config` and `target`.
    config: &'static str,
    zones: &'static [(&'static str, &'static str)],
    /// What the target holds in the end, by zone.
    targets: &'static [(&'static str, &'static str)],
}

const TWO: &str = "a: {type: A, value: 192.0.2.1}\nb: {type: A, value: 192.0.2.2}\n";
const ONLY_A: &str = "---\na:\n  type: A\n  value: 192.0.2.1\n";
const BOTH: &str = "---\na:\n  type: A\n  value: 192.0.2.1\nb:\n  type: A\n  value: 192.0.2.2\n";

const CASES: &[Case] = &[
    Case {
        entry: "alias-processors",
        what: "an alias zone has the processors of the zone it is an alias of",
        config: "processors: {no-b: {class: name-rejectlist, rejectlist: [b]}}\nzones:\n  \
                 alias.test.: {alias: one.test.}\n  \
                 one.test.: {sources: [config], processors: [no-b], targets: [target]}\n  \
                 other.test.: {sources: [config], targets: [target]}\n",
        zones: &[("one.test.", TWO), ("other.test.", TWO)],
        targets: &[("alias.test.", ONLY_A), ("one.test.", ONLY_A), ("other.test.", BOTH)],
    },
    Case {
        entry: "alias-processors",
        what: "an alias zone has none of the processors of the last zone",
        config: "processors: {no-b: {class: name-rejectlist, rejectlist: [b]}}\nzones:\n  \
                 alias.test.: {alias: one.test.}\n  \
                 one.test.: {sources: [config], targets: [target]}\n  \
                 other.test.: {sources: [config], processors: [no-b], targets: [target]}\n",
        zones: &[("one.test.", TWO), ("other.test.", TWO)],
        targets: &[("alias.test.", BOTH), ("one.test.", BOTH), ("other.test.", ONLY_A)],
    },
    Case {
        entry: "alias-processors",
        what: "an alias zone is as lenient as the zone it is an alias of",
        config: "processors: {low: {class: ttl-restriction, min_ttl: 1}}\nzones:\n  \
                 alias.test.: {alias: one.test.}\n  \
                 one.test.: {sources: [config], lenient: true, targets: [target]}\n  \
                 other.test.: {sources: [config], processors: [low], targets: [target]}\n",
        zones: &[("one.test.", "a: {type: CNAME, value: b}\n"), ("other.test.", TWO)],
        targets: &[
            ("alias.test.", "---\na:\n  type: CNAME\n  value: b\n"),
            ("one.test.", "---\na:\n  type: CNAME\n  value: b\n"),
        ],
    },
    Case {
        entry: "auto-arpa-sources",
        what: "addresses of pools have PTR records, and their record stays what it is",
        config: "manager: {auto_arpa: true}\nzones:\n  \
                 one.test.: {sources: [config], targets: [target]}\n  \
                 2.0.192.in-addr.arpa.: {sources: [auto-arpa], targets: [target]}\n",
        zones: &[(
            "one.test.",
            "a:\n  dynamic:\n    pools: {p: {values: [{value: 192.0.2.7}]}}\n    \
             rules: [{pool: p}]\n  type: A\n  value: 192.0.2.1\n",
        )],
        targets: &[
            (
                "one.test.",
                "---\na:\n  dynamic:\n    pools:\n      p:\n        fallback: null\n        values:\n        \
                 - status: obey\n          value: 192.0.2.7\n          weight: 1\n    rules:\n    - pool: \
                 p\n  type: A\n  value: 192.0.2.1\n",
            ),
            (
                "2.0.192.in-addr.arpa.",
                "---\n'1':\n  type: PTR\n  value: a.one.test.\n'7':\n  type: PTR\n  value: \
                 a.one.test.\n",
            ),
        ],
    },
    Case {
        entry: "auto-arpa-sources",
        what: "addresses of places have PTR records, and their record stays what it is",
        config: "manager: {auto_arpa: true}\nzones:\n  \
                 one.test.: {sources: [config], targets: [target]}\n  \
                 2.0.192.in-addr.arpa.: {sources: [auto-arpa], targets: [target]}\n",
        zones: &[("one.test.", "a: {geo: {NA-US: [192.0.2.7]}, type: A, value: 192.0.2.1}\n")],
        targets: &[
            (
                "one.test.",
                "---\na:\n  geo:\n    NA-US:\n    - 192.0.2.7\n  type: A\n  value: 192.0.2.1\n",
            ),
            (
                "2.0.192.in-addr.arpa.",
                "---\n'1':\n  type: PTR\n  value: a.one.test.\n'7':\n  type: PTR\n  value: \
                 a.one.test.\n",
            ),
        ],
    },
    Case {
        entry: "auto-arpa-wildcards",
        what: "no wildcard has a PTR record, wherever it is",
        config: "manager: {auto_arpa: true}\nzones:\n  \
                 one.test.: {sources: [config], targets: [target]}\n  \
                 2.0.192.in-addr.arpa.: {sources: [auto-arpa], targets: [target]}\n",
        zones: &[(
            "one.test.",
            "'*': {type: A, value: 192.0.2.1}\n'*.wild': {type: A, value: 192.0.2.2}\n\
             a: {type: A, value: 192.0.2.3}\n",
        )],
        targets: &[("2.0.192.in-addr.arpa.", "---\n'3':\n  type: PTR\n  value: a.one.test.\n")],
    },
    Case {
        entry: "auto-arpa-wildcards",
        what: "with a replacement each has one",
        config: "manager: {auto_arpa: {wildcard_replacement: any}}\nzones:\n  \
                 one.test.: {sources: [config], targets: [target]}\n  \
                 2.0.192.in-addr.arpa.: {sources: [auto-arpa], targets: [target]}\n",
        zones: &[(
            "one.test.",
            "'*': {type: A, value: 192.0.2.1}\n'*.wild': {type: A, value: 192.0.2.2}\n",
        )],
        targets: &[(
            "2.0.192.in-addr.arpa.",
            "---\n'1':\n  type: PTR\n  value: any.one.test.\n'2':\n  type: PTR\n  value: \
             any.wild.one.test.\n",
        )],
    },
];

/// Syncs for good, and again: then nothing is left to do.
async fn sync(folder: &Path, config: &str) -> Result<[usize; 2], String> {
    let path = folder.join("config.yaml");
    let here = folder.display();
    let providers = format!(
        "providers:\n  config: {{class: yaml, directory: {here}/config, enforce_order: false}}\n  \
         target: {{class: yaml, directory: {here}/target, supports_root_ns: false}}\n"
    );
    fs::write(&path, format!("{providers}{config}")).unwrap();
    let mut planned = [0; 2];
    for count in &mut planned {
        let told = |failure: octodns::Failure| failure.to_string();
        let manager = Manager::from_config_file(&path, &octodns::options()).map_err(told)?;
        let options = SyncOptions::forced();
        *count = Arc::new(manager).sync(&options).await.map_err(told)?.planned;
    }
    Ok(planned)
}

#[tokio::test]
async fn faults_of_octodns_are_none_here() {
    for Case { entry, what, config, zones, targets } in CASES {
        assert!(DIFFERENCES.contains(&format!("- **{entry}**:")), "{entry}");
        let folder = tempfile::tempdir().unwrap();
        let file =
            |provider: &str, zone: &str| folder.path().join(format!("{provider}/{zone}yaml"));
        fs::create_dir(folder.path().join("config")).unwrap();
        for (zone, text) in *zones {
            fs::write(file("config", zone), text).unwrap();
        }
        let [first, again] =
            sync(folder.path(), config).await.unwrap_or_else(|e| panic!("{what}: {e}"));
        assert!(first > 0 && again == 0, "{what}: {first} and then {again} changes");
        for (zone, expected) in *targets {
            let held = fs::read_to_string(file("target", zone)).unwrap();
            assert_eq!(held, *expected, "{what}: {zone}");
        }
        for (zone, text) in *zones {
            let source = fs::read_to_string(file("config", zone)).unwrap();
            assert_eq!(source, *text, "{what}: the source of {zone} stays");
        }
    }
}
