use std::fmt::Write as _;

use octodns_core::change::ChangeCause;

use super::*;
use crate::output::testing::{HOSTILE, Scene, hostile};

const ROUTED: &str = "\
'': {type: MX, ttl: 300, value: {preference: 10, exchange: mx.example.net.}}
spf: {type: TXT, ttl: 300, values: [v=spf1 a -all, kept]}
www:
  type: A
  ttl: 60
  value: 192.0.2.1
  dynamic:
    pools:
      eu: {fallback: rest, values: [{value: 192.0.2.2}, {value: 192.0.2.3, weight: 3}]}
      rest: {values: [{value: 192.0.2.9, status: up}]}
    rules: [{geos: [EU, NA-US-CA], pool: eu}, {pool: rest}]
";

fn routed() -> Scene {
    let after =
        ROUTED.replace("10,", "20,").replace("-all", "~all").replace("weight: 3", "weight: 1");
    Scene::of(ROUTED, &after)
        .with_causes(&[ChangeCause::Intended, ChangeCause::Drift, ChangeCause::Intended])
        .and("example.org.", "backup", "", "a: {type: A, ttl: 60, value: 192.0.2.1}")
}

/// Without the style and script, which are the same on every page.
fn body(page: &str) -> String {
    page.replace(STYLE, "")
        .replace(SCRIPT, "")
        .replace(&digest(STYLE), "STYLE")
        .replace(&digest(SCRIPT), "SCRIPT")
}

#[test]
fn a_page_has_all_of_the_plans() {
    insta::assert_snapshot!(body(&text(&routed().plans())));
}

#[test]
fn a_page_asks_nobody_for_anything() {
    let page = text(&routed().plans());
    for part in ["http:", "https:", "src=", "href=\"/", "url(", "@import", "<link", " style="] {
        assert!(!page.contains(part), "{part}");
    }
    let (_, policy) = page.split_once("http-equiv=\"Content-Security-Policy\" content=\"").unwrap();
    let policy = policy.split_once('"').unwrap().0;
    assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"), "{policy}");
    for text in [STYLE, SCRIPT] {
        // A page that holds the end of its own element would end there.
        assert!(policy.contains(&digest(text)) && !text.contains("</"), "{policy}");
    }
}

#[test]
fn what_comes_from_outside_is_text() {
    let scene = Scene::of(&hostile("x"), &hostile(HOSTILE)).and(
        "example.org.",
        HOSTILE,
        "",
        &hostile(HOSTILE),
    );
    let page = body(&text(&scene.plans()));
    assert_eq!(page.matches("<script>").count(), 1);
    for part in ["<img", "\u{1b}", "\u{202e}", "\n::error", "##[", "</code></script>"] {
        assert!(!page.contains(part), "{part}");
    }
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    let tags = page.split('<').skip(1).filter_map(|rest| rest.split('>').next());
    for tag in tags {
        assert!(!tag.contains("alert"), "{tag}");
    }
}

#[test]
fn nothing_to_do_is_a_page_as_well() {
    let page = text(&[]);
    assert!(page.contains("<p>No changes are planned.</p>") && page.ends_with("</html>\n"));
    assert!(!page.contains("<form"));
}

/// A page of 10,000 changes is one that a browser opens at once.
#[test]
fn a_change_takes_less_than_a_thousand_characters() {
    let size = |count: usize| {
        let zone = (0..count).fold(String::new(), |mut zone, at| {
            let _ = writeln!(zone, "name-{at}: {{type: A, ttl: 300, value: 192.0.2.1}}");
            zone
        });
        text(&Scene::of("", &zone).plans()).len()
    };
    let (some, more) = (size(100), size(1100));
    assert!(more - some < 1000 * 1000, "{}", more - some);
}

#[test]
fn a_page_of_a_config_is_written_to_its_file() {
    let page = PlanPage::new(Some("plan.html".to_owned()));
    assert_eq!(page.file(), Some("plan.html"));
    let mut written = Vec::new();
    page.run(&routed().plans(), &mut written).unwrap();
    assert_eq!(written, text(&routed().plans()).into_bytes());
}
