//! The compiler with lints, called by way of this program, which notes how each package is compiled.
//!
//! By these notes the documentation is made of what a build has left. `cargo doc` reads all dependencies as `cargo
//! check` leaves them: hundreds of packages are compiled once more for it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::{self, BufRead as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Mutex;
use std::thread;

use serde_json::{Value as Json, json};

use crate::run::{COMPILER, cargo, compile_with, failed, root, target, this_program};

/// What this program is called where it acts as the compiler.
const NAME: &str = "compiler-with-lints";

/// Options of a compiler that have a value and are none of rustdoc's.
const NOT_OF_RUSTDOC: [&str; 6] =
    ["--error-format", "--json", "--emit", "--out-dir", "--diagnostic-width", "-C"];

/// Lets clippy compile our packages in all commands that follow, with warnings as errors.
///
/// It is the compiler with more lints, so that a run that needs all programs anyway has the lints without
/// compiling everything a second time. Its output is kept apart from that of other commands.
pub(crate) fn lint_all() -> io::Result<()> {
    // A copy of this program: a build that uses it replaces the program itself.
    let path = tools().join(NAME);
    fs::create_dir_all(tools())?;
    let _ = fs::remove_file(&path);
    fs::copy(this_program()?, &path)?;
    compile_with(path);
    Ok(())
}

fn tools() -> PathBuf {
    target().join("tools")
}

fn notes() -> PathBuf {
    tools().join("compiled")
}

/// What sources may ask for, beside what is said of their package.
const THEIRS: [&str; 4] = ["CARGO_MANIFEST_DIR", "CARGO_CRATE_NAME", "CARGO_BIN_NAME", "OUT_DIR"];

/// Whether this program acts as the compiler.
pub(crate) fn is_compiler() -> bool {
    std::env::current_exe().is_ok_and(|path| path.file_name().is_some_and(|name| name == NAME))
}

/// Compiles, and notes how.
pub(crate) fn compile() -> ExitCode {
    let driver = std::env::var_os(COMPILER).unwrap_or_else(|| "clippy-driver".into());
    let args: Vec<OsString> = std::env::args_os().skip(1).collect();
    let status = match Command::new(&driver).args(&args).status() {
        Ok(status) => status,
        Err(problem) => {
            eprintln!("error: {}: {problem}", Path::new(&driver).display());
            return ExitCode::FAILURE;
        }
    };
    if !status.success() {
        return ExitCode::FAILURE;
    }
    let args = args.into_iter().skip(1).map(OsString::into_string).collect::<Result<Vec<_>, _>>();
    // Without a note the documentation is made by `cargo doc`.
    if let Ok(args) = args {
        let _ = note(&args);
    }
    ExitCode::SUCCESS
}

fn note(args: &[String]) -> io::Result<()> {
    let Some(name) = value_of(args, "--crate-name") else { return Ok(()) };
    if args.iter().any(|arg| arg == "--test") {
        return Ok(());
    }
    let hash = codegen_value(args, "extra-filename=").unwrap_or_default();
    let path = notes().join(format!("{name}{hash}.json"));
    let is_theirs =
        |(name, _): &(String, String)| name.starts_with("CARGO_PKG_") || THEIRS.contains(&&**name);
    let variables: BTreeMap<String, String> = std::env::vars().filter(is_theirs).collect();
    let folder = std::env::current_dir()?;
    fs::create_dir_all(notes())?;
    fs::write(path, json!({"folder": folder, "args": args, "variables": variables}).to_string())
}

/// The value behind an option.
fn value_of<'a>(args: &'a [String], option: &str) -> Option<&'a str> {
    args.iter().skip_while(|arg| *arg != option).nth(1).map(String::as_str)
}

/// The value of an option of `-C`, such as `metadata=`.
fn codegen_value<'a>(args: &'a [String], option: &str) -> Option<&'a str> {
    let values = args.windows(2).filter(|pair| pair[0] == "-C");
    values.into_iter().find_map(|pair| pair[1].strip_prefix(option))
}

/// What rustdoc is called with for what was compiled with these arguments.
fn of_rustdoc(args: &[String]) -> Vec<String> {
    let mut kept = Vec::new();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let (option, has_value) =
            arg.split_once('=').map_or((&**arg, false), |(name, _)| (name, true));
        if !NOT_OF_RUSTDOC.contains(&option) {
            kept.push(arg.clone());
        } else if !has_value {
            let value = args.next();
            let metadata = value.filter(|value| option == "-C" && value.starts_with("metadata="));
            kept.extend(metadata.into_iter().flat_map(|value| ["-C".to_owned(), value.clone()]));
        }
    }
    kept
}

/// The calls of rustdoc that document what a build of the workspace has left: the libraries, the examples, and this
/// program. `None` if it is not noted how one of them was compiled.
///
/// # Errors
///
/// If the build fails.
pub(crate) fn documents() -> io::Result<Option<Vec<Document>>> {
    let mut build = cargo(&["build", "--workspace", "--all-targets"]);
    build.args(["--message-format", "json-render-diagnostics"]);
    let output = build.stderr(Stdio::null()).output()?;
    if !output.status.success() {
        return Err(failed(&build, &output.status.to_string()));
    }
    let mut found = Vec::new();
    for line in output.stdout.lines() {
        let artifact: Json = serde_json::from_str(&line?).unwrap_or_default();
        let Some(stem) = stem_of(&artifact) else { continue };
        let Some(document) = Document::of(&stem) else {
            println!("{stem}: it is not known how it was compiled");
            return Ok(None);
        };
        found.push(document);
    }
    Ok(Some(found))
}

/// The name of the note about something that a build has left, if it is to be documented; without a hash where the
/// build does not say it.
fn stem_of(artifact: &Json) -> Option<String> {
    let is_ours = Path::new(artifact["manifest_path"].as_str()?).starts_with(root());
    let is_test = artifact["profile"]["test"].as_bool()?;
    let kind = artifact["target"]["kind"][0].as_str()?;
    let name = artifact["target"]["name"].as_str()?;
    if !is_ours || is_test {
        return None;
    }
    match kind {
        "lib" => {
            let files = artifact["filenames"].as_array()?.iter();
            let mut files = files.filter_map(|file| file.as_str().map(Path::new));
            let file = files.find(|file| file.extension().is_some_and(|end| end == "rmeta"))?;
            let stem = file.file_stem()?.to_str()?;
            Some(stem.strip_prefix("lib")?.to_owned())
        }
        "example" => Some(name.replace('-', "_")),
        "bin" if name == "xtask" => Some(name.to_owned()),
        _ => None,
    }
}

/// A call of rustdoc.
pub(crate) struct Document {
    folder: PathBuf,
    args: Vec<OsString>,
    variables: Vec<(String, String)>,
}

impl Document {
    /// By the note of this name; by the last one where only the hash is missing.
    fn of(stem: &str) -> Option<Self> {
        let exact = notes().join(format!("{stem}.json"));
        if exact.exists() {
            return Self::by(&exact);
        }
        let is_of = |path: &PathBuf| {
            let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
            name.strip_prefix(stem).is_some_and(|hash| hash.starts_with('-'))
        };
        let paths = fs::read_dir(notes()).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
        let written = |path: &PathBuf| fs::metadata(path).and_then(|file| file.modified()).ok();
        Self::by(&paths.filter(is_of).max_by_key(written)?)
    }

    fn by(note: &Path) -> Option<Self> {
        let note: Json = serde_json::from_slice(&fs::read(note).ok()?).ok()?;
        let text = |value: &Json| value.as_str().map(str::to_owned);
        let args: Option<Vec<String>> = note["args"].as_array()?.iter().map(text).collect();
        let variables = note["variables"].as_object()?.iter();
        let variables = variables.map(|(name, value)| Some((name.clone(), text(value)?)));
        let variables: Vec<(String, String)> = variables.collect::<Option<_>>()?;
        // What `cargo doc` calls it with as well.
        let mut args: Vec<OsString> = of_rustdoc(&args?).into_iter().map(OsString::from).collect();
        args.extend(["-o".into(), target().join("doc").into(), "--document-private-items".into()]);
        args.extend(["-D", "warnings"].map(OsString::from));
        if let Some((_, version)) = variables.iter().find(|(name, _)| name == "CARGO_PKG_VERSION") {
            args.extend(["--crate-version".into(), version.into()]);
        }
        Some(Self { folder: note["folder"].as_str()?.into(), args, variables })
    }

    /// The arguments.
    pub(crate) fn args(&self) -> &[OsString] {
        &self.args
    }

    /// Lets a command run where, and with what, the compiler ran.
    pub(crate) fn place<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        let variables = self.variables.iter().map(|(name, value)| (name, value));
        command.current_dir(&self.folder).envs(variables)
    }
}

/// Does something with each of these, as many at a time as there are processors. What fails is told when all are done.
pub(crate) fn for_each<T: Send>(
    items: Vec<T>,
    act: impl Fn(T) -> io::Result<()> + Sync,
) -> io::Result<()> {
    let (items, problems) = (Mutex::new(items), Mutex::new(Vec::new()));
    let work = || {
        while let Some(item) = items.lock().ok().and_then(|mut items| items.pop()) {
            let result = act(item);
            if let (Err(problem), Ok(mut problems)) = (result, problems.lock()) {
                problems.push(problem.to_string());
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let problems = problems.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
    if problems.is_empty() { Ok(()) } else { Err(io::Error::other(problems.join("\n"))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn rustdoc_is_called_as_the_compiler_was() {
        let args = words(
            "--crate-name a --edition=2024 src/lib.rs --error-format=json --json=artifacts --crate-type lib \
             --emit=dep-info,link -C embed-bitcode=no --warn=missing_docs --cfg feature=\"b\" -C metadata=12 \
             -C extra-filename=-34 --out-dir target -L dependency=deps --extern c=libc.rmeta",
        );
        assert_eq!(
            of_rustdoc(&args).join(" "),
            "--crate-name a --edition=2024 src/lib.rs --crate-type lib --warn=missing_docs \
             --cfg feature=\"b\" -C metadata=12 -L dependency=deps --extern c=libc.rmeta",
        );
        assert_eq!(codegen_value(&args, "extra-filename="), Some("-34"));
        assert_eq!(value_of(&args, "--crate-name"), Some("a"));
    }

    #[test]
    fn what_is_documented_is_found_among_what_is_built() {
        let artifact = |kind: &str, name: &str, is_test: bool, file: &str| {
            json!({
                "manifest_path": root().join("crates/x/Cargo.toml"),
                "target": {"kind": [kind], "name": name},
                "profile": {"test": is_test},
                "filenames": [file],
            })
        };
        for (kind, name, is_test, file, expected) in [
            ("lib", "octodns_core", false, "/t/liboctodns_core-12.rmeta", Some("octodns_core-12")),
            ("lib", "octodns_core", true, "/t/octodns_core-12", None),
            ("example", "zone-in-code", false, "/t/zone-in-code", Some("zone_in_code")),
            ("bin", "xtask", false, "/t/xtask", Some("xtask")),
            ("bin", "octodns", false, "/t/octodns", None),
            ("custom-build", "build-script-build", false, "/t/build-script-build", None),
        ] {
            let found = stem_of(&artifact(kind, name, is_test, file));
            assert_eq!(found.as_deref(), expected, "{kind} {name}");
        }
    }

    #[test]
    fn all_are_done_though_some_fail() {
        let done = Mutex::new(Vec::new());
        let result = for_each(vec![1, 2, 3], |number| {
            done.lock().unwrap().push(number);
            if number == 2 { Err(io::Error::other("two")) } else { Ok(()) }
        });
        let mut done = done.into_inner().unwrap();
        done.sort_unstable();
        assert_eq!((done, result.unwrap_err().to_string()), (vec![1, 2, 3], "two".to_owned()));
    }
}
