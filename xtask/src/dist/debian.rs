//! The Debian package: the laid out files where Debian has them, packed by `dpkg-deb`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use md5::{Digest as _, Md5};

use super::archive::gzip;
use super::checksums::hexadecimal;
use super::facts::output;
use super::files::{self, Kind};
use super::release::Release;
use super::target::Needs;
use super::tree::LICENCES;
use crate::run::{root, succeeds};

/// The name of the package: `octodns` is the one in Python.
pub(super) const NAME: &str = "octodns-rs";

/// Where each file or folder of the laid out ones goes.
const PLACES: &[(&str, &str)] = &[
    ("bin", "usr/bin"),
    ("share/man", "usr/share/man"),
    ("share/bash-completion", "usr/share/bash-completion"),
    ("share/fish", "usr/share/fish"),
    ("share/zsh/site-functions", "usr/share/zsh/vendor-completions"),
    ("README.md", "usr/share/doc/octodns-rs/README.md"),
    ("octodns.cdx.json", "usr/share/doc/octodns-rs/octodns.cdx.json"),
    (LICENCES, "usr/share/doc/octodns-rs/LICENSES-THIRD-PARTY.txt"),
];

/// Makes the package if this machine can, and the target is one of Debian's.
pub(super) fn pack(release: &Release) -> io::Result<Option<PathBuf>> {
    let Some(architecture) = release.target.debian() else { return Ok(None) };
    if !succeeds(Command::new("dpkg-deb").arg("--version")) {
        println!("there is no dpkg-deb: no Debian package is made");
        return Ok(None);
    }
    let stage = tempfile::tempdir_in(&release.folder)?;
    let folder = stage.path().join(NAME);
    staged(release, &folder)?;
    let needs = Needs::of(&fs::read(release.program())?);
    let control = control(release, architecture, &needs, size(&folder)?);
    files::write(&folder.join("DEBIAN/control"), control)?;
    files::write(&folder.join("DEBIAN/md5sums"), sums(&folder)?)?;
    set_modes(&folder)?;
    let version = version(&release.facts.version);
    let package = release.folder.join(format!("{NAME}_{version}_{architecture}.deb"));
    let mut command = Command::new("dpkg-deb");
    command.env("SOURCE_DATE_EPOCH", release.time.to_string());
    // Every release of Debian reads gzip, and zstd is Ubuntu's default.
    command.args(["--root-owner-group", "-Zgzip", &format!("-z{}", release.level), "--build"]);
    output(command.arg(&folder).arg(&package))?;
    Ok(Some(package))
}

/// A version as Debian sorts it: a `-` of ours comes before a release.
fn version(version: &str) -> String {
    format!("{}-1", version.replace('-', "~"))
}

/// Copies the laid out files to their places, and writes what only Debian has.
fn staged(release: &Release, folder: &Path) -> io::Result<()> {
    let tree = release.tree();
    for (from, to) in PLACES {
        copied(&tree.join(from), &folder.join(to))?;
    }
    let man = folder.join("usr/share/man/man1");
    let pages = if man.is_dir() { files::below(&man)? } else { Vec::new() };
    for entry in pages {
        let page = man.join(&entry.path);
        compressed(&page, &fs::read(&page)?)?;
        fs::remove_file(&page)?;
    }
    let docs = folder.join("usr/share/doc").join(NAME);
    let license = fs::read_to_string(root().join("LICENSE"))?;
    files::write(&docs.join("copyright"), copyright(release, &license))?;
    compressed(&docs.join("changelog.Debian"), changelog(release).as_bytes())?;
    let changes = root().join("CHANGELOG.md");
    if changes.exists() {
        compressed(&docs.join("changelog"), &fs::read(changes)?)?;
    }
    Ok(())
}

/// Copies a file, or a folder with its links. What was not laid out is left out.
fn copied(from: &Path, to: &Path) -> io::Result<()> {
    if from.is_file() {
        return files::write(to, fs::read(from)?);
    }
    if !from.exists() {
        return Ok(());
    }
    fs::create_dir_all(to)?;
    for entry in files::below(from)? {
        let place = to.join(&entry.path);
        match entry.kind {
            Kind::Folder => fs::create_dir_all(place)?,
            Kind::File => files::write(&place, fs::read(from.join(&entry.path))?)?,
            Kind::Link(name) => files::link(&name.to_string_lossy(), &place)?,
        }
    }
    Ok(())
}

/// Writes a file compressed, with `.gz` behind its name.
fn compressed(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut compressed = gzip(Vec::new(), 9);
    io::Write::write_all(&mut compressed, content)?;
    let name = format!("{}.gz", super::release::name_of(path));
    files::write(&path.with_file_name(name), compressed.finish()?)
}

fn set_modes(folder: &Path) -> io::Result<()> {
    files::set_mode(folder, 0o755)?;
    for entry in files::below(folder)? {
        if !matches!(entry.kind, Kind::Link(_)) {
            files::set_mode(&folder.join(&entry.path), entry.mode())?;
        }
    }
    Ok(())
}

/// How many KiB are installed.
fn size(folder: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for entry in files::below(folder)? {
        if entry.kind == Kind::File {
            bytes += fs::metadata(folder.join(&entry.path))?.len().next_multiple_of(1024);
        }
    }
    Ok(bytes / 1024)
}

/// What `dpkg --verify` compares installed files with.
fn sums(folder: &Path) -> io::Result<String> {
    let mut lines = Vec::new();
    for entry in files::below(folder)? {
        if entry.kind == Kind::File && !entry.path.starts_with("DEBIAN/") {
            let sum = hexadecimal(&Md5::digest(fs::read(folder.join(&entry.path))?));
            lines.push(format!("{sum}  {}\n", entry.path));
        }
    }
    Ok(lines.concat())
}

/// Who makes the package, as Debian's own tools are told. Without it, the project.
fn maintainer(release: &Release) -> String {
    let set = |name| std::env::var(name).ok().filter(|value: &String| !value.is_empty());
    match (set("DEBFULLNAME"), set("DEBEMAIL")) {
        (Some(name), Some(address)) => format!("{name} <{address}>"),
        _ => format!("{NAME} maintainers <{}>", release.facts.repository),
    }
}

fn control(release: &Release, architecture: &str, needs: &Needs, size: u64) -> String {
    let libraries = needs.glibc.map(|minor| format!("libc6 (>= 2.{minor})"));
    let gcc = needs.gcc.then(|| "libgcc-s1".to_owned());
    let depends: Vec<String> = libraries.into_iter().chain(gcc).collect();
    let depends = if depends.is_empty() {
        String::new()
    } else {
        format!("Depends: {}\n", depends.join(", "))
    };
    format!(
        "Package: {NAME}\n\
         Version: {}\n\
         Architecture: {architecture}\n\
         Maintainer: {}\n\
         Installed-Size: {size}\n\
         {depends}\
         Recommends: ca-certificates\n\
         Suggests: git, python3\n\
         Section: net\n\
         Priority: optional\n\
         Homepage: {}\n\
         Description: DNS as code: plans and applies zone files to DNS providers\n \
         Zones are YAML files in git. octodns-sync plans how they differ from what DNS\n \
         providers have, shows the plan, and makes the changes. The config, the zone\n \
         files and the command lines are those of octoDNS, which is in Python.\n",
        version(&release.facts.version),
        maintainer(release),
        release.facts.repository,
    )
}

/// <https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/>
fn copyright(release: &Release, license: &str) -> String {
    let holder = license.lines().find_map(|line| line.trim().strip_prefix("Copyright "));
    let text: Vec<String> = license
        .lines()
        .map(|line| if line.trim().is_empty() { " .\n".to_owned() } else { format!(" {line}\n") })
        .collect();
    format!(
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\
         Upstream-Name: {NAME}\n\
         Source: {}\n\
         Comment: The licences of the libraries in the program are in {LICENCES}.\n\
         \n\
         Files: *\n\
         Copyright: {}\n\
         License: {}\n{}",
        release.facts.repository,
        holder.unwrap_or("the authors"),
        release.facts.license,
        text.concat(),
    )
}

fn changelog(release: &Release) -> String {
    let version = &release.facts.version;
    format!(
        "{NAME} ({}) unstable; urgency=medium\n\n  * Release {version}: {}/releases/tag/v{version}\n\n \
         -- {}  Tue, 01 Jan 1980 00:00:00 +0000\n",
        self::version(version),
        release.facts.repository,
        maintainer(release),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_before_a_release_sorts_before_it() {
        assert_eq!(["1.2.3", "1.2.3-rc.1"].map(version), ["1.2.3-1", "1.2.3~rc.1-1"]);
    }
}
