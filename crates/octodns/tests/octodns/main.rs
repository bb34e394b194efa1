//! Runs of managers: planning, applying, and what the documentation says of them.

mod advice;
mod at_once;
mod dns_documentation;
mod documentation;
mod dynamic_zones;
mod folders;
mod foreign;
mod includes;
mod journal;
mod known_sizes;
mod liars;
mod origins;
mod parts;
mod paths;
mod plan_file;
mod processor_faults;
mod processors;
mod progress;
#[cfg(feature = "python")]
mod python_classes;
mod report;
mod runs;
mod schema;
mod services;
mod slips;
mod split;
mod stored;
mod sync;
mod texts;
mod validators;
mod verify;
