//! Which files zone data may be in and include.

/// Which files the zone data of local files may be in and include: links to files, `!include` in YAML, `$INCLUDE` in zone
/// files.
///
/// Zone data is often written by others than those who run the program. What it includes becomes records, so it must
/// not reach every file that the program can read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Includes {
    /// Files below the folder of the source, and if that is in a git work tree, all files of the work tree.
    #[default]
    Folder,
    /// Any file.
    Anywhere,
}
