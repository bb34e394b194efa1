//! Slips in a config: what is said of them, what to write instead, and where.

use std::path::Path;
use std::sync::Arc;

use octodns::{Manager, SyncOptions, ValidateOptions};
use octodns_core::{Report, Severity};

const PROVIDERS: &str = "\
providers:
  config: {class: yaml, directory: ./nowhere, ignore_missing_zones: true}
  target: {class: yaml, directory: ./elsewhere}
";

async fn found(text: &str) -> Report {
    let mut options = octodns::options();
    options.log_warnings = false;
    match Manager::from_config_text(Path::new("config.yaml"), text, &options) {
        Err(failure) => failure.report,
        Ok(manager) => {
            let mut report = manager.warnings().clone();
            match manager.validate(ValidateOptions::default()).await {
                Ok(found) => report.merge(found),
                Err(failure) => report.merge(failure.report),
            }
            report
        }
    }
}

/// The one finding of a config: its message and help, and its line and column.
async fn only(text: &str) -> (String, String, (u32, u32)) {
    let report = found(text).await;
    let all: Vec<_> = report.iter().collect();
    let [found] = all.as_slice() else { panic!("{text}: {all:?}") };
    let place = (found.origin.line, found.origin.column);
    (found.message.clone(), found.help.clone().unwrap_or_default(), place)
}

#[tokio::test]
async fn slips_are_told_in_the_words_of_a_config() {
    let zone = |entry: &str| format!("{PROVIDERS}zones:\n  a.test.: {{{entry}}}\n");
    let class = |class: &str| format!("providers:\n  x: {{class: {class}}}\nzones: {{}}\n");
    let yaml = |option: &str| class(&format!("yaml, directory: x, {option}"));
    let pattern =
        |key: &str| format!("{PROVIDERS}zones:\n  {key}: {{sources: [config], targets: []}}\n");
    for (text, message, help, place) in [
        ("providers:\n\tx: {class: yaml}\n".to_owned(), "a tab", "spaces", (2, 1)),
        (
            "providers:\n  x:\n    class: yaml\n\tdirectory: x\n".to_owned(),
            "a tab",
            "spaces",
            (4, 1),
        ),
        ("providers:\n  x:\n  \tclass: yaml\n".to_owned(), "a tab", "spaces", (3, 3)),
        (zone("sources: {config: 1}, targets: []"), "must be a list", "[config]", (5, 22)),
        (zone("sources: config, targets: []"), "must be a list", "[config]", (5, 22)),
        (zone("sources: [{config: 1}], targets: []"), "not of a mapping", "name alone", (5, 23)),
        (zone("sources: [config, confg], targets: []"), "\"confg\"", "\"config\"", (5, 31)),
        (zone("sources: [config], targets: [taget]"), "\"taget\"", "\"target\"", (5, 42)),
        (yaml("default_ttl: abc"), "a whole number, found \"abc\"", "quotes", (2, 47)),
        (yaml("enforce_order: maybe"), "true or false, found \"maybe\"", "quotes", (2, 49)),
        (yaml("colour: 1"), "unknown key", "strict_supports", (2, 34)),
        (yaml("strict_suports: 1"), "unknown key", "\"strict_supports\"", (2, 34)),
        (PROVIDERS.to_owned() + "zone: {}\n", "no key \"zone\"", "\"zones\"", (4, 1)),
        (pattern("'example.*'"), "is a pattern", "`glob: \"example.*\"`", (5, 3)),
        (pattern("'*.example.com.'"), "is a pattern", "`glob: \"*.example.com.\"`", (5, 3)),
        (pattern("'*.example.com'"), "is a pattern", "`glob: \"*.example.com.\"`", (5, 3)),
        (pattern("'a[12].test.'"), "is a pattern", "`glob: \"a[12].test.\"`", (5, 3)),
        (
            class("octodns_lexicon.LexiconProvider"),
            "octodns_lexicon",
            "Python package octodns_lexicon",
            (2, 14),
        ),
        (
            class("octodns.provider.yaml.YamlProvder"),
            "unknown",
            "\"octodns.provider.yaml.YamlProvider\"",
            (2, 14),
        ),
        (
            class("octodn.provider.yaml.YamlProvider"),
            "unknown",
            "\"octodns.provider.yaml.YamlProvider\"",
            (2, 14),
        ),
        (class("ymal"), "unknown", "\"yaml\"", (2, 14)),
    ] {
        let (said, advice, at) = only(&text).await;
        assert!(said.contains(message), "{text}: {said}");
        assert!(advice.contains(help), "{text}: {advice}");
        assert_eq!(at, place, "{text}: {said}");
    }
}

/// No class of another package is ever suggested.
#[tokio::test]
async fn a_class_of_another_package_is_not_meant() {
    for class in
        ["octodns_lexicon.LexiconProvider", "octodns_acme.AcmeProvider", "mine.YamlProvider"]
    {
        let (_, help, _) =
            only(&format!("providers:\n  x: {{class: {class}}}\nzones: {{}}\n")).await;
        assert!(!help.contains("did you mean") && !help.contains("yaml.YamlProvider"), "{help}");
    }
}

#[tokio::test]
async fn keys_for_anchors_are_quiet() {
    let zones = "zones:\n  a.test.: {sources: [config], targets: [target]}\n";
    let text = format!(
        "defaults: &d\n  x: 1\nmore:\n- &e 1\n_zones: 1\n.provider: 1\nx-y: 1\n{PROVIDERS}{zones}"
    );
    assert_eq!(found(&text).await, Report::new());
    let (message, ..) = only(&format!("defaults: 1\n{PROVIDERS}{zones}")).await;
    assert!(message.contains("\"defaults\""), "{message}");
}

/// What cannot be synced is not valid.
#[tokio::test]
async fn targets_fail_a_validation_as_they_fail_a_sync() {
    let arpa = "manager: {auto_arpa: true}\n";
    for targets in ["nothing", "auto-arpa"] {
        let zones = format!("zones:\n  a.test.: {{sources: [config], targets: [{targets}]}}\n");
        let text = format!("{arpa}{PROVIDERS}{zones}");
        let validated = found(&text).await;
        let manager = Manager::from_config_text(Path::new("c.yaml"), &text, &octodns::options());
        let synced = Arc::new(manager.unwrap()).sync(&SyncOptions::default()).await.unwrap_err();
        let words = |report: &Report| -> Vec<_> {
            report.iter().map(|found| (found.severity, found.message.clone())).collect()
        };
        assert_eq!(words(&validated), words(&synced.report));
        assert_eq!(validated.of(Severity::Error).count(), 1);
    }
}
