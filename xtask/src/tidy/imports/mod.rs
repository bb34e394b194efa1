//! The dependencies between modules of a crate: no cycles, and in the core none on a higher layer.

mod circles;
mod crates;
mod floors;
mod paths;

use std::collections::{BTreeMap, BTreeSet};

use super::Tree;
use circles::Graph;
use crates::{Arrow, Crate};
use paths::Path;

/// The sources of the core.
const CORE: &str = "crates/core/src/";

/// Refuses cycles between modules: at the top of a crate, and within each folder.
///
/// A module and its submodules may use each other; that is why they are together.
pub(super) fn no_circles(tree: &Tree) -> Vec<String> {
    let mut problems = Vec::new();
    for folder in sources(tree) {
        let read = Crate::read(tree, folder);
        problems.extend(read.faulty.iter().cloned());
        for (inside, steps) in
            levels(read.arrows.iter().filter(|arrow| !is_excepted(folder, arrow)))
        {
            let graph = graph(&steps);
            for circle in circles::circles(&graph) {
                problems.push(told(&read, &inside, &circle, &steps));
            }
        }
    }
    problems
}

/// Refuses modules of the core that use a higher layer.
pub(super) fn no_arrow_up(tree: &Tree) -> Vec<String> {
    let core = Crate::read(tree, CORE);
    let mut problems = Vec::new();
    for module in core.files.keys().filter(|module| !module.is_empty()) {
        if floor_of(module).is_none() {
            problems.push(format!("{CORE}{}: has no floor", module.join("/")));
        }
    }
    for name in floors::CORE.iter().copied().flatten() {
        if !core.files.contains_key(&path(name)) {
            problems.push(format!("{CORE}: has no module {name}, which has a floor"));
        }
    }
    for arrow in core.arrows.iter().filter(|arrow| !is_excepted(CORE, arrow)) {
        if floor_of(&arrow.from) > floor_of(&arrow.to) {
            let (file, to) = (&core.files[&arrow.from], arrow.to.join("::"));
            problems.push(format!("{file}:{}: uses {to}, which stands above it", arrow.line));
        }
    }
    problems
}

/// Refuses exceptions that are no longer needed.
pub(super) fn exceptions_in_use(tree: &Tree) -> Vec<String> {
    let mut problems = Vec::new();
    for exception in floors::EXCEPTIONS {
        let (folder, from, to) = exception;
        let read = Crate::read(tree, folder);
        if !read.arrows.iter().any(|arrow| matches(arrow, from, to)) {
            problems.push(format!("{folder}: {from} does not use {to}: remove the exception"));
        }
    }
    problems
}

/// The layer of a module, counted from the top: that of its longest listed prefix.
fn floor_of(module: &[String]) -> Option<usize> {
    let named = floors::CORE
        .iter()
        .enumerate()
        .flat_map(|(floor, names)| names.iter().map(move |name| (path(name), floor)));
    let around = named.filter(|(name, _)| module.starts_with(name));
    around.max_by_key(|(name, _)| name.len()).map(|(_, floor)| floor)
}

/// One dependency for each pair of modules of the same folder, between any of their submodules.
type Steps<'a> = BTreeMap<(Path, Path), &'a Arrow>;

/// The dependencies within each module, as dependencies between its direct submodules.
fn levels<'a>(arrows: impl Iterator<Item = &'a Arrow>) -> BTreeMap<Path, Steps<'a>> {
    let mut levels: BTreeMap<Path, Steps<'a>> = BTreeMap::new();
    for arrow in arrows {
        let shared =
            arrow.from.iter().zip(&arrow.to).take_while(|(one, other)| one == other).count();
        let (inside, deepest) = (arrow.from[..shared].to_vec(), shared + 1);
        let side = |module: &Path| module.iter().take(deepest).cloned().collect::<Path>();
        let (from, to) = (side(&arrow.from), side(&arrow.to));
        let is_side_by_side = from.len() == deepest && to.len() == deepest;
        // No module depends on `lib.rs` itself, which is a table of contents.
        if is_side_by_side || inside.is_empty() {
            levels.entry(inside).or_default().entry((from, to)).or_insert(arrow);
        }
    }
    levels
}

fn graph(steps: &Steps<'_>) -> Graph<Path> {
    let mut graph = Graph::new();
    for (from, to) in steps.keys() {
        graph.entry(from.clone()).or_insert_with(BTreeSet::new).insert(to.clone());
    }
    graph
}

/// `crates/kit/src/account.rs:9 uses api, crates/kit/src/api.rs:8 uses account`.
fn told(read: &Crate, inside: &[String], circle: &[Path], steps: &Steps<'_>) -> String {
    let links = circle.windows(2).filter_map(|pair| {
        let [from, to] = pair else { return None };
        let arrow = steps.get(&(from.clone(), to.clone()))?;
        let name = to.get(inside.len()).map_or("the root", String::as_str);
        Some(format!("{}:{} uses {name}", read.files[&arrow.from], arrow.line))
    });
    format!("a circle: {}", links.collect::<Vec<_>>().join(", "))
}

fn is_excepted(folder: &str, arrow: &Arrow) -> bool {
    let mut all = floors::EXCEPTIONS.iter();
    all.any(|(of, from, to)| *of == folder && matches(arrow, from, to))
}

fn matches(arrow: &Arrow, from: &str, to: &str) -> bool {
    arrow.from.starts_with(&path(from)) && arrow.to.starts_with(&path(to))
}

/// The path of a text such as `record::types`; empty for the root.
fn path(text: &str) -> Path {
    text.split("::").filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The source folders of the workspace's crates.
fn sources(tree: &Tree) -> BTreeSet<&str> {
    let folders = tree.ending(".rs").filter_map(|(file, _)| {
        let end = file.find("/src/")? + "/src/".len();
        Some(&file[..end])
    });
    folders.filter(|folder| !folder.starts_with("fuzz/")).collect()
}

#[cfg(test)]
mod tests;
