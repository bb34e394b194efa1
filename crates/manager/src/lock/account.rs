//! What tells the account of one target from that of another.

use octodns_core::Value;
use octodns_core::value::python_str;

/// Options that name a service, an account at it, or a part of that. Credentials are none of them: nothing of them may
/// be in a file, not even a digest.
const NAMES: [&str; 31] = [
    "access_key_id",
    "account",
    "account_id",
    "accountid",
    "base_url",
    "client_id",
    "contract_id",
    "customer",
    "directory",
    "email",
    "endpoint",
    "filename",
    "handle",
    "host",
    "port",
    "profile",
    "project",
    "project_id",
    "project_name",
    "region",
    "resource_group",
    "role_arn",
    "sandbox",
    "scheme",
    "server_id",
    "subscription_id",
    "tenant",
    "url",
    "user",
    "username",
    "view",
];

/// The account that an entry of the config is about: its class, its options that name one, and where the others are
/// looked up (`env/NAME`).
///
/// Two entries for one account, in two configs perhaps, have the same. Where two accounts have the same, runs wait for
/// each other without need.
pub(crate) fn account_of(class: &str, options: &Value<'_>) -> String {
    let mut parts = vec![class.to_owned()];
    let Some(map) = options.as_map() else { return class.to_owned() };
    for (key, value) in map {
        let key = python_str(key);
        if is_name(&key) {
            parts.push(format!("{key}={}", python_str(value)));
        } else if let Some(reference) = value.as_str().and_then(reference) {
            parts.push(format!("{key}={reference}"));
        }
    }
    parts[1..].sort_unstable();
    parts.join("\n")
}

/// Whether an option names a service, an account at it, or a part of that.
pub(crate) fn is_name(option: &str) -> bool {
    NAMES.contains(&option)
}

/// The account of a target that was made in code.
pub(crate) fn account_of_part(class: &str, id: &str) -> String {
    format!("{class}\nid={id}")
}

/// Where a value is looked up, without the default that may follow.
fn reference(value: &str) -> Option<String> {
    let (handler, name) = value.split_once('/')?;
    (handler == "env").then(|| format!("env/{}", name.split('/').next().unwrap_or(name)))
}

#[cfg(test)]
mod tests {
    use octodns_core::OwnedValue;
    use octodns_core::value::Map;

    use super::*;

    fn account(options: &[(&'static str, &'static str)]) -> String {
        let map: Map<'static> =
            options.iter().map(|(key, value)| (*key, OwnedValue::from(*value))).collect();
        account_of("Class", &map.into())
    }

    #[test]
    fn an_account_is_told_by_names_and_never_by_credentials() {
        let one = account(&[("token", "hunter2"), ("host", "a.example")]);
        assert_eq!(one, "Class\nhost=a.example");
        assert_eq!(one, account(&[("host", "a.example"), ("token", "another")]));
        assert_ne!(one, account(&[("host", "b.example"), ("token", "hunter2")]));
        let looked_up = account(&[("token", "env/TOKEN/hunter2")]);
        assert_eq!(looked_up, "Class\ntoken=env/TOKEN");
        assert_ne!(looked_up, account(&[("token", "env/OTHER")]));
    }
}
