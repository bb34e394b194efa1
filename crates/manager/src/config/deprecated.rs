//! Classes that octoDNS still knows by a name it gave up.

/// What to write instead of a class that is deprecated.
pub(crate) fn instead_of(path: &str) -> Option<&'static str> {
    match path {
        "octodns.provider.yaml.SplitYamlProvider" => Some(
            "write octodns.provider.yaml.YamlProvider with `split_extension: .`, \
             `split_catchall: true` and `disable_zonefile: true`",
        ),
        "octodns.processor.acme.AcmeMangingProcessor" => {
            Some("write octodns.processor.acme.AcmeManagingProcessor")
        }
        _ => None,
    }
}
