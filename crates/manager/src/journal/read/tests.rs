use super::*;

const HEADER: &str = r#"{"octodns-journal":1,"run":"20261201-001902-3f9a1c","kind":"sync","program":"p","started":"2026-12-01T00:19:02.120Z","who":"me","process":7,"config":"c.yaml","plans":[{"zone":"a.test.","target":"t","class":"C","exists":true,"thresholds":{"update":0.3,"delete":0.3},"changes":[{"name":"n0","type":"A","after":{"data":{"ttl":60,"value":"192.0.2.1"}}},{"name":"n1","type":"A","after":{"data":{"ttl":60,"value":"192.0.2.1"}}},{"name":"n2","type":"A","after":{"data":{"ttl":60,"value":"192.0.2.1"}}}]},{"zone":"b.test.","target":"t","class":"C","exists":true,"thresholds":{"update":0.3,"delete":0.3},"changes":[{"name":"n0","type":"A","after":{"data":{"ttl":60,"value":"192.0.2.1"}}}]}]}"#;

fn read(lines: &[&str]) -> Result<Recorded, String> {
    let text = [&[HEADER], lines].concat().join(
        "
",
    ) + "
";
    Recorded::read(text.as_bytes())
}

fn sending(changes: &str) -> String {
    format!(r#"{{"line":"sending","at":"","plan":0,"attempt":0,"changes":{changes}}}"#)
}

fn ended(changes: &str, outcome: &str) -> String {
    format!(
        r#"{{"line":"ended","at":"","plan":0,"attempt":0,"changes":{changes},"outcome":{outcome}}}"#
    )
}

#[test]
fn what_has_no_outcome_is_unknown() {
    let read = read(&[&sending("[0,2]"), &ended("[2]", r#""applied""#)]).unwrap();
    let [first, second] = &read.plans[..] else { panic!("{read:?}") };
    assert_eq!(first.outcomes, [Outcome::Unknown, Outcome::NotSent, Outcome::Applied]);
    assert_eq!(first.left().collect::<Vec<_>>(), [0, 1]);
    let may_be_made: Vec<_> = (0..3).map(|change| first.may_be_made(change)).collect();
    assert_eq!(may_be_made, [true, false, true]);
    assert_eq!(second.outcomes, [Outcome::NotSent]);
    assert!(read.has_left() && !read.is_finished);
}

/// A plan may have settings alone, which are steps, or publish what is there.
#[test]
fn settings_are_left_until_they_are_known_to_be_made() {
    let header = r#"{"octodns-journal":1,"run":"20261201-001902-3f9a1c","kind":"sync","program":"p","started":"","who":"me","process":7,"config":"c.yaml","plans":[{"zone":"a.test.","target":"t","class":"C","exists":true,"thresholds":{"update":0.3,"delete":0.3},"meta":{"plan":"pro"},"changes":[]}]}"#;
    let left = |lines: &[&str]| {
        let text = [&[header], lines].concat().join("\n") + "\n";
        Recorded::read(text.as_bytes()).unwrap().has_left()
    };
    let step = r#"{"line":"step","at":"","plan":0,"attempt":0,"what":"change the settings"}"#;
    let ended = |outcome: &str| {
        format!(r#"{{"line":"step-ended","at":"","plan":0,"attempt":0,"outcome":{outcome}}}"#)
    };
    let publish = r#"{"line":"publish","at":"","plan":0,"attempt":0}"#;
    let published = r#"{"line":"publish-ended","at":"","plan":0,"attempt":0,"outcome":"applied"}"#;
    let finished = r#"{"line":"finished","at":""}"#;
    let settled = r#"{"line":"settled","at":"","plan":0,"changes":[],"settings":true}"#;
    let (applied, failed) = (ended(r#""applied""#), ended(r#"{"failed":"no"}"#));
    for (lines, is_left) in [
        (&[][..], true),
        (&[finished], true),
        (&[step], true),
        (&[step, &applied], true),
        (&[step, &applied, finished], false),
        (&[step, &failed, finished], true),
        (&[step, &failed, finished, settled], false),
        (&[publish, finished], true),
        (&[publish, published, finished], false),
    ] {
        assert_eq!(left(lines), is_left, "{lines:?}");
    }
}

#[test]
fn what_is_staged_is_applied_once_it_is_published() {
    let publish = r#"{"line":"publish","at":"","plan":0,"attempt":1}"#;
    let result = |outcome: &str| {
        format!(r#"{{"line":"publish-ended","at":"","plan":0,"attempt":1,"outcome":{outcome}}}"#)
    };
    // The first was lost on its way; whether it was staged is not known, whatever comes after.
    let sent = [sending("[0]"), sending("[1]"), ended("[1]", r#""staged""#)];
    let outcomes = |more: &[&str]| {
        let sent = sent.iter().map(String::as_str).chain(more.iter().copied()).collect::<Vec<_>>();
        read(&sent).unwrap().plans[0].outcomes[..2].to_vec()
    };
    assert_eq!(outcomes(&[]), [Outcome::Unknown, Outcome::Staged]);
    assert_eq!(outcomes(&[publish]), [Outcome::Unknown, Outcome::Unknown]);
    for (outcome, expected) in [
        (r#""applied""#, Outcome::Applied),
        (r#""unknown""#, Outcome::Unknown),
        (r#"{"failed":"no"}"#, Outcome::Staged),
    ] {
        assert_eq!(outcomes(&[publish, &result(outcome)]), [Outcome::Unknown, expected]);
    }
}

#[test]
fn what_later_runs_did_is_known() {
    let settled = |changes: &str, plan: usize| {
        format!(r#"{{"line":"settled","at":"","plan":{plan},"changes":{changes}}}"#)
    };
    let done = read(&[&settled("[0,1,2]", 0), &settled("[0]", 1)]).unwrap();
    assert!(!done.has_left());
    assert!(read(&[&settled("[0]", 0)]).unwrap().has_left());
    let undone = read(&[r#"{"line":"undone","at":"","by":"20261201-001903-3f9a1c"}"#]).unwrap();
    assert!(!undone.has_left() && undone.is_undone);
}

/// The process, or the machine, may stop at every byte.
#[test]
fn a_torn_end_is_normal() {
    let whole = [sending("[0]"), ended("[0]", r#""applied""#), sending("[1]")];
    let [first, second, third] = &whole;
    let text = [HEADER, first, second, third].join(
        "
",
    ) + "
";
    let mut known = Vec::new();
    for end in 0..=text.len() {
        match Recorded::read(&text.as_bytes()[..end]) {
            Ok(recorded) => {
                assert!(recorded.length <= end as u64);
                known.push(recorded.plans[0].outcomes.clone());
                // Nor does it matter what a disk left of the rest.
                let filled = [&text.as_bytes()[..end], &[0; 40], b"\n\0\0"].concat();
                let again = Recorded::read(&filled).unwrap();
                assert_eq!(again.length, recorded.length);
            }
            Err(fault) => {
                assert!(end <= HEADER.len(), "{end}: {fault}");
                assert_eq!(fault, "it has no whole line");
            }
        }
    }
    known.dedup();
    assert_eq!(known.len(), 4, "{known:?}");
}

#[test]
fn an_edited_journal_is_refused_and_never_a_panic() {
    for (lines, told) in [
        (vec!["{}".to_owned(), sending("[0]")], "line 2 is no entry"),
        (vec!["\0\0".to_owned(), sending("[0]")], "line 2 is no entry"),
        (vec![sending("[0]"), sending("[3]")], "line 3 is about a change that there is not"),
        (vec![sending("[0]").replace(r#""plan":0"#, r#""plan":2"#)], "line 2 is about a plan that"),
        (
            vec![
                r#"{"line":"step-ended","at":"","plan":0,"attempt":9,"outcome":"applied"}"#
                    .to_owned(),
            ],
            "line 2 is about a step that was not begun",
        ),
        (
            vec![
                r#"{"line":"settled","at":"","plan":0,"changes":[18446744073709551615]}"#
                    .to_owned(),
            ],
            "line 2 is about a change that there is not",
        ),
    ] {
        let lines: Vec<_> = lines.iter().map(String::as_str).collect();
        let fault = read(&lines).unwrap_err();
        assert!(fault.starts_with(told), "{fault}");
    }
    for (from, to, told) in [
        (r#""octodns-journal":1"#, r#""octodns-journal":2"#, "a newer version"),
        (r#""octodns-journal":1,"#, "", "its first line is not the header"),
        (r#""zone":"a.test.","#, "", "its first line is not the header"),
        (r#""target":"t","#, r#""target":7,"#, "its first line is not the header"),
        ("20261201-001902-3f9a1c", "../../etc/passwd", "its first line is not the header"),
    ] {
        let text = format!("{}\n", HEADER.replace(from, to));
        let fault = Recorded::read(text.as_bytes()).unwrap_err();
        assert!(fault.starts_with(told), "{fault}");
    }
}
