//! Which zones a run is about: those configured, those that dynamic entries stand for, those asked for.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use octodns_core::provider::ProviderError;
use octodns_core::value::python_str;
use octodns_core::zone::ZoneSettings;
use octodns_core::{Diagnostic, Origin, Report, Source, Zone, ZoneName};

use crate::compat::MANAGER;
use crate::config::ZoneConfig;
use crate::failure::Failure;
use crate::manager::Manager;
use crate::sub_zones::SubZoneIndex;

/// A zone to be worked on.
#[derive(Clone, Debug)]
pub(crate) struct Selected {
    pub(crate) name: ZoneName,
    /// The dynamic entry of the config that stands for it, such as `*`, if it has none of its own.
    pub(crate) entry: Option<String>,
    pub(crate) config: Arc<ZoneConfig>,
    settings: Arc<ZoneSettings>,
}

impl Selected {
    /// An empty zone with everything that is configured for it.
    pub(crate) fn empty(&self) -> Zone {
        Zone::with_settings(self.name.clone(), Arc::clone(&self.settings))
    }
}

/// The zones of a config, dynamic ones found out, in the order of the config.
#[derive(Default)]
pub(crate) struct Selection {
    /// What is worth knowing about dynamic entries.
    warnings: Report,
    zones: Vec<Entry>,
    by_name: HashMap<String, usize>,
    sub_zones: SubZoneIndex,
}

struct Entry {
    key: String,
    name: Result<ZoneName, octodns_core::name::ZoneNameError>,
    config: Option<Arc<ZoneConfig>>,
    /// Index of the zone in the config, to read its entry when it is needed.
    index: usize,
}

/// How a dynamic entry picks among the zones that its sources list.
enum Pattern {
    All,
    Regex(Box<fancy_regex::Regex>),
}

impl Manager {
    /// All zones, also those that a run is not about: what belongs to them is not another zone's. `sources`
    /// stand in for those of dynamic entries where given (as a dump does).
    ///
    /// Differs from octoDNS, where an entry such as `*.example.com.` without `glob` finds all zones.
    pub(crate) async fn zones(
        &self,
        sources: Option<&[Arc<dyn Source>]>,
    ) -> Result<Selection, Failure> {
        let mut report = Report::new();
        let (mut selection, dynamic) = self.written_zones(&mut report);
        let mut listed = HashMap::new();
        for (index, key) in dynamic {
            let config = Arc::new(self.zone_config(index, &mut report));
            // `*.a.b` is meant as names; `*.a` may tell one entry from another.
            let is_like_names = key.strip_prefix("*.").is_some_and(|rest| rest.contains('.'));
            if is_like_names && config.glob.is_none() && config.regex.is_none() {
                report.push(pattern_as_name(&key, &config));
                continue;
            }
            let names = self.dynamic(&key, &config, sources, &mut listed, &mut report).await;
            for name in names {
                if !selection.by_name.contains_key(name.as_str()) {
                    let (key, config) = (name.to_string(), Some(Arc::clone(&config)));
                    let entry = Entry { key, name: Ok(name), config, index };
                    selection.push(entry, self, &mut report);
                }
            }
        }
        self.complete(selection, report)
    }

    /// The zones that the config names, and those of `dynamic`, each with the entry that stands for it: no source is
    /// asked which zones it has.
    pub(crate) fn zones_without_listing<'n>(
        &self,
        dynamic: impl IntoIterator<Item = (&'n ZoneName, &'n str)>,
    ) -> Result<Selection, Failure> {
        let mut report = Report::new();
        let (mut selection, entries) = self.written_zones(&mut report);
        for (name, entry) in dynamic {
            let found = entries.iter().find(|(_, key)| key == entry);
            let Some((index, _)) = found.filter(|_| !selection.by_name.contains_key(name.as_str()))
            else {
                continue;
            };
            let config = Some(Arc::new(self.zone_config(*index, &mut report)));
            let (key, name) = (name.to_string(), Ok(name.clone()));
            selection.push(Entry { key, name, config, index: *index }, self, &mut report);
        }
        self.complete(selection, report)
    }

    /// The zones that the config names, and its dynamic entries with their indexes.
    fn written_zones(&self, report: &mut Report) -> (Selection, Vec<(usize, String)>) {
        let (mut selection, mut dynamic) = (Selection::default(), Vec::new());
        for (index, (key, _)) in self.config.zones.iter().enumerate() {
            let key = python_str(key);
            if key.starts_with('*') {
                dynamic.push((index, key));
            } else {
                let name = ZoneName::new(&key);
                selection.push(Entry { key, name, config: None, index }, self, report);
            }
        }
        (selection, dynamic)
    }

    fn complete(&self, mut selection: Selection, report: Report) -> Result<Selection, Failure> {
        let report = self.config.foreign.shown_all(report);
        if report.has_errors() {
            return Err(report.into());
        }
        selection.warnings = report;
        let names = selection.zones.iter().filter_map(|entry| entry.name.as_ref().ok());
        selection.sub_zones = SubZoneIndex::new(names);
        Ok(selection)
    }

    /// The zones that a dynamic entry stands for, sorted, so that a run does not depend on how a source lists.
    async fn dynamic(
        &self,
        key: &str,
        config: &ZoneConfig,
        sources: Option<&[Arc<dyn Source>]>,
        listed: &mut HashMap<String, Vec<ZoneName>>,
        report: &mut Report,
    ) -> BTreeSet<ZoneName> {
        let sources = match sources {
            Some(sources) => Some(sources.to_vec()),
            None => self.sources(key, config, &[], report),
        };
        let pattern = pattern(key, config, report);
        let (Some(sources), Some(pattern)) = (sources, pattern) else { return BTreeSet::new() };
        let mut names = BTreeSet::new();
        for source in &sources {
            names.extend(self.list(source, key, config, listed, report).await);
        }
        let found = names.into_iter().filter_map(|name| match pattern.matches(&name) {
            Ok(matches) => matches.then_some(Ok(name)),
            Err(error) => Some(Err(format!("its pattern was given up on {name}: {error}"))),
        });
        found.collect::<Result<_, _>>().unwrap_or_else(|message| {
            report.push(zone_error(key, config, message).help("write a simpler expression"));
            BTreeSet::new()
        })
    }

    /// What is configured for the zone at an index of the config.
    pub(crate) fn zone_config(&self, index: usize, report: &mut Report) -> ZoneConfig {
        let Some((key, value)) = self.config.zones.iter().nth(index) else {
            return ZoneConfig::default();
        };
        let mut found = Report::new();
        let mut config = ZoneConfig::read(&python_str(key), value, &self.config.files, &mut found);
        report.merge(self.config.foreign.shown_all(found));
        config.origin = self.config.origin(key.position);
        config
    }

    /// The sources of a zone; `None` if none is eligible or some are unknown.
    pub(crate) fn sources(
        &self,
        zone: &str,
        config: &ZoneConfig,
        eligible: &[String],
        report: &mut Report,
    ) -> Option<Vec<Arc<dyn Source>>> {
        let Some(names) = &config.sources else {
            let found = zone_error(zone, config, "has no \"sources\"".to_owned());
            report.push(found.help("add `sources` with the ids of providers to read it from"));
            return None;
        };
        if !eligible.is_empty() && !names.iter().any(|name| eligible.contains(name)) {
            return None;
        }
        let mut sources = Vec::with_capacity(names.len());
        for name in names {
            match self.providers.get(name) {
                Some(configured) => sources.push(Arc::clone(&configured.source)),
                None => report.push(self.unknown(zone, config, "source", name)),
            }
        }
        (sources.len() == names.len()).then_some(sources)
    }

    /// The finding about a name that no provider goes by.
    pub(crate) fn unknown(
        &self,
        zone: &str,
        config: &ZoneConfig,
        what: &str,
        name: &str,
    ) -> Diagnostic {
        let message = format!("names the {what} \"{name}\", which is not configured");
        let found = zone_error(zone, config, message).at(config.place(&format!("{what}s"), name));
        let known: Vec<&str> = if what == "processor" {
            self.processors.keys().map(String::as_str).collect()
        } else {
            self.providers.keys().map(String::as_str).collect()
        };
        self.config.foreign.shown(found.help(meant(name, &known)))
    }

    async fn list(
        &self,
        source: &Arc<dyn Source>,
        key: &str,
        config: &ZoneConfig,
        listed: &mut HashMap<String, Vec<ZoneName>>,
        report: &mut Report,
    ) -> Vec<ZoneName> {
        let id = source.id();
        if let Some(names) = listed.get(id) {
            return names.clone();
        }
        let names = match source.list_zones().await {
            Ok(names) => names,
            Err(ProviderError::CannotList) => {
                let message =
                    format!("is a dynamic zone, but its source \"{id}\" cannot list its zones");
                report.push(zone_error(key, config, message).help("list the zones instead"));
                Vec::new()
            }
            Err(error) => {
                report.merge(error.into_report("source", &format!("zone {key} ({id})")));
                Vec::new()
            }
        };
        tracing::info!(
            target: "octodns", logger = MANAGER,
            "_preprocess_zones: dynamic zone={key}, source={id}, zones={}", names.len(),
        );
        listed.insert(id.to_owned(), names.clone());
        names
    }
}

/// Advice about a name that is none of those known: the nearest, or all of them.
pub(crate) fn meant(name: &str, known: &[&str]) -> String {
    let sorted = || {
        let mut names = known.to_vec();
        names.sort_unstable();
        names.join(", ")
    };
    match octodns_core::nearest(name, known.iter().copied()) {
        Some(meant) => format!("did you mean \"{meant}\"?"),
        None if known.is_empty() => "add it to the config".to_owned(),
        None => format!("add it to the config, or name one of: {}", sorted()),
    }
}

/// A finding about the configuration of a zone.
pub(crate) fn zone_error(zone: &str, config: &ZoneConfig, message: String) -> Diagnostic {
    Diagnostic::error("config", message).about(format!("zone {zone}")).at(config.origin.clone())
}

/// The finding about a pattern that stands in the place of a name.
fn pattern_as_name(key: &str, config: &ZoneConfig) -> Diagnostic {
    // Patterns are compared with whole names, which end with a dot.
    let dot = if key.ends_with(['.', '*']) { "" } else { "." };
    let help =
        format!("write an entry `\"*\":` with `glob: \"{key}{dot}\"` and the rest of this one");
    zone_error(key, config, "is a pattern, not the name of a zone".to_owned()).help(help)
}

impl Selection {
    fn push(&mut self, entry: Entry, manager: &Manager, report: &mut Report) {
        let known = match &entry.name {
            Ok(name) => name.as_str().to_owned(),
            Err(_) => entry.key.to_lowercase(),
        };
        if let Some(index) = self.by_name.insert(known, self.zones.len()) {
            let first = &self.zones[index].key;
            let origin = manager.config.zones.iter().nth(entry.index);
            let origin =
                origin.map_or_else(Origin::default, |(key, _)| manager.config.origin(key.position));
            let message = format!("is configured twice, as \"{first}\" and as \"{}\"", entry.key);
            report.push(
                Diagnostic::error("config", message)
                    .about(format!("zone {}", entry.key))
                    .at(origin)
                    .help("remove one of the two"),
            );
        }
        self.zones.push(entry);
    }

    /// The zone of a name, in either form.
    pub(crate) fn get(
        &self,
        name: &str,
        manager: &Manager,
        report: &mut Report,
    ) -> Option<Selected> {
        let found = ZoneName::new(name)
            .ok()
            .and_then(|name| self.by_name.get(name.as_str()))
            .or_else(|| self.by_name.get(&name.to_lowercase()));
        let Some(&index) = found else {
            let message = "is not in the config".to_owned();
            let found = Diagnostic::error("config", message).about(format!("zone {name}"));
            let keys = self.zones.iter().map(|entry| entry.key.as_str());
            let dotted = format!("{name}.");
            report.push(match octodns_core::nearest(name, keys) {
                _ if self.by_name.contains_key(&dotted) => {
                    found.help(format!("did you mean \"{dotted}\", with a dot at its end?"))
                }
                Some(meant) => found.help(format!("did you mean \"{meant}\"?")),
                None => found.help("add it below `zones`"),
            });
            return None;
        };
        self.select(&self.zones[index], manager, report)
    }

    /// All zones, in the order of the config.
    pub(crate) fn all(&self, manager: &Manager, report: &mut Report) -> Vec<Selected> {
        report.extend(self.warnings.iter().cloned());
        self.zones.iter().filter_map(|entry| self.select(entry, manager, report)).collect()
    }

    fn select(&self, entry: &Entry, manager: &Manager, report: &mut Report) -> Option<Selected> {
        let config = match &entry.config {
            Some(config) => Arc::clone(config),
            None => Arc::new(manager.zone_config(entry.index, report)),
        };
        let name = match &entry.name {
            _ if entry.key.contains(['*', '?', '[']) => {
                report.push(pattern_as_name(&entry.key, &config));
                return None;
            }
            Ok(name) => name.clone(),
            Err(error) => {
                let found = zone_error(&entry.key, &config, error.to_string()).help(error.help());
                report.push(manager.config.foreign.shown(found));
                return None;
            }
        };
        let mut settings = ZoneSettings::default();
        settings.sub_zones = self.sub_zones.below(&name);
        settings.ignore_subzone_adds = config.ignore_subzone_adds;
        settings.update_pcent_threshold = config.update_pcent_threshold;
        settings.delete_pcent_threshold = config.delete_pcent_threshold;
        settings.origin = config.origin.clone();
        settings.disabled_validators.clone_from(&config.disabled_validators);
        settings.disabled_record_validators.clone_from(&config.disabled_record_validators);
        // Entries of the config that stand for one zone are read when they are needed.
        let key = manager.config.zones.iter().nth(entry.index).filter(|_| entry.config.is_some());
        let of = key.map(|(key, _)| python_str(key));
        Some(Selected { name, entry: of, config, settings: Arc::new(settings) })
    }
}

impl Pattern {
    /// Fails where an expression takes too many steps: it must neither find nor lose a zone then.
    fn matches(&self, name: &ZoneName) -> Result<bool, Box<fancy_regex::Error>> {
        match self {
            Self::All => Ok(true),
            Self::Regex(regex) => regex.is_match(&*name.decoded()).map_err(Box::new),
        }
    }
}

fn pattern(key: &str, config: &ZoneConfig, report: &mut Report) -> Option<Pattern> {
    let text = match (&config.glob, &config.regex) {
        (Some(glob), _) if !glob.is_empty() => glob_to_regex(glob),
        (_, Some(regex)) if !regex.is_empty() => regex.clone(),
        _ => return Some(Pattern::All),
    };
    match fancy_regex::Regex::new(&text) {
        Ok(regex) => Some(Pattern::Regex(Box::new(regex))),
        Err(error) => {
            let found = zone_error(key, config, format!("its pattern is not valid: {error}"));
            report.push(found.help("escape literal special characters with \\"));
            None
        }
    }
}

/// A shell pattern (`*`, `?`, `[abc]`, `[!abc]`) as a regular expression over the whole text.
fn glob_to_regex(glob: &str) -> String {
    let mut regex = String::from("(?s)^");
    let mut rest = glob.chars();
    while let Some(c) = rest.next() {
        match c {
            '*' => regex.push_str(".*"),
            '?' => regex.push('.'),
            '[' => match class(rest.as_str()) {
                Some((class, length)) => {
                    regex.push_str(&class);
                    rest = rest.as_str()[length..].chars();
                }
                None => regex.push_str("\\["),
            },
            _ => regex.push_str(&fancy_regex::escape(c.encode_utf8(&mut [0; 4]))),
        }
    }
    regex.push('$');
    regex
}

/// The expression for the class that starts `text` (after its bracket), and how long it is.
fn class(text: &str) -> Option<(String, usize)> {
    let negated = text.starts_with('!');
    let start = usize::from(negated);
    // A bracket that comes first is part of the class.
    let from = start + usize::from(text[start..].starts_with(']'));
    let end = from + text[from..].find(']')?;
    let members = text[start..end].replace('\\', "\\\\").replace('[', "\\[").replace('^', "\\^");
    let members = members.replacen(']', "\\]", 1);
    Some((format!("[{}{members}]", if negated { "^" } else { "" }), end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_as_shell_patterns_do() {
        for (glob, name, matches) in [
            ("*.example.com.", "a.example.com.", true),
            ("*.example.com.", "a.example.org.", false),
            ("a?.com.", "ab.com.", true),
            ("a?.com.", "a.com.", false),
            ("[ab]*", "b.com.", true),
            ("[!ab]*", "b.com.", false),
            ("a.c", "abc", false),
            ("[x", "[x", true),
        ] {
            let regex = fancy_regex::Regex::new(&glob_to_regex(glob)).unwrap();
            assert_eq!(regex.is_match(name).unwrap(), matches, "{glob} {name}");
        }
    }
}
