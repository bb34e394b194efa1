//! Describes how two values differ.

use serde_json::Value as Json;

use super::Sent;

/// The differences, one per line; empty if the two are the same.
pub(super) fn of<T: PartialEq + std::fmt::Debug>(
    what: &str,
    found: &T,
    expected: &T,
) -> Vec<String> {
    if found == expected {
        return Vec::new();
    }
    vec![format!("{what}:\n  expected {expected:?}\n  found    {found:?}")]
}

/// Which requests differ, by number: the expected one and the one sent.
pub(super) fn of_requests(sent: &[Sent], expected: &[Sent]) -> Vec<String> {
    let count = sent.len().max(expected.len());
    let differs = |index: usize| {
        let (ours, theirs) = (sent.get(index), expected.get(index));
        if ours == theirs {
            return None;
        }
        let show = |sent: Option<&Sent>| match sent {
            Some(Sent { method, url, body }) if body.is_null() => format!("{method} {url}"),
            Some(Sent { method, url, body }) => format!("{method} {url} {body}"),
            None => "nothing".to_owned(),
        };
        let (theirs, ours) = (show(theirs), show(ours));
        Some(format!("writing request {}:\n  expected {theirs}\n  sent     {ours}", index + 1))
    };
    (0..count).filter_map(differs).collect()
}

/// How two states differ: what only one of them has, with its path.
pub(super) fn of_states(place: &str, found: &Json, expected: &Json) -> Vec<String> {
    match (found, expected) {
        _ if found == expected => Vec::new(),
        (Json::Object(ours), Json::Object(theirs)) => {
            let mut keys: Vec<_> = ours.keys().chain(theirs.keys()).collect();
            keys.sort();
            keys.dedup();
            let at = |key: &str| {
                if place.is_empty() { key.to_owned() } else { format!("{place}.{key}") }
            };
            let differs = |key: &String| {
                let (ours, theirs) = (ours.get(key), theirs.get(key));
                let null = Json::Null;
                of_states(&at(key), ours.unwrap_or(&null), theirs.unwrap_or(&null))
            };
            keys.into_iter().flat_map(differs).collect()
        }
        (Json::Array(ours), Json::Array(theirs)) => {
            let lacks = without(theirs, ours).into_iter();
            let lacks = lacks.map(|item| format!("{place}: in the end not there: {item}"));
            let strange = without(ours, theirs).into_iter();
            lacks.chain(strange.map(|item| format!("{place}: in the end there: {item}"))).collect()
        }
        _ => vec![format!("{place}: in the end {found}, not {expected}")],
    }
}

/// The items of a list that another lacks or has less often; the order does not matter.
fn without<'j>(list: &'j [Json], other: &[Json]) -> Vec<&'j Json> {
    let mut left: Vec<&Json> = other.iter().collect();
    let is_left = |item: &&Json| match left.iter().position(|held| held == item) {
        Some(index) => {
            left.swap_remove(index);
            false
        }
        None => true,
    };
    list.iter().filter(is_left).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn requests_differ_by_their_number() {
        let sent =
            |url: &str| Sent { method: "PUT".into(), url: url.into(), body: json!({"a": 1}) };
        let differs = of_requests(&[sent("/a"), sent("/b")], &[sent("/a")]);
        assert_eq!(
            differs,
            ["writing request 2:\n  expected nothing\n  sent     PUT /b {\"a\":1}"]
        );
        assert_eq!(of_requests(&[sent("/a")], &[sent("/a")]), [] as [&str; 0]);
    }

    #[test]
    fn states_differ_by_their_place() {
        let differs = of_states("", &json!({"z": [1, 2], "n": 1}), &json!({"z": [2, 3], "n": 2}));
        let expected =
            ["n: in the end 1, not 2", "z: in the end not there: 3", "z: in the end there: 1"];
        assert_eq!(differs, expected);
        assert_eq!(of_states("z", &json!([1, 1]), &json!([1])), ["z: in the end there: 1"]);
        assert_eq!(of_states("z", &json!([1, 2]), &json!([2, 1])), [] as [&str; 0]);
    }
}
