//! An object of a class in the host, for as long as a run lasts.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Mutex;

use crate::client::Host;
use crate::error::BridgeError;
use crate::requests::{Kind, Make};
use crate::session::Session;

/// An object of a class. Many keep what they learn for ever, so that each run has one of its own.
#[derive(Debug)]
pub(crate) struct Instance {
    pub(crate) session: Arc<Session>,
    /// What it is made from.
    request: Make,
    current: Mutex<Current>,
    /// Whether it was asked for anything since it was made.
    is_used: AtomicBool,
    /// Whether a run began after that.
    is_stale: AtomicBool,
}

/// The object that is used now.
#[derive(Debug)]
struct Current {
    name: Arc<str>,
    /// How many there were.
    count: usize,
}

impl Instance {
    /// The object that was made as `request` asked.
    pub(crate) fn new(session: Arc<Session>, request: Make) -> Self {
        let name: Arc<str> = request.name.as_str().into();
        if request.kind == Kind::Provider {
            session.name(&request.name, &name);
        }
        let current = Mutex::new(Current { name, count: 1 });
        let (is_used, is_stale) = (AtomicBool::new(false), AtomicBool::new(false));
        Self { session, request, current, is_used, is_stale }
    }

    /// Its id in the config.
    pub(crate) fn id(&self) -> &str {
        &self.request.name
    }

    /// What it is made from.
    pub(crate) fn request(&self) -> &Make {
        &self.request
    }

    /// A run begins: what an earlier one learned is not of this one. What is planned already is applied by the object
    /// that planned it.
    pub(crate) fn begin_run(&self) {
        if self.is_used.swap(false, Ordering::AcqRel) {
            self.is_stale.store(true, Ordering::Release);
        }
    }

    /// What the object of this run goes by in the host.
    ///
    /// # Errors
    ///
    /// If it has to be made once more and cannot be.
    pub(crate) async fn name(&self, host: &Host) -> Result<Arc<str>, BridgeError> {
        let mut current = self.current.lock().await;
        if self.is_stale.load(Ordering::Acquire) {
            self.make_anew(host, &mut current).await?;
            self.is_stale.store(false, Ordering::Release);
            if self.request.kind == Kind::Provider {
                self.session.name(&self.request.name, &current.name);
            }
        }
        self.is_used.store(true, Ordering::Release);
        Ok(Arc::clone(&current.name))
    }

    /// One more object of the class, which knows nothing of what this one did.
    ///
    /// # Errors
    ///
    /// If it cannot be made.
    pub(crate) async fn another(&self, host: &Host) -> Result<Arc<str>, BridgeError> {
        let mut current = self.current.lock().await;
        let mut other = Current { name: Arc::clone(&current.name), count: current.count };
        self.make_anew(host, &mut other).await?;
        current.count = other.count;
        Ok(other.name)
    }

    async fn make_anew(&self, host: &Host, current: &mut Current) -> Result<(), BridgeError> {
        let count = current.count + 1;
        let mut request = self.request.clone();
        request.name = format!("{}#{count}", self.request.name);
        request.id = Some(self.request.name.clone());
        let name = request.name.as_str().into();
        host.make(request).await?;
        *current = Current { name, count };
        Ok(())
    }
}
