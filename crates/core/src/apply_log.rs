//! The write-ahead record of an apply: what is about to be sent, and the outcome.
//!
//! A provider asks the log before it sends anything, and the log may refuse: then nothing is sent. So whoever
//! keeps the log (a journal on disk, say) knows of every request that may have reached the target.

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::error::{Cause, ProviderError, ServiceErrorKind};
use crate::plan::{ApprovedPlan, Plan};

/// The outcome of one change of a plan, or of a step beside the changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// Nothing was sent, or the target surely did nothing of it and would take it again.
    #[default]
    NotSent,
    /// It was sent; whether it was done is not known.
    Unknown,
    /// The target has taken it, but does not serve it before it is published.
    Staged,
    /// The target has confirmed it.
    Applied,
    /// The target has refused it, in these words.
    Failed(String),
    /// It takes several calls, and only some of them were made.
    Partial {
        /// How many calls were confirmed.
        done: usize,
        /// How many there are in all.
        of: usize,
        /// Whether one more may have been made: its answer was lost.
        perhaps_one_more: bool,
        /// Why the rest was not made.
        why: String,
    },
}

impl Outcome {
    /// The outcome of something that ended in this error: it failed, unless the error is that nobody knows
    /// whether it was done.
    pub fn of(error: &ProviderError) -> Self {
        match error.kind() {
            Some(ServiceErrorKind::Indeterminate) => Self::Unknown,
            _ => Self::Failed(error.with_causes()),
        }
    }

    /// Whether the target may hold something of it that was not confirmed.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown | Self::Partial { perhaps_one_more: true, .. })
    }

    /// Whether the target holds it, all of it, and serves it.
    pub fn is_applied(&self) -> bool {
        *self == Self::Applied
    }
}

/// Why something was not done, and how far it came: how many of its calls were confirmed, out of how many.
#[derive(Debug)]
#[non_exhaustive]
pub struct Stopped {
    /// Why.
    pub error: ProviderError,
    /// How many calls were confirmed before.
    pub done: usize,
    /// How many calls it takes in all.
    pub of: usize,
}

impl Stopped {
    /// Ended by `error` after `done` of `of` calls were confirmed.
    pub fn new(error: impl Into<ProviderError>, done: usize, of: usize) -> Self {
        Self { error: error.into(), done, of }
    }
}

impl<E> From<E> for Stopped
where
    ProviderError: From<E>,
{
    /// Of something that takes one call.
    fn from(error: E) -> Self {
        Self { error: error.into(), done: 0, of: 1 }
    }
}

/// What is about to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sending<'s> {
    /// Changes of the plan, as indexes into its changes.
    Changes(&'s [usize]),
    /// What is not a change of the plan: a zone that is created, a health check, a zone setting.
    Step(&'s str),
    /// What makes the target serve everything that is staged.
    Publish,
}

/// One entry of a log.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Entry<'e> {
    /// The id of the target.
    pub target: &'e str,
    /// The plan that is applied. It has the before-image of every change.
    pub plan: &'e Plan,
    /// Number of the attempt within this apply, from 0; the entry that ends it has the same.
    pub attempt: usize,
    /// What is sent.
    pub sending: Sending<'e>,
}

/// Where a log is kept: a journal on disk, a progress bar, nowhere.
///
/// One sink may serve many plans at the same time; the entries say which they are about.
#[async_trait]
pub trait ApplySink: Send + Sync {
    /// Records what is about to be sent. What is written must be durable when this returns.
    ///
    /// # Errors
    ///
    /// When it cannot be written: then it is not sent, and the apply ends.
    async fn begin(&self, entry: &Entry<'_>) -> Result<(), Cause>;

    /// Records the outcome. Without this entry the outcome of an attempt is unknown.
    ///
    /// `index` is the change it is about; `None` for a step or for publishing.
    fn end(&self, entry: &Entry<'_>, index: Option<usize>, outcome: &Outcome);
}

/// A sink that keeps nothing.
#[async_trait]
impl ApplySink for () {
    async fn begin(&self, _entry: &Entry<'_>) -> Result<(), Cause> {
        Ok(())
    }

    fn end(&self, _entry: &Entry<'_>, _index: Option<usize>, _outcome: &Outcome) {}
}

/// The log that a provider asks before it sends anything of a plan, and reports outcomes to.
///
/// ```
/// # use octodns_core::{ApplyLog, Plan, ProviderError};
/// # async fn send(_: &octodns_core::Change) -> Result<(), ProviderError> { Ok(()) }
/// async fn apply(plan: &Plan, log: &ApplyLog<'_>) -> Result<(), ProviderError> {
///     for (index, change) in plan.changes.iter().enumerate() {
///         let attempt = log.begin(&[index]).await?;
///         if let Err(error) = send(change).await {
///             attempt.ended(&error);
///             return Err(error);
///         }
///         attempt.applied();
///     }
///     Ok(())
/// }
/// ```
pub struct ApplyLog<'l> {
    target: &'l str,
    plan: &'l Plan,
    sink: &'l dyn ApplySink,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    attempts: usize,
    /// Whether what is confirmed is served only once it is published.
    is_staging: bool,
    changes: Vec<Outcome>,
    steps: Vec<(String, Outcome)>,
}

impl<'l> ApplyLog<'l> {
    /// A log of applying `plan` to the target with this id, nothing sent yet.
    pub fn new(target: &'l str, plan: &'l ApprovedPlan, sink: &'l dyn ApplySink) -> Self {
        let changes = vec![Outcome::NotSent; plan.changes.len()];
        Self { target, plan, sink, kept: Mutex::new(Kept { changes, ..Kept::default() }) }
    }

    /// Asks to send these changes (indexes into the plan's), all in one call or in a few that belong
    /// together. Until the attempt says otherwise their outcome is unknown.
    ///
    /// # Errors
    ///
    /// When it cannot be written down, an index is none of the plan's, or its change is made already: nothing may be
    /// sent then.
    pub async fn begin(&self, changes: &[usize]) -> Result<Attempt<'_>, ProviderError> {
        self.check(changes)?;
        self.start(What::Changes(changes.into())).await
    }

    /// Refuses changes that are none of the plan's, or that would be made twice.
    fn check(&self, changes: &[usize]) -> Result<(), ProviderError> {
        let kept = self.kept();
        let count = kept.changes.len();
        let fault = |index: usize, what: &str| {
            ProviderError::failed(format!("change {index} {what}: a bug in the provider"))
        };
        for index in changes {
            match kept.changes.get(*index) {
                None => return Err(fault(*index, &format!("of a plan with {count}"))),
                Some(Outcome::Applied | Outcome::Staged) => {
                    return Err(fault(*index, "is made already"));
                }
                Some(_) => {}
            }
        }
        let mut sorted = changes.to_vec();
        sorted.sort_unstable();
        if let Some(twice) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(fault(twice[0], "is there twice"));
        }
        Ok(())
    }

    /// Asks to send what is no change of the plan: to create a zone or a health check, say. `what` names it
    /// for people: `create zone example.com.`.
    ///
    /// # Errors
    ///
    /// When it cannot be recorded: nothing may be sent then.
    pub async fn step(&self, what: &str) -> Result<Attempt<'_>, ProviderError> {
        self.start(What::Step(what.to_owned(), 0)).await
    }

    /// From now on what the target confirms is staged: it serves it once [`ApplyLog::publish`] was confirmed.
    pub fn stage(&self) {
        self.kept().is_staging = true;
    }

    /// Whether there is something to be published.
    pub fn has_staged(&self) -> bool {
        self.kept().changes.contains(&Outcome::Staged)
    }

    /// Asks to publish what is staged. When it is confirmed, every staged change is applied.
    ///
    /// # Errors
    ///
    /// When it cannot be recorded: nothing may be sent then.
    pub async fn publish(&self) -> Result<Attempt<'_>, ProviderError> {
        self.start(What::Publish).await
    }

    /// Sends what is not a change of the plan, and writes down the outcome.
    ///
    /// # Errors
    ///
    /// Those of `send`, and of [`ApplyLog::step`].
    pub async fn in_step<T, E>(
        &self,
        what: &str,
        send: impl Future<Output = Result<T, E>>,
    ) -> Result<T, ProviderError>
    where
        ProviderError: From<E>,
    {
        let attempt = self.step(what).await?;
        attempt.conclude(send.await.map_err(ProviderError::from))
    }

    /// Sends all changes of the plan at once, and writes down their outcomes: for targets that are
    /// written as a whole.
    ///
    /// # Errors
    ///
    /// Those of `send`, and of [`ApplyLog::begin`].
    pub async fn in_one<T, E>(
        &self,
        send: impl Future<Output = Result<T, E>>,
    ) -> Result<T, ProviderError>
    where
        Stopped: From<E>,
    {
        let all: Vec<_> = (0..self.plan.changes.len()).collect();
        let attempt = self.begin(&all).await?;
        match send.await.map_err(Stopped::from) {
            Ok(done) => {
                attempt.applied();
                Ok(done)
            }
            Err(Stopped { error, done, of }) => {
                attempt.partial(done, of, &error);
                Err(error)
            }
        }
    }

    /// The outcome of each change so far, in the plan's order.
    pub fn outcomes(&self) -> Vec<Outcome> {
        self.kept().changes.clone()
    }

    /// The outcome of each step beside the changes so far, in the order they were begun.
    pub fn steps(&self) -> Vec<(String, Outcome)> {
        self.kept().steps.clone()
    }

    async fn start(&self, mut what: What) -> Result<Attempt<'_>, ProviderError> {
        let attempt = {
            let mut kept = self.kept();
            kept.attempts += 1;
            kept.attempts - 1
        };
        let begun = self.sink.begin(&self.entry(attempt, what.sending())).await;
        begun.map_err(|error| ProviderError::Failed {
            message: "the change could not be written to the log, so it was not sent".into(),
            source: Some(error),
        })?;
        let mut kept = self.kept();
        match &mut what {
            What::Changes(indexes) => kept.set(indexes, &Outcome::Unknown),
            What::Step(name, place) => {
                *place = kept.steps.len();
                kept.steps.push((name.clone(), Outcome::Unknown));
            }
            What::Publish => {}
        }
        drop(kept);
        Ok(Attempt { log: self, number: attempt, what })
    }

    fn entry<'e>(&'e self, attempt: usize, sending: Sending<'e>) -> Entry<'e> {
        Entry { target: self.target, plan: self.plan, attempt, sending }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn set(&mut self, indexes: &[usize], outcome: &Outcome) {
        for index in indexes {
            if let Some(held) = self.changes.get_mut(*index) {
                held.clone_from(outcome);
            }
        }
    }
}

/// [`Sending`], kept until it ended.
enum What {
    Changes(Box<[usize]>),
    /// With its place among the steps.
    Step(String, usize),
    Publish,
}

impl What {
    fn sending(&self) -> Sending<'_> {
        match self {
            Self::Changes(indexes) => Sending::Changes(indexes),
            Self::Step(what, _) => Sending::Step(what),
            Self::Publish => Sending::Publish,
        }
    }
}

/// Permission to send something. Its holder reports the outcome; if it is dropped, the outcome is unknown.
#[must_use = "without a call that says what came of it, the outcome stays unknown"]
pub struct Attempt<'l> {
    log: &'l ApplyLog<'l>,
    number: usize,
    what: What,
}

impl Attempt<'_> {
    /// The target has confirmed it.
    pub fn applied(self) {
        let is_staged = matches!(self.what, What::Changes(_)) && self.log.kept().is_staging;
        self.all(if is_staged { &Outcome::Staged } else { &Outcome::Applied });
    }

    /// The target has taken it, and serves it once [`ApplyLog::publish`] was confirmed.
    pub fn staged(self) {
        self.all(&Outcome::Staged);
    }

    /// It was not sent after all, or was refused together with others so that surely nothing of it was done.
    pub fn not_sent(self) {
        self.all(&Outcome::NotSent);
    }

    /// It ended in this error: refused, or unknown if the error is that nobody knows.
    pub fn ended(self, error: &ProviderError) {
        self.all(&Outcome::of(error));
    }

    /// Of its `of` calls `done` were confirmed, then came this error.
    pub fn partial(self, done: usize, of: usize, error: &ProviderError) {
        if done == 0 && of <= 1 {
            return self.ended(error);
        }
        let perhaps_one_more = error.kind() == Some(ServiceErrorKind::Indeterminate);
        if done == 0 && !perhaps_one_more {
            return self.ended(error);
        }
        let why = error.with_causes();
        self.all(&Outcome::Partial { done, of, perhaps_one_more, why });
    }

    /// Reports an outcome for each change; for a step or for publishing, `of` is called once, with 0.
    pub fn each(self, mut of: impl FnMut(usize) -> Outcome) {
        match &self.what {
            What::Changes(indexes) => {
                indexes.iter().for_each(|index| self.set(*index, &of(*index)));
            }
            What::Step(..) | What::Publish => self.all(&of(0)),
        }
    }

    /// Reports the outcome from the result of the call, and returns that result.
    ///
    /// # Errors
    ///
    /// That of the result.
    pub fn conclude<T>(self, result: Result<T, ProviderError>) -> Result<T, ProviderError> {
        match &result {
            Ok(_) => self.applied(),
            Err(error) => self.ended(error),
        }
        result
    }

    fn all(&self, outcome: &Outcome) {
        match &self.what {
            What::Changes(indexes) => indexes.iter().for_each(|index| self.set(*index, outcome)),
            What::Step(_, place) => {
                if let Some((_, held)) = self.log.kept().steps.get_mut(*place) {
                    held.clone_from(outcome);
                }
                self.tell(None, outcome);
            }
            What::Publish => self.publish(outcome),
        }
    }

    fn set(&self, index: usize, outcome: &Outcome) {
        self.log.kept().set(&[index], outcome);
        self.tell(Some(index), outcome);
    }

    /// What is staged stays so when publishing was refused, and is unknown when its answer was lost.
    fn publish(&self, outcome: &Outcome) {
        if matches!(outcome, Outcome::Applied | Outcome::Unknown) {
            let mut kept = self.log.kept();
            for held in kept.changes.iter_mut().filter(|held| **held == Outcome::Staged) {
                held.clone_from(outcome);
            }
        }
        self.tell(None, outcome);
    }

    fn tell(&self, index: Option<usize>, outcome: &Outcome) {
        let entry = self.log.entry(self.number, self.what.sending());
        self.log.sink.end(&entry, index, outcome);
    }
}

#[cfg(test)]
mod tests;
