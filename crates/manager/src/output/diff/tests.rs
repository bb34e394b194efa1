use std::fmt::Write as _;

use octodns_core::change::ChangeCause;
use octodns_core::plan::Danger;
use octodns_core::value::visible;

use super::*;
use crate::output::testing::{HOSTILE, Scene, hostile};

const MANY: &str = "\
a: {type: A, ttl: 300, value: 192.0.2.1}
b: {type: A, ttl: 300, value: 192.0.2.1}
c: {type: A, ttl: 300, value: 192.0.2.1}
d: {type: A, ttl: 300, value: 192.0.2.1}
e: {type: A, ttl: 300, value: 192.0.2.1}
f: {type: A, ttl: 300, value: 192.0.2.1}
g: {type: A, ttl: 300, value: 192.0.2.1}
h: {type: A, ttl: 300, value: 192.0.2.1}
i: {type: A, ttl: 300, value: 192.0.2.1}
j: {type: A, ttl: 300, value: 192.0.2.1}
";

const OTHER: &str = "other: {type: A, ttl: 300, value: 192.0.2.9}";

fn a(name: &str, ttl: u32, values: &str) -> String {
    format!("{name}: {{type: A, ttl: {ttl}, values: [{values}]}}\n")
}

fn txt(name: &str, texts: &[&str]) -> String {
    let texts = serde_json::to_string(texts).unwrap();
    format!("{name}: {{type: TXT, ttl: 300, values: {texts}}}\n")
}

fn mx(exchanges: &[(u16, &str)]) -> String {
    let value = |(preference, exchange): &(u16, &str)| {
        format!("{{preference: {preference}, exchange: {exchange}}}")
    };
    let values: Vec<_> = exchanges.iter().map(value).collect();
    format!("'': {{type: MX, ttl: 3600, values: [{}]}}\n", values.join(", "))
}

fn ns(name: &str, hosts: &str) -> String {
    format!("'{name}': {{type: NS, ttl: 3600, values: [{hosts}]}}\n")
}

fn routed(pools: &str, rules: &str) -> String {
    format!(
        "www: {{type: A, ttl: 60, value: 192.0.2.1, dynamic: {{pools: {{{pools}}}, rules: [{rules}]}}}}\n"
    )
}

fn pool(id: &str, fallback: &str, values: &str) -> String {
    let fallback =
        if fallback.is_empty() { String::new() } else { format!("fallback: {fallback}, ") };
    format!("{id}: {{{fallback}values: [{values}]}}")
}

/// A kind of change, and plans with it.
type Kind = (&'static str, Scene);

fn sets() -> Vec<Kind> {
    let scene = |before: &str, after: &str| {
        Scene::of(&format!("{before}{OTHER}"), &format!("{after}{OTHER}"))
    };
    vec![
        ("a record that is new", scene("", &a("www", 300, "192.0.2.1"))),
        ("several values that are new", scene("", &a("www", 300, "192.0.2.1, 192.0.2.2"))),
        ("a record that goes", scene(&a("www", 300, "192.0.2.1"), "")),
        ("several values that go", scene(&a("www", 300, "192.0.2.1, 192.0.2.2"), "")),
        ("only the TTL", scene(&a("www", 300, "192.0.2.1"), &a("www", 60, "192.0.2.1"))),
        ("another value", scene(&a("www", 300, "192.0.2.1"), &a("www", 300, "192.0.2.2"))),
        (
            "values of a set, and the TTL",
            scene(
                &a("www", 300, "192.0.2.1, 192.0.2.2, 192.0.2.3, 192.0.2.4"),
                &a("www", 60, "192.0.2.2, 192.0.2.3, 192.0.2.5"),
            ),
        ),
        (
            "another host",
            scene(
                "www: {type: CNAME, ttl: 300, value: old.example.net.}\n",
                "www: {type: CNAME, ttl: 300, value: new.example.net.}\n",
            ),
        ),
        (
            "another type",
            scene(
                "www: {type: CNAME, ttl: 300, value: old.example.net.}\n",
                &a("www", 300, "192.0.2.1"),
            ),
        ),
        (
            "a service",
            scene(
                "_sip._tcp: {type: SRV, ttl: 60, value: {priority: 1, weight: 2, port: 5060, target: sip.example.com.}}\n",
                "_sip._tcp: {type: SRV, ttl: 60, value: {priority: 1, weight: 2, port: 5061, target: sip.example.com.}}\n",
            ),
        ),
        (
            "who may issue certificates",
            scene(
                "caa: {type: CAA, ttl: 60, value: {flags: 0, tag: issue, value: a.example.net}}\n",
                "caa: {type: CAA, ttl: 60, values: [{flags: 0, tag: issue, value: a.example.net}, {flags: 0, tag: issuewild, value: ;}]}\n",
            ),
        ),
        ("a name in another script", scene("", &a("bücher", 300, "192.0.2.1"))),
        ("a wildcard", scene("", &a("'*.dev'", 300, "192.0.2.1"))),
        (
            "names in their order",
            scene(
                "",
                &["b", "a.b", "c", "a", "'*'"].map(|name| a(name, 300, "192.0.2.1")).concat(),
            ),
        ),
    ]
}

fn texts() -> Vec<Kind> {
    let scene = |before: &str, after: &str| {
        Scene::of(&format!("{before}{OTHER}"), &format!("{after}{OTHER}"))
    };
    let key = |middle: &str| {
        format!(r"v=DKIM1\; k=rsa\; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA{middle}wIDAQAB")
    };
    let (old, new) = ("q3zLkJ7f".repeat(40), "Xb91yTw0".repeat(40));
    let long = format!("{} changes {}", "a".repeat(70), "z ".repeat(40));
    vec![
        (
            "words of SPF",
            scene(
                &txt("spf", &["v=spf1 include:_spf.example.net ip4:192.0.2.1 -all"]),
                &txt(
                    "spf",
                    &["v=spf1 include:_spf.example.net include:other.example ip4:192.0.2.1 ~all"],
                ),
            ),
        ),
        (
            "a part of DMARC",
            scene(
                &txt("_dmarc", &[r"v=DMARC1\; p=none\; rua=mailto:d@example.com"]),
                &txt("_dmarc", &[r"v=DMARC1\; p=quarantine\; rua=mailto:d@example.com"]),
            ),
        ),
        (
            "another key of DKIM",
            scene(&txt("k._domainkey", &[&key(&old)]), &txt("k._domainkey", &[&key(&new)])),
        ),
        (
            "a policy among other texts",
            scene(
                &txt("spf", &["MS=ms1", "v=spf1 a -all", "x=1"]),
                &txt("spf", &["MS=ms1", "v=spf1 mx -all", "y=1"]),
            ),
        ),
        (
            "a word of a long text",
            scene(&txt("long", &[&long]), &txt("long", &[&long.replace("changes", "changed")])),
        ),
        ("a long text that is new", scene("", &txt("k._domainkey", &[&key(&new)]))),
        ("what is obeyed elsewhere", Scene::of("", &hostile(HOSTILE))),
        ("what is obeyed elsewhere, changed", Scene::of(&hostile("x"), &hostile(HOSTILE))),
    ]
}

fn dangerous() -> Vec<Kind> {
    let scene = |before: &str, after: &str| {
        Scene::of(&format!("{before}{OTHER}"), &format!("{after}{OTHER}"))
    };
    vec![
        (
            "name servers",
            scene(
                &ns("", "ns1.example.net., ns2.example.net."),
                &ns("", "ns1.example.net., ns3.example.net."),
            ),
        ),
        ("a delegation that is new", scene("", &ns("sub", "ns1.example.net."))),
        ("a delegation that goes", scene(&ns("sub", "ns1.example.net."), "")),
        (
            "another preference of mail",
            scene(
                &mx(&[(10, "mx1.example.net."), (20, "mx2.example.net.")]),
                &mx(&[(10, "mx1.example.net."), (5, "mx2.example.net.")]),
            ),
        ),
        ("no mail", scene(&mx(&[(10, "mx1.example.net.")]), "")),
        ("the apex", scene(&a("''", 300, "192.0.2.1"), &a("''", 300, "192.0.2.2"))),
        ("too many deletions", Scene::of(MANY, &a("a", 300, "192.0.2.1"))),
    ]
}

fn routing() -> Vec<Kind> {
    let scene = |before: &str, after: &str| {
        Scene::of(&format!("{before}{OTHER}"), &format!("{after}{OTHER}"))
    };
    let one = |weight: u8| format!("{{value: 192.0.2.2}}, {{value: 192.0.2.3, weight: {weight}}}");
    let pools = |weight| {
        [pool("eu", "rest", &one(weight)), pool("rest", "", "{value: 192.0.2.9}")].join(", ")
    };
    let rules = "{geos: [EU, NA-US], pool: eu}, {pool: rest}";
    let other = [
        pool("asia", "eu", "{value: 192.0.2.7, status: up}"),
        pool("eu", "asia", "{value: 192.0.2.2}, {value: 192.0.2.4}"),
        pool("rest", "", "{value: 192.0.2.9}"),
    ];
    let other_rules =
        "{geos: [AS], pool: asia}, {geos: [EU], subnets: [10.0.0.0/8], pool: eu}, {pool: rest}";
    let geo =
        |values: &str| format!("geo: {{type: A, ttl: 60, value: 192.0.2.1, geo: {{{values}}}}}\n");
    let proxied = |is: bool| {
        format!(
            "www: {{type: A, ttl: 60, value: 192.0.2.1, octodns: {{cloudflare: {{proxied: {is}}}}}}}\n"
        )
    };
    vec![
        ("routing that is new", scene("", &routed(&pools(2), rules))),
        ("a weight", scene(&routed(&pools(2), rules), &routed(&pools(3), rules))),
        (
            "pools and rules",
            scene(&routed(&pools(2), rules), &routed(&other.join(", "), other_rules)),
        ),
        ("no routing any more", scene(&routed(&pools(2), rules), &a("www", 60, "192.0.2.1"))),
        ("routing that goes", scene(&routed(&pools(2), rules), "")),
        (
            "values by place",
            scene(
                &geo("AF: [192.0.2.2], EU: [192.0.2.3]"),
                &geo("AF: [192.0.2.4], AS: [192.0.2.3]"),
            ),
        ),
        ("an option", Scene::of(&proxied(false), &proxied(true)).touching_all()),
        ("nothing that plans show", Scene::of(&proxied(true), &proxied(true)).touching_all()),
    ]
}

fn runs() -> Vec<Kind> {
    let (old, new) = (a("www", 300, "192.0.2.1"), a("www", 300, "192.0.2.2"));
    let settings = octodns_yaml::load(
        "{plan: pro, dnssec: {state: active}}",
        &octodns_yaml::LoadOptions::new("a"),
    );
    vec![
        ("nothing", Scene::default()),
        (
            "a zone that is new",
            Scene::of("", &[mx(&[(10, "mx.example.net.")]), old.clone()].concat()),
        ),
        (
            "settings of a zone",
            Scene::of(&old, &old).with_settings(settings.unwrap().root.into_owned()),
        ),
        (
            "the same at several targets, and something else at another",
            Scene::of(&old, &new)
                .and("example.com.", "backup", &old, &new)
                .and("example.com.", "third", "", &new)
                .and("example.org.", "live", &old, &new),
        ),
        (
            "intended and drift",
            Scene::of(&[&*old, OTHER].concat(), &[&*new, &OTHER.replace("300", "60")].concat())
                .with_causes(&[ChangeCause::Drift, ChangeCause::Intended]),
        ),
    ]
}

/// Every kind, below its title.
fn all(is_coloured: bool) -> String {
    let mut shown = String::new();
    for (title, scene) in [sets(), texts(), dangerous(), routing(), runs()].into_iter().flatten() {
        let mut options = DiffOptions { is_coloured, ..DiffOptions::default() };
        options.command = Some("octodns-sync --config-file config.yaml --doit".to_owned());
        options.allowed = [Danger::Updates].into_iter().collect();
        let text = text(&scene.plans(), &options);
        let _ = writeln!(shown, "=== {title}\n{text}");
    }
    shown
}

#[test]
fn kinds_of_changes() {
    insta::assert_snapshot!(all(false));
}

#[test]
fn kinds_of_changes_with_colours() {
    let shown: Vec<_> = all(true).lines().map(|line| visible(line).into_owned()).collect();
    insta::assert_snapshot!(shown.join("\n"));
}

/// What is coloured is what is there without colours.
#[test]
fn colours_add_nothing_but_colours() {
    let coloured = all(true);
    let mut plain = String::new();
    let mut rest = &*coloured;
    while let Some((before, after)) = rest.split_once("\x1b[") {
        plain.push_str(before);
        let (code, after) = after.split_once('m').unwrap();
        assert!(code.chars().all(|c| c.is_ascii_digit() || c == ';'), "{code}");
        rest = after;
    }
    assert_eq!(plain + rest, all(false));
}

/// A workflow obeys lines that start with a command, also behind blanks.
#[test]
fn no_line_is_or_starts_with_what_comes_from_outside() {
    let command = "::error::x";
    let scene = Scene::of(&hostile("x"), &hostile(command)).and(
        "example.org.",
        command,
        OTHER,
        &hostile(command),
    );
    let shown = text(&scene.plans(), &DiffOptions::default());
    assert!(shown.contains(command), "{shown}");
    for line in shown.lines() {
        assert!(!line.trim_start().starts_with("::"), "{line}");
    }
    let hostile = Scene::of("", &hostile(HOSTILE));
    let shown = text(&hostile.plans(), &DiffOptions::default());
    assert!(!shown.contains(['\u{1b}', '\u{202e}']) && !shown.contains("##["), "{shown}");
}

#[test]
fn what_is_not_allowed_is_added_to_the_command() {
    let scene = Scene::of(&ns("", "a.example.net."), &ns("", "b.example.net."));
    let shown = |allowed: &[Danger]| {
        let (command, allowed) =
            (Some("sync --doit".to_owned()), allowed.iter().copied().collect());
        let options = DiffOptions { command, allowed, ..DiffOptions::default() };
        text(&scene.plans(), &options)
    };
    assert!(shown(&[]).ends_with("To make these changes: sync --doit --allow root-ns\n"));
    assert!(shown(&[]).contains("Not safe:"));
    let allowed = shown(&[Danger::RootNs]);
    assert!(allowed.ends_with("To make these changes: sync --doit\n"));
    assert!(!allowed.contains("Not safe:"));
    assert!(!text(&scene.plans(), &DiffOptions::default()).contains("To make"));
}
