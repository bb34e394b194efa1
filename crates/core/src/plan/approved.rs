//! Plans that may be applied: somebody made sure of it, or took it upon themselves.

use std::fmt;
use std::ops::Deref;

use super::{Plan, Unsafe};

/// A plan that may be applied: it is safe, or was approved by force.
///
/// Nothing else makes one, and nothing can be applied that is none:
///
/// ```
/// # use octodns_core::{Plan, ProviderError, Target};
/// async fn apply(target: &Target, plan: Plan) -> Result<(), Box<dyn std::error::Error>> {
///     let applied = target.apply(&plan.approve()?, &()).await;
///     Ok(applied.error.map_or(Ok(()), Err)?)
/// }
/// ```
///
/// ```compile_fail,E0308
/// # use octodns_core::{Plan, ProviderError, Target};
/// async fn apply(target: &Target, plan: Plan) -> Result<(), Box<dyn std::error::Error>> {
///     let applied = target.apply(&plan, &()).await;
///     Ok(applied.error.map_or(Ok(()), Err)?)
/// }
/// ```
///
/// Providers cannot be handed one either, since what they write to is the log of an approved plan:
///
/// ```compile_fail,E0308
/// # use octodns_core::{ApplyLog, Plan, Provider, ProviderError};
/// async fn apply(provider: &dyn Provider, plan: &Plan) -> Result<(), ProviderError> {
///     provider.apply(plan, &ApplyLog::new("dns", plan, &())).await
/// }
/// ```
///
/// What was approved stays as it is:
///
/// ```compile_fail,E0596
/// # use octodns_core::{Change, plan::ApprovedPlan};
/// fn add(mut plan: ApprovedPlan, change: Change) {
///     plan.changes.push(change);
/// }
/// ```
#[derive(Debug)]
pub struct ApprovedPlan {
    plan: Plan,
}

impl Deref for ApprovedPlan {
    type Target = Plan;

    fn deref(&self) -> &Plan {
        &self.plan
    }
}

impl From<ApprovedPlan> for Plan {
    fn from(approved: ApprovedPlan) -> Self {
        approved.plan
    }
}

/// Why a plan was not approved: it is not safe to apply unasked.
#[derive(Debug)]
#[non_exhaustive]
pub struct NotApproved {
    /// The plan.
    pub plan: Box<Plan>,
    /// What speaks against it; at least one reason.
    pub reasons: Vec<Unsafe>,
}

impl fmt::Display for NotApproved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the plan for {} is not safe: ", self.plan.desired.name())?;
        for (index, reason) in self.reasons.iter().enumerate() {
            write!(f, "{}{reason}", if index > 0 { "; " } else { "" })?;
        }
        Ok(())
    }
}

impl std::error::Error for NotApproved {}

impl Plan {
    /// Approves a plan that is safe.
    ///
    /// # Errors
    ///
    /// Gives the plan back with everything that [`Plan::safety`] has against it.
    pub fn approve(self) -> Result<ApprovedPlan, NotApproved> {
        let reasons = self.safety();
        if reasons.is_empty() {
            return Ok(ApprovedPlan { plan: self });
        }
        Err(NotApproved { plan: Box::new(self), reasons })
    }

    /// Approves a plan, safe or not: somebody looked at it and wants it applied.
    pub fn approve_by_force(self) -> ApprovedPlan {
        ApprovedPlan { plan: self }
    }
}

#[cfg(test)]
mod tests {
    use crate::record::{Record, RecordData};
    use crate::zone::AddOptions;
    use crate::{Change, Plan, RecordName, Zone, ZoneName};

    #[test]
    fn what_is_not_safe_is_approved_by_force_alone() {
        let mut zone = Zone::new(ZoneName::new("example.com.").unwrap());
        for index in 0..10 {
            let data = RecordData::A(vec!["192.0.2.1".parse().unwrap()]);
            let record = Record::new(RecordName::new(&format!("r{index}")).unwrap(), 60, data);
            zone.add(record, AddOptions::default()).unwrap();
        }
        let deletes = |count: usize| {
            let changes = zone.records().take(count).cloned().map(Change::Delete).collect();
            Plan::new(zone.clone(), zone.clone(), changes, true)
        };
        assert_eq!(deletes(3).approve().unwrap().changes.len(), 3);
        let refused = deletes(4).approve().unwrap_err();
        assert_eq!(
            refused.to_string(),
            "the plan for example.com. is not safe: too many deletes: 40.00% of the existing records \
             (4 of 10) is over the limit of 30.00%"
        );
        assert_eq!(refused.plan.approve_by_force().changes.len(), 4);
    }
}
