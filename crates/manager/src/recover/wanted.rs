//! What an earlier run leaves to be done: the changes it did not make, or the inverse of those it made.

use octodns_core::record::RecordTypes;
use octodns_core::{Change, OwnedValue, Report, ZoneName};

use crate::failure::Failure;
use crate::journal::{Recorded, RecordedPlan, RunKind};
use crate::stored::{StoredChange, StoredPlan};

/// The changes of one plan that are looked for.
pub(super) struct Wanted<'r> {
    /// The place of the plan in the journal.
    pub(super) plan: usize,
    pub(super) stored: &'r StoredPlan,
    pub(super) name: ZoneName,
    /// The changes, each with its place in the plan.
    pub(super) changes: Vec<(usize, Change)>,
    /// Indexes into `changes` of those that may have been made in part.
    pub(super) begun: Vec<usize>,
    /// Whether the target must know the zone.
    pub(super) existed: bool,
    pub(super) meta: Option<&'r OwnedValue>,
}

/// What is to be looked for, in the order in which it is to be done.
///
/// # Errors
///
/// With everything of the journal that cannot be read.
pub(super) fn wanted<'r>(
    kind: RunKind,
    recorded: &'r Recorded,
    types: &RecordTypes,
) -> Result<Vec<Wanted<'r>>, Failure> {
    let mut report = Report::new();
    let mut all = Vec::new();
    for (plan, (stored, became)) in recorded.header.plans.iter().zip(&recorded.plans).enumerate() {
        let (name, changes) = match (stored.zone_name(), stored.changes(types)) {
            (Ok(name), Ok(changes)) => (name, changes),
            (Err(found), _) | (Ok(_), Err(found)) => {
                report.merge(found);
                continue;
            }
        };
        let wanted = Wanted {
            plan,
            stored,
            name,
            changes: Vec::new(),
            begun: Vec::new(),
            existed: stored.exists,
            meta: None,
        };
        let wanted = match kind {
            RunKind::Undo => wanted.inverse(changes, became),
            _ => wanted.rest(changes, became, recorded.is_finished),
        };
        if !wanted.changes.is_empty() || wanted.meta.is_some() {
            all.push(wanted);
        }
    }
    if report.has_errors() {
        return Err(report.into());
    }
    if kind == RunKind::Undo {
        all.reverse();
    }
    Ok(all)
}

impl Wanted<'_> {
    /// The changes that are not known to be made.
    fn rest(mut self, changes: Vec<Change>, became: &RecordedPlan, is_finished: bool) -> Self {
        for (place, change) in changes.into_iter().enumerate() {
            if became.is_made(place) {
                continue;
            }
            if became.may_be_made(place) {
                self.begun.push(self.changes.len());
            }
            self.changes.push((place, change));
        }
        let is_left = !self.changes.is_empty() || became.has_settings_left(is_finished);
        self.meta = self.stored.meta().filter(|meta| is_left && meta.is_truthy());
        self
    }

    /// The inverse of the changes that were made, or may have been.
    fn inverse(mut self, changes: Vec<Change>, became: &RecordedPlan) -> Self {
        for (place, change) in changes.into_iter().enumerate() {
            if !became.may_be_made(place) {
                continue;
            }
            if !became.is_made(place) {
                self.begun.push(self.changes.len());
            }
            self.changes.push((place, inverse(change)));
        }
        self
    }
}

fn inverse(change: Change) -> Change {
    match change {
        Change::Create(new) => Change::Delete(new),
        Change::Delete(existing) => Change::Create(existing),
        Change::Update { existing, new } => Change::Update { existing: new, new: existing },
    }
}

/// Steps that leave nothing behind, or that are told otherwise.
const PASSING: [&str; 4] = ["create zone ", "prepare ", "clean up ", "notify "];

/// What stays when a run is taken back, for people.
pub(super) fn stays(recorded: &Recorded) -> Vec<String> {
    let mut stays = Vec::new();
    for (stored, became) in recorded.header.plans.iter().zip(&recorded.plans) {
        let begun = (0..stored.changes.len()).filter(|place| became.may_be_made(*place));
        let begun: Vec<_> = begun.filter_map(|place| stored.changes.get(place)).collect();
        if begun.is_empty() && became.steps.is_empty() {
            continue;
        }
        let StoredPlan { zone, target, .. } = stored;
        if !stored.exists {
            stays.push(format!("the zone {zone} at {target}, which the run created, stays"));
        }
        if stored.meta().is_some_and(OwnedValue::is_truthy) {
            stays.push(format!("the settings of {zone} at {target} stay as the run made them"));
        }
        let steps = became.steps.iter().map(|(what, _)| what);
        let lasting = steps.filter(|what| !PASSING.iter().any(|passing| what.starts_with(passing)));
        stays.extend(lasting.map(|what| format!("this stays done at {target}: {what}")));
        let is_deletion = |change: &&StoredChange| change.after.is_none();
        let deleted = begun.into_iter().filter(is_deletion).count();
        if deleted > 0 {
            let (sets, their) = match deleted {
                1 => ("1 RRset".to_owned(), "its"),
                _ => (format!("{deleted} RRsets"), "their"),
            };
            stays.push(format!(
                "made anew in {zone} at {target}: {sets}, which the run deleted; what the service kept beside {their} \
                 data (comments, tags, ids) does not come back",
            ));
        }
    }
    stays
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A journal of a plan with a creation, an update and a deletion, and these lines.
    fn recorded(exists: bool, meta: &str, lines: &[&str]) -> Recorded {
        let record = |last| format!(r#"{{"data":{{"ttl":60,"value":"192.0.2.{last}"}}}}"#);
        let (one, two) = (record(1), record(2));
        let changes = [
            format!(r#"{{"name":"gone","type":"A","before":{one}}}"#),
            format!(r#"{{"name":"new","type":"A","after":{two}}}"#),
            format!(r#"{{"name":"www","type":"A","before":{one},"after":{two}}}"#),
        ]
        .join(",");
        let plan = format!(
            r#"{{"zone":"a.test.","target":"t","class":"C","exists":{exists},{meta}
               "thresholds":{{"update":0.3,"delete":0.3}},"changes":[{changes}]}}"#
        );
        let header = format!(
            r#"{{"octodns-journal":1,"run":"20261201-001902-3f9a1c","kind":"sync","program":"p","started":"",
               "who":"","process":7,"config":"","plans":[{plan}]}}"#
        );
        let mut text = header.replace('\n', " ");
        for line in lines {
            text = format!("{text}\n{}", line.replace("AT", r#""at":"","plan":0,"attempt":0"#));
        }
        Recorded::read(format!("{text}\n").as_bytes()).unwrap()
    }

    const SENDING: &str = r#"{"line":"sending",AT,"changes":[0,1]}"#;
    const APPLIED: &str = r#"{"line":"ended",AT,"changes":[0],"outcome":"applied"}"#;
    const STEP: &str = r#"{"line":"step",AT,"what":"add networks"}"#;
    const CREATE: &str = r#"{"line":"step",AT,"what":"create zone a.test."}"#;

    fn changes(kind: RunKind, recorded: &Recorded) -> (Vec<String>, Vec<usize>) {
        let types = RecordTypes::default();
        let all = wanted(kind, recorded, &types).unwrap();
        let [wanted] = &all[..] else { panic!("{} plans", all.len()) };
        let shown =
            |(place, change): &(usize, Change)| format!("{place} {}", change.display(&wanted.name));
        (wanted.changes.iter().map(shown).collect(), wanted.begun.clone())
    }

    #[test]
    fn a_run_is_finished_by_the_rest_and_taken_back_by_the_inverse() {
        let recorded = recorded(true, "", &[SENDING, APPLIED]);
        let (rest, begun) = changes(RunKind::Resume, &recorded);
        assert_eq!(
            rest,
            [
                "1 Create new.a.test. 60 A 192.0.2.2",
                "2 Update www.a.test. 60 A 192.0.2.1 -> www.a.test. 60 A 192.0.2.2",
            ]
        );
        assert_eq!(begun, [0], "the creation may be made");
        let (inverse, begun) = changes(RunKind::Undo, &recorded);
        assert_eq!(
            inverse,
            ["0 Create gone.a.test. 60 A 192.0.2.1", "1 Delete new.a.test. 60 A 192.0.2.2"]
        );
        assert_eq!(begun, [1]);
    }

    #[test]
    fn what_cannot_be_taken_back_is_said() {
        assert!(stays(&recorded(false, "", &[])).is_empty(), "nothing was sent");
        let meta = r#""meta":{"plan":"pro"},"#;
        let said = stays(&recorded(false, meta, &[CREATE, STEP, SENDING]));
        let expected = [
            "the zone a.test. at t, which the run created, stays",
            "the settings of a.test. at t stay as the run made them",
            "this stays done at t: add networks",
            "made anew in a.test. at t: 1 RRset, which the run deleted; what the service kept beside its data",
        ];
        assert_eq!(said.len(), expected.len(), "{said:?}");
        for (said, expected) in said.iter().zip(expected) {
            assert!(said.starts_with(expected), "{said}");
        }
    }
}
