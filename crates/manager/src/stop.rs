//! Stops a run from outside: by a signal, say.

use tokio::sync::watch;

/// A handle by which a run is stopped: nothing new is sent, and what is under way is brought to its end. Clones
/// share it.
///
/// ```
/// # extern crate octodns_manager as octodns;
/// use octodns::{ManagerOptions, Stop};
///
/// # let registry = octodns::built_in(None, octodns::core::registry::Host::default());
/// let mut options = ManagerOptions::new(registry);
/// options.stop = Stop::new();
/// // Wherever a signal arrives:
/// options.stop.stop();
/// assert!(options.stop.is_stopped());
/// ```
#[derive(Clone, Debug)]
pub struct Stop(watch::Sender<bool>);

impl Stop {
    /// A handle of something that is not stopped.
    pub fn new() -> Self {
        Self(watch::Sender::new(false))
    }

    /// Stops it, for good.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }

    /// Whether it is stopped.
    pub fn is_stopped(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is stopped.
    pub async fn stopped(&self) {
        // The sender is here, so the channel stays open.
        let _ = self.0.subscribe().wait_for(|is_stopped| *is_stopped).await;
    }
}

impl Default for Stop {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_waits_is_told() {
        let stop = Stop::new();
        let other = stop.clone();
        let waiting = async {
            other.stopped().await;
            other.is_stopped()
        };
        let (is_stopped, ()) = tokio::join!(waiting, async { stop.stop() });
        assert!(is_stopped);
        stop.stopped().await;
    }
}
