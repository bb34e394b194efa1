//! An error and its position, before the file is known.

use octodns_core::value::Position;

use crate::ErrorKind;

/// An error with its position in the text.
pub(super) type Failure = (ErrorKind, Position);

/// A position; numbers that are too large are clamped.
pub(super) fn place(file: u16, line: usize, column: usize) -> Position {
    Position {
        file,
        line: u32::try_from(line).unwrap_or(u32::MAX),
        column: u16::try_from(column).unwrap_or(u16::MAX),
    }
}
