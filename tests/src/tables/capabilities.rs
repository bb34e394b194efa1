//! The capabilities of each class, from the class itself, built from the example on its page.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use octodns::core::registry::Component;
use octodns::core::{Capabilities, MaxTxt, ProviderError, Source, TypeSupport, Values};

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
        refused(values),
    ]
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
