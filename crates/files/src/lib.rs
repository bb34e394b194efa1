//! What providers of local files share: files are written whole or not at all, errors name them, and
//! nobody else waits for them.

mod blocking;
mod whole;

pub use blocking::{OwnedRequest, blocking};
pub use whole::{failed, make_folder, remove, write};
