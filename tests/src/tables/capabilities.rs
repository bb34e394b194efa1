//! The capabilities of each class, from the class itself, built from the example on its page.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use octodns::core::registry::Component;
use octodns::core::{
    Capabilities, DynamicSupport, Fallbacks, HealthChecks, MaxTxt, Places, ProviderError, Source,
    TypeSupport, Values,
};

use super::provider::Provider;
use super::{Part, markdown};

/// The table of all classes.
pub(super) fn table(providers: &[Provider]) -> Part {
    let mut rows = Vec::new();
    for provider in providers {
        for class in &provider.classes {
            let (path, component) = (class.class.path, provider.example(class));
            let name = path.rsplit('.').next().unwrap_or(path);
            let link = format!("[{name}]({}.md)", provider.feature);
            rows.push(row(link, &component));
        }
    }
    let heads = [
        "class",
        "kind",
        "record types",
        "root NS",
        "dynamic",
        "geo",
        "PTR values",
        "lists zones",
        "creates zones",
        "refused",
    ];
    let lines = markdown(heads, &rows);
    Part { file: "docs/providers/README.md".to_owned(), name: "capabilities".to_owned(), lines }
}

fn row(class: String, component: &Component) -> [String; 10] {
    let source = component.as_source();
    let Capabilities {
        types,
        geo,
        dynamic,
        dynamic_subnets,
        pool_value_status,
        dynamic_support,
        multivalue_ptr,
        root_ns,
        fixed_zones,
        values,
        ..
    } = source.capabilities();
    let types = match types {
        TypeSupport::All => "all".to_owned(),
        TypeSupport::Only(types) => {
            let mut names: Vec<_> = types.iter().map(|of| of.as_str()).collect();
            names.sort_unstable();
            names.join(", ")
        }
        other => format!("{other:?}"),
    };
    let kind = if component.as_provider().is_some() { "source, target" } else { "source" };
    let refused_routing = refused_routing(*dynamic, *pool_value_status, dynamic_support);
    let dynamic = match (dynamic, dynamic_subnets) {
        (false, _) => "",
        (true, false) => "yes",
        (true, true) => "with subnets",
    };
    let yes = |is_so: bool| if is_so { "yes" } else { "" }.to_owned();
    let ptr = if *multivalue_ptr { "many" } else { "one" };
    [
        class,
        kind.to_owned(),
        types,
        yes(*root_ns),
        dynamic.to_owned(),
        yes(*geo),
        ptr.to_owned(),
        yes(lists_zones(&*source)),
        yes(component.as_provider().is_some() && !fixed_zones),
        [refused(values), refused_routing]
            .into_iter()
            .filter(|refused| !refused.is_empty())
            .collect::<Vec<_>>()
            .join("; "),
    ]
}

/// What is refused or left out of dynamic records.
fn refused_routing(is_dynamic: bool, has_status: bool, support: &DynamicSupport) -> String {
    if !is_dynamic {
        return String::new();
    }
    let mut refused = Vec::new();
    let lacks = |what: &str| format!("dynamic records with {what}");
    if !has_status {
        refused.push(lacks("a status of values"));
    }
    let places = &support.places;
    let any = &Places::ANY;
    for (what, all, held) in [
        ("continents", any.continents, places.continents),
        ("provinces of", any.provinces, places.provinces),
    ] {
        let missing: Vec<_> = all.iter().copied().filter(|code| !held.contains(code)).collect();
        if !missing.is_empty() {
            refused.push(lacks(&format!("{what} {}", missing.join(", "))));
        }
    }
    if !places.countries {
        refused.push(lacks("countries"));
    }
    if !support.subnets_with_geos {
        refused.push(lacks("both subnets and geos"));
    }
    match support.fallbacks {
        Fallbacks::Never => refused.push(lacks("fallbacks")),
        Fallbacks::Checked(name) => {
            refused.push(lacks(&format!("fallbacks without `octodns.{name}.healthcheck`")));
        }
        _ => {}
    }
    let (least, most) = (support.weights.start(), support.weights.end());
    if least == most {
        refused.push(lacks("weights"));
    } else if *most < 100 {
        refused.push(lacks(&format!("weights above {most}")));
    }
    for (count, what) in [
        (support.max_values, "values in a pool"),
        (support.max_pools, "pools"),
        (support.max_rules, "rules"),
    ] {
        refused.extend(count.map(|most| lacks(&format!("more than {most} {what}"))));
    }
    if let HealthChecks::Only(known) = support.health_checks {
        refused.push(lacks(&format!("health checks other than {}", known.join(", "))));
    }
    refused.join("; ")
}

/// The values that are refused or clamped when planning.
fn refused(values: &Values) -> String {
    let (least, most) = (values.ttl.start(), values.ttl.end());
    let mut refused = Vec::new();
    if *least > 0 {
        refused.push(format!("TTL below {least}"));
    }
    if *most < i64::MAX {
        refused.push(format!("TTL above {most}"));
    }
    refused.extend(values.max_txt.map(too_long));
    refused.extend(values.max_values.map(|most| format!("more than {most} values")));
    for (is_held, what) in [
        (values.null_mx, "null MX"),
        (values.null_srv, "null SRV"),
        (values.wildcards, "wildcards"),
        (values.alias_below_apex, "ALIAS below the apex"),
    ] {
        if !is_held {
            refused.push(what.to_owned());
        }
    }
    for (of, lacks) in values.lacks {
        let lacks: Vec<_> = lacks.iter().map(ToString::to_string).collect();
        refused.push(format!("{of} with {}", lacks.join(", ")));
    }
    refused.join("; ")
}

fn too_long(most: MaxTxt) -> String {
    match most {
        MaxTxt::Octets(most) => format!("TXT above {most} octets"),
        MaxTxt::Written(most) => format!("TXT above {most} characters with quotes and escapes"),
        other => format!("TXT above {other:?}"),
    }
}

/// Whether a source can list its zones. One that cannot, or has no zones of its own, says so without waiting
/// for anything; for the others, the answer is not awaited.
fn lists_zones(source: &dyn Source) -> bool {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let _entered = runtime.enter();
    let first = pin!(source.list_zones()).poll(&mut Context::from_waker(Waker::noop()));
    match first {
        Poll::Ready(Err(ProviderError::CannotList)) => false,
        Poll::Ready(Ok(zones)) => !zones.is_empty(),
        Poll::Ready(Err(_)) | Poll::Pending => true,
    }
}
