//! Options that several classes have in common.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;

use super::{BuildError, Options, only, with_common};
use crate::value::{OwnedValue, from_value, known_keys};

/// The options of a class in two structs, and never in more: `S`, which other classes have as well, and its own, `O`.
///
/// In a config they stand side by side. Keys that `S` has are read into it, all others are for `O`, which
/// refuses those that it does not have. (`#[serde(flatten)]` cannot do that: it excludes
/// `deny_unknown_fields`.) `S` is a plain struct without `flatten`; `O` may again be a `WithShared`, or
/// [`Sourced`](super::Sourced) a struct.
///
/// ```
/// use octodns_core::registry::{Options, WithShared};
/// use octodns_core::value::{Map, Value};
/// use schemars::JsonSchema;
/// use serde::Deserialize;
///
/// #[derive(Deserialize, JsonSchema)]
/// struct Login {
///     /// The name of the user.
///     user: String,
/// }
///
/// #[derive(Deserialize, JsonSchema)]
/// #[serde(deny_unknown_fields)]
/// struct Limits {
///     /// Requests a second at most.
///     rate: u32,
/// }
///
/// let written: Map<'static> = [("user", Value::from("ann")), ("rate", 5.into())].into_iter().collect();
/// let options = WithShared::<Login, Limits>::read(&written.into(), &[])?;
/// assert_eq!((&*options.shared.user, options.own.rate), ("ann", 5));
/// # Ok::<(), octodns_core::registry::BuildError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WithShared<S, O> {
    /// What other classes have as well.
    pub shared: S,
    /// What only this class has.
    pub own: O,
}

impl<S: Default, O> WithShared<S, O> {
    /// Its own options, beside the default ones that other classes have as well.
    pub fn new(own: O) -> Self {
        Self { shared: S::default(), own }
    }
}

impl<S: DeserializeOwned + JsonSchema, O: Options> Options for WithShared<S, O> {
    fn read(options: &OwnedValue, common: &[&str]) -> Result<Self, BuildError> {
        let keys = known_keys::<S>();
        let not_own: Vec<&str> = common.iter().chain(keys).copied().collect();
        // First its own, so that a misspelt key is told before that the one meant is missing.
        let own = O::read(options, &not_own)?;
        Ok(Self { shared: from_value(&only(options, keys))?, own })
    }

    fn schema(generator: &mut SchemaGenerator) -> Schema {
        with_common::<O, S>(generator)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::options::Sourced;
    use crate::value::testing::json;

    #[derive(Debug, Deserialize, JsonSchema, PartialEq)]
    struct Service {
        /// Where it is.
        #[serde(default)]
        endpoint: Option<String>,
        /// The longest wait.
        #[serde(alias = "patience")]
        wait: i64,
    }

    #[derive(Debug, Deserialize, JsonSchema, PartialEq)]
    struct Account {
        /// The user.
        user: String,
    }

    #[derive(Debug, Deserialize, JsonSchema, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Own {
        /// The most.
        #[serde(default)]
        most: Option<i64>,
    }

    type Both = WithShared<Service, WithShared<Account, Own>>;

    fn fault(text: &str) -> BuildError {
        Both::read(&json(text), &[]).unwrap_err()
    }

    #[test]
    fn each_struct_gets_its_keys_and_the_other_names_of_these() {
        let written = json(r#"{"patience": 5, "user": "ann", "most": 7, "lenient": true}"#);
        let options = Both::read(&written, &["lenient"]).unwrap();
        assert_eq!(options.shared, Service { endpoint: None, wait: 5 });
        assert_eq!(options.own.shared, Account { user: "ann".to_owned() });
        assert_eq!(options.own.own, Own { most: Some(7) });
        let given = Sourced::<Both>::read(&written, &["lenient"]).unwrap();
        assert_eq!(given.options, options);
        assert!(given.lenient());
    }

    /// A user does not know of structs: advice is about all keys that there are.
    #[test]
    fn an_unknown_key_is_refused_with_the_nearest_of_all() {
        for (key, help) in [
            ("endpiont", "did you mean \"endpoint\"?"),
            ("usr", "did you mean \"user\"?"),
            ("mots", "did you mean \"most\"?"),
            ("x", "known keys are: most, endpoint, patience, wait, user"),
        ] {
            let error = fault(&format!(r#"{{"wait": 5, "user": "ann", "{key}": 1}}"#));
            assert_eq!(error.message, format!("unknown key \"{key}\""));
            assert_eq!(error.help.as_deref(), Some(help));
            assert!(error.position.is_known());
        }
    }

    #[test]
    fn faults_stand_where_they_were_written() {
        let missing = fault(r#"{"user": "ann"}"#);
        assert_eq!(missing.message, "missing key \"wait\"");
        assert!(missing.position.is_known());
        let text = r#"{"user": "ann", "wait": "long"}"#;
        let misspelt = fault(r#"{"user": "ann", "wiat": 5}"#);
        assert_eq!(misspelt.help.as_deref(), Some("did you mean \"wait\"?"));
        let wrong = fault(text);
        assert_eq!(wrong.position, json(text).get("wait").unwrap().position);
    }

    #[test]
    fn the_schema_has_all_keys() {
        let schema = Both::schema(&mut SchemaGenerator::default());
        let schema = schema.as_value();
        let keys: Vec<_> = schema["properties"].as_object().unwrap().keys().collect();
        assert_eq!(keys, ["most", "user", "endpoint", "wait"]);
        assert_eq!(schema["required"], serde_json::json!(["user", "wait"]));
        assert_eq!(schema["additionalProperties"], false);
    }
}
