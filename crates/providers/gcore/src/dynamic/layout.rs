//! How a record is laid out at the service: its values, each with what chooses it.
//!
//! Names of pools are not stored, nor is the order of rules for different places. So two records are the same at the
//! service if their layouts are.

use octodns_core::record::Dynamic;
use octodns_core::record::dynamic::{Pool, Rule};
use octodns_kit::{Json, json};

use super::read::{BACKUP, Form, OTHER, WEIGHT};
use crate::brand::Facts;
use crate::sets::Object;

/// What a pool without a rule of its own, or with that for the rest, is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// Its values are chosen by weight.
    Weight,
    /// For when all those are down.
    Backup,
    /// The rest.
    Other,
}

/// The roles that a pool and its fallbacks can have; of those that fit alike, the first.
const ROLES: &[&[Role]] = &[
    &[Role::Other],
    &[Role::Weight],
    &[Role::Backup],
    &[Role::Weight, Role::Backup],
    &[Role::Weight, Role::Other],
    &[Role::Backup, Role::Other],
    &[Role::Weight, Role::Backup, Role::Other],
];

/// The most pools in a chain of fallbacks.
pub(super) const MOST_IN_CHAIN: usize = 3;

impl Role {
    /// The name that such a pool is read with.
    fn name(self) -> &'static str {
        match self {
            Self::Weight => WEIGHT,
            Self::Backup => BACKUP,
            Self::Other => OTHER,
        }
    }
}

/// The values of a record, each with its meta, and the filters that choose among them.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub(super) form: Form,
    pub(super) is_checked: bool,
    pub(super) entries: Vec<(String, Object)>,
}

/// The rules by place, and the one for the rest.
pub(super) fn split(dynamic: &Dynamic) -> (Vec<&Rule>, Option<&Rule>) {
    let (rest, choosing): (Vec<_>, Vec<_>) =
        dynamic.rules().iter().partition(|rule| rule.is_catchall());
    (choosing, rest.first().copied())
}

/// Whether the values of a pool do not count alike.
pub(super) fn has_weights(pool: &Pool) -> bool {
    let mut weights = pool.values().iter().map(octodns_core::record::dynamic::PoolValue::weight);
    let first = weights.next();
    weights.any(|weight| Some(weight) != first)
}

impl Layout {
    /// The layout of a record of a type with this routing and these values.
    pub(super) fn of(
        (of, dynamic): (&str, &Dynamic),
        values: &[String],
        is_checked: bool,
        facts: &Facts,
    ) -> Self {
        let (choosing, rest) = split(dynamic);
        let rest = rest.and_then(Rule::pool).unwrap_or_default();
        let chain: Vec<_> = dynamic.chain(rest).take(MOST_IN_CHAIN).collect();
        let mut layout = Self { form: Form::Places, is_checked, entries: Vec::new() };
        // octoDNS fails to read CNAME records of that form.
        if !facts.has_backups && is_checked && choosing.is_empty() && of != "CNAME" {
            layout.form = Form::Weights;
            for value in chain.first().map_or(&[][..], |pool| pool.values()) {
                layout.add(value.value(), Object::new());
            }
            return layout;
        }
        for rule in &choosing {
            let places = rule.places();
            let mut meta = Object::new();
            let countries: Vec<_> =
                places.countries.iter().filter_map(|place| place.country).collect();
            for (key, codes) in [("countries", countries), ("continents", places.continents)] {
                if !codes.is_empty() {
                    meta.insert(key.to_owned(), codes.into());
                }
            }
            for value in dynamic.pool(rule.pool().unwrap_or_default()).map_or(&[][..], Pool::values)
            {
                layout.add(value.value(), meta.clone());
            }
        }
        let roles: &[Role] =
            if facts.has_backups && choosing.is_empty() { roles(&chain) } else { &[Role::Other] };
        for (role, pool) in roles.iter().zip(chain) {
            match role {
                Role::Weight => {
                    layout.form = Form::Weights;
                    layout.add_weights(pool);
                }
                Role::Backup => layout.add_backups(pool),
                Role::Other => {
                    for value in pool.values() {
                        layout.add(value.value(), flag("default"));
                    }
                }
            }
        }
        let known = |value: &String| layout.entries.iter().any(|(known, _)| known == value);
        let others: Vec<_> = values.iter().filter(|value| !known(value)).cloned().collect();
        layout.entries.extend(others.into_iter().map(|value| (value, Object::new())));
        layout
    }

    /// Without the values that are in no pool, where values are chosen by weight: there they are served. Those stay that
    /// the layout at the service has.
    pub(super) fn in_place_of(mut self, held: Option<&Self>, facts: &Facts) -> Self {
        if self.form == Form::Weights && facts.has_backups {
            let is_held = |entry: &(String, Object)| {
                held.is_some_and(|held| held.form == self.form && held.entries.contains(entry))
            };
            self.entries.retain(|entry| !entry.1.is_empty() || is_held(entry));
        }
        self
    }

    fn add(&mut self, value: &str, meta: Object) {
        self.entries.push((value.to_owned(), meta));
    }

    fn add_weights(&mut self, pool: &Pool) {
        for value in pool.values() {
            let weight = ("weight".to_owned(), value.weight().into());
            self.add(value.value(), [weight].into_iter().collect());
        }
    }

    /// A value may have a weight as well.
    fn add_backups(&mut self, pool: &Pool) {
        for value in pool.values() {
            let mut known = self.entries.iter_mut().filter(|(known, _)| known == value.value());
            match known.next() {
                Some((_, meta)) => meta.extend(flag("backup")),
                None => self.add(value.value(), flag("backup")),
            }
        }
    }

    /// Whether the service would choose the same values, if all are healthy.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let spelled = |layout: &Self| {
            let of = |(value, meta): &(String, Object)| (value.clone(), json!(meta).to_string());
            let mut entries: Vec<_> = layout.entries.iter().map(of).collect();
            entries.sort();
            entries
        };
        self.form == other.form && spelled(self) == spelled(other)
    }

    /// The filters, as they are sent; an answer has so many values.
    pub(super) fn filters(&self, limit: u32, facts: &Facts) -> Json {
        let health = json!({"type": facts.health_filter, "strict": false});
        let first = json!({"type": "first_n", "limit": limit});
        let filters = match self.form {
            Form::Places => vec![
                json!({"type": "geodns"}),
                json!({"type": "default", "limit": limit, "strict": false}),
                first,
            ],
            Form::Weights if facts.has_backups => vec![json!({"type": "weighted_shuffle"}), first],
            Form::Weights => vec![json!({"type": "weighted_shuffle", "strict": false})],
        };
        self.is_checked.then_some(health).into_iter().chain(filters).collect()
    }
}

fn flag(key: &str) -> Object {
    [(key.to_owned(), true.into())].into_iter().collect()
}

/// The roles of the pools of a chain: those of their names, as far as that is possible. Only the values of a pool of the
/// role for that have weights.
fn roles(chain: &[&Pool]) -> &'static [Role] {
    let fit = |roles: &[Role]| {
        let fit = |(role, pool): (&Role, &&Pool)| {
            let has_name = usize::from(pool.id() == role.name());
            let holds_weights = *role == Role::Weight || !has_weights(pool);
            has_name + 10 * usize::from(holds_weights)
        };
        roles.iter().zip(chain).map(fit).sum::<usize>()
    };
    let possible = ROLES.iter().filter(|roles| roles.len() == chain.len());
    // Of several, the last is taken.
    possible.rev().max_by_key(|roles| fit(roles)).copied().unwrap_or_default()
}
