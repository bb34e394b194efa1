//! Applying in waves: some zones or targets first, and the others only if those went well.

use std::collections::HashMap;
use std::path::Path;

use futures::future::BoxFuture;
use octodns_core::value::{Kind, from_value};
use octodns_core::{Diagnostic, Origin, Plan, Report, Target, ZoneName};
use octodns_yaml::{LoadOptions, load_bytes};
use serde::Deserialize;

use crate::summary::Applied;

/// What to do about a file that is none of waves.
const FORM: &str = "write a list of waves, such as `- zones: [example.org.]`";

/// Some plans of a run, by what they are for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Wave {
    /// The zones, in either form: names, `*.example.com.` for those below one, `*` for all. Empty: all.
    pub zones: Vec<String>,
    /// The ids of the targets. Empty: all.
    pub targets: Vec<String>,
}

impl Wave {
    /// The plans of these zones at these targets; empty lists are all.
    pub fn new<I: Into<String>>(
        zones: impl IntoIterator<Item = I>,
        targets: impl IntoIterator<Item = I>,
    ) -> Self {
        let (zones, targets) = (zones.into_iter(), targets.into_iter());
        Self { zones: zones.map(Into::into).collect(), targets: targets.map(Into::into).collect() }
    }

    /// What is wrong with it, if something is, and what to write instead.
    fn fault(&self) -> Option<(String, &'static str)> {
        if self.zones.is_empty() && self.targets.is_empty() {
            let help = "write `zones`, `targets` or both; what no wave names is the last one";
            return Some(("the wave names nothing".to_owned(), help));
        }
        let pattern =
            |name: &str| name == "*" || ZoneName::new(name.trim_start_matches("*.")).is_ok();
        let zone = self.zones.iter().find(|name| !pattern(name))?;
        let help = "write a name with its final dot, such as example.com., or *.example.com. or *";
        Some((format!("\"{zone}\" is not the name of a zone"), help))
    }

    fn includes(&self, zone: &ZoneName, target: &str) -> bool {
        let of_zone = self.zones.is_empty() || self.zones.iter().any(|name| is_meant(name, zone));
        of_zone && (self.targets.is_empty() || self.targets.iter().any(|id| id == target))
    }
}

/// Whether a name or pattern stands for a zone.
fn is_meant(name: &str, zone: &ZoneName) -> bool {
    if name == "*" {
        return true;
    }
    match name.strip_prefix("*.") {
        Some(above) => ZoneName::new(above)
            .is_ok_and(|above| above != *zone && above.relative(zone.as_str()).is_some()),
        None => ZoneName::new(name).is_ok_and(|name| name == *zone),
    }
}

/// How the plans of a run are parted into waves. Default: all are one.
///
/// ```
/// # extern crate octodns_manager as octodns;
/// use octodns::{Wave, Waves};
///
/// let canary = Wave::new(["example.org."], []);
/// let waves = Waves::of([canary, Wave::new([], ["backup"])]);
/// let ten = Waves::even(10);
/// # let _ = (waves, ten);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waves {
    count: usize,
    waves: Vec<Wave>,
}

impl Waves {
    /// So many waves of about as many zones each, in the order of the plans.
    pub fn even(count: usize) -> Self {
        Self { count, waves: Vec::new() }
    }

    /// These waves, in order, and then everything that none of them names. A plan is in the first that names it.
    pub fn of(waves: impl IntoIterator<Item = Wave>) -> Self {
        Self { count: 0, waves: waves.into_iter().collect() }
    }

    /// Reads the waves of a file: a list with `zones`, `targets` or both in each item. `name` is its path as findings
    /// show it.
    ///
    /// # Errors
    ///
    /// Fails with what is wrong with it.
    pub fn from_yaml(name: &Path, text: &[u8]) -> Result<Self, Report> {
        let load = LoadOptions::new(&*name.to_string_lossy());
        let failed = |found: Diagnostic| [found].into_iter().collect::<Report>();
        let document = load_bytes(text, &load).map_err(|error| failed(error.to_diagnostic()))?;
        let fault = |message: String, help: &str, position| {
            let origin = Origin::new(&document.files, position);
            Diagnostic::error("waves", message).at(origin).help(help)
        };
        let Kind::List(items) = &document.root.kind else {
            let message = "a file of waves is a list".to_owned();
            return Err(failed(fault(message, FORM, document.root.position)));
        };
        let (mut report, mut waves) = (Report::new(), Vec::with_capacity(items.len()));
        for item in items {
            match from_value::<Wave>(item) {
                Ok(wave) => {
                    let found = wave.fault();
                    report.extend(found.map(|(message, help)| fault(message, help, item.position)));
                    waves.push(wave);
                }
                Err(error) => {
                    let at = if error.position.is_known() { error.position } else { item.position };
                    report.push(fault(error.message, error.help.as_deref().unwrap_or(FORM), at));
                }
            }
        }
        if report.has_errors() { Err(report) } else { Ok(Self::of(waves)) }
    }

    /// The places of plans in each wave that has some.
    pub(crate) fn part<'p>(
        &self,
        plans: impl Iterator<Item = (&'p ZoneName, &'p str)>,
    ) -> Vec<Vec<usize>> {
        let plans: Vec<_> = plans.collect();
        let wave_of = self.even_waves(&plans);
        // More even waves than plans would be empty ones.
        let count = self.waves.len().max(self.count.min(plans.len()));
        let mut parts = vec![Vec::new(); count + 1];
        for (place, (zone, target)) in plans.into_iter().enumerate() {
            let named = self.waves.iter().position(|wave| wave.includes(zone, target));
            let wave = wave_of.get(zone).copied().or(named).unwrap_or(parts.len() - 1);
            parts[wave].push(place);
        }
        parts.retain(|part| !part.is_empty());
        parts
    }

    /// The wave of each zone, if they are to be even.
    fn even_waves<'p>(&self, plans: &[(&'p ZoneName, &str)]) -> HashMap<&'p ZoneName, usize> {
        if self.count == 0 {
            return HashMap::new();
        }
        let mut places = HashMap::new();
        for (zone, _) in plans {
            let next = places.len();
            places.entry(*zone).or_insert(next);
        }
        let zones = places.len().max(1);
        let count = self.count.min(zones);
        for place in places.values_mut() {
            *place = *place * count / zones;
        }
        places
    }
}

/// A wave that was applied, for whoever checks it before the next.
#[non_exhaustive]
pub struct AppliedWave<'w> {
    /// Its number, from 1.
    pub number: usize,
    /// How many there are.
    pub of: usize,
    /// Each plan with its target, and what came of it.
    pub plans: Vec<(&'w Target, &'w Plan, &'w Applied)>,
}

/// Checks a wave that was applied: with an error in the report, those after it are not begun. Called after the last
/// one as well, but not after one that failed.
pub type AfterWave<'c> =
    dyn for<'w> Fn(AppliedWave<'w>) -> BoxFuture<'c, Report> + Send + Sync + 'c;

/// Finds nothing.
pub(crate) fn unchecked(_: AppliedWave<'_>) -> BoxFuture<'static, Report> {
    Box::pin(async { Report::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(waves: &Waves, plans: &[(&str, &str)]) -> Vec<Vec<usize>> {
        let zones: Vec<_> = plans.iter().map(|(zone, _)| ZoneName::new(zone).unwrap()).collect();
        waves.part(zones.iter().zip(plans).map(|(zone, (_, target))| (zone, *target)))
    }

    #[test]
    fn a_plan_is_in_the_first_wave_that_names_it() {
        let plans = [
            ("a.com.", "one"),
            ("a.com.", "two"),
            ("x.a.com.", "one"),
            ("xn--bcher-kva.example.", "one"),
            ("b.com.", "two"),
        ];
        let wave = |zones: &[&str], targets: &[&str]| Wave::new(zones.to_vec(), targets.to_vec());
        for (waves, parts) in [
            (vec![], vec![vec![0, 1, 2, 3, 4]]),
            (vec![wave(&["*"], &[])], vec![vec![0, 1, 2, 3, 4]]),
            (vec![wave(&["A.com."], &[])], vec![vec![0, 1], vec![2, 3, 4]]),
            (
                vec![wave(&["*.a.com."], &[]), wave(&["*.com."], &[])],
                vec![vec![2], vec![0, 1, 4], vec![3]],
            ),
            (vec![wave(&[], &["two"])], vec![vec![1, 4], vec![0, 2, 3]]),
            (
                vec![wave(&["bücher.example.", "nobody.example."], &["one"])],
                vec![vec![3], vec![0, 1, 2, 4]],
            ),
            (
                vec![wave(&["a.com."], &["two"]), wave(&["a.com."], &[])],
                vec![vec![1], vec![0], vec![2, 3, 4]],
            ),
        ] {
            assert_eq!(part(&Waves::of(waves.clone()), &plans), parts, "{waves:?}");
        }
    }

    #[test]
    fn even_waves_keep_the_targets_of_a_zone_together() {
        let plans = [
            ("a.", "one"),
            ("a.", "two"),
            ("b.", "one"),
            ("c.", "one"),
            ("d.", "one"),
            ("e.", "x"),
        ];
        for (count, parts) in [
            (1, vec![vec![0, 1, 2, 3, 4, 5]]),
            (2, vec![vec![0, 1, 2, 3], vec![4, 5]]),
            (5, vec![vec![0, 1], vec![2], vec![3], vec![4], vec![5]]),
            (99, vec![vec![0, 1], vec![2], vec![3], vec![4], vec![5]]),
            (usize::MAX, vec![vec![0, 1], vec![2], vec![3], vec![4], vec![5]]),
        ] {
            assert_eq!(part(&Waves::even(count), &plans), parts, "{count}");
        }
        assert_eq!(part(&Waves::even(3), &[]), Vec::<Vec<usize>>::new());
    }

    #[test]
    fn every_fault_of_a_file_is_told_at_its_place() {
        let read = |text: &str| match Waves::from_yaml(Path::new("waves.yaml"), text.as_bytes()) {
            Ok(waves) => format!("{} waves", waves.waves.len()),
            Err(report) => {
                let shown = report.iter().map(|found| {
                    format!("{}:{}: {}", found.origin.line, found.origin.column, found.message)
                });
                shown.collect::<Vec<_>>().join("; ")
            }
        };
        assert_eq!(read("- zones: [a.com., '*.b.com.', '*']\n- targets: [x]\n"), "2 waves");
        assert_eq!(read("zones: [a.com.]\n"), "1:1: a file of waves is a list");
        let faulty = "- {}\n- zones: [no dot]\n- zonse: [a.com.]\n";
        let shown = read(faulty);
        assert!(
            shown.starts_with("1:3: the wave names nothing; 2:3: \"no dot\" is not the"),
            "{shown}"
        );
        assert!(shown.contains("3:"), "{shown}");
    }
}
