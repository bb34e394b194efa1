//! The names of profiles, which are also names of hosts: `foo--unit--tests.trafficmanager.net`.

use octodns_core::ZoneName;

/// The longest name of a profile, which is a label of DNS.
const LONGEST: usize = 63;

/// The name of the root profile of a record of this absolute name and type. It begins the names of all others.
pub(crate) fn root(fqdn: &str, of: &str) -> String {
    let name = fqdn.trim_end_matches('.').replace('.', "--");
    match of {
        "CNAME" => name,
        of => format!("{name}-{of}"),
    }
}

/// The profile of the rules by place, below one of those by network.
pub(super) fn geo(root: &str) -> String {
    format!("{root}-geo")
}

/// The profile of the fallbacks of a rule's pool.
pub(super) fn rule(root: &str, pool: &str) -> String {
    format!("{root}-rule-{pool}")
}

/// The profile of the values of a pool.
pub(super) fn pool(root: &str, pool: &str) -> String {
    format!("{root}-pool-{pool}")
}

/// The level of a profile in the tree of a root, parents first; `None` if it is of another record.
fn level(root: &str, name: &str) -> Option<usize> {
    let rest = name.get(root.len()..).filter(|_| {
        let start = name.get(..root.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(root))
    })?;
    let rest = rest.to_ascii_lowercase();
    match &*rest {
        "" => Some(0),
        "-geo" => Some(1),
        rest if rest.starts_with("-rule-") => Some(2),
        rest if rest.starts_with("-pool-") => Some(3),
        _ => None,
    }
}

/// The root of the profile with this name, and its level in the tree of that, if its record is in a zone. The same names
/// may be those of other zones: a dash is a dash or a part of a dot.
pub(crate) fn place<'n>(name: &'n str, zone: &ZoneName) -> Option<(&'n str, usize)> {
    let (lower, zone) = (name.to_ascii_lowercase(), root(zone.as_str(), "CNAME"));
    lower.match_indices(&zone.to_ascii_lowercase()).find_map(|(at, zone)| {
        let labels = lower.get(..at)?;
        let is_apex = labels.is_empty();
        if !is_apex && labels.strip_suffix("--").is_none_or(str::is_empty) {
            return None;
        }
        let rest = lower.get(at + zone.len()..)?;
        ["-aaaa", "-a", ""].iter().find_map(|of| {
            let is_possible = rest.starts_with(of) && !(is_apex && of.is_empty());
            let root = name.get(..at + zone.len() + of.len()).filter(|_| is_possible)?;
            Some((root, level(root, name)?))
        })
    })
}

/// The names of the profiles of a record among `names`, parents before their children: a profile that another leads to
/// cannot be deleted.
pub(crate) fn levels<'n>(root: &str, names: impl IntoIterator<Item = &'n str>) -> Vec<&'n str> {
    let of_record = |name: &'n str| Some((level(root, name)?, name));
    let mut all: Vec<_> = names.into_iter().filter_map(of_record).collect();
    all.sort_unstable();
    all.into_iter().map(|(_, name)| name).collect()
}

/// Why a name cannot be that of a profile.
pub(super) fn fault(name: &str) -> Option<String> {
    let is_plain = |symbol: char| symbol.is_ascii_alphanumeric() || symbol == '-';
    let is_end = |symbol: Option<char>| symbol.is_some_and(|symbol| symbol.is_ascii_alphanumeric());
    if let Some(symbol) = name.chars().find(|symbol| !is_plain(*symbol)) {
        return Some(format!("its profile {name} would have a \"{symbol}\" in its name"));
    }
    if !is_end(name.chars().next()) || !is_end(name.chars().next_back()) {
        return Some(format!("the name of its profile {name} would begin or end with a dash"));
    }
    let length = name.len();
    (length > LONGEST).then(|| {
        format!(
            "its profile {name} would have a name of {length} characters, {LONGEST} is the most"
        )
    })
}
