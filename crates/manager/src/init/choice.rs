//! Which providers a new config has.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use octodns_core::{Diagnostic, Registry, Report};

use super::config::{FILES, NewEntry};
use super::services::{SERVICES, Service, Without, is_set};
use crate::failure::Failure;
use crate::zones::meant;

/// A provider of a new config: a class by its path or a short name, and an id. As text: `CLASS` or `CLASS=ID`.
///
/// ```
/// # extern crate octodns_manager as octodns;
/// use octodns::init::NewProvider;
///
/// let provider: NewProvider = "cloudflare=production".parse()?;
/// assert_eq!((provider.class.as_str(), provider.id.as_deref()), ("cloudflare", Some("production")));
/// # Ok::<(), octodns::init::NotAProvider>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NewProvider {
    /// The class.
    pub class: String,
    /// The id. Default: that of the service.
    pub id: Option<String>,
}

impl NewProvider {
    /// A provider of a class, with the id of its service.
    pub fn new(class: impl Into<String>) -> Self {
        Self { class: class.into(), id: None }
    }
}

/// Why a text is not a class and an id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not an id: write letters, digits, hyphens and underscores")]
pub struct NotAProvider(String);

impl FromStr for NewProvider {
    type Err = NotAProvider;

    fn from_str(text: &str) -> Result<Self, NotAProvider> {
        let Some((class, id)) = text.split_once('=') else { return Ok(Self::new(text)) };
        let is_id = !id.is_empty()
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        if !is_id {
            return Err(NotAProvider(id.to_owned()));
        }
        Ok(Self { class: class.to_owned(), id: Some(id.to_owned()) })
    }
}

impl fmt::Display for NewProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.id {
            Some(id) => write!(f, "{}={id}", self.class),
            None => f.write_str(&self.class),
        }
    }
}

/// The entries of providers, with the variables that are set.
pub(super) fn entries(
    providers: &[NewProvider],
    registry: &Registry,
) -> Result<Vec<NewEntry>, Failure> {
    let (mut entries, mut ids, mut report) = (Vec::new(), BTreeSet::new(), Report::new());
    for provider in providers {
        let Some(service) = service(&provider.class, registry, &mut report) else { continue };
        let id = provider.id.as_deref().unwrap_or(service.id);
        if id == FILES || !ids.insert(id) {
            let message = format!("the id \"{id}\" is taken");
            let found = Diagnostic::error("config", message).about(format!("provider {provider}"));
            report.push(found.help(format!("give it another: {}=ID", provider.class)));
        }
        for variable in service.missing(&registry.host.env) {
            let message = format!("the environment variable {variable} is not set");
            let found = Diagnostic::error("config", message).about(format!("provider {id}"));
            report.push(found.help("set it, and run again: the config will only name it"));
        }
        entries.push(NewEntry { id: id.to_owned(), options: options(service, registry) });
    }
    if providers.is_empty() {
        let found = Diagnostic::error("config", "there is no provider to begin with");
        report.push(found.help("name one, whose credentials are in the environment"));
    }
    if report.has_errors() { Err(report.into()) } else { Ok(entries) }
}

/// The service of a class, by its path or a short name.
fn service(class: &str, registry: &Registry, report: &mut Report) -> Option<&'static Service> {
    let path = registry.providers.get(class).map(|class| class.path);
    let service = SERVICES.iter().find(|service| Some(service.class) == path);
    if service.is_none() {
        let built_in = |service: &&Service| registry.providers.get(service.class).is_some();
        let known: Vec<_> = SERVICES.iter().filter(built_in).map(|service| service.id).collect();
        let (message, help) = match path {
            Some(_) => (
                format!("which variables have the credentials of \"{class}\" is not known"),
                format!("write its config by hand, or name one of: {}", known.join(", ")),
            ),
            None => (format!("there is no class \"{class}\""), meant(class, &known)),
        };
        report.push(Diagnostic::error("config", message).help(help));
    }
    service
}

fn options(service: &Service, registry: &Registry) -> Vec<(&'static str, String)> {
    let class = ("class", service.class.to_owned());
    let options = service.options.iter().filter_map(|option| {
        let value = match option.without {
            _ if is_set(option.variable, &registry.host.env) => format!("env/{}", option.variable),
            Without::Value(value) => value.to_owned(),
            Without::Nothing | Without::Impossible => return None,
        };
        Some((option.name, value))
    });
    std::iter::once(class).chain(options).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_a_class_and_an_id() {
        for (text, read) in [
            ("cloudflare", Some(("cloudflare", None))),
            ("cloudflare=a-1_B", Some(("cloudflare", Some("a-1_B")))),
            ("octodns_x.X=x", Some(("octodns_x.X", Some("x")))),
            ("cloudflare=", None),
            ("cloudflare=a b", None),
            ("cloudflare=a: b", None),
            ("cloudflare=a=b", None),
        ] {
            let provider = text.parse::<NewProvider>().ok();
            let parts = provider.as_ref().map(|new| (new.class.as_str(), new.id.as_deref()));
            assert_eq!(parts, read, "{text}");
            assert!(provider.is_none_or(|provider| provider.to_string() == text));
        }
    }

    #[test]
    fn entries_name_the_variables_that_are_set() {
        use std::sync::Arc;

        use octodns_core::registry::Host;

        let registry = |set: &'static [&'static str]| {
            let mut host = Host::default();
            host.env = Arc::new(|name| set.contains(&name).then(|| "hunter2".to_owned()));
            crate::testing::registry(host)
        };
        let all = registry(&["POWERDNS_HOST", "POWERDNS_API_KEY", "POWERDNS_PORT"]);
        let made = entries(&["powerdns=dns".parse().unwrap()], &all).unwrap();
        let options = [
            ("class", "octodns_powerdns.PowerDnsProvider"),
            ("host", "env/POWERDNS_HOST"),
            ("api_key", "env/POWERDNS_API_KEY"),
            ("port", "env/POWERDNS_PORT"),
        ];
        assert_eq!(made[0].options, options.map(|(name, value)| (name, value.to_owned())));
        for (texts, told) in [
            (&["powerdns", "powerdns"][..], "the id \"powerdns\" is taken"),
            (&["powerdns=config"], "the id \"config\" is taken"),
            (&["powredns"], "there is no class \"powredns\""),
            (&["yaml"], "which variables have the credentials of \"yaml\" is not known"),
            (&[], "there is no provider to begin with"),
        ] {
            let providers: Vec<_> = texts.iter().map(|text| text.parse().unwrap()).collect();
            let failure = entries(&providers, &all).unwrap_err();
            assert!(failure.to_string().contains(told), "{failure}");
        }
        let failure = entries(&[NewProvider::new("powerdns")], &registry(&[])).unwrap_err();
        assert_eq!(failure.report.len(), 2, "{failure}");
    }
}
