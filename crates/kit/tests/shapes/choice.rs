//! Classes whose options choose between services.

use octodns_core::{Registry, Secret};
use octodns_kit::http::Host;
use octodns_kit::rows::Rows;
use octodns_kit::sets::Sets;
use octodns_kit::{Service, register_choice};
use octodns_testkit::run::Harness;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::rows::ById;
use crate::service::{self, Remote, service};
use crate::sets::Put;

const SERVICE: Service =
    Service { short_names: &["either"], ..service("octodns_example.EitherProvider") };

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Options {
    /// The token.
    token: Secret,
    /// Whether to use the old API. Default: false.
    #[serde(default)]
    old: bool,
}

fn register(registry: &mut Registry) {
    register_choice(registry, &SERVICE, &Host::default(), |options: Options, choice| {
        assert_eq!(choice.id(), "test");
        let own = service::Options { token: options.token };
        if options.old {
            choice.provider::<Rows<Remote<ById>>>(own)
        } else {
            choice.provider::<Sets<Remote<Put>>>(own)
        }
    });
}

fn build(class: &str, config: &Json) -> Result<Harness, String> {
    Harness::build(register, class, config).map_err(|error| error.message)
}

#[tokio::test]
async fn options_choose_the_service() {
    for class in ["octodns_example.EitherProvider", "either"] {
        for (old, name) in [(true, "ByIdProvider"), (false, "PutProvider")] {
            let config = json!({"token": "hunter2", "old": old, "http": {"concurrency": 2}});
            assert_eq!(build(class, &config).unwrap().provider().class_name(), name);
        }
    }
    let misspelt = build("either", &json!({"token": "hunter2", "odl": true})).err().unwrap();
    assert_eq!(misspelt, "unknown key \"odl\"");
}
