//! Concurrent requests: a fixed limit, lowered while the service throttles.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// How many successful responses per slot raise the lowered limit by one.
const GOOD_ANSWERS: usize = 8;

#[derive(Debug)]
pub(super) struct Slots {
    state: Mutex<State>,
    /// Held by the request that is next; the others wait in order.
    queue: tokio::sync::Mutex<()>,
    freed: Notify,
}

#[derive(Debug)]
struct State {
    /// The fixed limit.
    ceiling: usize,
    /// The current limit.
    width: usize,
    in_use: usize,
    good: usize,
    /// Counts how often the current limit was lowered: requests sent before that say nothing about the new
    /// limit.
    narrowed: u64,
}

impl Slots {
    pub(super) fn new(ceiling: usize) -> Self {
        let ceiling = ceiling.max(1);
        let state = State { ceiling, width: ceiling, in_use: 0, good: 0, narrowed: 0 };
        Self {
            state: Mutex::new(state),
            queue: tokio::sync::Mutex::default(),
            freed: Notify::new(),
        }
    }

    /// Lowers the fixed limit to `ceiling` from now on.
    pub(super) fn tighten(&self, ceiling: usize) {
        let mut state = self.state();
        state.ceiling = state.ceiling.min(ceiling.max(1));
        state.width = state.width.min(state.ceiling);
    }

    /// The fixed limit.
    pub(super) fn ceiling(&self) -> usize {
        self.state().ceiling
    }

    pub(super) async fn acquire(self: &Arc<Self>) -> Slot {
        let _first = self.queue.lock().await;
        loop {
            if let Some(narrowed) = self.try_acquire() {
                return Slot { slots: Arc::clone(self), narrowed };
            }
            self.freed.notified().await;
        }
    }

    fn try_acquire(&self) -> Option<u64> {
        let mut state = self.state();
        if state.in_use >= state.width {
            return None;
        }
        state.in_use += 1;
        Some(state.narrowed)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A slot, released when dropped.
#[derive(Debug)]
pub(super) struct Slot {
    slots: Arc<Slots>,
    narrowed: u64,
}

impl Slot {
    /// The service throttled: lowers the current limit. Requests that were sent together count once.
    pub(super) fn throttled(&self) {
        let mut state = self.slots.state();
        if state.narrowed == self.narrowed {
            state.narrowed += 1;
            state.width = (state.width.min(state.in_use) * 3 / 4).max(1);
            state.good = 0;
        }
    }

    /// The service accepted the request: raises the current limit after a while.
    pub(super) fn accepted(&self) {
        let mut state = self.slots.state();
        state.good += 1;
        if state.width < state.ceiling && state.good >= state.width * GOOD_ANSWERS {
            state.width += 1;
            state.good = 0;
            self.slots.freed.notify_one();
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.slots.state().in_use -= 1;
        self.slots.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn throttling_lowers_the_concurrency() {
        let slots = Arc::new(Slots::new(8));
        let mut held = Vec::new();
        for _ in 0..8 {
            held.push(slots.acquire().await);
        }
        // All were sent together: eight responses, but one occasion.
        held.iter().for_each(Slot::throttled);
        assert_eq!(slots.state().width, 6);
        held.clear();
        for width in [4, 3, 2, 1, 1] {
            let mut held = Vec::new();
            while let Some(narrowed) = slots.try_acquire() {
                held.push(Slot { slots: Arc::clone(&slots), narrowed });
            }
            held.iter().for_each(Slot::throttled);
            assert_eq!(slots.state().width, width);
        }
        // And more again, one by one.
        for width in [2, 3, 4] {
            for _ in 0..(width - 1) * GOOD_ANSWERS {
                slots.acquire().await.accepted();
            }
            assert_eq!(slots.state().width, width);
        }
        for _ in 0..1000 {
            slots.acquire().await.accepted();
        }
        assert_eq!(slots.state().width, 8);
    }
}
