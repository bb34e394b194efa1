//! So many requests at once, fewer while the service says that it is too much.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// How many good answers, per slot, let one more request be sent at a time again.
const GOOD_ANSWERS: usize = 8;

#[derive(Debug)]
pub(super) struct Slots {
    state: Mutex<State>,
    /// Who is next; the others queue behind in order.
    queue: tokio::sync::Mutex<()>,
    freed: Notify,
}

#[derive(Debug)]
struct State {
    /// The most that is allowed.
    ceiling: usize,
    /// What is allowed for now.
    width: usize,
    in_use: usize,
    good: usize,
    /// Counts how often the width was made smaller: requests that were sent before say nothing about what
    /// it is now.
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

    /// Allows no more than `ceiling`, from now on.
    pub(super) fn tighten(&self, ceiling: usize) {
        let mut state = self.state();
        state.ceiling = state.ceiling.min(ceiling.max(1));
        state.width = state.width.min(state.ceiling);
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

/// One of them, given back when dropped.
#[derive(Debug)]
pub(super) struct Slot {
    slots: Arc<Slots>,
    narrowed: u64,
}

impl Slot {
    /// The service found it too much: fewer at a time. Those that were sent together count once.
    pub(super) fn throttled(&self) {
        let mut state = self.slots.state();
        if state.narrowed == self.narrowed {
            state.narrowed += 1;
            state.width = (state.width.min(state.in_use) * 3 / 4).max(1);
            state.good = 0;
        }
    }

    /// The service took it: one more at a time after a while.
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
    async fn what_is_too_much_is_sent_by_fewer_at_a_time() {
        let slots = Arc::new(Slots::new(8));
        let mut held = Vec::new();
        for _ in 0..8 {
            held.push(slots.acquire().await);
        }
        // All were sent together: the service said it once, eight times.
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
