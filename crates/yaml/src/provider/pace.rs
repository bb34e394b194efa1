//! Whether small files are read at once, or on another thread as large ones are.
//!
//! Of many small zones, handing each file to another thread and waking the first one again would take several times as
//! long as reading it. Where reading waits, as it may for a network or a disk, that is what other threads are for.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// How many bytes a small file has at most: it is read in a fraction of a millisecond.
pub(super) const BRIEF: u64 = 4096;

/// What takes longer has waited.
const QUICK: Duration = Duration::from_millis(2);

/// How many reads go to other threads before the next one is tried at once.
const AFTER_A_WAIT: u32 = 20;

/// How quick reads at once have been of late.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// How many more reads go to other threads.
    elsewhere: AtomicU32,
}

impl Pace {
    /// Whether the next small file is to be read at once.
    pub(super) fn is_quick(&self) -> bool {
        let less = |left: u32| left.checked_sub(1);
        self.elsewhere.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_err()
    }

    /// Reads at once, and remembers whether that was quick.
    pub(super) fn of<T>(&self, read: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let done = read();
        if start.elapsed() > QUICK {
            self.elsewhere.store(AFTER_A_WAIT, Ordering::Relaxed);
        }
        done
    }
}

impl Clone for Pace {
    fn clone(&self) -> Self {
        Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_read_that_waited_others_go_to_threads() {
        let pace = Pace::default();
        assert!(pace.is_quick());
        pace.of(|| std::thread::sleep(QUICK * 2));
        let elsewhere = (0..1000).take_while(|_| !pace.is_quick()).count();
        assert_eq!(elsewhere, 20);
        assert!(pace.is_quick());
    }
}
