//! Dynamic records, drawn: rules at the left with their places, pools at the right with their values and weights, and
//! a line from each rule to its pool. Its texts can be read in their order: each rule names its pool.

use std::collections::HashMap;
use std::fmt::Write as _;

use octodns_core::record::Dynamic;
use octodns_core::record::dynamic::{Pool, PoolValue, Rule, Status};

use crate::escape::html;

/// The most boxes of a side; more would not be looked at.
const MOST: usize = 40;

/// Sizes, in units of the drawing.
const WIDTH: usize = 760;
const RULE_WIDTH: usize = 300;
const POOL_LEFT: usize = 420;
const POOL_WIDTH: usize = 310;
const BAR_LEFT: usize = POOL_LEFT + 180;
const BAR_WIDTH: usize = 60;
const LINE: usize = 20;
const GAP: usize = 12;

/// How many characters fit into a box.
const RULE_CHARACTERS: usize = 40;
const VALUE_CHARACTERS: usize = 22;

/// Where a pool stands: its top and its middle.
struct Place {
    top: usize,
    middle: usize,
}

/// Draws pools and rules, folded or not.
pub(super) fn routing(page: &mut String, dynamic: &Dynamic, name: &str, is_open: bool) {
    let (pools, rules) = (dynamic.pools(), dynamic.rules());
    if pools.is_empty() || pools.len() > MOST || rules.len() > MOST {
        return;
    }
    let rule_height = 2 * LINE + 4;
    let mut top = 0;
    let mut places = HashMap::new();
    for pool in pools {
        let height = pool_height(pool);
        places.insert(pool.id(), Place { top, middle: top + height / 2 });
        top += height + GAP;
    }
    let height = top.max(rules.len() * (rule_height + GAP));
    let open = if is_open { " open" } else { "" };
    let _ = write!(
        page,
        "<details class=\"routing\"{open}><summary>Routing</summary><svg viewBox=\"0 0 {WIDTH} {height}\" role=\"group\" \
         aria-label=\"Pools and rules of {}\">",
        crate::escape::attribute(name),
    );
    for (at, rule) in rules.iter().enumerate() {
        let y = at * (rule_height + GAP);
        let to = rule.pool().and_then(|pool| places.get(pool));
        if let Some(to) = to {
            curve(page, "way", (RULE_WIDTH, y + rule_height / 2), (POOL_LEFT, to.middle));
        }
        draw_rule(page, at, rule, y, rule_height);
    }
    for pool in pools {
        let Some(place) = places.get(pool.id()) else { continue };
        draw_pool(page, pool, place.top);
        if let Some(fallback) = pool.fallback().and_then(|id| places.get(id)) {
            let right = POOL_LEFT + POOL_WIDTH;
            let _ = write!(
                page,
                "<path class=\"else\" d=\"M{right} {} C{WIDTH} {} {WIDTH} {} {right} {}\"/>",
                place.middle, place.middle, fallback.middle, fallback.middle,
            );
        }
    }
    page.push_str("</svg></details>");
}

fn pool_height(pool: &Pool) -> usize {
    LINE * (1 + pool.values().len().min(MOST)) + 10
}

fn curve(page: &mut String, class: &str, (x, y): (usize, usize), (to_x, to_y): (usize, usize)) {
    let middle = usize::midpoint(x, to_x);
    let _ = write!(
        page,
        "<path class=\"{class}\" d=\"M{x} {y} C{middle} {y} {middle} {to_y} {to_x} {to_y}\"/>",
    );
}

fn draw_rule(page: &mut String, at: usize, rule: &Rule, y: usize, height: usize) {
    let _ = write!(
        page,
        "<rect class=\"box\" x=\"0\" y=\"{y}\" width=\"{RULE_WIDTH}\" height=\"{height}\" rx=\"5\"/>"
    );
    let title = format!("Rule {} -> {}", at + 1, rule.pool().unwrap_or("no pool"));
    text(page, "strong", 8, y + LINE - 4, &title, RULE_CHARACTERS);
    text(page, "", 8, y + 2 * LINE - 4, &places(rule), RULE_CHARACTERS);
}

/// The places and networks of a rule, by their names.
fn places(rule: &Rule) -> String {
    if rule.is_catchall() {
        return "everything else".to_owned();
    }
    let place = |code: &str| {
        let known = octodns_core::record::geo::GeoCode::parse(code).and_then(|place| place.name());
        known.map_or_else(|| code.to_owned(), |name| format!("{name} ({code})"))
    };
    let places = rule.geo_texts().iter().map(|code| place(code));
    let networks = rule.subnet_texts().iter().map(ToString::to_string);
    places.chain(networks).collect::<Vec<_>>().join(", ")
}

fn draw_pool(page: &mut String, pool: &Pool, y: usize) {
    let height = pool_height(pool);
    let _ = write!(
        page,
        "<rect class=\"box\" x=\"{POOL_LEFT}\" y=\"{y}\" width=\"{POOL_WIDTH}\" height=\"{height}\" rx=\"5\"/>",
    );
    let title = match pool.fallback() {
        Some(fallback) => format!("{}, else {fallback}", pool.id()),
        None => pool.id().to_owned(),
    };
    text(page, "strong", POOL_LEFT + 8, y + LINE - 4, &title, RULE_CHARACTERS);
    let is_out = |value: &PoolValue| value.status() == Status::Down;
    let weight =
        |value: &PoolValue| if is_out(value) { 0 } else { value.weight().clamp(0, 1_000_000) };
    let total: i64 = pool.values().iter().map(weight).sum();
    for (at, value) in pool.values().iter().take(MOST).enumerate() {
        let y = y + LINE * (at + 2) - 4;
        text(page, "", POOL_LEFT + 8, y, value.value(), VALUE_CHARACTERS);
        let share = |of: usize| {
            let part = i128::from(weight(value)) * i128::try_from(of).unwrap_or_default();
            part / i128::from(total.max(1))
        };
        let top = y - 9;
        let _ = write!(
            page,
            "<rect class=\"rail\" x=\"{BAR_LEFT}\" y=\"{top}\" width=\"{BAR_WIDTH}\" height=\"8\"/><rect class=\"bar\" \
             x=\"{BAR_LEFT}\" y=\"{top}\" width=\"{}\" height=\"8\"/>",
            share(BAR_WIDTH),
        );
        let said = match value.status() {
            Status::Down => "down".to_owned(),
            Status::Up => format!("{} % up", share(100)),
            Status::Obey => format!("{} %", share(100)),
        };
        text(page, "", BAR_LEFT + BAR_WIDTH + 6, y, &said, VALUE_CHARACTERS);
    }
}

/// A text that fits into its box; all of it stands in the tree of the record.
fn text(page: &mut String, class: &str, x: usize, y: usize, text: &str, most: usize) {
    let shown = match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    };
    let _ = write!(page, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>", html(&shown));
}
