//! What is asked for once in a run, and again in the next.

use std::fmt;
use std::sync::{Arc, PoisonError};

/// A value that is made when it is first asked for and kept until a run begins anew.
///
/// Whoever asks while it is being made waits for it; a failure is not kept.
///
/// ```
/// use octodns_core::PerRun;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), String> {
/// let zones = PerRun::default();
/// let listed = zones.get_or_try_init(async { Ok::<_, String>(vec!["example.com."]) }).await?;
/// assert_eq!(*listed, ["example.com."]);
/// zones.forget();
/// let listed = zones.get_or_try_init(async { Ok::<_, String>(vec!["example.org."]) }).await?;
/// assert_eq!(*listed, ["example.org."]);
/// # Ok(())
/// # }
/// ```
pub struct PerRun<T> {
    cell: std::sync::Mutex<Arc<Cell<T>>>,
}

/// One for each run, so that what an earlier run still waits for does not become the value of the next.
type Cell<T> = futures::lock::Mutex<Option<Arc<T>>>;

impl<T> PerRun<T> {
    /// The value; made by `init` if this run has none yet. Else `init` is dropped without being polled.
    ///
    /// # Errors
    ///
    /// Those of `init`.
    pub async fn get_or_try_init<E>(
        &self,
        init: impl Future<Output = Result<T, E>>,
    ) -> Result<Arc<T>, E> {
        let cell = Arc::clone(&*self.cell());
        let mut held = cell.lock().await;
        if let Some(value) = &*held {
            return Ok(Arc::clone(value));
        }
        let value = Arc::new(init.await?);
        *held = Some(Arc::clone(&value));
        Ok(value)
    }

    /// A run begins: what the last one learned is forgotten.
    pub fn forget(&self) {
        *self.cell() = Arc::default();
    }

    fn cell(&self) -> std::sync::MutexGuard<'_, Arc<Cell<T>>> {
        self.cell.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Default for PerRun<T> {
    fn default() -> Self {
        Self { cell: std::sync::Mutex::default() }
    }
}

impl<T> fmt::Debug for PerRun<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PerRun(..)")
    }
}
