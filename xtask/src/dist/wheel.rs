//! The wheel: the program as a package of PyPI, which has no Python in it.
//!
//! maturin makes such wheels as well, but only of what it compiles itself: it has no way to be given the program.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::release::{PROGRAM, Release};
use super::target::Needs;
use super::tree::LICENCES;

/// The name of the package: `octodns` is the one in Python.
pub(super) const NAME: &str = "octodns-rs";

/// Makes the wheel, if Python has a name for the target.
pub(super) fn pack(release: &Release) -> io::Result<Option<PathBuf>> {
    let program = fs::read(release.program())?;
    let Some(platforms) = release.target.platforms(&Needs::of(&program)) else { return Ok(None) };
    let version = version(&release.facts.version);
    let stem = format!("{}-{version}", NAME.replace('-', "_"));
    let path = release.folder.join(format!("{stem}-py3-none-{}.whl", platforms.join(".")));
    let mut wheel = Wheel::new(File::create(&path)?, release.level);
    wheel.add(&format!("{stem}.data/scripts/{}", release.target.file(PROGRAM)), &program, 0o755)?;
    let about = format!("{stem}.dist-info");
    let tree = release.tree();
    for (file, place) in [
        ("LICENSE", "licenses/LICENSE"),
        (LICENCES, "licenses/LICENSES-THIRD-PARTY.txt"),
        // Where PEP 770 has them.
        ("octodns.cdx.json", "sboms/octodns.cdx.json"),
    ] {
        wheel.add(&format!("{about}/{place}"), &fs::read(tree.join(file))?, 0o644)?;
    }
    let readme = fs::read_to_string(tree.join("README.md"))?;
    wheel.add(
        &format!("{about}/METADATA"),
        metadata(release, &version, &readme).as_bytes(),
        0o644,
    )?;
    wheel.add(
        &format!("{about}/WHEEL"),
        tags(&release.facts.version, &platforms).as_bytes(),
        0o644,
    )?;
    wheel.finish(&format!("{about}/RECORD"))?;
    Ok(Some(path))
}

/// A version as PEP 440 spells it: `1.2.3-rc.1` is `1.2.3rc1`.
fn version(version: &str) -> String {
    let Some((release, before)) = version.split_once('-') else { return version.to_owned() };
    let before = before.replace("alpha", "a").replace("beta", "b").replace(['.', '-'], "");
    format!("{release}{before}")
}

/// <https://packaging.python.org/en/latest/specifications/core-metadata/>
fn metadata(release: &Release, version: &str, readme: &str) -> String {
    let facts = &release.facts;
    format!(
        "Metadata-Version: 2.4\n\
         Name: {NAME}\n\
         Version: {version}\n\
         Summary: {}\n\
         License-Expression: {}\n\
         License-File: LICENSE\n\
         License-File: LICENSES-THIRD-PARTY.txt\n\
         Requires-Python: >=3.8\n\
         Keywords: dns,octodns,dns-as-code\n\
         Project-URL: Source, {}\n\
         Description-Content-Type: text/markdown\n\
         \n{readme}",
        facts.description, facts.license, facts.repository,
    )
}

/// <https://packaging.python.org/en/latest/specifications/binary-distribution-format/>
fn tags(version: &str, platforms: &[String]) -> String {
    let tags: Vec<String> =
        platforms.iter().map(|platform| format!("Tag: py3-none-{platform}\n")).collect();
    format!(
        "Wheel-Version: 1.0\nGenerator: xtask-dist ({version})\nRoot-Is-Purelib: false\n{}",
        tags.concat()
    )
}

/// A wheel that is being written, and the list of what is in it.
struct Wheel {
    zip: ZipWriter<File>,
    level: u32,
    record: Vec<String>,
}

impl Wheel {
    fn new(file: File, level: u32) -> Self {
        Self { zip: ZipWriter::new(file), level, record: Vec::new() }
    }

    fn add(&mut self, path: &str, content: &[u8], mode: u32) -> io::Result<()> {
        let sum = URL_SAFE_NO_PAD.encode(Sha256::digest(content));
        self.record.push(format!("{path},sha256={sum},{}\n", content.len()));
        self.write(path, content, mode)
    }

    /// The time of all files is the first that the format has.
    fn write(&mut self, path: &str, content: &[u8], mode: u32) -> io::Result<()> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(self.level.into()))
            .last_modified_time(DateTime::default())
            .unix_permissions(mode);
        self.zip.start_file(path, options)?;
        self.zip.write_all(content)
    }

    /// Writes the list, which has itself without a checksum, as the last file.
    fn finish(mut self, path: &str) -> io::Result<()> {
        let record = format!("{}{path},,\n", self.record.concat());
        self.write(path, record.as_bytes(), 0o644)?;
        self.zip.finish()?.sync_all()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_spelled_as_python_does() {
        for (ours, pythons) in
            [("1.2.3", "1.2.3"), ("1.2.3-rc.1", "1.2.3rc1"), ("2.0.0-alpha.2", "2.0.0a2")]
        {
            assert_eq!(version(ours), pythons);
        }
    }
}
