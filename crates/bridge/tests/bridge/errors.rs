//! What a user sees of each thing that can go wrong.

use std::fmt::Write as _;

use octodns_bridge::error::BridgeError;
use octodns_bridge::requests::Kind;
use octodns_core::value::Position;
use octodns_core::{OwnedValue, ProviderError};

use crate::support::{Bridge, ZONE, json};

/// Message and help, without what is different elsewhere.
fn shown(bridge: &Bridge, name: &str, message: &str, help: &str) -> String {
    let hello = bridge.host.hello();
    let minor = hello.python.split('.').take(2).collect::<Vec<_>>().join(".");
    let folder = bridge.folder.path().display().to_string();
    let clean = |text: &str| {
        without_lines(text)
            .replace(&hello.executable, "PYTHON")
            .replace(&format!("Python {minor}"), "Python 3.x")
            .replace(&format!("{folder}/"), "")
    };
    format!("{name}: {}\n    {}\n", clean(message), clean(help))
}

/// Line numbers change whenever a class is added above.
fn without_lines(text: &str) -> String {
    let mut parts = text.split(".py:");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        shown += ".py:N";
        shown += part.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    shown
}

/// A row per class that cannot be made.
#[tokio::test]
async fn classes_that_cannot_be_made() {
    let Some(bridge) = Bridge::start().await else { return };
    let module = |name: &str, text: &str| {
        std::fs::write(bridge.folder.path().join(format!("{name}.py")), text).unwrap();
    };
    module("needs_boto", "import boto3_that_is_not_there.session\n");
    module("broken", "def f():\n    raise ValueError('while \\x1b[2K importing')\n\n\nf()\n");
    module("exits", "import sys\n\nsys.exit(1)\n");
    let cases: [(&str, &str, &str); 14] = [
        ("no-module", "octodns_nowhere.NowhereProvider", "{}"),
        ("no-module of others", "ourcompany.dns.Provider", "{}"),
        ("no-dependency", "needs_boto.Provider", "{}"),
        ("import-failed", "broken.Provider", "{}"),
        ("import-exits", "exits.Provider", "{}"),
        ("no-class", "bridge_classes.Memroy", "{}"),
        ("no-class like it", "octodns.provider.yaml.BindProvider", "{}"),
        ("no-path", "Provider", "{}"),
        ("unknown option", "Picky", r#"{"username": "a", "password": "b", "retrys": 3}"#),
        ("unlike any option", "Picky", r#"{"username": "a", "password": "b", "zzz": 3}"#),
        ("missing options", "Picky", "{}"),
        ("misspelled option", "Picky", r#"{"username": "a", "pasword": "b"}"#),
        ("constructor", "Failing", "{}"),
        ("constructor with a TypeError", "Failing", r#"{"error": "TypeError"}"#),
    ];
    let mut text = String::new();
    for (name, class, options) in cases {
        let mut request = crate::support::make(Kind::Provider, "ours", class, &json(options));
        if name == "no-path" {
            request.class = class.to_owned();
        }
        let error = bridge.host.make(request).await.unwrap_err().into_build_error(Position::NONE);
        let help = error.help.unwrap_or_default();
        text.push_str(&shown(&bridge, name, &error.message, &help));
    }
    let request = bridge.make(Kind::Validator, "ours", "Output", OwnedValue::NULL).await;
    let error = request.unwrap_err();
    let _ = writeln!(text, "no-validator: {}\n    {}", error, error.help());
    insta::assert_snapshot!(text, @r#"
    no-module: class "octodns_nowhere.NowhereProvider" is run by Python, and Python 3.x (PYTHON) has no module octodns_nowhere
        PYTHON -m pip install octodns-nowhere
    no-module of others: class "ourcompany.dns.Provider" is run by Python, and Python 3.x (PYTHON) has no module ourcompany
        install its package, or put its folder in PYTHONPATH or `manager.python_path`
    no-dependency: class "needs_boto.Provider" needs the module boto3_that_is_not_there, which Python 3.x (PYTHON) does not have
        PYTHON -m pip install boto3_that_is_not_there, or the package that has it
    import-failed: module broken cannot be imported: ValueError: while \x1b[2K importing, at broken.py:N in f
        mend the module, or install another version
    import-exits: module exits cannot be imported: SystemExit: 1, at exits.py:N in <module>
        mend the module, or install another version
    no-class: module bridge_classes has no class "Memroy"
        did you mean "Memory"?
    no-class like it: module octodns.provider.yaml has no class "BindProvider"
        did you mean "BaseProvider"?
    no-path: "Provider" is not a path to a class
        see the documentation of the class
    unknown option: bridge_classes.Picky takes no "retrys"
        did you mean "retries"?
    unlike any option: bridge_classes.Picky takes no "zzz"
        its options are username, password, retries
    missing options: bridge_classes.Picky needs "username", "password"
        its options are username, password, retries
    misspelled option: bridge_classes.Picky takes no "pasword"
        did you mean "password"?
    constructor: ours (bridge_classes.Failing): ValueError: not like this
        at bridge_classes.py:N in __init__
    constructor with a TypeError: ours (bridge_classes.Failing): TypeError: 1 + "1"
        at bridge_classes.py:N in __init__
    no-validator: bridge_classes.Output must extend RecordValidator, ValueValidator, or ZoneValidator
        see the documentation of the class
    "#);
}

/// A row per exception while reading, and what it becomes in the core.
#[tokio::test]
async fn exceptions_while_reading_and_applying() {
    let Some(bridge) = Bridge::start().await else { return };
    let mut text = String::new();
    for (what, value) in [
        ("status", "401"),
        ("status", "404"),
        ("status", "429"),
        ("status", "503"),
        ("status", "418"),
        ("unreachable", "null"),
        ("invalid", "null"),
        ("duplicate", "null"),
        ("supports", "null"),
        ("cause", "null"),
        ("exit", "null"),
        ("memory", "null"),
        ("surrogate", "null"),
    ] {
        let options = json(&format!(r#"{{"what": "{what}", "value": {value}}}"#));
        bridge.provider("ours", "Hostile", options).await;
        let error = bridge.read("ours").await.unwrap_err().into_provider_error();
        let kind = error.kind();
        let _ = writeln!(text, "{what} {value}: {kind:?}");
        for finding in error.into_report("source", &format!("ours {ZONE}")) {
            let line = without_lines(&finding.to_string());
            let line = line.replace(&format!("{}/", bridge.folder.path().display()), "");
            let _ = writeln!(text, "    {line}");
        }
    }
    insta::assert_snapshot!(text, @r#"
    status 401: Some(Unauthorized)
        ours example.com.: ours (bridge_classes.Hostile): HTTPError: 401 from the service; with a second line: at bridge_classes.py:N in do_status [source]; help: check the credentials and their permissions
    status 404: Some(NotFound)
        ours example.com.: ours (bridge_classes.Hostile): HTTPError: 404 from the service; with a second line: at bridge_classes.py:N in do_status [source]; help: check that it exists, and how the config names it
    status 429: Some(Throttled)
        ours example.com.: ours (bridge_classes.Hostile): HTTPError: 429 from the service; with a second line: at bridge_classes.py:N in do_status [source]; help: wait, or send fewer requests at a time
    status 503: Some(Unreachable)
        ours example.com.: ours (bridge_classes.Hostile): HTTPError: 503 from the service; with a second line: at bridge_classes.py:N in do_status [source]; help: try again later; nothing was changed by this
    status 418: Some(Refused)
        ours example.com.: ours (bridge_classes.Hostile): HTTPError: 418 from the service; with a second line: at bridge_classes.py:N in do_status [source]; help: change what the service rejects, and run again
    unreachable null: Some(Unreachable)
        ours example.com.: ours (bridge_classes.Hostile): ConnectionError: no route: at bridge_classes.py:N in do_unreachable [source]; help: try again later; nothing was changed by this
    invalid null: None
        www.example.com.: missing ttl [ttl-rfc]; help: correct it where it comes from
        www.example.com.: invalid IPv4 address "nonsense" [ip-value-rfc]; help: correct it where it comes from
    duplicate null: None
        www.example.com. TXT: Duplicate record www.example.com., type TXT [record]; help: remove or move one of them, where it comes from
    supports null: None
        ours: ALIAS records not supported for www.example.com. [supports]; help: with `strict_supports: false` it is left out, or changed as the class can hold it
    cause null: None
        example.com.: ours (bridge_classes.Hostile): RuntimeError: for a reason [python-class]; help: at bridge_classes.py:N in do_cause; --debug shows the whole trace
    exit null: None
        example.com.: ours (bridge_classes.Hostile) called sys.exit(7) [python-class]; help: at bridge_classes.py:N in do_exit; --debug shows the whole trace
    memory null: None
        example.com.: ours (bridge_classes.Hostile) ran out of memory [python-class]; help: at bridge_classes.py:N in do_memory; --debug shows the whole trace
    surrogate null: None
        example.com.: ours (bridge_classes.Hostile): record 'www' TXT: a text has '\ud83d', which is no character [python-class]; help: mend the class, or leave out what it makes of it
    "#);
}

#[test]
fn what_is_not_known_after_applying_is_indeterminate() {
    use octodns_bridge::error::{Doing, Ending, Task};
    let ended = |task| BridgeError::Ended {
        doing: Doing::new(task, "ours").of_zone(Some(ZONE.to_owned())),
        how: Ending::Signal(11),
        last: vec!["last words".to_owned()],
    };
    let error = ended(Task::Apply).into_provider_error();
    let words = "Python ended while ours was applying to example.com. (signal 11)";
    let ProviderError::Service { kind, message, .. } = &error else { panic!("{error:?}") };
    assert_eq!((*kind, &**message), (octodns_core::ServiceErrorKind::Indeterminate, words));
    let report = ended(Task::Read).into_provider_error().into_report("source", "x");
    let shown: Vec<String> = report.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    example.com.: Python ended while ours was reading example.com. (signal 11) [python-class]; help: it wrote last: last words
    "#);
}
