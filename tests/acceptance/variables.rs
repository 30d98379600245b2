//! Each argument of the provider block and each variable that stands in for one, by what the mock sees of it.

use std::{fs, net::TcpListener};

use mock_endpoint::{
    ACCESS_KEY, ACCOUNT, SECRET_KEY,
    fault::{Fault, Kind},
    ledger::Key,
};
use terraform_provider_alicloud::environment;

use crate::{
    altered,
    loopback::{self, Loopback},
    market_order::ORDER,
    provider_block::{buyer, configure, credentials_file, world},
    terraform::Terraform,
};

const ROLE: &str = "acs:ram::77:role/buyer";

/// What a sidecar and a metadata service answer.
fn temporary_keys() -> String {
    loopback::credentials(["temporary", "temporary-secret", "temporary-token"], "2099-01-01T00:00:00Z")
}

/// A mock that knows the keys of [`temporary_keys`] too, for the account `temporary`.
fn with_temporary_keys(names: &[&str]) -> Option<Terraform> {
    let terraform = world(names)?;
    let key = Key { token: Some("temporary-token".to_owned()), ..Key::new("temporary-secret", "temporary") };
    terraform.mock.ledger().keys.insert("temporary".to_owned(), key);
    Some(terraform)
}

#[test]
fn each_way_to_credentials_leads_to_its_account() {
    let sidecar = Loopback::start(|_, _| (200, temporary_keys()));
    let keys = [("ALICLOUD_ACCESS_KEY", "base"), ("ALICLOUD_SECRET_KEY", "base-secret")];
    let temporary = [("ALICLOUD_ACCESS_KEY", "temporary"), ("ALICLOUD_SECRET_KEY", "temporary-secret")];
    let oidc = [
        ("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "acs:ram::9:oidc-provider/ci"),
        ("ALIBABA_CLOUD_ROLE_ARN", ROLE),
        ("ALIBABA_CLOUD_ROLE_SESSION_NAME", "me"),
    ];
    let given = "  assume_role_with_oidc {\n    oidc_provider_arn = \"p\"\n    role_arn = \"acs:ram::78:role/r\"\n    \
                 oidc_token = \"token\"\n    role_session_name = \"me\"\n    session_expiration = 901\n    policy = \
                 \"{}\"\n  }";
    let file_given = "  assume_role_with_oidc {\n    oidc_provider_arn = \"p\"\n    role_arn = \"acs:ram::79:role/r\"\n    \
                      oidc_token_file = \"token\"\n    role_session_name = \"me\"\n  }";
    let with = |base: &[(&'static str, &'static str)], more: (&'static str, &'static str)| [base, &[more]].concat();
    let file = ("ALIBABA_CLOUD_CREDENTIALS_FILE", "credentials.json");
    let table = [
        (with(&temporary, ("ALICLOUD_SECURITY_TOKEN", "temporary-token")), "", "temporary"),
        (with(&temporary, ("ALIBABA_CLOUD_SECURITY_TOKEN", "temporary-token")), "", "temporary"),
        (with(&temporary, ("ALIBABACLOUD_SECURITY_TOKEN", "temporary-token")), "", "temporary"),
        (temporary.to_vec(), "  security_token = \"temporary-token\"", "temporary"),
        (vec![file, ("ALICLOUD_PROFILE", "named")], "", "named"),
        (vec![file, ("ALIBABA_CLOUD_PROFILE", "named")], "", "named"),
        (vec![file, ("ALICLOUD_PROFILE", "current")], "  profile = \"named\"", "named"),
        (vec![], "  shared_credentials_file = \"credentials.json\"", "current"),
        (vec![("ALICLOUD_CREDENTIALS_URI", "SIDECAR")], "", "temporary"),
        (vec![("ALIBABA_CLOUD_CREDENTIALS_URI", "SIDECAR")], "", "temporary"),
        (with(&keys, ("ALICLOUD_ASSUME_ROLE_ARN", ROLE)), "  assume_role {}", "77"),
        (with(&keys, ("ALIBABA_CLOUD_ROLE_ARN", ROLE)), "  assume_role {}", "77"),
        (with(&keys, ("ALIBABA_CLOUD_ROLE_ARN", ROLE)), "  assume_role {\n    role_arn = \"\"\n  }", "base"),
        (with(&oidc, ("ALIBABA_CLOUD_OIDC_TOKEN", "token")), "  assume_role_with_oidc {}", "77"),
        (with(&oidc, ("ALIBABA_CLOUD_OIDC_TOKEN_FILE", "token")), "  assume_role_with_oidc {}", "77"),
        (with(&oidc, ("ALIBABA_CLOUD_OIDC_TOKEN", "not this one")), given, "78"),
        (with(&oidc, ("ALIBABA_CLOUD_OIDC_TOKEN_FILE", "nor this")), given, "78"),
        (with(&oidc, ("ALIBABA_CLOUD_OIDC_TOKEN", "not this one")), file_given, "79"),
    ];
    for (variables, block, account) in table {
        let Some(mut terraform) = with_temporary_keys(&["base", "named", "current"]) else { return };
        credentials_file(&terraform);
        terraform.write("token", "token");
        for (name, value) in &variables {
            terraform.set(name, if *value == "SIDECAR" { &sidecar.url } else { value });
        }
        configure(&terraform, block);
        assert_eq!(buyer(&terraform), account, "{variables:?} {block}");
        for request in terraform.requests("AssumeRoleWithOIDC") {
            assert_eq!(request.parameters["RoleSessionName"], "me");
        }
    }
}

#[test]
fn the_first_source_that_is_given_is_taken_and_one_in_the_block_that_is_not_used_is_named() {
    let sidecar = Loopback::start(|_, _| (200, temporary_keys()));
    let instance = Loopback::metadata(loopback::credentials(
        ["instance", "instance-secret", "instance-token"],
        "2099-01-01T00:00:00Z",
    ));
    let Some(mut terraform) = with_temporary_keys(&["keys", "named", "current"]) else { return };
    let key = Key { token: Some("instance-token".to_owned()), ..Key::new("instance-secret", "instance") };
    terraform.mock.ledger().keys.insert("instance".to_owned(), key);
    credentials_file(&terraform);
    let sources = [
        ("access_key", "keys", "  access_key = \"keys\"\n  secret_key = \"keys-secret\"\n".to_owned()),
        ("profile", "named", "  profile = \"named\"\n".to_owned()),
        ("credentials_uri", "temporary", format!("  credentials_uri = {:?}\n", sidecar.url)),
        ("ecs_role_name", "instance", "  ecs_role_name = \"buyer\"\n".to_owned()),
        (
            "assume_role_with_oidc",
            "88",
            "  assume_role_with_oidc {\n    oidc_provider_arn = \"p\"\n    role_arn = \"acs:ram::88:role/r\"\n    \
             oidc_token = \"t\"\n  }\n"
                .to_owned(),
        ),
        ("the current profile", "current", String::new()),
    ];
    let file = "  shared_credentials_file = \"credentials.json\"\n";
    let plugin = altered::plugin(&mut terraform, &[("METADATA_SERVICE", &instance.url)]);
    for first in 0..sources.len() {
        let given: String = sources[first..].iter().map(|(.., lines)| lines.as_str()).collect();
        configure(&terraform, &[file, &given].concat());
        let planned = terraform.plan();
        for (at, (name, _, lines)) in sources.iter().enumerate().filter(|(_, (.., lines))| !lines.is_empty()) {
            let warns = planned.text.contains(&format!("{name} is not used"));
            assert_eq!(warns, at > first && !lines.is_empty(), "{name}: {}", planned.text);
        }
        terraform.begin_anew();
        assert_eq!(buyer(&terraform), sources[first].1);
    }
    plugin.ends_well();
}

#[test]
fn an_empty_variable_counts_as_nothing() {
    let Some(mut terraform) = world(&["second"]) else { return };
    terraform.set_empty("ALICLOUD_ACCESS_KEY").set_empty("ALICLOUD_SECRET_KEY").set_empty("ALICLOUD_SECURITY_TOKEN");
    terraform.set("ALIBABA_CLOUD_ACCESS_KEY_ID", "second").set("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "second-secret");
    configure(&terraform, "  security_token = \"\"\n  secure_transport = \"\"\n  account_type = \"international\"");
    assert_eq!(buyer(&terraform), "second");
}

/// The variables of each argument, as the provider block is described: `block.argument`, then the variables in their order.
const VARIABLES: [(&str, &[&str]); 31] = [
    ("access_key", &["ALICLOUD_ACCESS_KEY", "ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABACLOUD_ACCESS_KEY_ID"]),
    ("secret_key", &["ALICLOUD_SECRET_KEY", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABACLOUD_ACCESS_KEY_SECRET"]),
    ("security_token", &["ALICLOUD_SECURITY_TOKEN", "ALIBABA_CLOUD_SECURITY_TOKEN", "ALIBABACLOUD_SECURITY_TOKEN"]),
    ("region", &["ALICLOUD_REGION", "ALIBABA_CLOUD_REGION"]),
    ("profile", &["ALICLOUD_PROFILE", "ALIBABA_CLOUD_PROFILE"]),
    ("shared_credentials_file", &["ALICLOUD_SHARED_CREDENTIALS_FILE", "ALIBABA_CLOUD_CREDENTIALS_FILE"]),
    ("ecs_role_name", &["ALICLOUD_ECS_ROLE_NAME", "ALIBABA_CLOUD_ECS_METADATA"]),
    ("credentials_uri", &["ALICLOUD_CREDENTIALS_URI", "ALIBABA_CLOUD_CREDENTIALS_URI"]),
    ("account_id", &["ALICLOUD_ACCOUNT_ID", "ALIBABA_CLOUD_ACCOUNT_ID"]),
    ("account_type", &["ALIBABA_CLOUD_ACCOUNT_TYPE"]),
    ("client_read_timeout", &["CLIENT_READ_TIMEOUT"]),
    ("client_connect_timeout", &["CLIENT_CONNECT_TIMEOUT"]),
    ("max_retry_timeout", &["MAX_RETRY_TIMEOUT"]),
    ("source_ip", &["ALICLOUD_SOURCE_IP", "ALIBABA_CLOUD_SOURCE_IP"]),
    ("secure_transport", &["ALICLOUD_SECURE_TRANSPORT", "ALIBABA_CLOUD_SECURE_TRANSPORT"]),
    ("configuration_source", &["TF_APPEND_USER_AGENT"]),
    ("skip_region_validation", &["ALICLOUD_SKIP_REGION_VALIDATION"]),
    ("purchase_guard.max_price", &["ALICLOUD_PURCHASE_MAX_PRICE"]),
    ("purchase_guard.max_total", &["ALICLOUD_PURCHASE_MAX_TOTAL"]),
    ("assume_role.role_arn", &["ALICLOUD_ASSUME_ROLE_ARN", "ALIBABA_CLOUD_ROLE_ARN"]),
    ("assume_role.session_name", &["ALICLOUD_ASSUME_ROLE_SESSION_NAME", "ALIBABA_CLOUD_ROLE_SESSION_NAME"]),
    ("assume_role.session_expiration", &["ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION"]),
    ("assume_role_with_oidc.oidc_provider_arn", &["ALIBABA_CLOUD_OIDC_PROVIDER_ARN"]),
    ("assume_role_with_oidc.role_arn", &["ALIBABA_CLOUD_ROLE_ARN"]),
    ("assume_role_with_oidc.oidc_token", &["ALIBABA_CLOUD_OIDC_TOKEN"]),
    ("assume_role_with_oidc.oidc_token_file", &["ALIBABA_CLOUD_OIDC_TOKEN_FILE"]),
    ("assume_role_with_oidc.role_session_name", &["ALIBABA_CLOUD_ROLE_SESSION_NAME"]),
    ("endpoints.market", &["ALIBABA_CLOUD_ENDPOINT_MARKET", "MARKET_ENDPOINT"]),
    ("endpoints.bssopenapi", &["ALIBABA_CLOUD_ENDPOINT_BSSOPENAPI", "BSSOPENAPI_ENDPOINT"]),
    ("endpoints.aiworkspace", &["ALIBABA_CLOUD_ENDPOINT_AIWORKSPACE", "AIWORKSPACE_ENDPOINT"]),
    ("endpoints.sts", &["ALIBABA_CLOUD_ENDPOINT_STS", "STS_ENDPOINT"]),
];

#[test]
fn variables_stand_in_for_arguments_in_the_order_in_which_they_are_described() {
    let declared: Vec<(String, &[&str])> = environment()
        .into_iter()
        .map(|(block, name, variables)| {
            let name = if block.is_empty() { name.to_owned() } else { format!("{block}.{name}") };
            (name, variables)
        })
        .collect();
    assert_eq!(declared, VARIABLES.map(|(name, variables)| (name.to_owned(), variables)));
}

#[test]
fn the_file_of_the_command_line_is_read_when_nothing_else_is_given_and_only_then_its_region_counts() {
    let regions = |terraform: &Terraform| -> Vec<String> {
        terraform.requests("CreateOrder").iter().map(|request| request.parameters["RegionId"].clone()).collect()
    };
    let Some(mut terraform) = world(&["keys", "current", "named"]) else { return };
    let file = credentials_file(&terraform);
    fs::create_dir(terraform.path().join(".aliyun")).unwrap();
    fs::rename(file, terraform.path().join(".aliyun/config.json")).unwrap();
    let home = terraform.path().display().to_string();
    terraform.set("HOME", &home).set("ALICLOUD_REGION", "");
    assert_eq!(buyer(&terraform), "current");
    assert_eq!(regions(&terraform), ["cn-shanghai"]);

    terraform.begin_anew();
    configure(&terraform, "  shared_credentials_file = \"~/.aliyun/config.json\"");
    assert_eq!(buyer(&terraform), "current");

    terraform.begin_anew();
    terraform.set("ALICLOUD_ACCESS_KEY", "keys").set("ALICLOUD_SECRET_KEY", "keys-secret");
    assert_eq!(buyer(&terraform), "keys");
    assert_eq!(regions(&terraform), ["cn-shanghai", "cn-shanghai", "cn-beijing"]);
}

#[test]
fn the_role_of_an_instance_can_be_named_three_ways() {
    let argument = ("", "  ecs_role_name = \"buyer\"");
    for (variable, block) in [("ALICLOUD_ECS_ROLE_NAME", ""), ("ALIBABA_CLOUD_ECS_METADATA", ""), argument] {
        let instance = Loopback::metadata(temporary_keys());
        let Some(mut terraform) = with_temporary_keys(&[]) else { return };
        configure(&terraform, block);
        let named = if variable.is_empty() { ("UNUSED", "") } else { (variable, "buyer") };
        let plugin = altered::plugin(&mut terraform, &[("METADATA_SERVICE", &instance.url), named]);
        assert_eq!(buyer(&terraform), "temporary", "{variable}");
        plugin.ends_well();
    }
}

#[test]
fn each_setting_is_in_the_requests_that_it_is_for() {
    let role = |line: &str| format!("  assume_role {{\n    role_arn = \"{ROLE}\"\n    {line}\n  }}");
    let oidc = |line: &str| {
        format!(
            "  assume_role_with_oidc {{\n    oidc_provider_arn = \"p\"\n    role_arn = \"{ROLE}\"\n    oidc_token = \
             \"t\"\n    {line}\n  }}"
        )
    };
    let skipping = "  region = \"cn-new-1\"\n  skip_region_validation = true".to_owned();
    let new_region = "  region = \"cn-new-1\"".to_owned();
    let table = [
        (("ALICLOUD_SOURCE_IP", "10.0.0.1"), String::new(), "CreateOrder", "SourceIp", "10.0.0.1"),
        (("ALIBABA_CLOUD_SOURCE_IP", "10.0.0.2"), String::new(), "CreateOrder", "SourceIp", "10.0.0.2"),
        (("ALICLOUD_SOURCE_IP", "1"), "  source_ip = \"10.0.0.3\"".to_owned(), "CreateOrder", "SourceIp", "10.0.0.3"),
        (("ALICLOUD_SECURE_TRANSPORT", "true"), String::new(), "CreateOrder", "SecureTransport", "true"),
        (("ALIBABA_CLOUD_SECURE_TRANSPORT", "false"), String::new(), "CreateOrder", "SecureTransport", "false"),
        (("ALIBABA_CLOUD_REGION", "cn-shanghai"), String::new(), "CreateOrder", "RegionId", "cn-shanghai"),
        (("ALICLOUD_SKIP_REGION_VALIDATION", "T"), new_region, "CreateOrder", "RegionId", "cn-new-1"),
        (("ALICLOUD_SKIP_REGION_VALIDATION", "false"), skipping, "CreateOrder", "RegionId", "cn-new-1"),
        (("UNUSED", ""), role("session_name = \"me\""), "AssumeRole", "RoleSessionName", "me"),
        (("ALICLOUD_ASSUME_ROLE_SESSION_NAME", "you"), role(""), "AssumeRole", "RoleSessionName", "you"),
        (("ALIBABA_CLOUD_ROLE_SESSION_NAME", "they"), role(""), "AssumeRole", "RoleSessionName", "they"),
        (("ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION", "902"), role(""), "AssumeRole", "DurationSeconds", "902"),
        (("UNUSED", ""), role("policy = \"{}\""), "AssumeRole", "Policy", "{}"),
        (("UNUSED", ""), role("external_id = \"e\""), "AssumeRole", "ExternalId", "e"),
        (("UNUSED", ""), oidc("session_expiration = 903"), "AssumeRoleWithOIDC", "DurationSeconds", "903"),
        (("UNUSED", ""), oidc("policy = \"{}\""), "AssumeRoleWithOIDC", "Policy", "{}"),
        (("UNUSED", ""), oidc("role_session_name = \"me\""), "AssumeRoleWithOIDC", "RoleSessionName", "me"),
    ];
    for ((variable, value), block, operation, parameter, expected) in table {
        let Some(mut terraform) = Terraform::with(ORDER) else { return };
        terraform.set("ALICLOUD_REGION", "").set(variable, value);
        if operation == "AssumeRoleWithOIDC" {
            terraform.set("ALICLOUD_ACCESS_KEY", "").set("ALICLOUD_SECRET_KEY", "");
        }
        configure(&terraform, &block);
        terraform.apply().succeeds();
        let requests = terraform.requests(operation);
        let values: Vec<_> = requests.iter().map(|request| request.parameters.get(parameter).cloned()).collect();
        assert!(!values.is_empty(), "{operation} was sent");
        assert!(values.iter().all(|value| value.as_deref() == Some(expected)), "{variable} {block}: {values:?}");
    }
}

#[test]
fn the_user_agent_ends_with_what_is_configured() {
    let Some(mut terraform) = Terraform::with(ORDER) else { return };
    terraform.set("TF_APPEND_USER_AGENT", "team/7");
    configure(&terraform, "  configuration_source = \"team/8\"");
    terraform.apply().succeeds();
    let ledger = terraform.mock.ledger();
    assert!(ledger.requests.iter().all(|request| request.user_agent.ends_with(" team/8")));
}

#[test]
fn times_can_be_limited_by_argument_and_by_variable() {
    // Takes connections and never says a word, so that no TLS handshake ends.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("https://{}", silent.local_addr().unwrap());
    let block = "  client_connect_timeout = 50\n  max_retry_timeout = 1";
    for (variables, block) in [("50", ""), ("60000", block)] {
        let Some(mut terraform) = Terraform::with(ORDER) else { return };
        terraform.set("MARKET_ENDPOINT", &endpoint);
        terraform.set("CLIENT_CONNECT_TIMEOUT", variables).set("MAX_RETRY_TIMEOUT", "1");
        configure(&terraform, block);
        terraform.apply().fails().says(&["came about in time", "No order was placed"]);
    }
    for (read, block) in [("50", ""), ("60000", "  client_read_timeout = 50")] {
        let Some(mut terraform) = Terraform::with(ORDER) else { return };
        terraform.mock.fault(Fault::times("CreateOrder", Kind::Slow { delay_ms: 5000 }, 99));
        terraform.set("CLIENT_READ_TIMEOUT", read).set("MAX_RETRY_TIMEOUT", "1");
        configure(&terraform, block);
        terraform.apply().fails().says(&["within 50 milliseconds", "may have been placed"]);
    }
}

#[test]
fn an_endpoint_in_the_block_wins_over_its_variable() {
    let Some(mut terraform) = Terraform::with(ORDER) else { return };
    let url = terraform.mock.url();
    for name in ["MARKET_ENDPOINT", "STS_ENDPOINT", "BSSOPENAPI_ENDPOINT", "AIWORKSPACE_ENDPOINT"] {
        terraform.set(name, "http://127.0.0.1:1");
    }
    let names = ["market", "sts", "bssopenapi", "aiworkspace"];
    let lines: String = names.iter().map(|name| format!("    {name} = {url:?}\n")).collect();
    let pai = "resource \"alicloud_pai_product_order\" \"pai\" {\n  products = [{ product_code = \"PAI_share\" }]\n}\n";
    terraform.configure(&format!("provider \"alicloud\" {{\n  endpoints {{\n{lines}  }}\n}}\n{ORDER}{pai}"));
    terraform.apply().succeeds();
    for operation in ["CreateOrder", "GetCallerIdentity", "GetOrderDetail", "CreateProductOrders"] {
        assert!(!terraform.requests(operation).is_empty(), "{operation}");
    }
}

#[test]
fn nothing_is_bought_unless_the_account_is_certainly_the_one_that_is_named() {
    let table = [("ALICLOUD_ACCOUNT_ID", "42", ""), ("ALIBABA_CLOUD_ACCOUNT_ID", "42", ""), ("UNUSED", "", "42")];
    for (variable, value, argument) in table {
        let Some(mut terraform) = Terraform::with(ORDER) else { return };
        terraform.set(variable, value).set("MAX_RETRY_TIMEOUT", "1");
        configure(&terraform, &format!("  account_id = {argument:?}"));
        terraform.apply().fails().says(&["another account", "42", ACCOUNT]);
        // The buyer cannot be determined.
        terraform.mock.fault(Fault::times("GetCallerIdentity", Kind::Error503, 99));
        terraform.apply().fails().says(&["The account of the credentials cannot be read", "Nothing was bought"]);
        assert_eq!(terraform.orders().len(), 0);
    }
}

#[test]
fn variables_are_held_to_the_rules_of_their_arguments() {
    let table = [
        ("CLIENT_READ_TIMEOUT", "0", "a whole number of at least 1"),
        ("CLIENT_CONNECT_TIMEOUT", "1.5", "must be a whole number"),
        ("MAX_RETRY_TIMEOUT", "-1", "a whole number of at least 0"),
        ("ALIBABA_CLOUD_ACCOUNT_TYPE", "foreign", "one of \"Domestic\", \"International\""),
        ("ALIBABA_CLOUD_SECURE_TRANSPORT", "yes", "one of \"true\", \"false\""),
        ("ALICLOUD_SKIP_REGION_VALIDATION", "yes", "must be true or false"),
        ("ALICLOUD_REGION", "cn-hangzou", "cn-hangzhou"),
        ("MARKET_ENDPOINT", "https:///market", "MARKET_ENDPOINT"),
    ];
    let Some(mut terraform) = Terraform::with(ORDER) else { return };
    for (variable, value, words) in table {
        terraform.set(variable, value);
        let summary = if variable == "ALICLOUD_REGION" { "Unknown region" } else { "Invalid" };
        terraform.plan().fails().says(&[summary, variable, words]);
        terraform.set(variable, "");
    }
    assert_eq!(terraform.mock.ledger().connections, 0);
}

#[test]
fn whatever_is_unknown_while_planning_is_waited_for() {
    let Some(terraform) = world(&["base"]) else { return };
    let keys = format!("  access_key = {ACCESS_KEY:?}\n  secret_key = {SECRET_KEY:?}\n");
    let credentials = credentials_file(&terraform);
    let later = |value: &str| format!("resource \"terraform_data\" \"later\" {{\n  input = {value:?}\n}}\n");
    let url = terraform.mock.url();
    let table = [
        ("cn-hangzhou", format!("{keys}  region = LATER")),
        (&url, format!("{keys}  endpoints {{\n    market = LATER\n  }}")),
        (ROLE, format!("{keys}  assume_role {{\n    role_arn = LATER\n  }}")),
        ("{}", format!("{keys}  assume_role {{\n    role_arn = {ROLE:?}\n    policy = LATER\n  }}")),
        (ACCOUNT, format!("{keys}  account_id = LATER")),
        ("true", format!("{keys}  region = \"cn-new-1\"\n  skip_region_validation = LATER")),
        (&credentials, "  shared_credentials_file = LATER\n  profile = \"named\"".to_owned()),
    ];
    terraform.mock.ledger().keys.insert("named".to_owned(), Key::new("named-secret", ACCOUNT));
    for (value, block) in table {
        let block = block.replace("LATER", "terraform_data.later.output");
        terraform.configure(&format!("{}provider \"alicloud\" {{\n{block}\n}}\n{ORDER}", later(value)));
        terraform.validate().succeeds();
        let before = terraform.mock.ledger().connections;
        assert_eq!(terraform.plan().code, Some(2), "{block}");
        assert_eq!(terraform.mock.ledger().connections, before, "nothing is sent to the wrong endpoint: {block}");
        terraform.apply().succeeds();
        terraform.destroy().succeeds();
    }
    assert_eq!(terraform.orders().len(), 7);
}
