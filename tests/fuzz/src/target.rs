//! What a target is.

/// Something that takes any bytes.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name.
    pub name: &'static str,
    /// Takes an input; panics if it is a bad one for us.
    pub run: fn(&[u8]),
}
