//! Signals that end a run: the first lets what is under way come to its end, the second does not.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc;
use std::thread;

use octodns::Stop;

/// What a process exits with that a signal ended, less the number of the signal.
const SIGNALLED: u8 = 128;

/// Watches for SIGINT and SIGTERM.
pub(crate) struct Signals {
    received: Arc<AtomicU8>,
}

impl Signals {
    /// From now on the first signal stops a run, and the second ends the process at once.
    ///
    /// # Errors
    ///
    /// Fails when the system does not let signals be watched for.
    pub(crate) fn watch(stop: Stop) -> io::Result<Self> {
        let received = Arc::new(AtomicU8::new(0));
        let (ready, is_ready) = mpsc::channel();
        let shared = Arc::clone(&received);
        // A thread of its own: that of the run may be busy when the second signal comes.
        thread::Builder::new().name("signals".to_owned()).spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            match runtime {
                Ok(runtime) => runtime.block_on(watch(&stop, &shared, &ready)),
                Err(error) => drop(ready.send(Err(error))),
            }
        })?;
        is_ready.recv().unwrap_or_else(|_| Err(io::Error::other("nobody watches for signals")))?;
        Ok(Self { received })
    }

    /// The exit code of a run that a signal stopped.
    pub(crate) fn code(&self) -> Option<u8> {
        let signal = self.received.load(Ordering::Relaxed);
        (signal != 0).then(|| SIGNALLED.saturating_add(signal))
    }
}

async fn watch(stop: &Stop, received: &AtomicU8, ready: &mpsc::Sender<io::Result<()>>) {
    let mut signals = match Source::new() {
        Ok(signals) => signals,
        Err(error) => return drop(ready.send(Err(error))),
    };
    // Whoever asked waits for this.
    let _ = ready.send(Ok(()));
    let signal = signals.next().await;
    received.store(signal, Ordering::Relaxed);
    say("stopping: what is under way is brought to its end; a second signal ends it at once");
    stop.stop();
    let signal = signals.next().await;
    say("ended at once: `octodns-sync --runs` tells what is not known to be done");
    std::process::exit(SIGNALLED.saturating_add(signal).into());
}

fn say(text: &str) {
    // Nothing more can be said when even that cannot be written.
    let _ = writeln!(io::stderr().lock(), "{text}");
}

const INTERRUPT: u8 = 2;

#[cfg(unix)]
struct Source {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Source {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) -> u8 {
        use std::future::poll_fn;
        use std::task::Poll;

        const TERMINATE: u8 = 15;
        poll_fn(|context| match self.interrupt.poll_recv(context) {
            Poll::Ready(_) => Poll::Ready(INTERRUPT),
            Poll::Pending => self.terminate.poll_recv(context).map(|_| TERMINATE),
        })
        .await
    }
}

#[cfg(not(unix))]
struct Source;

#[cfg(not(unix))]
impl Source {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> u8 {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        INTERRUPT
    }
}
