//! The archive: a folder as `.tar.gz`, the same bytes for the same files.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use flate2::{Compression, GzBuilder};
use tar::{Builder, EntryType, Header};

use super::files::{self, Entry, Kind};
use super::release::Release;

/// Packs the laid out files, in a folder of their name.
pub(super) fn pack(release: &Release) -> io::Result<()> {
    let file = File::create(release.file(".tar.gz"))?;
    let compressed = gzip(file, release.level);
    let done = packed(&release.tree(), &release.name(), release.time, compressed)?;
    done.finish()?.sync_all()
}

/// Compresses without a name and a time.
pub(super) fn gzip<W: Write>(to: W, level: u32) -> flate2::write::GzEncoder<W> {
    GzBuilder::new().write(to, Compression::new(level))
}

/// Writes everything in a folder: sorted, of one time, owned by root.
fn packed<W: Write>(folder: &Path, name: &str, time: u64, to: W) -> io::Result<W> {
    let mut archive = Builder::new(to);
    let top = Entry { path: String::new(), kind: Kind::Folder };
    for entry in std::iter::once(top).chain(files::below(folder)?) {
        let mut header = Header::new_gnu();
        header.set_mode(entry.mode());
        header.set_mtime(time);
        header.set_uid(0);
        header.set_gid(0);
        header.set_username("root")?;
        header.set_groupname("root")?;
        header.set_size(0);
        let path = format!("{name}/{}", entry.path);
        match entry.kind {
            Kind::Folder => {
                header.set_entry_type(EntryType::Directory);
                archive.append_data(&mut header, path, io::empty())?;
            }
            Kind::Link(to) => {
                header.set_entry_type(EntryType::Symlink);
                archive.append_link(&mut header, path, to)?;
            }
            Kind::File => {
                let content = fs::read(folder.join(&entry.path))?;
                header.set_size(content.len() as u64);
                archive.append_data(&mut header, path, content.as_slice())?;
            }
        }
    }
    archive.into_inner()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who builds a release again can compare it.
    #[test]
    fn the_same_files_are_the_same_archive() {
        let archive = |files: [&str; 2]| {
            let folder = tempfile::tempdir().unwrap();
            for file in files {
                files::write(&folder.path().join(file), file).unwrap();
            }
            let mut compressed = gzip(Vec::new(), 1);
            compressed = packed(folder.path(), "x-1", 7, compressed).unwrap();
            compressed.finish().unwrap()
        };
        let one = archive(["bin/a", "b"]);
        assert_eq!(one, archive(["b", "bin/a"]));
        let plain = flate2::read::GzDecoder::new(one.as_slice());
        let mut archive = tar::Archive::new(plain);
        let listed: Vec<(String, u32, u64)> = archive
            .entries()
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                let path = entry.path().unwrap().to_string_lossy().into_owned();
                (path, entry.header().mode().unwrap(), entry.header().mtime().unwrap())
            })
            .collect();
        let expected = [
            ("x-1/", 0o755, 7),
            ("x-1/b", 0o644, 7),
            ("x-1/bin", 0o755, 7),
            ("x-1/bin/a", 0o755, 7),
        ];
        assert_eq!(listed, expected.map(|(path, mode, time)| (path.to_owned(), mode, time)));
    }
}
