//! A log whose sink writes a file, and one whose sink fails.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::PathBuf;

use super::*;
use crate::change::Change;
use crate::name::{RecordName, ZoneName};
use crate::record::{Record, RecordData};
use crate::zone::Zone;

/// A journal: a line for each entry, on disk before anything is sent.
struct Journal {
    path: PathBuf,
    file: Mutex<File>,
}

impl Journal {
    fn new(name: &str) -> Self {
        let file_name = format!("octodns-apply-log-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(file_name);
        let file = OpenOptions::new().create(true).write(true).truncate(true).open(&path).unwrap();
        Self { path, file: Mutex::new(file) }
    }

    fn write(&self, line: &str) -> std::io::Result<()> {
        let mut file = self.file.lock().unwrap();
        writeln!(file, "{line}")?;
        file.sync_data()
    }

    fn lines(&self) -> Vec<String> {
        let text = std::fs::read_to_string(&self.path).unwrap();
        text.lines().map(str::to_owned).collect()
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

#[async_trait]
impl ApplySink for Journal {
    async fn begin(&self, entry: &Entry<'_>) -> Result<(), Cause> {
        Ok(self.write(&format!("{} {} {:?}", entry.attempt, entry.target, entry.sending))?)
    }

    fn end(&self, entry: &Entry<'_>, index: Option<usize>, outcome: &Outcome) {
        self.write(&format!("{} {index:?} {outcome:?}", entry.attempt)).unwrap();
    }
}

/// A disk that is full after some entries.
struct Full(Mutex<usize>);

#[async_trait]
impl ApplySink for Full {
    async fn begin(&self, _entry: &Entry<'_>) -> Result<(), Cause> {
        let mut left = self.0.lock().unwrap();
        *left = left.checked_sub(1).ok_or("no space left on device")?;
        Ok(())
    }

    fn end(&self, _entry: &Entry<'_>, _index: Option<usize>, _outcome: &Outcome) {}
}

fn plan(count: usize) -> ApprovedPlan {
    let zone = Zone::new(ZoneName::new("example.com.").unwrap());
    let change = |index: usize| {
        let data = RecordData::A(vec!["192.0.2.1".parse().unwrap()]);
        let name = RecordName::new(&format!("r{index}")).unwrap();
        Change::Create(Record::new(name, 300, data).into())
    };
    Plan::new(zone.clone(), zone, (0..count).map(change).collect(), true).approve_by_force()
}

fn refused() -> ProviderError {
    ProviderError::service(ServiceErrorKind::Refused, "422: no")
}

fn lost() -> ProviderError {
    ProviderError::service(ServiceErrorKind::Indeterminate, "no answer")
}

#[tokio::test]
async fn every_send_is_on_disk_before_and_after() {
    let (plan, journal) = (plan(4), Journal::new("order"));
    let log = ApplyLog::new("dns", &plan, &journal);
    let attempt = log.begin(&[0, 1]).await.unwrap();
    assert_eq!(journal.lines(), ["0 dns Changes([0, 1])"]);
    // Whatever stops here, a reader of the journal sees that these may have been made.
    assert_eq!(log.outcomes()[..2], [Outcome::Unknown, Outcome::Unknown]);
    attempt.applied();
    log.begin(&[2]).await.unwrap().ended(&lost());
    drop(log.begin(&[3]).await.unwrap());
    assert!(
        log.in_step("create zone example.com.", async { Err::<(), _>(refused()) }).await.is_err()
    );
    assert_eq!(
        journal.lines(),
        [
            "0 dns Changes([0, 1])",
            "0 Some(0) Applied",
            "0 Some(1) Applied",
            "1 dns Changes([2])",
            "1 Some(2) Unknown",
            "2 dns Changes([3])",
            "3 dns Step(\"create zone example.com.\")",
            "3 None Failed(\"422: no\")",
        ]
    );
    let expected = [Outcome::Applied, Outcome::Applied, Outcome::Unknown, Outcome::Unknown];
    assert_eq!(log.outcomes(), expected);
    let step = ("create zone example.com.".to_owned(), Outcome::Failed("422: no".to_owned()));
    assert_eq!(log.steps(), [step]);
}

#[tokio::test]
async fn what_cannot_be_written_down_is_not_sent() {
    let (plan, sink) = (plan(2), Full(Mutex::new(1)));
    let log = ApplyLog::new("dns", &plan, &sink);
    log.begin(&[0]).await.unwrap().applied();
    let error = log.begin(&[1]).await.err().unwrap();
    assert_eq!(
        error.with_causes(),
        "the change could not be written to the log, so it was not sent: no space left on device"
    );
    let mut is_sent = false;
    let send = async {
        is_sent = true;
        Ok::<_, ProviderError>(())
    };
    assert!(log.in_step("create zone example.com.", send).await.is_err());
    assert!(!is_sent);
    assert_eq!(log.outcomes(), [Outcome::Applied, Outcome::NotSent]);
    assert!(log.begin(&[2]).await.is_err(), "there is no such change");
}

#[tokio::test]
async fn what_is_staged_is_applied_once_published() {
    let plan = plan(2);
    for (result, expected) in [
        (Ok(()), [Outcome::Applied, Outcome::NotSent]),
        (Err(refused()), [Outcome::Staged, Outcome::NotSent]),
        (Err(lost()), [Outcome::Unknown, Outcome::NotSent]),
    ] {
        let log = ApplyLog::new("dns", &plan, &());
        log.stage();
        assert!(!log.has_staged());
        log.begin(&[0]).await.unwrap().applied();
        assert!(log.has_staged());
        assert_eq!(log.outcomes()[0], Outcome::Staged);
        let _ = log.publish().await.unwrap().conclude(result);
        assert_eq!(log.outcomes(), expected);
    }
}

#[tokio::test]
async fn how_far_a_change_came_is_data() {
    let plan = plan(1);
    for (done, of, error, expected) in [
        (0, 1, lost(), Outcome::Unknown),
        (0, 3, refused(), Outcome::Failed("422: no".to_owned())),
        (
            2,
            3,
            refused(),
            Outcome::Partial { done: 2, of: 3, perhaps_one_more: false, why: "422: no".to_owned() },
        ),
        (
            0,
            3,
            lost(),
            Outcome::Partial {
                done: 0,
                of: 3,
                perhaps_one_more: true,
                why: "no answer".to_owned(),
            },
        ),
    ] {
        let log = ApplyLog::new("dns", &plan, &());
        log.begin(&[0]).await.unwrap().partial(done, of, &error);
        assert_eq!(log.outcomes(), [expected]);
    }
}
