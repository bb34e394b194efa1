//! What providers of local files share: files are written whole or not at all, and errors name them.

mod whole;

pub use whole::{failed, make_folder, remove, write};
