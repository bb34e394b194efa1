//! Items beside records: listed once, created once, deleted when unused.

use std::sync::{Mutex, MutexGuard};

use octodns_core::{ApplyLog, Plan, ProviderError, ServiceErrorKind, Zone, ZoneName, async_trait};
use octodns_kit::http::{Backoff, Client, Options};
use octodns_kit::{CompanionApi, Companions};

/// What happens to the next creation.
#[derive(Clone, Copy, Default, PartialEq)]
enum Fate {
    #[default]
    Done,
    /// The response is lost; it was carried out, or was not.
    Lost { carried_out: bool },
}

#[derive(Default)]
struct State {
    checks: Vec<(String, String)>,
    fate: Fate,
    calls: Vec<String>,
}

/// Health checks in memory: id and mark.
struct Checks {
    state: Mutex<State>,
    client: Client,
    looks_up: bool,
}

impl Checks {
    fn new(looks_up: bool) -> Self {
        let mut quick = Options::default();
        quick.attempts = Some(3);
        quick.retry_wait = Some(0.0);
        let client = Client::builder("checks", "http://127.0.0.1").options(&quick).build().unwrap();
        let state = State {
            checks: vec![("1".into(), "www".into()), ("2".into(), "www".into())],
            ..State::default()
        };
        Self { state: Mutex::new(state), client, looks_up }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

#[async_trait]
impl CompanionApi for Checks {
    const WHAT: &'static str = "health check";
    type Item = (String, String);
    type Wanted = String;

    fn id((id, _): &Self::Item) -> &str {
        id
    }

    /// `www` and `www v2` are one check of `www`, with other settings.
    fn fits((_, mark): &Self::Item, wanted: &String) -> bool {
        mark.split(' ').next() == wanted.split(' ').next()
    }

    fn is_as_wanted((_, mark): &Self::Item, wanted: &String) -> bool {
        mark == wanted
    }

    fn owner(wanted: &String) -> String {
        wanted.clone()
    }

    async fn list(&self) -> Result<Vec<Self::Item>, ProviderError> {
        let mut state = self.state();
        state.calls.push("list".into());
        Ok(state.checks.clone())
    }

    async fn create(&self, wanted: &String) -> Result<Self::Item, ProviderError> {
        let mut state = self.state();
        state.calls.push(format!("create {wanted}"));
        let item = ((state.checks.len() + 1).to_string(), wanted.clone());
        match std::mem::take(&mut state.fate) {
            Fate::Done => {
                state.checks.push(item.clone());
                Ok(item)
            }
            Fate::Lost { carried_out } => {
                if carried_out {
                    state.checks.push(item);
                }
                Err(ProviderError::service(ServiceErrorKind::Indeterminate, "no answer"))
            }
        }
    }

    async fn update(
        &self,
        (id, _): &Self::Item,
        wanted: &String,
    ) -> Result<Self::Item, ProviderError> {
        let mut state = self.state();
        state.calls.push(format!("update {id}"));
        let item = (id.clone(), wanted.clone());
        state.checks.retain(|(known, _)| known != id);
        state.checks.push(item.clone());
        Ok(item)
    }

    async fn delete(&self, (id, _): &Self::Item) -> Result<(), ProviderError> {
        let mut state = self.state();
        state.calls.push(format!("delete {id}"));
        state.checks.retain(|(known, _)| known != id);
        Ok(())
    }

    fn backoff(&self) -> Option<&Backoff> {
        self.looks_up.then(|| self.client.backoff())
    }
}

fn plan() -> octodns_core::ApprovedPlan {
    let zone = || Zone::new(ZoneName::new("example.com.").unwrap());
    Plan::new(zone(), zone(), Vec::new(), true).approve_by_force()
}

#[tokio::test]
async fn items_are_listed_once_in_a_run_and_created_if_none_fits() {
    let (api, checks, plan) = (Checks::new(true), Companions::default(), plan());
    let log = ApplyLog::new("test", &plan, &());
    let ensure = async |mark: &str, preferred| {
        let item = checks.ensure(&api, &mark.to_owned(), preferred, &log).await;
        item.unwrap().0
    };
    assert_eq!(ensure("www", None).await, "1");
    assert_eq!(ensure("www", Some("2")).await, "2");
    assert_eq!(ensure("www", Some("3")).await, "1");
    // Both want the same at the same time.
    let (one, other) = tokio::join!(ensure("api", None), ensure("api", None));
    assert_eq!((&*one, &*other), ("3", "3"));
    assert_eq!(api.state().calls, ["list", "create api"]);
    let steps: Vec<_> = log.steps().into_iter().map(|(step, _)| step).collect();
    assert_eq!(steps, ["create a health check for api"]);
    checks.put(&api, ("2".into(), "changed".into())).await.unwrap();
    let item = checks.item(&api, |(_, mark)| mark == "changed").await.unwrap();
    assert_eq!(item.unwrap().0, "2");
    checks.begin_run();
    assert_eq!(checks.all(&api).await.unwrap().len(), 3);
    assert_eq!(api.state().calls, ["list", "create api", "list"]);
}

#[tokio::test]
async fn a_creation_whose_answer_is_lost_is_looked_up() {
    for (looks_up, carried_out, expected) in [
        (true, true, Some(&["list", "create api", "list"][..])),
        (true, false, Some(&["list", "create api", "list", "create api"])),
        (false, true, None),
    ] {
        let (api, checks, plan) = (Checks::new(looks_up), Companions::default(), plan());
        let log = ApplyLog::new("test", &plan, &());
        api.state().fate = Fate::Lost { carried_out };
        let item = checks.ensure(&api, &"api".to_owned(), None, &log).await;
        if let Some(calls) = expected {
            assert_eq!(item.unwrap().0, "3");
            assert_eq!(api.state().calls, calls);
            assert!(log.steps().iter().all(|(_, outcome)| outcome.is_applied()));
        } else {
            let kind = item.unwrap_err().kind();
            assert_eq!(kind, Some(ServiceErrorKind::Indeterminate));
            assert!(log.steps()[0].1.is_unknown());
        }
    }
}

#[tokio::test]
async fn unused_items_are_deleted_and_forgotten() {
    let (api, checks, plan) = (Checks::new(true), Companions::default(), plan());
    let log = ApplyLog::new("test", &plan, &());
    checks.delete_unused(&api, |(id, _)| id == "2", &log).await.unwrap();
    assert_eq!(checks.all(&api).await.unwrap(), [("1".to_owned(), "www".to_owned())]);
    assert_eq!(api.state().calls, ["list", "delete 2"]);
    assert_eq!(log.steps()[0].0, "delete the health check 2");
}

#[tokio::test]
async fn items_are_changed_in_place_and_remembered_so() {
    let (api, checks, plan) = (Checks::new(true), Companions::default(), plan());
    let log = ApplyLog::new("test", &plan, &());
    for (wanted, id, is_changed) in
        [("www", "1", false), ("www v2", "1", true), ("www v2", "1", false), ("api v2", "3", false)]
    {
        let ensured = checks.ensure_as_wanted(&api, &wanted.to_owned(), Some("1"), &log).await;
        assert_eq!(ensured.unwrap(), ((id.to_owned(), wanted.to_owned()), is_changed));
    }
    assert_eq!(api.state().calls, ["list", "update 1", "create api v2"]);
    assert_eq!(log.steps()[0].0, "change the health check 1 for www v2");
}
