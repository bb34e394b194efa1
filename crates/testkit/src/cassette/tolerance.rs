//! Normalizes two lists of requests that mean the same.

use serde_json::Value as Json;

use super::{Cassette, Sent};
use crate::json::numbers;

/// What a recording says about order and varying values.
pub(super) struct Tolerance<'c> {
    /// Paths of lists whose order does not matter, within a request: `body.resource_records`.
    unordered: &'c [String],
    unordered_requests: &'c [(usize, usize)],
    /// Paths of values that vary: `requests[0].body.name`.
    ignore: &'c [String],
}

impl<'c> Tolerance<'c> {
    pub(super) fn of(cassette: &'c Cassette) -> Self {
        Self {
            unordered: &cassette.unordered,
            unordered_requests: &cassette.unordered_requests,
            ignore: &cassette.ignore,
        }
    }

    /// Brings the requests into a form that is equal for all that mean the same.
    pub(super) fn apply(&self, mut requests: Vec<Sent>) -> Vec<Sent> {
        for (index, request) in requests.iter_mut().enumerate() {
            request.body = numbers(&request.body);
            for path in self.unordered {
                let path = path.strip_prefix("body").unwrap_or(path);
                if let Some(Json::Array(list)) = at(&mut request.body, path) {
                    list.sort_by_cached_key(ToString::to_string);
                }
            }
            for path in self.ignore {
                let varying = path.strip_prefix(&format!("requests[{index}].body"));
                if let Some(value) = varying.and_then(|path| at(&mut request.body, path)) {
                    *value = Json::Null;
                }
            }
        }
        for (start, end) in self.unordered_requests {
            if let Some(part) = requests.get_mut(*start..*end) {
                part.sort_by_key(|sent| {
                    (sent.method.clone(), sent.url.clone(), sent.body.to_string())
                });
            }
        }
        requests
    }
}

/// The value at a path such as `.records[0].name`.
fn at<'j>(json: &'j mut Json, path: &str) -> Option<&'j mut Json> {
    let path = path.replace('[', ".").replace(']', "");
    let mut keys = path.split('.').filter(|key| !key.is_empty());
    keys.try_fold(json, |json, key| match json {
        Json::Array(list) => list.get_mut(key.parse::<usize>().ok()?),
        other => other.get_mut(key),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sent(method: &str, body: Json) -> Sent {
        Sent { method: method.to_owned(), url: "/".to_owned(), body }
    }

    #[test]
    fn tolerated_differences_are_ignored() {
        let cassette = Cassette {
            unordered: vec!["body.list".to_owned()],
            unordered_requests: vec![(0, 2)],
            ignore: vec!["requests[2].body.a[0].name".to_owned()],
            ..Cassette::default()
        };
        let tolerance = Tolerance::of(&cassette);
        let one = vec![
            sent("A", json!({"list": [2, 1]})),
            sent("B", json!({"n": 1.0})),
            sent("C", json!({"a": [{"name": "x", "b": 1}]})),
        ];
        let other = vec![
            sent("B", json!({"n": 1})),
            sent("A", json!({"list": [1, 2]})),
            sent("C", json!({"a": [{"name": "y", "b": 1}]})),
        ];
        assert_eq!(tolerance.apply(one.clone()), tolerance.apply(other));
        let different =
            vec![one[0].clone(), one[1].clone(), sent("C", json!({"a": [{"name": "x", "b": 2}]}))];
        assert_ne!(tolerance.apply(one), tolerance.apply(different));
    }
}
