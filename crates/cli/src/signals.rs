//! Signals that end a run: the first lets what is under way come to its end, the second does not.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc;
use std::thread;

use octodns_manager::Stop;

use crate::progress::screen::SCREEN;

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
        let shared = Arc::clone(&received);
        listen(async move |signals| watch(signals, &stop, &shared).await)?;
        Ok(Self { received })
    }

    /// The exit code of a run that a signal stopped.
    pub(crate) fn code(&self) -> Option<u8> {
        let signal = self.received.load(Ordering::Relaxed);
        (signal != 0).then(|| SIGNALLED.saturating_add(signal))
    }
}

/// From now on a signal ends the process, as it would have without this, but not before what is drawn on the terminal is
/// erased. If the system does not let signals be watched for, they are left alone.
pub(crate) fn end_at_once() {
    let _ = listen(async |mut signals| {
        let signal = signals.next().await;
        SCREEN.leave();
        std::process::exit(SIGNALLED.saturating_add(signal).into());
    });
}

/// Waits for a signal that is to end the process. Returns what the process is to exit with.
pub(crate) async fn ended() -> u8 {
    match Source::new() {
        Ok(mut signals) => SIGNALLED.saturating_add(signals.next().await),
        // They are left alone.
        Err(_) => std::future::pending().await,
    }
}

/// Watches for signals in a thread of its own: that of the run may be busy when they come.
fn listen<F>(then: F) -> io::Result<()>
where
    F: AsyncFnOnce(Source) + Send + 'static,
{
    let (ready, is_ready) = mpsc::channel();
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        match runtime {
            Ok(runtime) => runtime.block_on(async {
                match Source::new() {
                    Ok(signals) => {
                        // Whoever asked waits for this.
                        let _ = ready.send(Ok(()));
                        then(signals).await;
                    }
                    Err(error) => drop(ready.send(Err(error))),
                }
            }),
            Err(error) => drop(ready.send(Err(error))),
        }
    })?;
    is_ready.recv().unwrap_or_else(|_| Err(io::Error::other("nobody watches for signals")))
}

async fn watch(mut signals: Source, stop: &Stop, received: &AtomicU8) {
    let signal = signals.next().await;
    received.store(signal, Ordering::Relaxed);
    say("stopping: what is under way is brought to its end; a second signal ends it at once");
    stop.stop();
    let signal = signals.next().await;
    SCREEN.leave();
    say("ended at once: `octodns-sync --runs` tells what is not known to be done");
    std::process::exit(SIGNALLED.saturating_add(signal).into());
}

fn say(text: &str) {
    // Nothing more can be said when even that cannot be written.
    let _ = SCREEN.aside(|| writeln!(io::stderr().lock(), "{text}"));
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
