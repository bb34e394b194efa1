//! Which plans of a run may be applied at the same time, and which wait for others.

use std::collections::{BTreeSet, HashMap};

use octodns_core::ZoneName;

/// The plans of a run that are not begun yet, known by their places.
///
/// As many as a target takes are applied at the same time. Of zones that lie in each other those of one target keep
/// the order of their plans: the records that a zone below needs are gone from the one above only after it has them.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    targets: Vec<Lane>,
    plans: Vec<Waiting>,
    /// How many more may be begun, whatever their targets.
    free: usize,
}

/// The plans of one target.
#[derive(Debug)]
struct Lane {
    ready: BTreeSet<usize>,
    /// How many more may be begun.
    free: usize,
}

#[derive(Debug)]
struct Waiting {
    /// The place of its target.
    target: usize,
    /// How many plans it waits for.
    before: usize,
    /// The plans that wait for it.
    after: Vec<usize>,
}

/// What counts of a plan: the id of its target, how many zones that takes at the same time, and its zone.
pub(crate) type Wanted<'p> = (&'p str, usize, &'p ZoneName);

impl Turns {
    /// The plans in their order, of which `most` are under way at the same time at most.
    pub(crate) fn new<'p>(plans: impl Iterator<Item = Wanted<'p>>, most: usize) -> Self {
        let mut turns = Self { free: most.max(1), ..Self::default() };
        let mut targets = HashMap::new();
        let mut zones: HashMap<(usize, &str), Vec<usize>> = HashMap::new();
        let mut names = Vec::new();
        for (place, (id, at_once, zone)) in plans.enumerate() {
            let target = *targets.entry(id).or_insert(turns.targets.len());
            if target == turns.targets.len() {
                let ready = BTreeSet::new();
                turns.targets.push(Lane { ready, free: at_once.max(1) });
            }
            turns.plans.push(Waiting { target, before: 0, after: Vec::new() });
            zones.entry((target, zone.as_str())).or_default().push(place);
            names.push(zone.as_str());
        }
        for (place, name) in names.into_iter().enumerate() {
            let Some(target) = turns.plans.get(place).map(|plan| plan.target) else { continue };
            for zone in std::iter::once(name).chain(above(name)) {
                for other in zones.get(&(target, zone)).into_iter().flatten() {
                    // Two plans of one zone meet twice.
                    if zone != name || *other < place {
                        turns.wait(*other.min(&place), *other.max(&place));
                    }
                }
            }
        }
        for (place, plan) in turns.plans.iter().enumerate() {
            if plan.before == 0 {
                turns.targets[plan.target].ready.insert(place);
            }
        }
        turns
    }

    /// The second plan waits for the first.
    fn wait(&mut self, first: usize, second: usize) {
        self.plans[first].after.push(second);
        self.plans[second].before += 1;
    }

    /// The next plan to begin, if one may be begun now.
    pub(crate) fn begin(&mut self) -> Option<usize> {
        if self.free == 0 {
            return None;
        }
        let lanes = self.targets.iter_mut().filter(|lane| lane.free > 0);
        let lane = lanes.min_by_key(|lane| lane.ready.first().copied().unwrap_or(usize::MAX))?;
        let place = lane.ready.pop_first()?;
        lane.free -= 1;
        self.free -= 1;
        Some(place)
    }

    /// A plan that was begun has ended: others may be begun.
    pub(crate) fn ended(&mut self, place: usize) {
        let Some(plan) = self.plans.get_mut(place) else { return };
        let (target, after) = (plan.target, std::mem::take(&mut plan.after));
        self.free += 1;
        self.targets[target].free += 1;
        for next in after {
            self.plans[next].before -= 1;
            if self.plans[next].before == 0 {
                self.targets[target].ready.insert(next);
            }
        }
    }
}

/// The names above one, up to the root.
fn above(name: &str) -> impl Iterator<Item = &str> {
    let mut rest = if name == "." { "" } else { name };
    std::iter::from_fn(move || {
        let (_, above) = rest.split_once('.')?;
        rest = above;
        Some(if above.is_empty() { "." } else { above })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turns(plans: &[(&str, usize, &str)], most: usize) -> Turns {
        let zones: Vec<_> = plans.iter().map(|(_, _, zone)| ZoneName::new(zone).unwrap()).collect();
        let wanted = plans.iter().zip(&zones).map(|((id, at_once, _), zone)| (*id, *at_once, zone));
        Turns::new(wanted, most)
    }

    fn all(turns: &mut Turns) -> Vec<usize> {
        std::iter::from_fn(|| turns.begin()).collect()
    }

    #[test]
    fn as_many_as_a_target_takes_are_begun_in_order() {
        let plans =
            [("a", 2, "1.com."), ("a", 2, "2.com."), ("b", 1, "1.com."), ("a", 2, "3.com.")];
        for (most, begun) in [(9, &[0, 1, 2][..]), (2, &[0, 1]), (1, &[0]), (0, &[0])] {
            assert_eq!(all(&mut turns(&plans, most)), begun, "{most}");
        }
        let mut turns = turns(&plans, 9);
        all(&mut turns);
        turns.ended(2);
        assert_eq!(turns.begin(), None);
        turns.ended(0);
        assert_eq!(all(&mut turns), [3]);
    }

    #[test]
    fn zones_in_each_other_keep_the_order_of_their_plans() {
        let plans = [
            ("a", 9, "x.sub.example.com."),
            ("a", 9, "notexample.com."),
            ("a", 9, "sub.example.com."),
            ("b", 9, "example.com."),
            ("a", 9, "example.com."),
            // Settings alone come last, wherever they lie.
            ("a", 9, "y.example.com."),
            ("a", 9, "."),
        ];
        let mut turns = turns(&plans, 99);
        assert_eq!(all(&mut turns), [0, 1, 3]);
        turns.ended(0);
        assert_eq!(all(&mut turns), [2]);
        turns.ended(3);
        turns.ended(2);
        assert_eq!(all(&mut turns), [4]);
        turns.ended(4);
        assert_eq!(all(&mut turns), [5]);
        turns.ended(5);
        assert_eq!(turns.begin(), None);
        turns.ended(1);
        assert_eq!(all(&mut turns), [6]);
    }

    #[test]
    fn plans_of_one_zone_are_in_turn() {
        let mut turns = turns(&[("a", 9, "a.com."), ("a", 9, "a.com."), ("a", 9, "a.com.")], 9);
        for place in 0..3 {
            assert_eq!(all(&mut turns), [place]);
            turns.ended(place);
        }
    }

    #[test]
    fn names_above_end_at_the_root() {
        assert_eq!(above("a.b.c.").collect::<Vec<_>>(), ["b.c.", "c.", "."]);
        assert_eq!(above(".").count(), 0);
    }
}
