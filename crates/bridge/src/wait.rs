//! Waiting for a call of the host in code that is not asynchronous.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

/// Runs a call to its end on this thread, within a runtime or without one.
///
/// Calls are answered by threads of their own, so that nothing which this thread drives has to go on meanwhile.
pub(crate) fn wait<T>(call: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    // A task of a runtime may have used up its share, which is none of the call's business.
    let mut call = pin!(tokio::task::unconstrained(call));
    loop {
        match call.as_mut().poll(&mut context) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_another_thread_answers_is_waited_for() {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let answering = thread::spawn(move || sender.send(5).unwrap());
        assert_eq!(wait(receiver), Ok(5));
        answering.join().unwrap();
    }

    #[tokio::test]
    async fn it_works_within_a_runtime_whose_task_has_used_up_its_share() {
        let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
        for number in 0..1000 {
            sender.send(number).unwrap();
        }
        while receiver.recv().await.is_some_and(|number| number < 999) {}
        for number in 0..1000 {
            sender.send(number).unwrap();
            assert_eq!(wait(receiver.recv()), Some(number));
        }
    }
}
