//! The text of a plan file: JSON with a version, and a digest over all of it.

use std::fmt::Write as _;

use octodns_core::schema::{DRAFT, JsonSchema, Schema};
use octodns_core::value::visible_json;
use octodns_core::{Diagnostic, Report};
use serde::{Deserialize, Serialize};
use serde_json::error::Category;

use super::config::ConfigDigests;
use super::{CODE, PlanFile, Selection};
use crate::digest::sha256;
use crate::stored::StoredPlan;

/// What the file says it is.
const FORMAT: &str = "octodns-plan";

/// The version of its form. A program reads this one, and refuses those of newer programs.
const VERSION: u64 = 1;

/// What to do about a file that cannot be used.
const AGAIN: &str = "write a new one with --plan-out, and have it reviewed";

/// A plan file.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Document {
    /// What this is: `octodns-plan`.
    format: Format,
    /// The version of the form of this file: 1.
    version: u64,
    /// SHA-256 over everything else in this file, in order, as JSON without blanks.
    digest: String,
    /// The version of the program that made the plans.
    program: String,
    /// What the run was limited to.
    selection: Selection,
    /// What the config says about the zones and targets of the plans, as digests.
    config: ConfigDigests,
    /// The plans, in the order in which they are applied.
    plans: Vec<StoredPlan>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
enum Format {
    #[default]
    #[serde(rename = "octodns-plan")]
    Plan,
}

/// What is written, without or with its digest.
#[derive(Serialize)]
struct Written<'p> {
    format: Format,
    version: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<&'p str>,
    #[serde(flatten)]
    file: &'p PlanFile,
}

/// What is looked at before anything else.
#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    format: serde_json::Value,
    #[serde(default)]
    version: serde_json::Value,
}

impl PlanFile {
    /// The text of the file, with its version and digest.
    pub fn to_text(&self) -> String {
        let digest = self.digest();
        let written =
            Written { format: Format::Plan, version: VERSION, digest: Some(&digest), file: self };
        // Keys are texts, and numbers are finite: nothing in it is not JSON.
        let mut text = serde_json::to_string_pretty(&written).unwrap_or_default();
        text.push('\n');
        visible_json(ascii(&text))
    }

    /// The digest over all of it, which binds zones, targets and the order of plans and changes.
    pub fn digest(&self) -> String {
        let written = Written { format: Format::Plan, version: VERSION, digest: None, file: self };
        let text = serde_json::to_vec(&written).unwrap_or_default();
        format!("sha256:{}", sha256(&text))
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    ///
    /// Says in one sentence why this is no plan file, or not one that can be applied.
    pub fn from_text(text: &[u8]) -> Result<Self, Report> {
        let head: Head = serde_json::from_slice(text).map_err(|error| no_json(&error))?;
        if head.format != FORMAT {
            return Err(refusal("this is not a plan file"));
        }
        match head.version.as_u64() {
            Some(VERSION) => {}
            Some(newer) if newer > VERSION => {
                let message = format!(
                    "the plan file has the form of version {newer}, and this program knows those up to {VERSION}"
                );
                let help = "use the program that wrote it, or a newer one";
                return Err(only(Diagnostic::error(CODE, message).help(help)));
            }
            _ => return Err(refusal("the plan file has no version that there is")),
        }
        let document: Document = serde_json::from_slice(text).map_err(|error| {
            refusal(&format!("the plan file was edited or is damaged: {error}"))
        })?;
        let Document { format, version, digest, program, selection, config, plans } = document;
        let file = Self { program, selection, config, plans };
        if (format, version) != (Format::Plan, VERSION) || file.digest() != digest {
            return Err(refusal("the plan file was edited after it was written"));
        }
        Ok(file)
    }
}

fn no_json(error: &serde_json::Error) -> Report {
    match error.classify() {
        Category::Eof => refusal("the plan file is cut short"),
        Category::Data => refusal("this is not a plan file"),
        _ => refusal(&format!("this is not a plan file: {error}")),
    }
}

fn refusal(message: &str) -> Report {
    only(Diagnostic::error(CODE, message).help(AGAIN))
}

fn only(found: Diagnostic) -> Report {
    [found].into_iter().collect()
}

/// JSON with all but ASCII escaped: whatever shows the file, it shows what is there.
fn ascii(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '\n' | ' '..='~' => text.push(c),
            _ => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    // Writing to a text cannot fail.
                    let _ = write!(text, "\\u{unit:04x}");
                }
            }
        }
    }
    text
}

/// Describes plan files.
pub fn plan_schema() -> Schema {
    let mut generator = octodns_core::schema::settings().into_generator();
    let mut schema = Document::json_schema(&mut generator);
    schema.insert("$schema".to_owned(), DRAFT.into());
    schema.insert("title".to_owned(), "octoDNS plan file".into());
    schema
}
