//! A terminal that tests look at.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use super::emulator::Picture;
use super::screen::Terminal;

/// A terminal; clones are the same one.
#[derive(Clone)]
pub(super) struct Fake(Arc<Mutex<Inner>>);

struct Inner {
    columns: usize,
    written: String,
    picture: Picture,
}

impl Fake {
    /// A terminal of so many columns; 0 if it does not know.
    pub(super) fn new(columns: usize) -> Self {
        let (written, picture) = (String::new(), Picture::default());
        Self(Arc::new(Mutex::new(Inner { columns, written, picture })))
    }

    pub(super) fn resize(&self, columns: usize) {
        self.inner().columns = columns;
    }

    /// Everything that was written to it.
    pub(super) fn written(&self) -> String {
        self.inner().written.clone()
    }

    /// The rows that somebody sees, without empty ones at the end.
    pub(super) fn shown(&self) -> Vec<String> {
        let inner = self.inner();
        inner.picture.rows(inner.columns)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap()
    }
}

impl Terminal for Fake {
    fn columns(&self) -> Option<usize> {
        Some(self.inner().columns)
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        let mut inner = self.inner();
        inner.written.push_str(text);
        inner.picture.write(text);
        Ok(())
    }
}
