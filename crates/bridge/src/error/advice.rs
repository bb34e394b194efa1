//! The words of messages, and what to do about them.

use std::path::Path;

use octodns_core::nearest;
use octodns_core::value::visible;

use super::{BridgeError, Doing, Interpreter};
use crate::raised::{Kind, Raised};

/// What to do when nothing more is known.
pub(super) const SEE_LOG: &str = "run again with --debug, and look at the log";

/// What to do about what a class makes and nobody can send.
pub(super) const MEND: &str = "mend the class, or leave out what it makes of it";

/// The most classes or options that are named.
const MOST_NAMES: usize = 40;

/// How many of the last lines of standard error are told.
const LAST_LINES: usize = 3;

/// What octoDNS's own packages begin with.
const PREFIX: &str = "octodns_";

pub(super) fn no_octodns(python: &Interpreter, raised: &Raised) -> String {
    match raised.kind {
        Some(Kind::NoOctodns) => format!("{python} has no octodns"),
        Some(Kind::NoDependency) => {
            format!("octodns in {python} needs the module {}, which is not there", module(raised))
        }
        _ => format!("octodns in {python} cannot be imported: {}", raised.words()),
    }
}

pub(super) fn class_fault(doing: &Doing, raised: &Raised, python: &Interpreter) -> String {
    let class = visible(&doing.class);
    let module_name = class.rsplit_once('.').map_or("", |(module, _)| module);
    match raised.kind {
        Some(Kind::NoModule) => format!(
            "class \"{class}\" is run by Python, and {python} has no module {}",
            module(raised)
        ),
        Some(Kind::NoDependency) => format!(
            "class \"{class}\" needs the module {}, which {python} does not have",
            module(raised)
        ),
        Some(Kind::NoClass) => {
            let name = class.rsplit('.').next().unwrap_or_default();
            format!("module {module_name} has no class \"{name}\"")
        }
        Some(Kind::ImportFailed) => {
            let at = origin(raised).and_then(|origin| origin.at(&class));
            let at = at.map(|at| format!(", {at}")).unwrap_or_default();
            format!("module {module_name} cannot be imported: {}{at}", raised.words())
        }
        Some(Kind::BadOptions) => match (unknown_option(raised), missing_options(raised)) {
            (Some(unknown), _) => format!("{class} takes no \"{}\"", visible(unknown)),
            (None, missing) if !missing.is_empty() => format!("{class} needs {}", quoted(&missing)),
            _ => format!("{class} does not take these options: {}", raised.words()),
        },
        _ => raised.words(),
    }
}

pub(super) fn raised(doing: &Doing, raised: &Raised) -> String {
    let who = doing.who();
    if raised.is_a(&["SystemExit"]) {
        return format!("{who} called sys.exit({})", raised.words());
    }
    if raised.is_a(&["MemoryError"]) {
        return format!("{who} ran out of memory");
    }
    if raised.is_of_host() {
        return format!("{who}: {}", raised.words());
    }
    format!("{who}: {}", raised.shown())
}

impl BridgeError {
    /// What a user can do about it.
    pub fn help(&self) -> String {
        match self {
            Self::NoPython { tried, beside } => {
                let tried = tried.join(", ");
                let beside = beside.as_deref().map(use_environment).unwrap_or_default();
                format!("looked for {tried}: install Python, or set `manager.python`{beside}")
            }
            Self::CannotRun { named_by, .. } => {
                format!("{named_by} names it: correct that, or make it a Python that can be run")
            }
            Self::NoHello { named_by, last, .. } => {
                format!("{named_by} names it: make sure that it is a Python{}", wrote(last))
            }
            Self::NoOctodns { python, raised } => no_octodns_help(python, raised),
            Self::TooOld { python, .. } => format!("{} -U octodns", pip(python)),
            Self::Class { doing, raised, python, given } => {
                class_help(doing, raised, python, given)
            }
            Self::Raised { raised, .. } if raised.is_of_host() => MEND.to_owned(),
            Self::Raised { doing, raised } => {
                raised.at(&doing.class).unwrap_or_else(|| SEE_LOG.to_owned())
            }
            Self::Ended { last, .. } => match wrote(last) {
                wrote if wrote.is_empty() => SEE_LOG.to_owned(),
                wrote => wrote.trim_start_matches("; ").to_owned(),
            },
            Self::HadEnded { .. } => "look at why it ended; native classes go on".to_owned(),
            Self::Malformed { .. } => {
                "make sure that no class writes to the descriptors of others".to_owned()
            }
            Self::TooLarge { .. } => "write it smaller, or leave it out".to_owned(),
            Self::TimedOut { .. } => {
                "try again later, or raise `manager.python_timeout`".to_owned()
            }
            Self::Cancelled { .. } => "run again".to_owned(),
            Self::Engine(_) => SEE_LOG.to_owned(),
        }
    }
}

fn no_octodns_help(python: &Interpreter, raised: &Raised) -> String {
    let install = format!("{} octodns", pip(python));
    match (&python.beside, raised.kind) {
        (Some(beside), Some(Kind::NoOctodns)) => format!("{install}{}", use_environment(beside)),
        _ => install,
    }
}

fn class_help(doing: &Doing, raised: &Raised, python: &Interpreter, given: &[String]) -> String {
    match raised.kind {
        Some(Kind::NoModule) => {
            let missing = module(raised);
            let top = missing.split('.').next().unwrap_or_default();
            if top.starts_with(PREFIX) {
                return format!("{} {}", pip(python), top.replace('_', "-"));
            }
            "install its package, or put its folder in PYTHONPATH or `manager.python_path`"
                .to_owned()
        }
        Some(Kind::NoDependency) => {
            let top = module(raised).split('.').next().unwrap_or_default().to_owned();
            format!("{} {top}, or the package that has it", pip(python))
        }
        Some(Kind::NoClass) => {
            let name = doing.class.rsplit('.').next().unwrap_or_default();
            names_help(name, &raised.classes, "its classes are")
        }
        Some(Kind::BadOptions) => options_help(raised, given),
        Some(Kind::ImportFailed) => "mend the module, or install another version".to_owned(),
        _ => "see the documentation of the class".to_owned(),
    }
}

fn options_help(raised: &Raised, given: &[String]) -> String {
    if let Some(unknown) = unknown_option(raised) {
        return names_help(unknown, &raised.takes, "its options are");
    }
    // One that is missing may be there, but spelled otherwise.
    let others = || given.iter().filter(|name| !raised.takes.contains(name)).map(String::as_str);
    for missing in missing_options(raised) {
        if let Some(similar) = nearest(missing, others()) {
            return format!("is \"{}\" meant to be \"{}\"?", visible(similar), visible(missing));
        }
    }
    names_help("", &raised.takes, "its options are")
}

/// The name that is meant, if one is similar; else all of them.
fn names_help(name: &str, names: &[String], are: &str) -> String {
    if let Some(similar) = nearest(name, names.iter().map(String::as_str)) {
        return format!("did you mean \"{}\"?", visible(similar));
    }
    if names.is_empty() {
        return "see the documentation of the package".to_owned();
    }
    let shown: Vec<_> = names.iter().take(MOST_NAMES).map(|name| visible(name)).collect();
    format!("{are} {}", shown.join(", "))
}

/// The module that is missing, on one line.
fn module(raised: &Raised) -> String {
    visible(raised.missing.as_deref().unwrap_or_default()).into_owned()
}

/// What an error of importing came from.
fn origin(raised: &Raised) -> Option<&Raised> {
    raised.cause.as_deref().filter(|cause| !cause.trace.is_empty())
}

/// The option that a constructor does not know.
fn unknown_option(raised: &Raised) -> Option<&str> {
    let (_, rest) = raised.message.split_once("unexpected keyword argument '")?;
    rest.split('\'').next()
}

/// The options that a constructor misses.
fn missing_options(raised: &Raised) -> Vec<&str> {
    match raised.message.split_once("missing ") {
        Some((_, rest)) => rest.split('\'').skip(1).step_by(2).collect(),
        None => Vec::new(),
    }
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("\"{}\"", visible(name))).collect::<Vec<_>>().join(", ")
}

/// The command that installs a package.
fn pip(python: &Interpreter) -> String {
    let program = visible(&python.executable);
    if program.contains(' ') {
        return format!("\"{program}\" -m pip install");
    }
    format!("{program} -m pip install")
}

fn use_environment(python: &Path) -> String {
    let shown = python.display().to_string();
    format!("; there is a virtual environment beside the config: set `manager.python` to {shown}")
}

/// The end of what was written to standard error; the line that says most, if Python ended by a fault.
fn wrote(last: &[String]) -> String {
    let fatal = last.iter().position(|line| line.starts_with("Fatal Python error:"));
    let told: Vec<&str> = if let Some(index) = fatal {
        let place = last[index..].iter().find(|line| line.trim_start().starts_with("File \""));
        [Some(&last[index]), place].into_iter().flatten().map(|line| line.trim()).collect()
    } else {
        let lines = last.iter().map(|line| line.trim()).filter(|line| !line.is_empty());
        let lines: Vec<&str> = lines.collect();
        lines[lines.len().saturating_sub(LAST_LINES)..].to_vec()
    };
    if told.is_empty() {
        return String::new();
    }
    let told: Vec<_> = told.into_iter().map(visible).collect();
    format!("; it wrote last: {}", told.join(" / "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_of_standard_error_says_most() {
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        let plain = lines("one\ntwo\n\nthree\nfour\n");
        assert_eq!(wrote(&plain), "; it wrote last: two / three / four");
        let fatal = lines(
            "noise\nFatal Python error: Segmentation fault\n\nCurrent thread 0x1:\n  File \"a.py\", \
             line 3 in f\n  File \"b.py\", line 4 in g\n",
        );
        let expected =
            "; it wrote last: Fatal Python error: Segmentation fault / File \"a.py\", line 3 in f";
        assert_eq!(wrote(&fatal), expected);
        assert_eq!(wrote(&[]), "");
    }

    #[test]
    fn options_are_named_as_python_names_them() {
        let of = |message: &str| Raised { message: message.to_owned(), ..Raised::default() };
        let unknown = of("A.__init__() got an unexpected keyword argument 'usrname'");
        assert_eq!(unknown_option(&unknown), Some("usrname"));
        let missing = of("A.__init__() missing 2 required positional arguments: 'a' and 'b'");
        assert_eq!(missing_options(&missing), ["a", "b"]);
    }
}
