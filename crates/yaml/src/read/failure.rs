//! What is wrong, and where, before it is known in which file.

use octodns_core::value::Position;

use crate::ErrorKind;

/// A failure with its place in the text.
pub(super) type Failure = (ErrorKind, Position);

/// A position; what is too large for it is cut off at the largest.
pub(super) fn place(file: u16, line: usize, column: usize) -> Position {
    Position {
        file,
        line: u32::try_from(line).unwrap_or(u32::MAX),
        column: u16::try_from(column).unwrap_or(u16::MAX),
    }
}
