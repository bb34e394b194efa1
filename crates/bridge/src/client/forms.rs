//! Requests that are made of others, and the rows of an answer.

use octodns_core::OwnedValue;
use serde::Deserialize;

use crate::requests::{Hook, PlanRequest, ProcessPlan, Validated};
use crate::wire::{WireRecord, ZoneNumber};

#[derive(serde::Serialize)]
pub(super) struct Config<'c> {
    #[serde(serialize_with = "crate::wire::value::value")]
    pub(super) config: &'c OwnedValue,
}

#[derive(serde::Serialize)]
pub(super) struct PlanBetween<'r> {
    #[serde(flatten)]
    pub(super) request: &'r PlanRequest,
    pub(super) between: [ZoneNumber; 2],
}

#[derive(serde::Serialize)]
pub(super) struct WithHook<'r> {
    pub(super) hook: Hook,
    #[serde(flatten)]
    pub(super) request: &'r ProcessPlan,
}

#[derive(serde::Serialize)]
pub(super) struct CheckRequest<'r> {
    pub(super) zone: &'r str,
    pub(super) records: &'r [WireRecord],
}

#[derive(serde::Serialize)]
pub(super) struct ValidateRequest<'r> {
    pub(super) validator: &'r str,
    #[serde(flatten)]
    pub(super) what: &'r Validated,
}

#[derive(Deserialize)]
pub(super) struct RowOfCheck {
    pub(super) texts: Vec<String>,
    pub(super) reasons: Vec<String>,
}
