//! A fuzz target.

/// A function that accepts any bytes.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name.
    pub name: &'static str,
    /// Runs an input; panics if it finds a bug.
    pub run: fn(&[u8]),
}
