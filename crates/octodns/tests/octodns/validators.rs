//! The configuration of validators: by sets, one by one, by class, per zone, and by the program.

#![expect(clippy::unwrap_used, reason = "a failure of the set-up fails the test")]

use std::fs;
use std::sync::Arc;

use octodns::core::validate::{RecordCheck, Validator};
use octodns::core::zone::{Zone, ZoneFinding, ZoneValidator};
use octodns::{Manager, ManagerOptions, ValidateOptions};
use tempfile::TempDir;

const ZONE: &str = "'':\n  type: MX\n  value: {exchange: mx.example.net, preference: 10}\n";

/// A folder with a config of one zone; `sections` come before, `of_zone` into its entry.
fn config(sections: &str, of_zone: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().to_string_lossy();
    fs::write(folder.path().join("example.com.yaml"), ZONE).unwrap();
    let text = format!(
        "{sections}\nproviders:\n  config: {{class: yaml, directory: {dir}}}\nzones:\n  \
         example.com.:\n    sources: [config]\n    targets: [config]\n{of_zone}"
    );
    fs::write(folder.path().join("config.yaml"), text).unwrap();
    folder
}

/// What is found: `code line`, or for faults of the config `line: message (help)`.
async fn found_with(sections: &str, of_zone: &str, options: &ManagerOptions) -> Vec<String> {
    let folder = config(sections, of_zone);
    let manager = match Manager::from_config_file(&folder.path().join("config.yaml"), options) {
        Ok(manager) => manager,
        Err(failure) => {
            let told = failure.report.iter().map(|found| {
                let help = found.help.as_deref().unwrap_or_default();
                format!("{}: {} ({help})", found.origin.line, found.message)
            });
            return told.collect();
        }
    };
    let report = manager.validate(ValidateOptions::default()).await.unwrap();
    report.iter().map(|found| format!("{} {}", found.code, found.origin.line)).collect()
}

async fn found(sections: &str, of_zone: &str) -> Vec<String> {
    found_with(sections, of_zone, &octodns::options()).await
}

fn manager(switches: &str) -> String {
    format!("manager: {{validators: {switches}}}")
}

#[tokio::test]
async fn sets_and_single_validators_are_switched() {
    assert!(found("", "").await.is_empty());
    let all = found(&manager("{enabled: [strict, best-practice]}"), "").await;
    assert_eq!(all, ["mx-value-best-practice 3"]);
    let one = found(&manager("{record: {validators: {MX: [mx-value-best-practice]}}}"), "").await;
    assert_eq!(one, ["mx-value-best-practice 3"]);
    let zone = found(&manager("{zone: {validators: [mail]}}"), "").await;
    assert_eq!(zone, ["mail 2", "mail 2", "mail 2"]);
    let off = "{enabled: [best-practice], record: {disable_validators: {'*': \
               [mx-value-best-practice]}}, zone: {disable_validators: [mail]}}";
    assert!(found(&manager(off), "").await.is_empty());
    let old = "{validators: {MX: [mx-value-best-practice]}}";
    assert_eq!(found(&manager(old), "").await, ["mx-value-best-practice 3"]);
}

#[tokio::test]
async fn a_zone_switches_validators_off_for_itself() {
    let all = manager("{enabled: [best-practice]}");
    let off = "    validators: {record: {disable_validators: {MX: [mx-value-best-practice]}}, \
               zone: {disable_validators: [mail]}}\n";
    assert!(found(&all, off).await.is_empty());
    let bridge = "    validators: {record: {disable_validators: {MX: [_values-type]}}}\n";
    let told = found("", bridge).await;
    assert_eq!(told, ["config 8"]);
}

#[tokio::test]
async fn classes_configure_validators_by_id() {
    let mail = "validators: {mail: {class: octodns.zone.mail.MailZoneValidator, min_mx: 1, \
                mode: no-mail, single_mx_regexes: ['^mx\\.']}}";
    assert_eq!(found(mail, "").await, ["mail 3", "mail 2", "mail 2"]);
    let own =
        "validators: {dots: {class: octodns.record.mx.MxValueBestPracticeValidator, types: MX}}";
    assert_eq!(found(own, "").await, ["dots 3"]);
    let in_a_set = "validators: {dots: {class: octodns.record.mx.MxValueBestPracticeValidator, \
                    types: [MX], sets: [strict]}}";
    assert!(found(in_a_set, "").await.is_empty());
}

#[tokio::test]
async fn slips_are_told_with_their_place_and_advice() {
    for (sections, expected) in [
        (manager("{enabled: strict}"), "1: \"enabled\" must be a list, not text (write [strict])"),
        (
            manager("{enabled: [strikt]}"),
            "1: there is no validator set \"strikt\" (did you mean \"strict\"?)",
        ),
        (
            manager("{record: {validators: {MX: [mx-value-rcf]}}}"),
            "1: there is no record validator \"mx-value-rcf\" (did you mean \"mx-value-rfc\"?)",
        ),
        (
            manager("{record: {validators: {CNAMEE: [name-rfc]}}}"),
            "1: \"CNAMEE\" is not a record type (did you mean \"CNAME\"?)",
        ),
        (
            manager("{zone: {disable_validators: [_x]}}"),
            "1: validator \"_x\" cannot be disabled (remove it: the other validators rely \
             on those whose ids start with _)",
        ),
        (
            "validators:\n  mail: {class: octodns.zone.mail.MailZoneValidater}".to_owned(),
            "2: unknown class \"octodns.zone.mail.MailZoneValidater\", it is not part of this \
             build (did you mean \"octodns.zone.mail.MailZoneValidator\"?)",
        ),
    ] {
        assert_eq!(found(&sections, "").await, [expected]);
    }
    let option =
        "validators:\n  mail:\n    class: octodns.zone.mail.MailZoneValidator\n    min_mix: 1";
    let told = found(option, "").await;
    assert!(
        told.len() == 1 && told[0].starts_with("4: ") && told[0].contains("min_mx"),
        "{told:?}"
    );
    let regex = "validators:\n  mail:\n    class: octodns.zone.mail.MailZoneValidator\n    \
                 single_mx_regexes:\n    - mx\n    - (";
    let told = found(regex, "").await;
    assert!(told.len() == 1 && told[0].starts_with("6: \"(\" is not a regular"), "{told:?}");
}

struct Small;

impl ZoneValidator for Small {
    fn id(&self) -> &'static str {
        "small"
    }

    fn sets(&self) -> Option<Vec<&str>> {
        None
    }

    fn validate(&self, zone: &Zone, findings: &mut Vec<ZoneFinding>) {
        if zone.len() < 2 {
            findings.push(ZoneFinding::new("too small", zone.records()));
        }
    }
}

/// What embeds us brings its own rules, and a config switches them like all others.
#[tokio::test]
async fn a_program_adds_its_own() {
    let mut options = octodns::options();
    let check = RecordCheck::new("no-apex", "", &["house"], |record, findings| {
        if record.name.is_empty() {
            findings.error(record.position, "not at the apex");
        }
    });
    options.registry.extra_validators.add(Validator::Record(Arc::new(check)), None);
    options.registry.extra_validators.add_zone(Arc::new(Small));
    assert_eq!(found_with("", "", &options).await, ["small 2"]);
    let house = manager("{enabled: [house], zone: {disable_validators: [small]}}");
    assert_eq!(found_with(&house, "", &options).await, ["no-apex 2"]);
}
