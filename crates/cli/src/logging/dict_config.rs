//! Logging from a file: the part of Python's `logging.config` dictionary that makes sense here.
//!
//! Formatters with `format` and `datefmt`; stream, file, syslog and null handlers; levels, handlers and
//! `propagate` of `root` and `loggers`. Anything else is an error: a log that goes nowhere because a key
//! was ignored is found out too late.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::path::PathBuf;
use std::sync::Mutex;

use octodns_core::nearest;
use octodns_core::value::{Map, Value};

use super::LoggingError;
use super::format::Format;
use super::handler::{Handler, Sink};
use super::level::Level;
use super::router::{Logger, Logging};
use super::syslog::{Facility, Syslog};

/// What Python writes when a handler has no formatter.
const PLAIN: &str = "%(message)s";

/// Reads a logging configuration.
///
/// # Errors
///
/// For everything that is missing, wrong or not known, naming the key and its line; and when a file or a
/// socket cannot be opened.
pub fn from_dict_config(config: &Value<'_>) -> Result<Logging, LoggingError> {
    let top = Section::new("logging configuration".to_owned(), config)?;
    top.only(&[
        "version",
        "formatters",
        "handlers",
        "loggers",
        "root",
        "disable_existing_loggers",
    ])?;
    if top.get("version").and_then(Value::as_int) != Some(1) {
        return Err(top.error("version", "write `version: 1`"));
    }
    let mut formats = BTreeMap::new();
    for (name, section) in top.sections("formatters")? {
        formats.insert(name, format(&section)?);
    }
    let mut names = Vec::new();
    let mut handlers = Vec::new();
    for (name, section) in top.sections("handlers")? {
        handlers.push(handler(&section, &formats)?);
        names.push(name);
    }
    let root = match top.get("root") {
        Some(root) => logger(&Section::new("root".to_owned(), root)?, &names)?,
        None => Logger::default(),
    };
    let mut logging = Logging::new(handlers, root);
    for (name, section) in top.sections("loggers")? {
        logging.add_logger(name, logger(&section, &names)?);
    }
    Ok(logging)
}

fn format(section: &Section<'_>) -> Result<Format, LoggingError> {
    section.only(&["format", "datefmt", "style", "validate"])?;
    if section.text("style")?.is_some_and(|style| style != "%") {
        return Err(section.error("style", "only the style `%` is supported"));
    }
    Format::new(section.text("format")?.unwrap_or(PLAIN), section.text("datefmt")?)
}

fn handler(
    section: &Section<'_>,
    formats: &BTreeMap<String, Format>,
) -> Result<Handler, LoggingError> {
    const COMMON: [&str; 3] = ["class", "level", "formatter"];
    let only = |own: &[&str]| section.only(&[&COMMON, own].concat());
    let sink = match section.text("class")?.unwrap_or_default() {
        "logging.StreamHandler" => only(&["stream"]).and_then(|()| stream(section))?,
        "logging.FileHandler" => {
            only(&["filename", "mode", "encoding", "delay"]).and_then(|()| file(section))?
        }
        "logging.handlers.SysLogHandler" => {
            only(&["address", "facility"]).and_then(|()| syslog(section))?
        }
        "logging.NullHandler" => only(&[]).map(|()| Sink::Nothing)?,
        class => {
            let known = "logging.StreamHandler, logging.FileHandler, logging.NullHandler and \
                         logging.handlers.SysLogHandler";
            return Err(section.error(
                "class",
                &format!("unknown handler class `{class}`; known ones are {known}"),
            ));
        }
    };
    let format = match section.text("formatter")? {
        Some(name) => match formats.get(name) {
            Some(format) => format.clone(),
            None => {
                return Err(section.error("formatter", &format!("there is no formatter `{name}`")));
            }
        },
        None => Format::new(PLAIN, None)?,
    };
    Ok(Handler::new(sink, format).at_least(section.level()?.unwrap_or_default()))
}

fn stream(section: &Section<'_>) -> Result<Sink, LoggingError> {
    match section.text("stream")? {
        None | Some("ext://sys.stderr") => Ok(Sink::Stderr),
        Some("ext://sys.stdout") => Ok(Sink::Stdout),
        Some(_) => Err(section.error("stream", "write `ext://sys.stdout` or `ext://sys.stderr`")),
    }
}

fn file(section: &Section<'_>) -> Result<Sink, LoggingError> {
    let Some(path) = section.text("filename")?.map(PathBuf::from) else {
        return Err(section.error("filename", "a file name is needed"));
    };
    if let Some(encoding) = section.text("encoding")?
        && !matches!(encoding.to_ascii_lowercase().as_str(), "utf-8" | "utf8")
    {
        return Err(section.error("encoding", "only utf-8 is supported"));
    }
    let mut options = OpenOptions::new();
    match section.text("mode")? {
        None | Some("a") => options.append(true).create(true),
        Some("w") => options.write(true).create(true).truncate(true),
        Some(_) => return Err(section.error("mode", "write `a` to add or `w` to replace")),
    };
    match options.open(&path) {
        Ok(file) => Ok(Sink::File(Mutex::new(file))),
        Err(source) => Err(LoggingError::Open { path, source }),
    }
}

fn syslog(section: &Section<'_>) -> Result<Sink, LoggingError> {
    let facility: Facility = section.text("facility")?.unwrap_or("user").parse()?;
    let address = section.get("address");
    if let Some(path) = address.and_then(Value::as_str) {
        return Syslog::local(path.as_ref(), facility).map(Sink::Syslog);
    }
    let (host, port) = match address.map(Value::as_list) {
        None => ("localhost", Some(514)),
        Some(Some([host, port])) => (
            host.as_str().unwrap_or_default(),
            port.as_int().and_then(|port| u16::try_from(port).ok()),
        ),
        Some(_) => ("", None),
    };
    match port {
        Some(port) if !host.is_empty() => Syslog::udp(host, port, facility).map(Sink::Syslog),
        _ => Err(section.error("address", "write a socket's path, or [host, port]")),
    }
}

fn logger(section: &Section<'_>, handlers: &[String]) -> Result<Logger, LoggingError> {
    section.only(&["level", "handlers", "propagate"])?;
    let mut logger = Logger { level: section.level()?, ..Logger::default() };
    let names = section.get("handlers").map_or(Some(&[][..]), Value::as_list);
    for name in names.ok_or_else(|| section.error("handlers", "write a list of handlers"))? {
        let found = handlers.iter().position(|known| Some(known.as_str()) == name.as_str());
        let unknown =
            || format!("there is no handler `{}`", name.as_str().unwrap_or(name.kind_name()));
        logger.handlers.push(found.ok_or_else(|| section.error("handlers", &unknown()))?);
    }
    if let Some(propagate) = section.get("propagate") {
        let no = || section.error("propagate", "write true or false");
        logger.propagate = propagate.as_bool().ok_or_else(no)?;
    }
    Ok(logger)
}

/// A mapping, and where it stands.
struct Section<'c> {
    place: String,
    map: &'c Map<'c>,
    line: u32,
}

impl<'c> Section<'c> {
    fn new(place: String, value: &'c Value<'_>) -> Result<Self, LoggingError> {
        let line = value.position.line;
        match value.as_map() {
            Some(map) => Ok(Self { place, map, line }),
            None => Err(LoggingError::Config {
                place,
                line,
                problem: format!("expected a mapping, found {}", value.kind_name()),
            }),
        }
    }

    fn get(&self, key: &str) -> Option<&'c Value<'c>> {
        self.map.get(key).filter(|value| !value.is_null())
    }

    /// The mappings below a key, by name.
    fn sections(&self, key: &str) -> Result<Vec<(String, Section<'c>)>, LoggingError> {
        let Some(value) = self.get(key) else { return Ok(Vec::new()) };
        let mut sections = Vec::new();
        for (name, value) in Section::new(key.to_owned(), value)?.map {
            let name = name.as_str().unwrap_or_default().to_owned();
            let section = Section::new(format!("{key}.{name}"), value)?;
            sections.push((name, section));
        }
        Ok(sections)
    }

    fn text(&self, key: &str) -> Result<Option<&'c str>, LoggingError> {
        match self.get(key).map(|value| (value, value.as_str())) {
            None => Ok(None),
            Some((_, Some(text))) => Ok(Some(text)),
            Some((value, None)) => {
                Err(self.error(key, &format!("expected text, found {}", value.kind_name())))
            }
        }
    }

    fn level(&self) -> Result<Option<Level>, LoggingError> {
        let Some(name) = self.text("level")? else { return Ok(None) };
        let known = "DEBUG, INFO, WARNING, ERROR or CRITICAL";
        let no = |()| self.error("level", &format!("unknown level `{name}`; write {known}"));
        name.parse().map(Some).map_err(no)
    }

    /// Refuses keys that are not known.
    fn only(&self, known: &[&str]) -> Result<(), LoggingError> {
        for (key, _) in self.map {
            let name = key.as_str().unwrap_or("?");
            if !known.contains(&name) {
                let meant = nearest(name, known.iter().copied());
                let meant =
                    meant.map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
                let line = key.position.line.max(self.line);
                return Err(LoggingError::Config {
                    place: format!("{}.{name}", self.place),
                    line,
                    problem: format!("not supported{meant}"),
                });
            }
        }
        Ok(())
    }

    fn error(&self, key: &str, problem: &str) -> LoggingError {
        let line = self.map.get(key).map_or(self.line, |value| value.position.line);
        LoggingError::Config {
            place: format!("{}.{key}", self.place),
            line,
            problem: problem.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map<const N: usize>(entries: [(&'static str, Value<'static>); N]) -> Value<'static> {
        entries.into_iter().collect::<Map<'static>>().into()
    }

    fn list(items: &[&'static str]) -> Value<'static> {
        items.iter().map(|item| Value::from(*item)).collect::<Vec<_>>().into()
    }

    #[test]
    fn handlers_and_levels_are_set_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log").to_string_lossy().into_owned();
        let config = map([
            ("version", 1.into()),
            ("formatters", map([("short", map([("format", "%(name)s: %(message)s".into())]))])),
            (
                "handlers",
                map([(
                    "file",
                    map([
                        ("class", "logging.FileHandler".into()),
                        ("filename", path.clone().into()),
                        ("formatter", "short".into()),
                        ("level", "INFO".into()),
                    ]),
                )]),
            ),
            ("root", map([("level", "WARNING".into()), ("handlers", list(&["file"]))])),
            ("loggers", map([("Plan", map([("level", "DEBUG".into())]))])),
        ]);
        let logging = from_dict_config(&config).unwrap();
        assert_eq!(logging.most_verbose(), Level::DEBUG);
        assert!(logging.is_enabled("Plan.sub", Level::DEBUG));
        assert!(!logging.is_enabled("Manager", Level::INFO));
        for (level, text) in [(Level::DEBUG, "no"), (Level::INFO, "yes")] {
            logging.log(&super::super::format::Message { logger: "Plan", level, text });
        }
        assert_eq!(std::fs::read_to_string(path).unwrap(), "Plan: yes\n");
    }

    #[test]
    fn what_is_not_supported_is_named() {
        let check = |config: Value<'static>, expected: &str| {
            let error = from_dict_config(&config).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        };
        check("text".into(), "mapping");
        check(map([]), "version: 1");
        check(map([("version", 1.into()), ("handler", map([]))]), "did you mean `handlers`");
        let handler = |class: &'static str| {
            map([
                ("version", 1.into()),
                ("handlers", map([("mail", map([("class", class.into())]))])),
            ])
        };
        check(handler("logging.handlers.SMTPHandler"), "handlers.mail.class");
        check(handler("logging.FileHandler"), "handlers.mail.filename");
        let root = map([("version", 1.into()), ("root", map([("handlers", list(&["console"]))]))]);
        check(root, "there is no handler `console`");
    }
}
