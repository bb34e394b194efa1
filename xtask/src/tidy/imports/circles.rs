//! Cycles in a graph.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The edges of a graph.
pub(super) type Graph<N> = BTreeMap<N, BTreeSet<N>>;

/// One cycle for each strongly connected component of the graph: a shortest one, with the same node at both
/// ends.
pub(super) fn circles<N: Clone + Ord>(graph: &Graph<N>) -> Vec<Vec<N>> {
    let mut found = Vec::new();
    let mut known = BTreeSet::new();
    for node in graph.keys() {
        if known.contains(node) {
            continue;
        }
        if let Some(circle) = circle_through(graph, node) {
            known.extend(circle.iter().cloned());
            found.push(circle);
        }
    }
    found
}

/// A shortest path from a node back to itself.
fn circle_through<N: Clone + Ord>(graph: &Graph<N>, start: &N) -> Option<Vec<N>> {
    let mut came_from: BTreeMap<&N, &N> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for next in graph.get(node).into_iter().flatten() {
            if next == start {
                let mut way = vec![start.clone(), node.clone()];
                let mut at = node;
                while let Some(before) = came_from.get(at) {
                    way.push((*before).clone());
                    at = before;
                }
                if node == start {
                    way.pop();
                }
                way.reverse();
                return Some(way);
            }
            if next != start && !came_from.contains_key(next) {
                came_from.insert(next, node);
                queue.push_back(next);
            }
        }
    }
    None
}
