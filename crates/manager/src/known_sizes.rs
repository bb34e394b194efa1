//! How many records zones had after they were last applied to: a read that gives far fewer is not believed.
//!
//! A service that loses a page of its answer, or shows an account that is not the right one, looks like a zone with
//! fewer records; and a source that is mounted empty looks like a zone that is to be emptied. The thresholds do not
//! see the first: there is nothing left that could be deleted.
//!
//! The sizes of all zones are in one file, so that names of zones never become paths. Two runs that end at the same
//! moment may lose what one of them wrote; then that run's zones have their sizes of before.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};

use octodns_core::plan::{ReadSide, Unsafe};
use octodns_core::value::visible;
use octodns_core::{Plan, ZoneName};
use serde::{Deserialize, Serialize};

use crate::compat::MANAGER;
use crate::digest::sha256;

/// The name of the file.
const FILE: &str = "zone-sizes.json";

/// The version of its format.
const VERSION: u32 = 1;

/// The largest file that is read: more than a million zones have.
const MAX_BYTES: u64 = 256 * 1024 * 1024;

/// Zones that had fewer records than this may become any size.
const MIN_RECORDS: usize = Plan::MIN_EXISTING_RECORDS;

/// How many records a zone had, after a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
struct Size {
    /// At the target, those that planning does not see as well.
    target: usize,
    /// According to its sources.
    source: usize,
}

impl Size {
    /// That of a zone when its plan has been applied.
    fn after(plan: &Plan) -> Self {
        let counts = plan.counts();
        let held = plan.held().len().saturating_add(counts.creates);
        Self { target: held.saturating_sub(counts.deletes), source: plan.desired.len() }
    }

    /// What speaks against a plan of a zone that had this size.
    fn doubts(self, plan: &Plan) -> impl Iterator<Item = Unsafe> + use<> {
        let sides = [
            (ReadSide::Target, self.target, plan.held().len()),
            (ReadSide::Source, self.source, plan.desired.len()),
        ];
        let shrunk = sides
            .into_iter()
            .filter(|(_, then, now)| *then >= MIN_RECORDS && now.saturating_mul(2) < *then);
        shrunk.map(|(side, then, now)| Unsafe::ShrunkRead { side, then, now })
    }
}

/// The version of a file, whatever else it holds.
#[derive(Deserialize)]
struct Head {
    version: u32,
}

/// The sizes of zones, by zone, and by what the target is told from others.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Sizes {
    version: u32,
    zones: BTreeMap<String, BTreeMap<String, Size>>,
}

impl Default for Sizes {
    fn default() -> Self {
        Self { version: VERSION, zones: BTreeMap::new() }
    }
}

impl Sizes {
    fn of(&self, zone: &ZoneName, target: &str) -> Option<Size> {
        self.zones.get(zone.as_str())?.get(target).copied()
    }
}

/// Why sizes cannot be had.
enum Unreadable {
    /// What is there is none of ours, or torn: it may be replaced.
    Spoilt(String),
    /// It may be of use to others, or cannot be written either.
    Closed(String),
}

/// The sizes of zones that are about to be applied to.
pub(crate) struct After(Vec<(ZoneName, String, Size)>);

/// What a target is told from others by: its id, and a digest of what else tells it. Two configs may have one id for
/// different accounts, or fill one account from different sources.
pub(crate) fn key(config: &str, account: &str, target: &str) -> String {
    let digest = sha256(format!("{config}\n{account}").as_bytes());
    format!("{target} {}", digest.get(..16).unwrap_or_default())
}

/// The sizes that earlier runs left in a folder.
#[derive(Clone, Debug)]
pub(crate) struct KnownSizes {
    folder: PathBuf,
}

impl KnownSizes {
    /// Those in this folder, which need not be there.
    pub(crate) fn below(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// Adds to plans what the sizes of their zones speak against. Each plan comes with the key of its target.
    pub(crate) async fn doubt(&self, plans: Vec<(String, &mut Plan)>) {
        if plans.is_empty() {
            return;
        }
        let this = self.clone();
        let read = octodns_files::blocking(move || Ok(this.read())).await;
        let sizes = match read {
            Ok(Ok(sizes)) => sizes,
            Ok(Err(Unreadable::Spoilt(why) | Unreadable::Closed(why))) => return self.warn(&why),
            Err(error) => return self.warn(&error.to_string()),
        };
        for (target, plan) in plans {
            let Some(size) = sizes.of(plan.desired.name(), &target) else { continue };
            for doubt in size.doubts(plan) {
                plan.doubt(doubt);
            }
        }
    }

    /// What the sizes will be when these plans have been applied.
    pub(crate) fn after<'p>(steps: impl Iterator<Item = (&'p str, &'p Plan)>) -> After {
        let size = |(target, plan): (&str, &Plan)| {
            (plan.desired.name().clone(), target.to_owned(), Size::after(plan))
        };
        After(steps.map(size).collect())
    }

    /// Remembers the sizes of the zones that all of a plan was applied to; `keys` are those of targets, by their ids.
    pub(crate) async fn remember(
        &self,
        after: After,
        is_whole: impl Fn(&ZoneName, &str) -> bool,
        keys: &HashMap<String, String>,
    ) {
        let whole = after.0.into_iter().filter(|(zone, target, _)| is_whole(zone, target));
        let keyed = |(zone, target, size): (ZoneName, String, Size)| {
            Some((zone, keys.get(&target)?.clone(), size))
        };
        let done: Vec<_> = whole.filter_map(keyed).collect();
        if done.is_empty() {
            return;
        }
        let this = self.clone();
        let written = octodns_files::blocking(move || Ok(this.add(done))).await;
        match written {
            Ok(Ok(())) => {}
            Ok(Err(why)) => self.warn(&why),
            Err(error) => self.warn(&error.to_string()),
        }
    }

    fn add(&self, done: Vec<(ZoneName, String, Size)>) -> Result<(), String> {
        let mut sizes = match self.read() {
            Ok(sizes) => sizes,
            Err(Unreadable::Spoilt(_)) => Sizes::default(),
            Err(Unreadable::Closed(why)) => return Err(why),
        };
        for (zone, target, size) in done {
            sizes.zones.entry(zone.as_str().to_owned()).or_default().insert(target, size);
        }
        let text = serde_json::to_vec(&sizes).map_err(|error| error.to_string())?;
        octodns_files::make_folder(&self.folder).map_err(|error| with_cause(&error))?;
        octodns_files::replace(&self.file(), &text).map_err(|error| error.to_string())
    }

    /// The sizes; none if there is no file.
    fn read(&self) -> Result<Sizes, Unreadable> {
        let closed = |error: io::Error| Unreadable::Closed(error.to_string());
        let there = match octodns_files::check(&self.file()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Sizes::default()),
            there => there.map_err(closed)?,
        };
        if there.len() > MAX_BYTES {
            return Err(Unreadable::Spoilt(format!("it has more than {MAX_BYTES} bytes")));
        }
        let bytes = octodns_files::read(&self.file()).map_err(closed)?;
        let spoilt = |error: serde_json::Error| Unreadable::Spoilt(error.to_string());
        let Head { version } = serde_json::from_slice(&bytes).map_err(spoilt)?;
        if version > VERSION {
            let why = format!("it is of version {version}, of a newer program");
            return Err(Unreadable::Closed(why));
        }
        serde_json::from_slice(&bytes).map_err(spoilt)
    }

    fn file(&self) -> PathBuf {
        self.folder.join(FILE)
    }

    fn warn(&self, why: &str) {
        let file = self.file();
        let (file, why) = (file.to_string_lossy(), visible(why));
        tracing::warn!(
            target: "octodns", logger = MANAGER,
            "sync: zones that shrank are not noticed: the sizes in {} are of no use: {why}", visible(&file),
        );
    }
}

fn with_cause(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}
