//! Classes that do what they should not.

use octodns_bridge::error::{BridgeError, Ending};
use octodns_testkit::logs::Logs;
use tracing::Level;

use crate::support::{Bridge, json, shown};

/// The records that are read, for each thing that a class does.
async fn check(cases: &[(&str, &str)]) {
    let Some(bridge) = Bridge::start().await else { return };
    for (what, expected) in cases {
        let read = bridge.hostile(what).await.unwrap_or_else(|error| panic!("{what}: {error:?}"));
        assert_eq!(shown(&read.records).join("\n"), *expected, "{what}");
    }
    // What is left in the pipes is told then.
    bridge.host.end().await;
}

/// One record, as most of them make.
const ONE: &str = r#"www TXT {"ttl":60,"value":"a"}"#;

#[tokio::test]
async fn what_a_class_prints_is_in_no_frame_and_in_the_log() {
    let logs = Logs::listen(Level::INFO);
    check(&[
        ("print", ONE),
        ("raw", ONE),
        ("child", ONE),
        ("input", r#"www TXT {"ttl":60,"value":"no answer"}"#),
    ])
    .await;
    let text = logs.text();
    let lines = [
        "printed \\x1b[2K by a class",
        "written to the first one",
        r#"{"re":1,"ok":null}"#,
        "from a child",
        "and its errors",
        "a question? ",
    ];
    for line in lines {
        assert!(text.contains(&format!("message={line}\n")), "{line}: {text}");
    }
}

#[tokio::test]
async fn a_child_has_neither_our_input_nor_our_pipes() {
    // Those that this process itself was started with are handed on to every child.
    let ours = std::process::Command::new("/bin/ls").arg("/proc/self/fd").output().unwrap();
    let ours = String::from_utf8(ours.stdout).unwrap();
    let mut ours: Vec<&str> = ours.split_whitespace().collect();
    ours.sort_unstable();
    let expected = format!(r#"www TXT {{"ttl":60,"value":"{}"}}"#, ours.join(" "));
    check(&[
        ("child_reads", r#"www TXT {"ttl":60,"value":"0 bytes read"}"#),
        ("descriptors", &expected),
    ])
    .await;
}

/// The run goes on, and so do other classes.
#[tokio::test]
async fn exceptions_of_every_kind_end_a_call_and_no_more() {
    let Some(bridge) = Bridge::start().await else { return };
    for (what, expected) in [
        ("exit", "hostile (bridge_classes.Hostile) called sys.exit(7)"),
        ("memory", "hostile (bridge_classes.Hostile) ran out of memory"),
        (
            "unshowable",
            "hostile (bridge_classes.Hostile): Unshowable: <bridge_classes.Unshowable that cannot be shown>",
        ),
    ] {
        let error = bridge.hostile(what).await.unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    let error = bridge.hostile("recursion").await.unwrap_err();
    assert!(error.to_string().contains("RecursionError: maximum recursion depth"), "{error}");
    assert_eq!(shown(&bridge.hostile("print").await.unwrap().records), [ONE]);
}

#[tokio::test]
async fn a_process_that_ends_is_told_with_its_last_words() {
    for (what, how) in
        [("die", Ending::Code(3)), ("segfault", Ending::Signal(11)), ("kill", Ending::Signal(9))]
    {
        let Some(bridge) = Bridge::start().await else { return };
        let error = bridge.hostile(what).await.unwrap_err();
        let BridgeError::Ended { how: ended, .. } = &error else { panic!("{error:?}") };
        assert_eq!(*ended, how);
        let words = format!("Python ended while hostile was reading example.com. ({how})");
        assert_eq!(error.to_string(), words);
        let help = error.help();
        let expected = match what {
            "die" => "it wrote last: last words",
            "segfault" => "it wrote last: Fatal Python error: Segmentation fault / File",
            _ => "run again with --debug",
        };
        assert!(help.contains(expected), "{help}");
        let error = bridge.read("hostile").await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "not done: Python had ended when hostile was reading example.com."
        );
    }
}

#[tokio::test]
async fn many_log_lines_hold_up_nothing() {
    let logs = Logs::listen(Level::INFO);
    check(&[("logs", ONE), ("many_lines", ONE)]).await;
    let text = logs.text();
    assert!(text.contains("message=line 19999\n"));
    let count = text.matches("message=noise\n").count();
    assert!((9_000..=10_000).contains(&count), "{count}");
    // The long one is several.
    let more = text.lines().find(|line| line.ends_with(" more lines")).unwrap_or_default();
    assert!(more.contains("200"), "{more}");
}

#[tokio::test]
async fn a_log_call_that_is_broken_is_told_as_it_is() {
    let logs = Logs::listen(Level::INFO);
    check(&[("broken_log", ONE), ("warnings", ONE)]).await;
    let text = logs.text();
    for line in [
        "logger=\"Hostile[hostile]\"",
        "'%d files' ('many',) (TypeError:",
        "half of \\ud83d a pair",
        "message=two\n",
        "message=lines\n",
        "FutureWarning: of the future",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
}

#[tokio::test]
async fn what_cannot_be_sent_is_told_with_the_record() {
    let Some(bridge) = Bridge::start().await else { return };
    for (what, expected) in [
        ("surrogate", "record 'www' TXT: a text has '\\ud83d', which is no character"),
        ("nan", "record 'www' TXT: Out of range float values are not JSON compliant"),
        ("large", "record 'www' TXT: 9000"),
        ("cycle", "record www.example.com. TXT: a value is too deep, or contains itself"),
    ] {
        let error = bridge.hostile(what).await.unwrap_err();
        let words = error.to_string();
        assert!(words.contains(expected), "{what}: {words}");
    }
    for (what, class) in [("duplicate", "DuplicateRecordException"), ("invalid", "ValidationError")]
    {
        let error = bridge.hostile(what).await.unwrap_err();
        assert_eq!(error.exception().unwrap().short_class(), class);
    }
}

#[tokio::test]
async fn values_that_json_lacks_come_as_they_are() {
    let values = json(
        r#"{"$map": [[1, "a number"], ["$x", {"deep": [
            {"$int": "1267650600228229401496703205376"}, {"$int": "-1180591620717411303424"},
            {"$bytes": "00ff"}, {"$date": "2026-01-02"}]}],
            ["set", ["a", "b"]], ["float", 0.5], ["none", null]]}"#,
    );
    let Some(bridge) = Bridge::start().await else { return };
    let read = bridge.hostile("values").await.unwrap();
    assert_eq!(read.records[0].data.get("octodns"), Some(&values));
    // And back into Python, through a real record.
    let zone = bridge.host.zone();
    let mut records = read.records.clone().into_iter();
    bridge.host.send_zone(&zone, &crate::support::head(), &mut records).await.unwrap();
    bridge.provider("later", "Replacing", octodns_core::Value::NULL).await;
    let request = octodns_bridge::requests::Populate {
        open: None,
        ..crate::support::populate("later", zone.number(), false)
    };
    let (_, after) = crate::support::read(&bridge.host, request).await.unwrap();
    let www = after.records.iter().find(|record| record.key.record_type == "A").unwrap();
    assert_eq!(www.data.get("octodns"), Some(&values));
}

#[tokio::test]
async fn an_object_without_a_form_is_its_text_and_a_warning() {
    let logs = Logs::listen(Level::WARN);
    check(&[("object", r#"www TXT {"ttl":60,"octodns":{"x":"plain"},"value":"a"}"#)]).await;
    let text = logs.text();
    assert!(
        text.contains("an object of bridge_classes.Plain has no form outside of Python"),
        "{text}"
    );
}

/// Together they are more than a frame may have.
#[tokio::test]
async fn records_that_are_large_together_come_in_several_frames() {
    let Some(bridge) = Bridge::start().await else { return };
    let read = bridge.hostile("large_together").await.unwrap();
    assert_eq!(read.records.len(), 20);
    let zone = bridge.host.zone();
    let mut records = read.records.into_iter();
    bridge.host.send_zone(&zone, &crate::support::head(), &mut records).await.unwrap();
    let mut large = crate::support::a("large", "192.0.2.1");
    large.data = json(&format!(r#"{{"ttl": 1, "value": "{}"}}"#, "x".repeat(9_000_000)));
    let error = bridge
        .host
        .send_zone(&zone, &crate::support::head(), &mut std::iter::once(large))
        .await
        .unwrap_err();
    assert!(error.words().starts_with("cannot be sent to Python: record \"large\" A has 9000"));
}

#[tokio::test]
async fn a_populate_without_lenient_is_called_without_it() {
    let logs = Logs::listen(Level::WARN);
    let Some(bridge) = Bridge::start().await else { return };
    bridge.provider("unlenient", "Unlenient", octodns_core::Value::NULL).await;
    assert_eq!(bridge.read("unlenient").await.unwrap().records.len(), 1);
    assert!(logs.text().contains("provider Unlenient does not accept lenient param"));
}

#[tokio::test]
async fn a_locale_of_c_changes_nothing() {
    let logs = Logs::listen(Level::INFO);
    let change = |options: &mut octodns_bridge::client::StartOptions| {
        let set = [("LC_ALL", "C"), ("PYTHONCOERCECLOCALE", "0"), ("PYTHONUTF8", "0")];
        options.environment.extend(set.map(|(name, value)| (name.into(), value.into())));
    };
    let Some(bridge) = Bridge::start_with(change).await else { return };
    let options = json(r#"{"what": "secret", "value": "é in a locale of C"}"#);
    bridge.provider("hostile", "Hostile", options).await;
    let error = bridge.read("hostile").await.unwrap_err();
    assert!(error.to_string().contains("refused: é in a locale of C"), "{error}");
    assert!(logs.text().contains("token é in a locale of C"), "{}", logs.text());
}

/// Options that have no word in JSON reach the constructor as YAML says them.
#[tokio::test]
async fn a_fault_in_a_zone_comes_up_when_it_is_used() {
    let Some(bridge) = Bridge::start().await else { return };
    bridge.provider("source", "Source", octodns_core::Value::NULL).await;
    let zone = bridge.host.zone();
    let bad = crate::support::record("www", "NOPE", r#"{"ttl": 1}"#);
    bridge.host.send_zone(&zone, &crate::support::head(), &mut std::iter::once(bad)).await.unwrap();
    for _ in 0..2 {
        let request = octodns_bridge::requests::Populate {
            open: None,
            ..crate::support::populate("source", zone.number(), false)
        };
        let error = crate::support::read(&bridge.host, request).await.unwrap_err();
        assert!(error.to_string().contains("record www.example.com. NOPE: KeyError"), "{error}");
    }
}
