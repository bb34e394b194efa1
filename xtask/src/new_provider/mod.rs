//! `new-provider`: creates a crate for a provider that compiles, registers itself, and fails its behaviour
//! suite until the code is written. `docs/writing-a-provider.md` walks through that.

mod features;
mod name;
mod page;
mod prove;
mod templates;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::generate::{self, Generated};
use crate::run::{cargo, failed, root, succeeds};
use name::Name;
pub(crate) use prove::run as prove;
use templates::Kind;

const USAGE: &str = "cargo xtask new-provider NAME --kind rows|sets|changes|whole";

/// A file to write: its path, its old text if it exists, and the new text.
#[derive(Debug)]
struct Written {
    path: PathBuf,
    before: Option<String>,
    text: String,
}

/// Creates a provider, or with `--prove` checks that a created provider works.
pub(crate) fn run(args: &[String]) -> io::Result<()> {
    if args == ["--prove"] {
        return prove();
    }
    let (name, kind) = parse(args).map_err(|problem| wrong(format!("{problem}\n\n{USAGE}")))?;
    let files = files(root(), &name, kind)?;
    write_all(&files)?;
    // Adds the crate to the lock file, which works without a network.
    if !succeeds(&mut cargo(&["metadata", "--offline", "--format-version", "1"])) {
        println!("Cargo.lock could not be brought in step; the next build does it");
    }
    println!("crates/providers/{name} exists. Its test suite says what to write:\n");
    println!("  cargo test -p octodns-{name}\n\ndocs/writing-a-provider.md walks through it.");
    println!("`cargo xtask generate` brings the tables of the documentation in step.");
    Ok(())
}

fn parse(args: &[String]) -> Result<(Name, Kind), String> {
    let (mut name, mut kind) = (None, None);
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--kind" => kind = Some(Kind::new(args.next().map_or("", String::as_str))?),
            _ if arg.starts_with("--kind=") => kind = Some(Kind::new(&arg["--kind=".len()..])?),
            _ if arg.starts_with('-') => return Err(format!("unknown argument `{arg}`")),
            _ if name.is_some() => return Err(format!("one name, not `{arg}` as well")),
            _ => name = Some(Name::new(arg)?),
        }
    }
    let kind = kind.ok_or(
        "which kind of API is it? `--kind rows` holds one row a value, `sets` whole RRsets, `changes` takes \
         many changes in one call, `whole` is given whole zones",
    )?;
    Ok((name.ok_or("the provider needs a name")?, kind))
}

/// All files for a provider; nothing is written yet.
fn files(root: &Path, name: &Name, kind: Kind) -> io::Result<Vec<Written>> {
    let folder = root.join("crates/providers").join(name.plain());
    if folder.exists() {
        return Err(wrong(format!("crates/providers/{name} is there already")));
    }
    let mut files = Vec::new();
    for (path, template) in templates::of(kind) {
        let text = name.fill(&template);
        let path = root.join(name.fill(path));
        if path.exists() {
            return Err(wrong(format!("{} is there already", path.display())));
        }
        files.push(Written { text: formatted(root, &path, text)?, path, before: None });
    }
    let mut names = generate::folders(root)?;
    names.push(name.plain().to_owned());
    names.sort();
    for Generated { path, before, text } in generate::lines(|path| read(&root.join(path)), &names)?
    {
        files.push(Written { path: root.join(path), before: Some(before), text });
    }
    Ok(files)
}

/// Writes all files, or restores the old ones.
fn write_all(files: &[Written]) -> io::Result<()> {
    for (index, file) in files.iter().enumerate() {
        let folder = file.path.parent().map_or(Ok(()), fs::create_dir_all);
        if let Err(error) = folder.and_then(|()| fs::write(&file.path, &file.text)) {
            undo(&files[..=index]);
            return Err(wrong(format!("{}: {error}", file.path.display())));
        }
    }
    Ok(())
}

/// Restores the old files; prints which ones it could not.
fn undo(files: &[Written]) {
    for file in files {
        let undone = match &file.before {
            Some(before) => fs::write(&file.path, before),
            None => fs::remove_file(&file.path),
        };
        if let Err(error) = undone
            && error.kind() != io::ErrorKind::NotFound
        {
            eprintln!("{}: {error}", file.path.display());
        }
        // Folders that are now empty were created for the file.
        let above = file.path.ancestors().skip(1);
        above.take_while(|folder| fs::remove_dir(folder).is_ok()).for_each(drop);
    }
}

/// Formats Rust with rustfmt, since line breaks depend on the length of the name; other text is unchanged.
fn formatted(root: &Path, path: &Path, text: String) -> io::Result<String> {
    if path.extension().is_none_or(|extension| extension != "rs") {
        return Ok(text);
    }
    let mut command = Command::new("rustfmt");
    command.current_dir(root).args(["--edition", "2024", "--emit", "stdout", "--quiet"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| failed(&command, &error.to_string()))?;
    if let Some(mut stdin) = child.stdin.take() {
        io::Write::write_all(&mut stdin, text.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(wrong(format!("{}: {said}", path.display())));
    }
    String::from_utf8(output.stdout).map_err(io::Error::other)
}

fn read(path: &Path) -> io::Result<String> {
    fs::read_to_string(path).map_err(|error| wrong(format!("{}: {error}", path.display())))
}

fn wrong(why: impl Into<String>) -> io::Error {
    io::Error::other(why.into())
}

#[cfg(test)]
mod tests;
