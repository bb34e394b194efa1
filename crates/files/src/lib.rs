//! Shared by providers of local files: files are written atomically, errors name the file, and file access
//! does not block other tasks.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let temporary = tempfile::tempdir()?;
//! # let folder = temporary.path().join("zones");
//! let path = folder.join("example.com.hosts");
//! let file = path.clone();
//! octodns_files::blocking(move || {
//!     octodns_files::make_folder(&folder)?;
//!     octodns_files::write(&file, "192.0.2.1\twww.example.com\n")
//! })
//! .await?;
//! assert!(path.exists());
//! # Ok(())
//! # }
//! ```
//!
//! A provider whose zones are files in a folder gives them as
//! [`Source::files`](octodns_core::Source::files).

mod blocking;
mod regular;
mod scope;
mod whole;

pub use blocking::{OwnedRequest, blocking};
pub use regular::{check, read, read_input};
pub use scope::Scope;
pub use whole::{failed, inside, make_folder, remove, replace, write, write_all};
