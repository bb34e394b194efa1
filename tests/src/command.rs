//! The command line of `conformance`: the parts to run, the location of the corpus, the amount of output.

use std::env;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use crate::{ELSEWHERE, Outcome, PARTS};

/// The part that is only compared with an interpreter.
const PYTHON: &str = "python";

/// How many differences of a part are printed by default.
const SHOWN: usize = 10;

const USAGE: &str = "\
Compares this implementation with what octoDNS itself does.

Usage: conformance [--corpus DIR] [--cassettes DIR] [--only PART]... [--bin-dir DIR] [--all]
                   [--python FILE]

  --corpus DIR     the corpus [default: $OCTODNS_CORPUS or ../shared/corpus]
  --cassettes DIR  recorded provider answers [default: $OCTODNS_CASSETTES or ../shared/cassettes]
  --only PART      run one part, may be repeated
  --bin-dir DIR    where the programs are, for the part cli [default: target/release]
  --all            print every difference, not the first ten of a part
  --python FILE    the part python as well: the cases of cli with classes that this interpreter runs
";

/// The arguments of a comparison.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder of the corpus.
    pub corpus: PathBuf,
    /// The folder of the recorded provider answers.
    pub cassettes: PathBuf,
    /// The folder of our programs.
    pub bin_dir: PathBuf,
    /// The parts to run; all if empty.
    pub only: Vec<String>,
    /// Whether to print every difference.
    pub all: bool,
    /// The interpreter of octoDNS, for the part python.
    pub python: Option<PathBuf>,
}

/// What to do, by the arguments.
enum Request {
    Help,
    Compare(Options),
}

/// Runs the program: 0 if everything agrees, 1 if anything differs, 2 for wrong usage.
pub fn main() -> ExitCode {
    match parse(env::args().skip(1)) {
        Ok(Request::Help) => finish(print(USAGE).map(|()| true)),
        Ok(Request::Compare(options)) => finish(run(&options)),
        Err(problem) => {
            let _ = write!(io::stderr(), "error: {problem}\n\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn finish(result: io::Result<bool>) -> ExitCode {
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn parse(args: impl Iterator<Item = String>) -> Result<Request, String> {
    let folder = |variable, default: &str| {
        env::var_os(variable).map_or_else(|| PathBuf::from(default), PathBuf::from)
    };
    let mut options = Options {
        corpus: folder("OCTODNS_CORPUS", "../shared/corpus"),
        cassettes: folder("OCTODNS_CASSETTES", "../shared/cassettes"),
        bin_dir: PathBuf::from("target/release"),
        only: Vec::new(),
        all: false,
        python: None,
    };
    let mut args = args;
    while let Some(arg) = args.next() {
        let (flag, inline) = match arg.split_once('=') {
            Some((flag, value)) => (flag.to_owned(), Some(value.to_owned())),
            None => (arg, None),
        };
        let mut value = || {
            inline.clone().or_else(|| args.next()).ok_or_else(|| format!("{flag} needs a value"))
        };
        match flag.as_str() {
            "--corpus" => options.corpus = value()?.into(),
            "--cassettes" => options.cassettes = value()?.into(),
            "--bin-dir" => options.bin_dir = value()?.into(),
            "--only" => options.only.push(known_part(value()?)?),
            "--all" => options.all = true,
            "--python" => options.python = Some(value()?.into()),
            "-h" | "--help" => return Ok(Request::Help),
            _ => return Err(format!("unknown argument `{flag}`")),
        }
    }
    if options.python.is_none() && options.only.iter().any(|part| part == PYTHON) {
        return Err(format!("the part {PYTHON} needs --python"));
    }
    Ok(Request::Compare(options))
}

fn known_part(name: String) -> Result<String, String> {
    let mut names: Vec<_> = PARTS.iter().map(|part| part.name).collect();
    names.extend(ELSEWHERE.iter().map(|(name, _)| *name));
    names.dedup();
    if names.contains(&name.as_str()) {
        return Ok(name);
    }
    Err(format!("unknown part `{name}`; there are {}", names.join(", ")))
}

/// Compares the requested parts and prints a line for each; true if all agree.
fn run(options: &Options) -> io::Result<bool> {
    let wanted = |name: &str| {
        let is_asked = options.only.is_empty() || options.only.iter().any(|only| only == name);
        is_asked && (name != PYTHON || options.python.is_some())
    };
    for (name, place) in ELSEWHERE.iter().filter(|(name, _)| wanted(name)) {
        print(&format!("{name}: compared {place}\n"))?;
    }
    let mut names: Vec<_> =
        PARTS.iter().map(|part| part.name).filter(|name| wanted(name)).collect();
    names.dedup();
    if names.is_empty() {
        return Ok(true);
    }
    if !options.corpus.is_dir() {
        let corpus = options.corpus.display();
        print(&format!("conformance: no corpus at {corpus}, nothing compared\n"))?;
        return Ok(true);
    }
    let mut good = true;
    for name in names {
        let mut outcome = Outcome::new(name);
        for part in PARTS.iter().filter(|part| part.name == name) {
            (part.compare)(options, &mut outcome)?;
        }
        let outcome = outcome.finish();
        good &= outcome.is_good();
        print(&rendered(&outcome, options.all))?;
    }
    Ok(good)
}

fn rendered(outcome: &Outcome, all: bool) -> String {
    let shown = if all { usize::MAX } else { SHOWN };
    let mut lines = vec![outcome.to_string()];
    lines.extend(outcome.notes.iter().map(|note| format!("  {note}")));
    for difference in outcome.differences.iter().take(shown) {
        lines.push(format!("  {}", difference.trim_end().replace('\n', "\n    ")));
    }
    if outcome.differences.len() > shown {
        lines.push(format!("  and {} more (--all shows them)", outcome.differences.len() - shown));
    }
    lines.push(String::new());
    lines.join("\n")
}

fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn words(line: &str) -> impl Iterator<Item = String> {
        line.split(' ').map(str::to_owned).collect::<Vec<_>>().into_iter()
    }

    #[test]
    fn a_flag_takes_its_value_after_a_blank_or_an_equals_sign() {
        for line in ["--corpus some/where --only cli", "--corpus=some/where --only=cli"] {
            let Ok(Request::Compare(options)) = parse(words(line)) else { panic!("{line}") };
            assert_eq!(options.corpus, PathBuf::from("some/where"));
            assert_eq!(options.only, ["cli"]);
        }
    }

    #[test]
    fn an_unknown_part_is_wrong_usage() {
        assert!(parse(words("--only nothing")).is_err_and(|text| text.contains("cli")));
        assert!(parse(words("--only")).is_err());
    }

    #[test]
    fn the_part_with_python_needs_an_interpreter() {
        assert!(parse(words("--only python")).is_err_and(|text| text.contains("--python")));
        let Ok(Request::Compare(options)) = parse(words("--only python --python some/python"))
        else {
            panic!("it has one");
        };
        assert_eq!(options.python.as_deref(), Some(Path::new("some/python")));
    }
}
