//! Which validators there are, and which of them are at work.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Findings, RawRecord, RecordValidator, TypedRecord, Validator, ValueValidator};
use crate::rdata::RecordType;
use crate::value::Value;

/// What a validator is about: every type (`None`), or one.
pub type Scope = Option<RecordType>;

/// Why a change to the validators is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ValidatorError {
    /// Ids are unique per scope.
    #[error("validator \"{id}\" is already registered for {}", scope_name(*.scope))]
    Duplicate {
        /// The id.
        id: String,
        /// The scope.
        scope: Scope,
    },
    /// There is no such validator.
    #[error("unknown validator \"{0}\"")]
    Unknown(String),
    /// Some validators hold the others together.
    #[error("validator \"{0}\" cannot be disabled")]
    Bridge(String),
}

fn scope_name(scope: Scope) -> &'static str {
    scope.map_or("every type", RecordType::as_str)
}

#[derive(Clone, Debug, Default)]
struct Active {
    record: Vec<ActiveRecord>,
    value: Vec<ActiveValue>,
}

type ActiveRecord = ByDebug<dyn RecordValidator>;
type ActiveValue = ByDebug<dyn ValueValidator>;

/// A shared validator that can be printed.
struct ByDebug<T: ?Sized>(Arc<T>);

impl<T: ?Sized> Clone for ByDebug<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: ?Sized> std::fmt::Debug for ByDebug<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("validator")
    }
}

impl Active {
    fn put(&mut self, validator: &Validator) {
        self.remove(validator.id());
        match validator {
            Validator::Record(validator) => self.record.push(ByDebug(Arc::clone(validator))),
            Validator::Value(validator) => self.value.push(ByDebug(Arc::clone(validator))),
        }
    }

    fn remove(&mut self, id: &str) -> usize {
        let before = self.record.len() + self.value.len();
        self.record.retain(|validator| validator.0.id() != id);
        self.value.retain(|validator| validator.0.id() != id);
        before - self.record.len() - self.value.len()
    }

    fn ids(&self) -> impl Iterator<Item = &str> {
        let record = self.record.iter().map(|validator| validator.0.id());
        record.chain(self.value.iter().map(|validator| validator.0.id()))
    }
}

/// The validators of records and values: available ones, and those at work.
///
/// None is at work until [`RecordValidators::enable_sets`].
#[derive(Clone, Debug, Default)]
pub struct RecordValidators {
    available: Vec<(Scope, Validator)>,
    general: Active,
    by_type: BTreeMap<RecordType, Active>,
}

impl RecordValidators {
    /// Makes a validator available, whatever else there is of its id.
    pub(crate) fn add(&mut self, scope: Scope, validator: Validator) {
        self.available.push((scope, validator));
    }

    /// Makes a validator available for some types, or (with `None`) for all.
    ///
    /// # Errors
    ///
    /// Refuses an id that is taken for one of the types.
    pub fn register(
        &mut self,
        validator: &Validator,
        types: Option<&[RecordType]>,
    ) -> Result<(), ValidatorError> {
        for scope in scopes(types) {
            if self.position(scope, validator.id()).is_some() {
                let id = validator.id().to_owned();
                return Err(ValidatorError::Duplicate { id, scope });
            }
        }
        self.replace(validator, types);
        Ok(())
    }

    /// Makes a validator available for some types, or (with `None`) for all, in place of those with
    /// the same id.
    pub fn replace(&mut self, validator: &Validator, types: Option<&[RecordType]>) {
        for scope in scopes(types) {
            match self.position(scope, validator.id()) {
                Some(index) => self.available[index].1 = validator.clone(),
                None => self.available.push((scope, validator.clone())),
            }
        }
    }

    /// Whether a validator is at work for records of a type.
    pub(crate) fn is_at_work(&self, id: &str, record_type: RecordType) -> bool {
        let of_type = self.by_type.get(&record_type);
        let all = std::iter::once(&self.general).chain(of_type);
        all.into_iter().any(|active| active.ids().any(|other| other == id))
    }

    fn position(&self, scope: Scope, id: &str) -> Option<usize> {
        self.available.iter().position(|(of, other)| *of == scope && other.id() == id)
    }

    /// Puts exactly the validators of these sets to work, and those that belong to no set.
    pub fn enable_sets(&mut self, sets: &[&str]) {
        self.general = Active::default();
        self.by_type.clear();
        for (scope, validator) in std::mem::take(&mut self.available) {
            if validator.sets().is_none_or(|of| of.iter().any(|set| sets.contains(set))) {
                self.active_mut(scope).put(&validator);
            }
            self.available.push((scope, validator));
        }
    }

    /// Puts one validator to work, for some types or (with `None`) for all.
    ///
    /// # Errors
    ///
    /// Refuses an id that no available validator has.
    pub fn enable(&mut self, id: &str, types: Option<&[RecordType]>) -> Result<(), ValidatorError> {
        let found = self.available.iter().find(|(_, validator)| validator.id() == id);
        let Some((_, validator)) = found else {
            return Err(ValidatorError::Unknown(id.to_owned()));
        };
        let validator = validator.clone();
        for scope in scopes(types) {
            self.active_mut(scope).put(&validator);
        }
        Ok(())
    }

    /// Takes a validator out of work: for the types given, or (with `None`) wherever it is. Tells how
    /// often it was at work.
    ///
    /// # Errors
    ///
    /// Refuses ids that start with `_`.
    pub fn disable(
        &mut self,
        id: &str,
        types: Option<&[RecordType]>,
    ) -> Result<usize, ValidatorError> {
        if id.starts_with('_') {
            return Err(ValidatorError::Bridge(id.to_owned()));
        }
        Ok(match types {
            None => {
                let by_type = self.by_type.values_mut().map(|active| active.remove(id));
                by_type.sum::<usize>() + self.general.remove(id)
            }
            Some(types) => types
                .iter()
                .filter_map(|of| self.by_type.get_mut(of).map(|active| active.remove(id)))
                .sum(),
        })
    }

    /// The same validators without some, which are left out where they are at work for that scope.
    #[must_use]
    pub fn without<'i>(&self, ids: impl IntoIterator<Item = (Scope, &'i str)>) -> Self {
        let mut rest = self.clone();
        for (scope, id) in ids {
            if !id.starts_with('_') {
                rest.active_mut(scope).remove(id);
            }
        }
        rest
    }

    /// Ids at work and what each is about.
    pub fn active(&self) -> impl Iterator<Item = (Scope, &str)> {
        let general = self.general.ids().map(|id| (None, id));
        let by_type = self.by_type.iter();
        general.chain(by_type.flat_map(|(of, active)| active.ids().map(|id| (Some(*of), id))))
    }

    /// All validators there are and what each is about.
    pub fn available(&self) -> impl Iterator<Item = (Scope, &Validator)> {
        self.available.iter().map(|(scope, validator)| (*scope, validator))
    }

    /// Lets the validators at work look at a record: at its data, then at its values.
    pub fn validate(&self, record: &RawRecord<'_>, findings: &mut Findings) {
        let of_type = self.by_type.get(&record.record_type);
        for validator in self.general.record.iter().chain(of_type.iter().flat_map(|a| &a.record)) {
            let start = findings.len();
            validator.0.validate(record, findings);
            if findings.len() > start {
                findings.attribute_to(start, validator.0.id());
            }
        }
        self.values(of_type, record.values, record.record_type, findings);
    }

    /// Whether no validator at work would find anything in the data of a record, as far as they can say.
    pub(crate) fn accept(&self, record: &TypedRecord<'_>) -> bool {
        let of_type = self.by_type.get(&record.record_type);
        std::iter::once(&self.general).chain(of_type).all(|active| {
            active.record.iter().all(|validator| validator.0.accepts(record))
                && active.value.iter().all(|validator| validator.0.accepts(record))
        })
    }

    /// Lets the validators of values at work look at values, such as those of a pool.
    pub fn validate_values(
        &self,
        values: &[Value<'_>],
        record_type: RecordType,
        findings: &mut Findings,
    ) {
        self.values(self.by_type.get(&record_type), values, record_type, findings);
    }

    fn values(
        &self,
        of_type: Option<&Active>,
        values: &[Value<'_>],
        record_type: RecordType,
        findings: &mut Findings,
    ) {
        for validator in self.general.value.iter().chain(of_type.iter().flat_map(|a| &a.value)) {
            let start = findings.len();
            validator.0.validate(values, record_type, findings);
            if findings.len() > start {
                findings.attribute_to(start, validator.0.id());
            }
        }
    }

    fn active_mut(&mut self, scope: Scope) -> &mut Active {
        match scope {
            None => &mut self.general,
            Some(of) => self.by_type.entry(of).or_default(),
        }
    }
}

fn scopes(types: Option<&[RecordType]>) -> Vec<Scope> {
    match types {
        None => vec![None],
        Some(types) => types.iter().copied().map(Some).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::RecordTypes;
    use crate::validate::{RecordCheck, ValueCheck};

    fn active(validators: &RecordValidators, scope: Scope) -> Vec<String> {
        let mut ids: Vec<_> = validators
            .active()
            .filter(|(of, _)| *of == scope)
            .map(|(_, id)| id.to_owned())
            .collect();
        ids.sort();
        ids
    }

    #[test]
    fn sets_put_validators_to_work() {
        let mut validators = RecordValidators::new(&RecordTypes::default());
        assert_eq!(validators.active().count(), 0);
        validators.enable_sets(&["legacy"]);
        assert_eq!(active(&validators, None), ["healthcheck", "name-rfc", "ttl-rfc"]);
        assert_eq!(active(&validators, Some(RecordType::MX)), ["mx-value"]);
        let of_a = active(&validators, Some(RecordType::A));
        assert_eq!(of_a, ["dynamic", "geo", "ip-value-rfc"]);
        validators.enable_sets(&[]);
        assert_eq!(validators.active().count(), 0);
    }

    #[test]
    fn validators_are_switched_one_by_one() {
        let mut validators = RecordValidators::legacy(&RecordTypes::default());
        assert_eq!(validators.disable("ip-value-rfc", None), Ok(2));
        assert_eq!(validators.disable("ip-value-rfc", None), Ok(0));
        assert_eq!(validators.disable("mx-value", Some(&[RecordType::A])), Ok(0));
        validators.enable("ip-value-rfc", Some(&[RecordType::A])).unwrap();
        assert!(active(&validators, Some(RecordType::A)).contains(&"ip-value-rfc".to_owned()));
        assert!(matches!(validators.enable("no-such", None), Err(ValidatorError::Unknown(_))));
        assert!(matches!(validators.disable("_bridge", None), Err(ValidatorError::Bridge(_))));
        let without = validators.without([(None, "ttl-rfc"), (Some(RecordType::A), "geo")]);
        assert_eq!(active(&without, None), ["healthcheck", "name-rfc"]);
        assert_eq!(active(&without, Some(RecordType::A)), ["dynamic", "ip-value-rfc"]);
        assert_eq!(active(&validators, None).len(), 3);
    }

    #[test]
    fn an_embedder_replaces_a_validator_by_its_id() {
        let mut validators = RecordValidators::new(&RecordTypes::default());
        let check = RecordCheck {
            id: "name-rfc",
            class: "",
            sets: &["mine"],
            check: |_, _| {},
            accepts: None,
        };
        let mine = Validator::Record(Arc::new(check));
        let refused = validators.register(&mine, None);
        assert!(matches!(refused, Err(ValidatorError::Duplicate { .. })));
        validators.replace(&mine, None);
        validators.enable_sets(&["legacy"]);
        assert_eq!(active(&validators, None), ["healthcheck", "ttl-rfc"]);
        let check = ValueCheck {
            id: "mine",
            class: "",
            sets: &["mine"],
            check: |_, _, _| {},
            accepts: None,
        };
        let mine = Validator::Value(Arc::new(check));
        validators.register(&mine, Some(&[RecordType::A])).unwrap();
        validators.enable_sets(&["mine"]);
        assert_eq!(active(&validators, None), ["name-rfc"]);
        assert_eq!(active(&validators, Some(RecordType::A)), ["mine"]);
    }
}
