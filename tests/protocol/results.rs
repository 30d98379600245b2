//! What Terraform would accept in a plan and refuse after the apply never gets there.

use tfplugin::{
    proto::{self, provider_server::Provider as _},
    value::Value,
};
use tonic::Request;

use crate::calls::{creation, named, server, unwire, wire};

#[tokio::test]
async fn a_result_that_differs_from_its_plan_is_neither_tainted_nor_replaced() {
    let (server, ..) = server().await;
    let reply = server.apply_resource_change(Request::new(creation("differs"))).await.unwrap().into_inner();
    assert_eq!(reply.diagnostics.len(), 1);
    assert_eq!(reply.diagnostics[0].severity(), proto::diagnostic::Severity::Warning);
    assert!(reply.diagnostics[0].detail.contains("values for id, name that differ"), "{}", reply.diagnostics[0].detail);
    assert_eq!(unwire(reply.new_state.clone()), named("differs", Value::Null));

    let request = proto::read_resource::Request {
        type_name: "test_thing".to_owned(),
        current_state: reply.new_state,
        private: reply.private,
        ..Default::default()
    };
    let reply = server.read_resource(Request::new(request)).await.unwrap().into_inner();
    let refreshed = unwire(reply.new_state.clone());
    assert_eq!(refreshed, named("differs", "1".into()), "a name that differs would force a replacement");
    let request = proto::plan_resource_change::Request {
        type_name: "test_thing".to_owned(),
        prior_state: reply.new_state.clone(),
        proposed_new_state: reply.new_state,
        config: wire(&named("differs", Value::Null)),
        prior_private: reply.private,
        ..Default::default()
    };
    let reply = server.plan_resource_change(Request::new(request)).await.unwrap().into_inner();
    assert_eq!(unwire(reply.planned_state), refreshed);
    assert!(reply.requires_replace.is_empty());
}

#[tokio::test]
async fn a_configured_value_that_only_the_provider_sets_is_refused_before_anything_is_made() {
    let (server, ..) = server().await;
    for id in ["3".into(), Value::unknown()] {
        let config = wire(&named("a", id));
        let request = proto::validate_resource_config::Request {
            type_name: "test_thing".to_owned(),
            config: config.clone(),
            ..Default::default()
        };
        let validated = server.validate_resource_config(Request::new(request)).await.unwrap().into_inner();
        let request = proto::plan_resource_change::Request {
            type_name: "test_thing".to_owned(),
            prior_state: wire(&Value::Null),
            proposed_new_state: config.clone(),
            config,
            ..Default::default()
        };
        let planned = server.plan_resource_change(Request::new(request)).await.unwrap().into_inner();
        for diagnostics in [validated.diagnostics, planned.diagnostics] {
            assert_eq!(diagnostics.len(), 1);
            assert_eq!(diagnostics[0].severity(), proto::diagnostic::Severity::Error);
            assert!(diagnostics[0].detail.contains("because only the provider sets it"));
            let steps = &diagnostics[0].attribute.as_ref().unwrap().steps;
            let id = proto::attribute_path::step::Selector::AttributeName("id".to_owned());
            assert_eq!(steps[0].selector.as_ref().unwrap(), &id);
        }
    }
}
