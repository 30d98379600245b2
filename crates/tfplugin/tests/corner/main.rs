//! The example `corner` over gRPC: what HashiCorp's conformance tests check under a real Terraform, as far as a host can.
#![allow(missing_docs, dead_code, clippy::unwrap_used, clippy::panic)]

#[path = "../../examples/corner/main.rs"]
mod corner;
mod deferral;
mod numbers;
mod objects;
mod types;
mod write_only;

use corner::{framework::Framework, protocol::Corner};
use tfplugin::{
    Diagnostics,
    testing::{Host, Stored, check},
    value::Value,
};

async fn host() -> Host<Framework> {
    let mut host = Host::start(Framework::default()).await.unwrap();
    host.configure(&object([])).await.unwrap();
    host
}

fn object<const N: usize>(attributes: [(&str, Value); N]) -> Value {
    Value::object(attributes)
}

fn summaries(diagnostics: &Diagnostics) -> Vec<&str> {
    diagnostics.iter().map(|diagnostic| diagnostic.summary.as_str()).collect()
}

/// Creates an object, and refreshes it: nothing may differ, and nothing is planned then.
async fn settled(host: &mut Host<Framework>, resource: &str, config: &Value) -> Stored {
    let stored = host.create(resource, config).await.unwrap();
    let read = host.read(resource, &stored).await.unwrap();
    assert_eq!(read.state, stored.state, "{resource} is read as it was made");
    let again = host.plan(resource, config, Some(&read)).await.unwrap();
    assert_eq!(again.state, read.state, "{resource} is planned as it is");
    read
}

#[test]
fn the_schemas_are_sound() {
    assert_eq!(check(&Framework::default()), [""; 0]);
    assert_eq!(check(&Corner), [""; 0]);
}
