//! `dist`: what is shipped of the one program: an archive, a Debian package, a wheel, an SBOM and checksums.
//!
//! All of it is made from a program that is built already, for the machine itself or another target.

mod action;
mod archive;
mod checksums;
mod debian;
mod facts;
mod files;
mod hooks;
mod licences;
mod lint;
mod release;
mod sbom;
mod target;
mod tree;
mod try_out;
mod wheel;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::{self, ScopedJoinHandle};

use self::facts::PACKAGE;
use self::release::{PROGRAM, Release, name_of};
use self::target::Target;
use crate::run::{WHOLE, cargo, check, profile_folder, succeeds, target};

/// The profile of the shipped program.
pub(crate) const PROFILE: &str = "dist";

/// How well things are compressed that are shipped, and that are only tried out.
const SMALL: u32 = 9;
const QUICK: u32 = 1;

const USAGE: &str = "cargo xtask dist [--profile NAME] [--target TRIPLE]";

/// Builds everything that is shipped, and prints where it is.
pub(crate) fn run(args: &[String]) -> io::Result<()> {
    let (mut profile, mut triple) = (PROFILE, None);
    let mut args = args.iter();
    while let Some(flag) = args.next() {
        match (flag.as_str(), args.next()) {
            ("--profile", Some(name)) => profile = name,
            ("--target", Some(name)) => triple = Some(Target::named(name)?),
            _ => return Err(io::Error::other(USAGE)),
        }
    }
    let host = Target::host()?;
    let built = build(profile, triple.as_ref())?;
    let release = Release::new(triple.unwrap_or_else(|| host.clone()), folder(profile), SMALL)?;
    let runs_here = release.target.runs_on(&host);
    tree::lay_out(&release, &built, runs_here)?;
    let made = pack(&release)?;
    if runs_here {
        try_out::archive(&release)?;
    }
    for file in made {
        println!("{} ({} MB)", file.display(), megabytes(fs::metadata(&file)?.len()));
    }
    Ok(())
}

/// Builds the program with a profile, lays out it and its links, and returns their folder.
pub(crate) fn programs(profile: &str) -> io::Result<PathBuf> {
    let built = build(profile, None)?;
    let release = Release::new(Target::host()?, folder(profile), QUICK)?;
    tree::programs(&release, &built, true)?;
    Ok(release.bin())
}

/// Makes everything from the program of the tests, without the time of the other profile, and uses each.
pub(crate) fn try_out() -> io::Result<()> {
    check(cargo(&["build", "--quiet"]).args(WHOLE))?;
    let release = Release::new(Target::host()?, folder("dev"), QUICK)?;
    fs::create_dir_all(&release.folder)?;
    let built = stripped(&target().join("debug").join(PROGRAM), &release.folder)?;
    tree::lay_out(&release, &built, true)?;
    fs::remove_file(built)?;
    let made = pack(&release)?;
    let used = || try_out::all(&release, &made).and_then(|()| action::try_out(&release));
    // Mostly waits for what it installs.
    thread::scope(|scope| {
        let hooks = scope.spawn(|| hooks::try_out(&release));
        let others = used().and_then(|()| lint::all());
        joined(hooks).and(others)
    })
}

fn joined<T>(thread: ScopedJoinHandle<'_, io::Result<T>>) -> io::Result<T> {
    thread.join().map_err(|_| io::Error::other("making a package panicked"))?
}

/// Builds the program, and returns where it is.
fn build(profile: &str, triple: Option<&Target>) -> io::Result<PathBuf> {
    let mut command =
        cargo(&["build", "--quiet", "--locked", "--profile", profile, "--package", PACKAGE]);
    let mut folder = target();
    if let Some(target) = triple {
        command.args(["--target", target.triple()]);
        folder.push(target.triple());
    }
    check(&mut command)?;
    let file = triple.map_or_else(|| PROGRAM.to_owned(), |target| target.file(PROGRAM));
    Ok(folder.join(profile_folder(profile)).join(file))
}

/// Where everything that is made from a profile's program lies.
fn folder(profile: &str) -> PathBuf {
    target().join(format!("{profile}-package"))
}

/// A copy without symbols: the program of the tests has them, and is several times larger for that.
fn stripped(program: &Path, folder: &Path) -> io::Result<PathBuf> {
    let copy = folder.join("stripped");
    if !succeeds(Command::new("strip").arg("-o").arg(&copy).arg(program)) {
        fs::copy(program, &copy)?;
    }
    Ok(copy)
}

/// Makes all packages of the laid out files, and their checksums.
fn pack(release: &Release) -> io::Result<Vec<PathBuf>> {
    let mut made = vec![release.file(".tar.gz"), release.file(".cdx.json")];
    thread::scope(|scope| {
        let archive = scope.spawn(|| archive::pack(release));
        let debian = scope.spawn(|| debian::pack(release));
        made.extend(wheel::pack(release)?);
        made.extend(joined(debian)?);
        joined(archive)
    })?;
    let sums = release.file(".sha256");
    files::write(&sums, checksums::list(&made)?)?;
    made.push(sums);
    made.sort_by_key(|file| name_of(file));
    Ok(made)
}

/// A size in megabytes.
pub(crate) fn megabytes(bytes: u64) -> String {
    let tenths = (bytes + 50_000) / 100_000;
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What this machine cannot run is packed as well, from what was built for it.
    #[test]
    fn a_release_for_another_system_has_its_names() {
        let folder = tempfile::tempdir().unwrap();
        let built = folder.path().join("built");
        fs::write(&built, "a program").unwrap();
        for (triple, program, wheel) in [
            ("x86_64-pc-windows-msvc", "octodns.exe", "win_amd64"),
            ("aarch64-apple-darwin", "octodns", "macosx_11_0_arm64"),
        ] {
            let release = Release {
                target: Target::named(triple).unwrap(),
                facts: facts::Facts::for_tests(),
                folder: folder.path().to_owned(),
                level: QUICK,
                time: 0,
            };
            tree::lay_out(&release, &built, false).unwrap();
            let made = pack(&release).unwrap();
            let names: Vec<String> = made.iter().map(|file| name_of(file)).collect();
            let wheel = format!("octodns_rs-1.2.3-py3-none-{wheel}.whl");
            let name = format!("octodns-1.2.3-{triple}");
            let expected = [".cdx.json", ".sha256", ".tar.gz"].map(|end| format!("{name}{end}"));
            assert_eq!(names, [&expected[..], std::slice::from_ref(&wheel)].concat());
            assert_eq!(checksums::verify(&release.file(".sha256")).unwrap(), 3);
            assert_eq!(fs::read_to_string(release.program()).unwrap(), "a program");
            let wheel = fs::File::open(folder.path().join(wheel)).unwrap();
            let mut wheel = zip::ZipArchive::new(wheel).unwrap();
            let script = format!("octodns_rs-1.2.3.data/scripts/{program}");
            assert_eq!(wheel.by_name(&script).unwrap().unix_mode().unwrap() & 0o777, 0o755);
            let record = wheel.by_name("octodns_rs-1.2.3.dist-info/RECORD").unwrap();
            let record = io::read_to_string(record).unwrap();
            assert!(record.starts_with(&format!("{script},sha256=")), "{record}");
            assert!(record.ends_with("octodns_rs-1.2.3.dist-info/RECORD,,\n"), "{record}");
        }
    }

    #[test]
    fn sizes_are_rounded() {
        assert_eq!([0, 49_999, 50_000, 12_345_678].map(megabytes), ["0.0", "0.0", "0.1", "12.3"]);
    }
}
