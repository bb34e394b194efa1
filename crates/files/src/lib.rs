//! Shared by providers of local files: files are written atomically, errors name the file, and file access
//! does not block other tasks.

mod blocking;
mod whole;

pub use blocking::{OwnedRequest, blocking};
pub use whole::{failed, make_folder, remove, write};
