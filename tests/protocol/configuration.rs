//! The provider block, when it is wrong: one error, on the path of its attribute.

use terraform_provider_alicloud::Alicloud;

use tfplugin::{
    proto::{
        DynamicValue, attribute_path::step::Selector, configure_provider, diagnostic::Severity,
        provider_client::ProviderClient,
    },
    schemas,
    value::{json, msgpack},
};

use crate::host::{Certificate, Plugin};

/// The paths of the errors that ConfigureProvider answers for this block (JSON) with these variables.
async fn paths(block: &str, variables: &[(&str, &str)]) -> Vec<String> {
    let ty = schemas(&Alicloud::default()).provider.ty();
    let block = json::decode(block.as_bytes(), &ty).unwrap();
    let config = DynamicValue { msgpack: msgpack::encode(&block, &ty).unwrap(), json: Vec::new() };
    let certificate = Certificate::new();
    let nowhere = [("PLUGIN_CLIENT_CERT", certificate.pem.as_str()), ("HOME", "/nonexistent")];
    let mut plugin = Plugin::start(nowhere.into_iter().chain(variables.iter().copied()));
    let mut provider = ProviderClient::new(plugin.channel(&certificate).await);
    let request = configure_provider::Request { config: Some(config), ..Default::default() };
    let answer = provider.configure_provider(request).await.unwrap().into_inner();
    plugin.child.kill().unwrap();
    plugin.child.wait().unwrap();
    let errors = answer.diagnostics.into_iter().filter(|diagnostic| diagnostic.severity() == Severity::Error);
    let path = |steps: Vec<Option<Selector>>| {
        let names = steps.into_iter().map(|step| match step {
            Some(Selector::AttributeName(name)) => name,
            other => panic!("{other:?}"),
        });
        names.collect::<Vec<_>>().join(".")
    };
    errors
        .map(|diagnostic| {
            path(diagnostic.attribute.unwrap_or_default().steps.into_iter().map(|step| step.selector).collect())
        })
        .collect()
}

#[tokio::test]
async fn what_is_wrong_is_one_error_on_its_attribute() {
    let keys = r#""access_key": "i", "secret_key": "s""#;
    let block = |more: &str| format!("{{{keys}{more}}}");
    let oidc =
        |more: &str| format!(r#"{{"assume_role_with_oidc": [{{"oidc_provider_arn": "p", "role_arn": "r"{more}}}]}}"#);
    let table = [
        ("{}".to_owned(), ("UNUSED", ""), "access_key"),
        (r#"{"access_key": "i"}"#.to_owned(), ("UNUSED", ""), "secret_key"),
        (r#"{"secret_key": "s"}"#.to_owned(), ("UNUSED", ""), "access_key"),
        (r#"{"profile": "p"}"#.to_owned(), ("UNUSED", ""), "shared_credentials_file"),
        (r#"{"credentials_uri": "x"}"#.to_owned(), ("UNUSED", ""), "credentials_uri"),
        (oidc(""), ("UNUSED", ""), "assume_role_with_oidc.oidc_token"),
        (oidc(r#", "oidc_token_file": "/no/such""#), ("UNUSED", ""), "assume_role_with_oidc.oidc_token_file"),
        (
            r#"{"assume_role_with_oidc": [{"oidc_provider_arn": "p"}]}"#.to_owned(),
            ("UNUSED", ""),
            "assume_role_with_oidc.role_arn",
        ),
        (block(r#", "region": "cn-hangzou""#), ("UNUSED", ""), "region"),
        (block(""), ("ALICLOUD_REGION", "cn-hangzou"), "region"),
        (block(""), ("MARKET_ENDPOINT", "a/b"), "endpoints"),
        (block(""), ("CLIENT_READ_TIMEOUT", "soon"), "client_read_timeout"),
        (block(r#", "assume_role": [{}]"#), ("UNUSED", ""), "assume_role.role_arn"),
        (
            block(r#", "assume_role": [{"role_arn": "r"}]"#),
            ("ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION", "60"),
            "assume_role.session_expiration",
        ),
    ];
    for (block, variable, path) in table {
        assert_eq!(paths(&block, &[variable]).await, [path], "{block} {variable:?}");
    }
    assert_eq!(paths(&block(""), &[]).await, [""; 0]);
}
