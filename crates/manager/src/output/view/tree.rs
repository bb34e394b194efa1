//! What changes besides values, as a small tree: pools and rules, values by place, options, settings of zones.

use std::fmt::Write as _;

use octodns_core::record::dynamic::{Dynamic, Pool, PoolValue, Rule, Status};
use octodns_core::record::geo::{Geo, GeoValues};
use octodns_core::value::{Json, Kind, Value, python_str};

use super::words::{Pair, Piece, Side, common, pieces};

/// What happens to a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::output) enum Mark {
    /// It is new.
    Added,
    /// It goes.
    Removed,
    /// It, or something in it, is another.
    Changed,
    /// Nothing, or it is only a heading.
    Same,
}

/// A part with what is in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::output) struct Node {
    pub(in crate::output) mark: Mark,
    pub(in crate::output) text: Vec<Piece>,
    pub(in crate::output) parts: Vec<Node>,
}

impl Node {
    fn new(mark: Mark, text: impl Into<String>) -> Self {
        Self { mark, text: vec![Piece::new(Side::Both, text)], parts: Vec::new() }
    }

    fn changed(before: &str, after: &str) -> Self {
        let mark = if before == after { Mark::Same } else { Mark::Changed };
        Self { mark, text: pieces(before, after), parts: Vec::new() }
    }

    /// Stands for what differs and is in no part of a plan, such as what a service keeps beside a record.
    pub(super) fn unseen() -> Self {
        Self::new(
            Mark::Changed,
            "something that plans do not show, as a service has it beside the record",
        )
    }

    fn with(mut self, parts: Vec<Self>) -> Self {
        let is_changed = parts.iter().any(|part| part.mark != Mark::Same);
        if is_changed && self.mark == Mark::Same {
            self.mark = Mark::Changed;
        }
        self.parts = parts;
        self
    }
}

/// The most rules that are compared pair by pair; more are shown as removed and added.
const MOST_RULES: usize = 200;

/// What changes from one routing to another, or all of the only one.
pub(in crate::output) fn routing(before: Option<&Dynamic>, after: Option<&Dynamic>) -> Vec<Node> {
    let mut nodes = pools(
        before.map(Dynamic::pools).unwrap_or_default(),
        after.map(Dynamic::pools).unwrap_or_default(),
    );
    let rules = rules(
        before.map(Dynamic::rules).unwrap_or_default(),
        after.map(Dynamic::rules).unwrap_or_default(),
    );
    nodes.extend(rules);
    nodes
}

/// Pools by their ids, those that go at the end; what stays is only counted.
fn pools(before: &[Pool], after: &[Pool]) -> Vec<Node> {
    let parts = |pool: &Pool, mark| {
        pool.values().iter().map(|value| Node::new(mark, value_text(value))).collect()
    };
    let all = |pool: &Pool, mark| Node::new(mark, pool_text(pool)).with(parts(pool, mark));
    let pairs = by_key(before, after, Pool::id);
    keyed(pairs, "pool", |pair| match pair {
        (None, Some(new)) => all(new, Mark::Added),
        (Some(old), None) => all(old, Mark::Removed),
        (Some(old), Some(new)) => Node::changed(&pool_text(old), &pool_text(new))
            .with(pool_values(old.values(), new.values())),
        (None, None) => Node::new(Mark::Same, ""),
    })
}

fn pool_values(before: &[PoolValue], after: &[PoolValue]) -> Vec<Node> {
    let pairs = by_key(before, after, PoolValue::value);
    keyed(pairs, "value", |pair| match pair {
        (None, Some(new)) => Node::new(Mark::Added, value_text(new)),
        (Some(old), None) => Node::new(Mark::Removed, value_text(old)),
        (Some(old), Some(new)) if old == new => Node::new(Mark::Same, ""),
        (Some(old), Some(new)) => Node::changed(&full_text(old), &full_text(new)),
        (None, None) => Node::new(Mark::Same, ""),
    })
}

/// `pool eu, else us`.
fn pool_text(pool: &Pool) -> String {
    match pool.fallback() {
        Some(fallback) => format!("pool {}, else {fallback}", pool.id()),
        None => format!("pool {}", pool.id()),
    }
}

/// A value, with what is not the default.
fn value_text(value: &PoolValue) -> String {
    let mut text = value.value().to_owned();
    if value.weight() != 1 {
        // Writing to a text cannot fail.
        let _ = write!(text, " weight {}", value.weight());
    }
    if value.status() != Status::Obey {
        let _ = write!(text, " status {}", value.status());
    }
    text
}

/// A value, with all that it has.
fn full_text(value: &PoolValue) -> String {
    let (text, weight, status) = (value.value(), value.weight(), value.status());
    format!("{text} weight {weight} status {status}")
}

/// Rules in their order. One that is in both is not shown, wherever it stands now.
fn rules(before: &[Rule], after: &[Rule]) -> Vec<Node> {
    let texts = |rules: &[Rule]| rules.iter().map(rule_text).collect::<Vec<_>>();
    let (old, new) = (texts(before), texts(after));
    let shown = |at: usize, text: &str| format!("rule {}: {text}", at + 1);
    let is_short = old.len().max(new.len()) <= MOST_RULES;
    let pairs = if is_short {
        common(&old, &new)
    } else {
        let removed = (0..old.len()).map(Pair::Before);
        removed.chain((0..new.len()).map(Pair::After)).collect()
    };
    let (mut nodes, mut kept) = (Vec::new(), 0);
    let mut pairs = pairs.into_iter().peekable();
    while let Some(pair) = pairs.next() {
        match (pair, pairs.peek()) {
            (Pair::Both(..), _) => kept += 1,
            (Pair::Before(at), Some(Pair::After(to))) => {
                nodes.push(Node::changed(&shown(at, &old[at]), &shown(*to, &new[*to])));
                pairs.next();
            }
            (Pair::Before(at), _) => nodes.push(Node::new(Mark::Removed, shown(at, &old[at]))),
            (Pair::After(to), _) => nodes.push(Node::new(Mark::Added, shown(to, &new[to]))),
        }
    }
    nodes.extend(unchanged(kept, "rule"));
    nodes
}

/// `EU, NA-US, 192.0.2.0/24 -> eu`.
fn rule_text(rule: &Rule) -> String {
    let pool = rule.pool().unwrap_or("no pool");
    if rule.is_catchall() {
        return format!("everything else -> {pool}");
    }
    let places: Vec<&str> =
        rule.geo_texts().iter().chain(rule.subnet_texts()).map(AsRef::as_ref).collect();
    format!("{} -> {pool}", places.join(", "))
}

/// Values by place, in the old form of routing.
pub(in crate::output) fn geo(before: Option<&Geo>, after: Option<&Geo>) -> Vec<Node> {
    let places = |geo: Option<&Geo>| geo.map(|geo| geo.places().to_vec()).unwrap_or_default();
    let text = |place: &GeoValues| format!("{}: {}", place.code(), place.values().join(", "));
    let (old, new) = (places(before), places(after));
    keyed(by_key(&old, &new, GeoValues::code), "place", |pair| match pair {
        (None, Some(new)) => Node::new(Mark::Added, text(new)),
        (Some(old), None) => Node::new(Mark::Removed, text(old)),
        (Some(old), Some(new)) => Node::changed(&text(old), &text(new)),
        (None, None) => Node::new(Mark::Same, ""),
    })
}

/// What two mappings of options say differently, by the paths of their keys.
pub(in crate::output) fn options(before: &Value<'_>, after: &Value<'_>) -> Vec<Node> {
    let (old, new) = (flat(before), flat(after));
    let text = |(path, value): &(String, String)| format!("{path}: {value}");
    let pairs = by_key(&old, &new, |(path, _)| path.as_str());
    let node = |pair: Sides<'_, (String, String)>| match pair {
        (None, Some(new)) => Node::new(Mark::Added, text(new)),
        (Some(old), None) => Node::new(Mark::Removed, text(old)),
        (Some(old), Some(new)) => Node::changed(&text(old), &text(new)),
        (None, None) => Node::new(Mark::Same, ""),
    };
    pairs.into_iter().map(node).filter(|node| node.mark != Mark::Same).collect()
}

/// Settings that are to be made, by the paths of their keys.
pub(in crate::output) fn settings(meta: &Value<'_>) -> Vec<Node> {
    let text = |(path, value): (String, String)| match &*path {
        "" => value,
        _ => format!("{path}: {value}"),
    };
    flat(meta).into_iter().map(|entry| Node::new(Mark::Changed, text(entry))).collect()
}

/// The values in nested mappings, each with the path of its keys.
fn flat(value: &Value<'_>) -> Vec<(String, String)> {
    fn add(path: &str, value: &Value<'_>, into: &mut Vec<(String, String)>) {
        match &value.kind {
            Kind::Map(map) if !map.is_empty() => {
                for (key, value) in map {
                    let key = python_str(key);
                    let path = if path.is_empty() { key } else { format!("{path}.{key}") };
                    add(&path, value, into);
                }
            }
            _ if path.is_empty() && !value.is_truthy() => {}
            Kind::Str(text) => into.push((path.to_owned(), text.to_string())),
            _ => into.push((path.to_owned(), Json::default().text(value))),
        }
    }
    let mut found = Vec::new();
    add("", value, &mut found);
    found
}

/// An item on both sides, or on one.
type Sides<'i, T> = (Option<&'i T>, Option<&'i T>);

/// Items that have the same key, in the order of the second list; those that only the first has come last.
fn by_key<'i, T>(before: &'i [T], after: &'i [T], key: fn(&T) -> &str) -> Vec<Sides<'i, T>> {
    let mut old: std::collections::HashMap<&str, &T> =
        before.iter().map(|item| (key(item), item)).collect();
    let mut pairs: Vec<_> = after.iter().map(|item| (old.remove(key(item)), Some(item))).collect();
    let left = before.iter().filter(|item| old.contains_key(key(item)));
    pairs.extend(left.map(|item| (Some(item), None)));
    pairs
}

/// A node for each pair that is not the same on both sides, and how many are.
fn keyed<'i, T>(
    pairs: Vec<Sides<'i, T>>,
    what: &str,
    node: impl Fn(Sides<'i, T>) -> Node,
) -> Vec<Node> {
    let nodes = pairs.into_iter().map(node);
    let (mut nodes, kept): (Vec<_>, Vec<_>) = nodes.partition(|node| node.mark != Mark::Same);
    nodes.extend(unchanged(kept.len(), what));
    nodes
}

/// `2 pools unchanged`.
fn unchanged(count: usize, what: &str) -> Option<Node> {
    let plural = if count == 1 { "" } else { "s" };
    (count > 0).then(|| Node::new(Mark::Same, format!("{count} {what}{plural} unchanged")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(nodes: &[Node]) -> Vec<String> {
        fn add(nodes: &[Node], indent: usize, into: &mut Vec<String>) {
            for node in nodes {
                let mark = match node.mark {
                    Mark::Added => '+',
                    Mark::Removed => '-',
                    Mark::Changed => '~',
                    Mark::Same => '=',
                };
                let piece = |piece: &Piece| match piece.side {
                    Side::Both => piece.text.clone(),
                    Side::Before => format!("[-{}-]", piece.text),
                    Side::After => format!("{{+{}+}}", piece.text),
                };
                let text: String = node.text.iter().map(piece).collect();
                into.push(format!("{:indent$}{mark} {text}", ""));
                add(&node.parts, indent + 2, into);
            }
        }
        let mut lines = Vec::new();
        add(nodes, 0, &mut lines);
        lines
    }

    fn pool(id: &str, values: &[(&str, i64)]) -> Pool {
        let value = |(value, weight): &(&str, i64)| PoolValue::new(*value).with_weight(*weight);
        Pool::new(id, values.iter().map(value))
    }

    #[test]
    fn only_what_changes_of_pools_and_rules_is_shown() {
        let before = Dynamic::new(
            vec![
                pool("eu", &[("192.0.2.1", 1), ("192.0.2.2", 2), ("192.0.2.3", 1)])
                    .with_fallback("us"),
                pool("us", &[("192.0.2.9", 1)]),
                pool("gone", &[("192.0.2.7", 1)]),
            ],
            vec![
                Rule::new("gone").with_geos(["OC"]),
                Rule::new("eu").with_geos(["EU"]),
                Rule::new("us"),
            ],
        );
        let after = Dynamic::new(
            vec![
                pool("asia", &[("192.0.2.8", 5), ("192.0.2.6", 1)]),
                pool("eu", &[("192.0.2.1", 1), ("192.0.2.2", 3), ("192.0.2.4", 1)])
                    .with_fallback("asia"),
                pool("us", &[("192.0.2.9", 1)]),
            ],
            vec![Rule::new("eu").with_geos(["EU", "AF"]), Rule::new("us")],
        );
        let expected = [
            "+ pool asia",
            "  + 192.0.2.6",
            "  + 192.0.2.8 weight 5",
            "~ pool eu, else [-us-]{+asia+}",
            "  ~ 192.0.2.2 weight [-2-]{+3+} status obey",
            "  + 192.0.2.4",
            "  - 192.0.2.3",
            "  = 1 value unchanged",
            "- pool gone",
            "  - 192.0.2.7",
            "= 1 pool unchanged",
            "- rule 1: OC -> gone",
            "~ rule [-2:-]{+1: AF,+} EU -> eu",
            "= 1 rule unchanged",
        ];
        let found = shown(&routing(Some(&before), Some(&after)));
        assert_eq!(found, expected, "{found:#?}");
        assert!(
            shown(&routing(Some(&before), Some(&before))).iter().all(|line| line.starts_with('='))
        );
        assert!(
            shown(&routing(None, Some(&after))).iter().all(|line| line.trim().starts_with('+'))
        );
    }

    #[test]
    fn options_are_shown_by_their_paths() {
        let map = |text: &str| {
            let read = octodns_yaml::load(text, &octodns_yaml::LoadOptions::new("a.yaml"));
            read.unwrap().root.into_owned()
        };
        let before = map("{cloudflare: {proxied: false, ttl: 1}, gone: [1]}");
        let after = map("{cloudflare: {proxied: true, ttl: 1}, healthcheck: {host: a.example}}");
        let found = shown(&options(&before, &after));
        let expected = [
            "~ cloudflare.proxied: [-false-]{+true+}",
            "+ healthcheck.host: a.example",
            "- gone: [1]",
        ];
        assert_eq!(found, expected);
        assert_eq!(shown(&settings(&"text".into())), ["~ text"]);
    }
}
