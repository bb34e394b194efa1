use octodns_core::change::ChangeCause;

use super::*;
use crate::output::testing::{HOSTILE, Scene, hostile};

fn a(name: &str, ttl: u32, value: &str) -> String {
    format!("{name}: {{type: A, ttl: {ttl}, value: {value}}}\n")
}

#[test]
fn a_comment_has_a_table_and_folded_zones() {
    let before = "\
'': {type: NS, ttl: 3600, values: [ns1.example.net., ns2.example.net.]}
spf: {type: TXT, ttl: 300, values: [v=spf1 a -all, kept]}
www: {type: A, ttl: 60, value: 192.0.2.1, dynamic: {pools: {one: {values: [{value: 192.0.2.2}]}}, rules: [{pool: one}]}}
";
    let after = before
        .replace("ns2", "ns3")
        .replace("-all", "~all")
        .replace("{value: 192.0.2.2}", "{value: 192.0.2.2}, {value: 192.0.2.3, weight: 2}");
    let (old, new) =
        ([before, &a("gone", 60, "192.0.2.1")].concat(), after + &a("new", 60, "192.0.2.1"));
    let scene = Scene::of(&old, &new)
        .and("example.com.", "backup", &old, &new)
        .and("example.org.", "live", "", &a("a", 60, "192.0.2.1"))
        .and("example.net.", "live", &a("a", 60, "192.0.2.1"), &a("a", 300, "192.0.2.1"))
        .with_causes(&[ChangeCause::Drift]);
    insta::assert_snapshot!(text(&scene.plans()));
}

#[test]
fn nothing_to_do_is_said_in_one_line() {
    assert_eq!(text(&[]), "<!-- octodns-plan -->\n### octoDNS plan: nothing to do\n");
}

/// What GitHub would refuse is cut, and what is cut is counted.
#[test]
fn a_comment_is_short_enough_to_be_posted() {
    let zone = |count: usize| {
        (0..count).map(|at| a(&format!("n{at}"), 60, "192.0.2.1")).collect::<String>()
    };
    let big = "x".repeat(70_000);
    let texts = format!("long: {{type: TXT, ttl: 60, value: {big}}}\n");
    for (scene, zones, all) in [
        (Scene::of("", &zone(3000)).and("example.org.", "live", "", &zone(5)), 2, 3005),
        (Scene::of("", &texts).and("example.org.", "live", "", &zone(5)), 2, 6),
        (
            (0..600).fold(Scene::default(), |scene, at| {
                scene.and(&format!("zone-{at}-of-a-long-name.example."), "live", "", &zone(2))
            }),
            600,
            1200,
        ),
    ] {
        let shown = text(&scene.plans());
        let length = shown.chars().count();
        assert!(length <= MOST, "{length}");
        let (rows, rest) = shown
            .split_once("\n\n<details>")
            .unwrap_or_else(|| shown.split_once("\n\n**").unwrap());
        let lines = rest.lines().filter(|line| line.starts_with("+ ")).count();
        let (_, cut) = shown.split_once("\n**").unwrap();
        let cut: usize = cut.split_once(' ').unwrap().0.parse().unwrap();
        assert_eq!(lines + cut, all);
        let more = rows.lines().last().unwrap().strip_prefix("| and ");
        let more: usize = more.map_or(0, |more| more.split_once(' ').unwrap().0.parse().unwrap());
        let rows = rows.lines().filter(|row| row.starts_with("| <code>")).count();
        assert_eq!(rows + more, zones);
        assert!(shown.contains("octodns.provider.plan.PlanPage"));
        let folded = ["<details>", "</details>"].map(|tag| shown.matches(tag).count());
        assert_eq!(folded[0], folded[1]);
    }
}

#[test]
fn what_comes_from_outside_is_data() {
    let scene = Scene::of(&hostile("x"), &hostile(HOSTILE)).and(
        "example.org.",
        HOSTILE,
        "",
        &hostile(&"`".repeat(9)),
    );
    let shown = text(&scene.plans());
    let mut inside = None;
    for line in shown.lines() {
        match inside {
            None if line.starts_with("```") => inside = line.strip_suffix("diff"),
            None => {
                assert!(!line.contains("<script>") && !line.contains("<img"), "{line}");
                let plain = line.replace("@ (", "");
                // A summary is HTML, in which Markdown means nothing.
                let is_html = plain.starts_with("<summary>");
                assert!(is_html || !plain.contains("]("), "{line}");
                let mentions = plain
                    .split("<code>")
                    .map(|part| part.split_once("</code>").map_or(part, |(_, rest)| rest));
                assert!(!mentions.collect::<String>().contains('@'), "{line}");
            }
            Some(fence) if line == fence => inside = None,
            Some(fence) => {
                assert!(line.starts_with(['+', '-', '!', ' ']), "{line}");
                assert!(!line.contains(fence), "{line}");
                assert!(!line.contains('\u{1b}') && !line.contains("##["), "{line}");
            }
        }
    }
    assert!(inside.is_none());
}
