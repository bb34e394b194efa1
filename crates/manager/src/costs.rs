//! What applying the plans of a run costs the accounts of its targets.

use std::collections::BTreeMap;

use octodns_core::Target;
use octodns_core::engine::names_that_turn;
use octodns_core::provider::Budget;

use crate::compat::MANAGER;
use crate::plan::Plans;

impl Plans {
    /// About how many calls applying takes, and how long the limits of the account make them take at least: for each
    /// target that is such a service, by its id. Reading is not part of it. Targets of one account are each told as if
    /// they were alone.
    pub fn budgets(&self) -> BTreeMap<String, Budget> {
        let mut calls: BTreeMap<&str, (&Target, usize)> = BTreeMap::new();
        for step in self.steps.iter().filter(|step| !step.always_dry_run) {
            let (target, plan) = (&step.target, &step.plan);
            if !target.options().apply_disabled {
                calls.entry(target.id()).or_insert((target, 0)).1 += target.provider().calls(plan);
            }
        }
        let budget = |(target, calls): (&Target, usize)| target.provider().budget(calls);
        calls.into_iter().filter_map(|(id, of)| Some((id.to_owned(), budget(of)?))).collect()
    }

    /// The names that will be without an answer for a moment, as their records change to a type that cannot be beside
    /// the old one and the service of the target cannot do both at once; each with the id of that target.
    pub fn gaps(&self) -> Vec<(String, String)> {
        let with_gaps = self.iter().filter(|(target, plan)| !target.provider().turns_at_once(plan));
        let names = with_gaps.flat_map(|(target, plan)| {
            let zone = plan.desired.name();
            let names = names_that_turn(plan).into_iter();
            names.map(|name| (name.decoded_fqdn(zone), target.id().to_owned()))
        });
        names.collect()
    }

    /// Logs what applying costs, a line for each target, and the gaps.
    pub(crate) fn tell_costs(&self) {
        // Nobody reads what is not logged.
        if !tracing::enabled!(target: "octodns", tracing::Level::INFO) {
            return;
        }
        for (name, id) in self.gaps() {
            tracing::info!(
                target: "octodns", logger = MANAGER,
                "sync: {name} changes its type, and {id} has nothing there for a moment in between",
            );
        }
        for (id, budget) in self.budgets() {
            tracing::info!(target: "octodns", logger = MANAGER, "sync: applying to {id}: {budget}");
        }
    }
}
