//! The provider block: arguments, environment variables, and which of them wins.

use mock_endpoint::{ACCESS_KEY, SECRET_KEY, ledger::Key};
use serde_json::json;

use crate::{market_order::ORDER, terraform::Terraform};

/// Who bought: the account of the only order.
#[track_caller]
pub fn buyer(terraform: &Terraform) -> String {
    terraform.apply().succeeds();
    let ledger = terraform.mock.ledger();
    ledger.orders.values().last().unwrap().account.clone()
}

/// A mock that knows the keys `<name>` / `<name>-secret` of the account `<name>`.
pub fn world(names: &[&str]) -> Option<Terraform> {
    let mut terraform = Terraform::with(ORDER)?;
    for name in names {
        terraform.mock.ledger().keys.insert((*name).to_owned(), Key::new(&format!("{name}-secret"), name));
    }
    terraform.set("ALICLOUD_ACCESS_KEY", "").set("ALICLOUD_SECRET_KEY", "").set("HOME", "/nonexistent");
    Some(terraform)
}

pub fn configure(terraform: &Terraform, block: &str) {
    terraform.configure(&format!("provider \"alicloud\" {{\n{block}\n}}\n{ORDER}"));
}

pub fn credentials_file(terraform: &Terraform) -> String {
    let profile = |name: &str, region: &str| {
        json!({
            "name": name, "mode": "AK", "access_key_id": name, "access_key_secret": format!("{name}-secret"),
            "region_id": region,
        })
    };
    let file =
        json!({"current": "current", "profiles": [profile("current", "cn-shanghai"), profile("named", "cn-beijing")]});
    terraform.write("credentials.json", &file.to_string());
    terraform.path().join("credentials.json").display().to_string()
}

#[test]
fn each_environment_variable_gives_keys_and_the_first_that_is_set_wins() {
    let pairs = [
        ("ALICLOUD_ACCESS_KEY", "ALICLOUD_SECRET_KEY"),
        ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"),
        ("ALIBABACLOUD_ACCESS_KEY_ID", "ALIBABACLOUD_ACCESS_KEY_SECRET"),
    ];
    let Some(mut terraform) = world(&["a0", "a1", "a2"]) else { return };
    for (number, (id, secret)) in pairs.iter().enumerate().rev() {
        terraform.set(id, &format!("a{number}")).set(secret, &format!("a{number}-secret"));
        terraform.begin_anew();
        assert_eq!(buyer(&terraform), format!("a{number}"));
    }
}

#[test]
fn an_argument_wins_over_the_environment_and_the_environment_over_the_profile() {
    let Some(mut terraform) = world(&["argument", "environment", "current", "named"]) else { return };
    let file = credentials_file(&terraform);
    terraform.set("ALICLOUD_SHARED_CREDENTIALS_FILE", &file);
    assert_eq!(buyer(&terraform), "current", "nothing else is given");
    assert_eq!(terraform.requests("CreateOrder")[0].parameters["RegionId"], "cn-hangzhou");

    terraform.begin_anew();
    terraform.set("ALICLOUD_REGION", "");
    assert_eq!(buyer(&terraform), "current");
    assert_eq!(terraform.mock.ledger().requests.last().unwrap().operation, "DescribeInstance");
    let regions: Vec<String> =
        terraform.mock.ledger().requests.iter().filter_map(|r| r.parameters.get("RegionId").cloned()).collect();
    assert_eq!(regions.last().unwrap(), "cn-shanghai");

    terraform.begin_anew();
    terraform.set("ALIBABA_CLOUD_PROFILE", "named");
    assert_eq!(buyer(&terraform), "named");
    terraform.begin_anew();
    terraform.set("ALICLOUD_ACCESS_KEY", "environment").set("ALICLOUD_SECRET_KEY", "environment-secret");
    assert_eq!(buyer(&terraform), "environment");
    terraform.begin_anew();
    configure(&terraform, "  access_key = \"argument\"\n  secret_key = \"argument-secret\"");
    assert_eq!(buyer(&terraform), "argument");
}

#[test]
fn roles_are_assumed_with_whatever_else_is_given() {
    let Some(mut terraform) = world(&["base"]) else { return };
    terraform.set("ALICLOUD_ACCESS_KEY", "base").set("ALICLOUD_SECRET_KEY", "base-secret");
    configure(
        &terraform,
        "  assume_role {\n    role_arn = \"acs:ram::77:role/buyer\"\n    session_expiration = 900\n  }",
    );
    assert_eq!(buyer(&terraform), "77");
    assert_eq!(terraform.mock.ledger().requests[0].parameters["DurationSeconds"], "900");
    assert_eq!(terraform.mock.ledger().requests[0].parameters["RoleSessionName"], "terraform");

    // Variables fill in a block that is there, and an empty role means none.
    terraform.begin_anew();
    terraform.set("ALICLOUD_ASSUME_ROLE_ARN", "acs:ram::88:role/buyer");
    terraform.set("ALICLOUD_ASSUME_ROLE_SESSION_NAME", "from-the-environment");
    configure(&terraform, "");
    assert_eq!(buyer(&terraform), "base");
    terraform.begin_anew();
    configure(&terraform, "  assume_role {}");
    assert_eq!(buyer(&terraform), "88");
    let name = terraform.requests("AssumeRole").last().map(|request| request.parameters["RoleSessionName"].clone());
    assert_eq!(name.as_deref(), Some("from-the-environment"));

    terraform.begin_anew();
    terraform.set("ALICLOUD_ACCESS_KEY", "").set("ALICLOUD_SECRET_KEY", "");
    terraform.set("ALICLOUD_ASSUME_ROLE_ARN", "").write("token", "the-token");
    let oidc = "  assume_role_with_oidc {\n    oidc_provider_arn = \"acs:ram::9:oidc-provider/ci\"\n    role_arn = \
                \"acs:ram::99:role/buyer\"\n    oidc_token_file = \"token\"\n  }";
    configure(&terraform, oidc);
    assert_eq!(buyer(&terraform), "99");
}

#[test]
fn a_role_that_may_not_be_assumed_says_what_to_grant() {
    let Some(mut terraform) = world(&["base"]) else { return };
    terraform.set("ALICLOUD_ACCESS_KEY", "base").set("ALICLOUD_SECRET_KEY", "base-secret");
    configure(&terraform, "  assume_role {\n    role_arn = \"acs:ram::77:role/buyer\"\n  }");
    if let Some(key) = terraform.mock.ledger().keys.get_mut("base") {
        key.forbidden.insert("AssumeRole".to_owned());
    }
    let words =
        ["acs:ram::77:role/buyer cannot be assumed", "Nothing was bought", "RAM action sts:AssumeRole", "RequestId"];
    terraform.apply().fails().says(&words);
    assert!(terraform.orders().is_empty());
}

#[test]
fn wrong_configuration_is_one_error_on_its_attribute() {
    let Some(mut terraform) = world(&[]) else { return };
    let file = credentials_file(&terraform);
    terraform.write("broken.json", "{\"profiles\": [");
    let chained = |name: &str, source: &str| json!({"name": name, "mode": "ChainableRamRoleArn", "source_profile": source, "ram_role_arn": "r"});
    let odd = json!({"profiles": [{"name": "odd", "mode": "RsaKeyPair"}, chained("a", "b"), chained("b", "a")]});
    terraform.write("odd.json", &odd.to_string());
    let oidc = |line: &str| {
        format!(
            "  assume_role_with_oidc {{\n    oidc_provider_arn = \"p\"\n    role_arn = \"acs:ram::1:role/r\"\n{line}\n  }}"
        )
    };
    let keys = format!("  access_key = \"{ACCESS_KEY}\"\n  secret_key = \"{SECRET_KEY}\"\n");
    let table = [
        (
            "  access_key = \"id\"".to_owned(),
            vec!["The credentials are incomplete", "secret_key", "ALICLOUD_SECRET_KEY"],
        ),
        ("  secret_key = \"s\"".to_owned(), vec!["The credentials are incomplete", "access_key"]),
        (
            format!("  shared_credentials_file = {file:?}\n  profile = \"nobody\""),
            vec!["no profile \"nobody\"", "\"current\", \"named\"", "profile = \"nobody\""],
        ),
        (
            "  shared_credentials_file = \"missing.json\"".to_owned(),
            vec!["missing.json cannot be read", "shared_credentials_file = \"missing.json\""],
        ),
        (
            "  shared_credentials_file = \"broken.json\"".to_owned(),
            vec!["broken.json is malformed", "aliyun configure"],
        ),
        (oidc("    oidc_token = \"t\"\n    oidc_token_file = \"f\""), vec!["exactly one of", "both are set"]),
        (oidc(""), vec!["exactly one of", "neither is set"]),
        (oidc("    oidc_token_file = \"gone\""), vec!["OIDC token file gone cannot be read"]),
        (format!("{keys}  assume_role {{}}"), vec!["assume_role needs role_arn", "ALICLOUD_ASSUME_ROLE_ARN"]),
        (format!("{keys}  region = \"cn-hangzou\""), vec!["Unknown region", "cn-hangzhou", "region = \"cn-hangzou\""]),
        (
            format!("{keys}  assume_role {{\n    role_arn = \"acs:ram::1:role/r\"\n    session_expiration = 60\n  }}"),
            vec!["a whole number from 900 to 43200"],
        ),
        (format!("{keys}  client_read_timeout = 0"), vec!["client_read_timeout must be"]),
        (format!("{keys}  endpoints {{\n    market = \"a/b\"\n  }}"), vec!["a host, host:port", "market = \"a/b\""]),
        (format!("{keys}  configuration_source = {:?}", "x".repeat(1025)), vec!["at most 1024 characters"]),
        (format!("{keys}  account_type = \"Other\""), vec!["one of \"Domestic\", \"International\""]),
        ("  credentials_uri = \"file:///x\"".to_owned(), vec!["not an HTTP URI", "credentials_uri = "]),
        (
            "  profile = \"odd\"\n  shared_credentials_file = \"odd.json\"".to_owned(),
            vec!["which this provider cannot serve"],
        ),
        (
            "  profile = \"a\"\n  shared_credentials_file = \"odd.json\"".to_owned(),
            vec!["a -> b -> a", "profile = \"a\""],
        ),
        (String::new(), vec!["has no credentials", "ALICLOUD_ACCESS_KEY", "ecs_role_name"]),
    ];
    for (block, words) in table {
        configure(&terraform, &block);
        let refused = terraform.plan().fails();
        assert_eq!(refused.text.matches("Error:").count(), 1, "{}", refused.text);
        refused.says(&words).says(&["on main.tf line", "provider \"alicloud\""]);
    }
    let role = "  assume_role {\n    role_arn = \"r\"\n  }";
    for wrong in ["60", "soon"] {
        terraform.set("ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION", wrong);
        configure(&terraform, &format!("{keys}{role}"));
        terraform.plan().fails().says(&["ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION", "900 to 43200", wrong]);
    }
    terraform.set("CLIENT_READ_TIMEOUT", "soon");
    configure(&terraform, &keys);
    terraform.plan().fails().says(&["Invalid client_read_timeout", "CLIENT_READ_TIMEOUT", "soon"]);
    assert_eq!(terraform.mock.ledger().connections, 0);
}

#[test]
fn nothing_is_fetched_before_it_is_needed() {
    let Some(terraform) = world(&[]) else { return };
    terraform.configure("provider \"alicloud\" {\n  credentials_uri = \"http://127.0.0.1:1/\"\n}\n");
    terraform.plans_empty();
    // A source that would fail, and an endpoint that would count connections.
    configure(&terraform, "  credentials_uri = \"http://127.0.0.1:1/\"\n  assume_role {\n    role_arn = \"r\"\n  }");
    terraform.validate().succeeds();
    let planned = terraform.plan();
    assert_eq!(planned.code, Some(2), "a plan that only creates needs no credentials: {}", planned.text);
    assert_eq!(terraform.mock.ledger().connections, 0);
    terraform.apply().fails().says(&["Nothing was bought", "cannot be assumed", "credentials URI does not answer"]);
}

#[test]
fn values_that_are_known_later_are_waited_for() {
    let Some(terraform) = world(&["later"]) else { return };
    let keys = "resource \"terraform_data\" \"key\" {\n  input = \"later\"\n}\n";
    let block =
        "provider \"alicloud\" {\n  access_key = terraform_data.key.output\n  secret_key = \"later-secret\"\n}\n";
    terraform.configure(&format!("{keys}{block}{ORDER}"));
    assert_eq!(buyer(&terraform), "later");
}

#[test]
fn what_is_configured_goes_with_every_request() {
    let Some(mut terraform) = Terraform::with(ORDER) else { return };
    terraform.set("TF_APPEND_USER_AGENT", &format!("team/7{}", "x".repeat(1100)));
    let pai = "resource \"alicloud_pai_product_order\" \"pai\" {\n  products = [{ product_code = \"PAI_share\" }]\n}\n";
    let block = "provider \"alicloud\" {\n  source_ip = \"10.1.2.3\"\n  secure_transport = \"True\"\n}\n";
    terraform.configure(&[block, ORDER, pai].concat());
    terraform.apply().succeeds();
    assert!(!terraform.requests("CreateProductOrders").is_empty());
    for request in &terraform.mock.ledger().requests {
        assert_eq!(request.parameters["SourceIp"], "10.1.2.3");
        assert_eq!(request.parameters["SecureTransport"], "true");
        let cut = format!(" team/7{}", "x".repeat(1024 - "team/7".len()));
        assert!(request.user_agent.ends_with(&cut), "{}", request.user_agent);
    }
}

#[test]
fn http_to_another_machine_warns_and_to_this_one_does_not() {
    let Some(mut terraform) = Terraform::with(ORDER) else { return };
    for name in ["MARKET_ENDPOINT", "STS_ENDPOINT", "BSSOPENAPI_ENDPOINT", "AIWORKSPACE_ENDPOINT"] {
        let url = terraform.mock.url();
        terraform.set(name, url.trim_start_matches("http://"));
    }
    configure(&terraform, "  protocol = \"HTTP\"");
    terraform.apply().succeeds().never_says(&["not encrypted"]);
    terraform.set("STS_ENDPOINT", "sts.example.com");
    terraform.plan().says(&["Requests to Alibaba Cloud are not encrypted", "http://sts.example.com"]);
}

#[test]
fn the_credentials_of_another_account_than_named_are_refused() {
    let Some(mut terraform) = Terraform::with(ORDER) else { return };
    terraform.apply().succeeds();
    terraform.set("ALICLOUD_ACCOUNT_ID", "42");
    terraform.mock.fault(mock_endpoint::fault::Fault::times("DescribeOrder", mock_endpoint::fault::Kind::Absent, 9));
    terraform.plan().fails().says(&["another account", "42", mock_endpoint::ACCOUNT]);
}
