//! Writes down what is sent for one plan, tells the program's own sink, and lets nothing out of a run that is stopped.

use std::sync::Arc;

use async_trait::async_trait;
use octodns_core::apply_log::{ApplySink, Entry, Sending};
use octodns_core::{Outcome, provider::Cause};

use super::line::{Line, Written};
use super::recording::Recording;
use crate::stop::Stop;

/// The sink of one plan of a run.
pub(crate) struct StepSink<'s> {
    /// With the place of the plan in the journal.
    pub(crate) journal: Option<(Arc<Recording>, usize)>,
    /// That of the program that embeds the library.
    pub(crate) program: &'s dyn ApplySink,
    pub(crate) stop: Stop,
}

#[async_trait]
impl ApplySink for StepSink<'_> {
    async fn begin(&self, entry: &Entry<'_>) -> Result<(), Cause> {
        self.refuse_if_stopped()?;
        let Some((recording, plan)) = &self.journal else { return self.program.begin(entry).await };
        recording.write_before(begun(*plan, entry, recording.now())).await?;
        // Waiting for the disk takes a while.
        let asked = match self.refuse_if_stopped() {
            Ok(()) => self.program.begin(entry).await,
            refused => refused,
        };
        if asked.is_err() {
            recording.write(&not_sent(*plan, entry, recording.now()));
        }
        asked
    }

    fn end(&self, entry: &Entry<'_>, index: Option<usize>, outcome: &Outcome) {
        self.program.end(entry, index, outcome);
        if let Some((recording, plan)) = &self.journal {
            let changes = index.into_iter().collect();
            let line = ended(*plan, entry, changes, Written::from(outcome), recording.now());
            recording.write(&line);
        }
    }
}

impl StepSink<'_> {
    fn refuse_if_stopped(&self) -> Result<(), Cause> {
        if self.stop.is_stopped() { Err("the run was stopped".into()) } else { Ok(()) }
    }
}

fn begun(plan: usize, entry: &Entry<'_>, at: String) -> Line {
    let attempt = entry.attempt;
    match entry.sending {
        Sending::Changes(changes) => Line::Sending { at, plan, attempt, changes: changes.into() },
        Sending::Publish => Line::Publish { at, plan, attempt },
        Sending::Step(what) => Line::Step { at, plan, attempt, what: what.to_owned() },
        // A kind of step that this version does not know.
        _ => Line::Step { at, plan, attempt, what: "another step".to_owned() },
    }
}

fn not_sent(plan: usize, entry: &Entry<'_>, at: String) -> Line {
    let changes = match entry.sending {
        Sending::Changes(changes) => changes.into(),
        _ => Vec::new(),
    };
    ended(plan, entry, changes, Written::NotSent, at)
}

fn ended(
    plan: usize,
    entry: &Entry<'_>,
    changes: Vec<usize>,
    outcome: Written,
    at: String,
) -> Line {
    let attempt = entry.attempt;
    match entry.sending {
        Sending::Changes(_) => Line::Ended { at, plan, attempt, changes, outcome },
        Sending::Publish => Line::PublishEnded { at, plan, attempt, outcome },
        _ => Line::StepEnded { at, plan, attempt, outcome },
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::path::Path;
    use std::sync::Mutex;
    use std::sync::atomic::AtomicUsize;

    use octodns_core::{ApplyLog, ApprovedPlan, Change, Plan, Record, RecordData, Zone};

    use super::*;
    use crate::journal::writer::Writer;

    fn plan() -> ApprovedPlan {
        let zone = Zone::new(octodns_core::ZoneName::new("unit.tests.").unwrap());
        let data = RecordData::A(vec!["192.0.2.1".parse().unwrap()]);
        let name = octodns_core::RecordName::new("www").unwrap();
        let changes = vec![Change::Create(Record::new(name, 60, data).into())];
        Plan::new(zone.clone(), zone, changes, true).approve_by_force()
    }

    /// What a program is told; it may refuse.
    #[derive(Default)]
    struct Told(Mutex<Vec<String>>, bool);

    #[async_trait]
    impl ApplySink for Told {
        async fn begin(&self, entry: &Entry<'_>) -> Result<(), Cause> {
            self.0.lock().unwrap().push(format!("{:?}", entry.sending));
            if self.1 { Err("not today".into()) } else { Ok(()) }
        }

        fn end(&self, _: &Entry<'_>, _: Option<usize>, outcome: &Outcome) {
            self.0.lock().unwrap().push(format!("{outcome:?}"));
        }
    }

    fn sink<'s>(file: &Path, program: &'s Told) -> StepSink<'s> {
        let recording = Recording {
            run: "20261201-001902-3f9a1c".parse().unwrap(),
            path: file.to_owned(),
            writer: Writer::new(File::options().append(true).create(true).open(file).unwrap())
                .unwrap(),
            clock: Arc::new(|| None),
            unwritten: AtomicUsize::new(0),
        };
        StepSink { journal: Some((Arc::new(recording), 4)), program, stop: Stop::new() }
    }

    fn lines(file: &Path) -> Vec<Line> {
        let text = std::fs::read_to_string(file).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[tokio::test]
    async fn a_line_stands_before_the_program_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let (file, program) = (folder.path().join("journal"), Arc::new(Told::default()));
        let (sink, plan) = (sink(&file, &program), plan());
        let log = ApplyLog::new("dns", &plan, &sink);
        log.in_step("create zone", async { Ok::<_, octodns_core::ProviderError>(()) })
            .await
            .unwrap();
        let attempt = log.begin(&[0]).await.unwrap();
        let at = String::new;
        let mut expected = vec![
            Line::Step { at: at(), plan: 4, attempt: 0, what: "create zone".to_owned() },
            Line::StepEnded { at: at(), plan: 4, attempt: 0, outcome: Written::Applied },
            Line::Sending { at: at(), plan: 4, attempt: 1, changes: vec![0] },
        ];
        assert_eq!(lines(&file), expected);
        attempt.applied();
        let (changes, outcome) = (vec![0], Written::Applied);
        expected.push(Line::Ended { at: at(), plan: 4, attempt: 1, changes, outcome });
        assert_eq!(lines(&file), expected);
        assert_eq!(program.0.lock().unwrap().len(), 4);
    }

    #[tokio::test]
    async fn what_is_not_sent_after_all_is_written_down_too() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("journal");
        let program = Arc::new(Told(Mutex::default(), true));
        let (refusing, plan) = (sink(&file, &program), plan());
        let log = ApplyLog::new("dns", &plan, &refusing);
        assert!(log.begin(&[0]).await.is_err());
        let not_sent = |line: &Line| matches!(line, Line::Ended { outcome: Written::NotSent, .. });
        assert!(lines(&file).last().is_some_and(not_sent));
    }

    #[tokio::test]
    async fn a_run_that_is_stopped_sends_nothing_more() {
        let folder = tempfile::tempdir().unwrap();
        let (file, program) = (folder.path().join("journal"), Arc::new(Told::default()));
        let (sink, plan) = (sink(&file, &program), plan());
        sink.stop.stop();
        let log = ApplyLog::new("dns", &plan, &sink);
        let error = log.begin(&[0]).await.err().unwrap();
        assert!(error.with_causes().ends_with("the run was stopped"), "{}", error.with_causes());
        assert!(lines(&file).is_empty() && program.0.lock().unwrap().is_empty());
    }

    /// On a full disk nothing is sent.
    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn what_cannot_be_written_down_is_not_sent() {
        let program = Arc::new(Told::default());
        let (sink, plan) = (sink(Path::new("/dev/full"), &program), plan());
        let log = ApplyLog::new("dns", &plan, &sink);
        let error = log.begin(&[0]).await.err().unwrap();
        assert!(error.with_causes().contains("No space left on device"), "{}", error.with_causes());
        assert!(program.0.lock().unwrap().is_empty(), "the program is not even asked");
        assert_eq!(log.outcomes(), [Outcome::NotSent]);
    }
}
