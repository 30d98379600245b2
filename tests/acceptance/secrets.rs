//! Secrets stay secret: canaries for every source, at TF_LOG=TRACE, in everything that is written or printed.

use std::{
    fs,
    io::{Cursor, Read as _},
    os::unix::fs::PermissionsExt as _,
};

use alicloud::signature::acs3::content_sha256;
use mock_endpoint::{
    fault::{Fault, Kind},
    ledger::Key,
};
use serde_json::{Value as Json, json};

use crate::{
    altered, instance_access,
    loopback::{self, Loopback},
    market_order::order_with,
    terraform::{Outcome, Terraform},
};

/// What is configured, and what the mock returns for an instance.
const CANARIES: [&str; 6] = [
    "canary-secret-key",
    "canary-token",
    "canary-oidc-token",
    "canary-profile-secret",
    "canary-instance-password",
    "canary-host-password",
];

/// An order of PAI products, which is requested in the other style.
pub const PAI: &str =
    "resource \"alicloud_pai_product_order\" \"pai\" {\n  products = [{ product_code = \"PAI_share\" }]\n}\n";

/// Everything that Terraform and the plugin wrote into the directory, but for the configuration and the credentials
/// that the test wrote itself. A plan is a zip, in which Terraform keeps the configuration too.
fn written(terraform: &Terraform) -> String {
    let mut all = String::new();
    let mut folders = vec![terraform.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if name == "plan.bin" {
                all.push_str(&planned(&fs::read(path).unwrap()));
            } else if !["main.tf", "credentials.json", "token"].contains(&name.as_str()) {
                all.push_str(&String::from_utf8_lossy(&fs::read(path).unwrap()));
            }
        }
    }
    all
}

/// The entries of a plan, but for the configuration.
fn planned(plan: &[u8]) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(plan)).unwrap();
    let mut all = String::new();
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    assert!(names.iter().any(|name| name == "tfplan"), "{names:?}");
    for name in names.iter().filter(|name| !name.starts_with("tfconfig/")) {
        let mut entry = Vec::new();
        archive.by_name(name).unwrap().read_to_end(&mut entry).unwrap();
        all.push_str(&String::from_utf8_lossy(&entry));
    }
    assert!(all.contains("cmapi033136"), "the plan of the order is there");
    all
}

fn is_clean(what: &str, text: &str, secrets: &[String]) {
    for secret in secrets {
        assert!(!text.contains(secret.as_str()), "{what} holds {secret}");
    }
    let marks =
        ["&Signature=", "ACS3-HMAC-SHA256 Credential", "Authorization", "authorization: acs", "acs canary", "acs STS."];
    for mark in marks {
        assert!(!text.contains(mark), "{what} holds {mark:?}");
    }
}

/// Plans, applies, fails to apply, with everything logged, and finally panics. `quoted` is what services quote of the
/// requests in their errors: an operation, and secrets that a request for it holds.
fn whole_run(terraform: &mut Terraform, quoted: &[(&str, &str)]) {
    terraform.set("TF_LOG", "TRACE").set("TF_LOG_PATH", "trace.log");
    let mut printed = String::new();
    printed += &terraform.run(&["plan", "-no-color", "-out=plan.bin"]).text;
    for (operation, quoted) in quoted.iter().chain(&[("CreateOrder", "")]) {
        let forbidden = Kind::ApiError {
            status: 403,
            code: "Forbidden.RAM".to_owned(),
            message: format!("{quoted} server string to sign is:POST&canary-secret-key&canary-token"),
        };
        // Quotes need credentials too.
        terraform.mock.fault(Fault::times(operation, forbidden, 99));
        let failed = terraform.apply();
        terraform.mock.ledger().faults.clear();
        assert_eq!(failed.code, Some(1), "{}", failed.text);
        assert!(failed.text.contains("Forbidden.RAM"), "{}", failed.text);
        printed += &failed.text;
    }
    terraform.mock.fault(Fault::once("CreateOrder", Kind::DropAfter));
    terraform.mock.fault(Fault::once("DescribeOrder", Kind::Garbage));
    let applied = terraform.apply();
    assert_eq!(applied.code, Some(0), "{}", applied.text);
    printed += &applied.text;
    printed += &terraform.run(&["show", "-no-color"]).text;
    printed += &panicked(terraform);

    let mut secrets: Vec<String> = CANARIES.iter().map(|canary| (*canary).to_owned()).collect();
    // What STS made on the way is as secret as what was configured.
    for (id, key) in &terraform.mock.ledger().keys {
        if id.starts_with("STS.") {
            secrets.extend([key.secret.clone(), key.token.clone().unwrap()]);
        }
    }
    is_clean("what was printed", &printed, &secrets);
    let written = written(terraform);
    assert!(written.contains("tf_req_id"), "the plugin's own log is there");
    is_clean("what was written", &written, &secrets);
}

/// The output when a provider panics that has used its credentials.
fn panicked(terraform: &mut Terraform) -> String {
    let orders = fs::read_to_string(terraform.path().join("main.tf")).unwrap();
    terraform.write("main.tf", &format!("{orders}resource \"alicloud_fault\" \"fault\" {{}}\n"));
    let environment = terraform.environment();
    let variables: Vec<(&str, &str)> =
        environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let is_attached = variables.iter().any(|(name, _)| *name == "TF_REATTACH_PROVIDERS");
    let plugin = (!is_attached).then(|| altered::plugin(terraform, &variables));
    let output = terraform.apply().fails().says(&["The provider panicked"]).text;
    plugin.into_iter().for_each(|plugin| plugin.ends_well());
    let log = fs::read_to_string(terraform.path().join("plugin.log")).unwrap();
    assert!(log.contains("\"@message\":\"panic\""), "the place of the panic is logged: {log}");
    output
}

fn terraform(block: &str) -> Option<Terraform> {
    // One after the other, so that it is clear which of them meets which fault.
    let order = order_with("depends_on = [alicloud_pai_product_order.pai]");
    let mut terraform = Terraform::with(&format!("provider \"alicloud\" {{\n{block}\n}}\n{PAI}{order}"))?;
    let temporary = Key { token: Some("canary-token".to_owned()), ..Key::new("canary-secret-key", "1") };
    terraform.mock.ledger().keys.insert("canary-id".to_owned(), temporary);
    terraform.mock.ledger().keys.insert("canary-profile".to_owned(), Key::new("canary-profile-secret", "2"));
    terraform.set("ALICLOUD_ACCESS_KEY", "").set("ALICLOUD_SECRET_KEY", "");
    Some(terraform)
}

const OF_A_KEY: &str = "canary-secret-key canary-token";

#[test]
fn keys_from_the_environment() {
    for version in ["v1", "v3"] {
        let Some(mut terraform) = terraform(&format!("  signature_version = \"{version}\"")) else { return };
        terraform.set("ALICLOUD_ACCESS_KEY", "canary-id").set("ALICLOUD_SECRET_KEY", "canary-secret-key");
        terraform.set("ALICLOUD_SECURITY_TOKEN", "canary-token");
        whole_run(&mut terraform, &[("ListProducts", OF_A_KEY), ("CreateOrder", OF_A_KEY)]);
    }
}

#[test]
fn keys_in_the_provider_block() {
    let block =
        "  access_key = \"canary-id\"\n  secret_key = \"canary-secret-key\"\n  security_token = \"canary-token\"";
    let Some(mut terraform) = terraform(block) else { return };
    whole_run(&mut terraform, &[("CreateOrder", OF_A_KEY)]);
}

#[test]
fn an_assumed_role() {
    let Some(mut terraform) = terraform("  assume_role {\n    role_arn = \"acs:ram::3:role/buyer\"\n  }") else {
        return;
    };
    terraform.set("ALICLOUD_ACCESS_KEY", "canary-id").set("ALICLOUD_SECRET_KEY", "canary-secret-key");
    terraform.set("ALICLOUD_SECURITY_TOKEN", "canary-token");
    whole_run(&mut terraform, &[("AssumeRole", OF_A_KEY)]);
}

#[test]
fn a_token_of_an_identity_provider() {
    let block = |token: &str| {
        format!(
            "  assume_role_with_oidc {{\n    oidc_provider_arn = \"p\"\n    role_arn = \"acs:ram::4:role/buyer\"\n    \
             {token}\n  }}"
        )
    };
    let ways = [
        ("oidc_token_file = \"token\"", ("UNUSED", "")),
        ("oidc_token = \"canary-oidc-token\"", ("UNUSED", "")),
        ("", ("ALIBABA_CLOUD_OIDC_TOKEN", "canary-oidc-token")),
    ];
    for (token, (variable, value)) in ways {
        let Some(mut terraform) = terraform(&block(token)) else { return };
        terraform.write("token", "canary-oidc-token");
        terraform.set(variable, value);
        whole_run(&mut terraform, &[("AssumeRoleWithOIDC", "canary-oidc-token")]);
    }
}

/// A provider whose profile is this one.
fn with_profile(profile: Json) -> Option<Terraform> {
    let terraform = terraform("  profile = \"p\"\n  shared_credentials_file = \"credentials.json\"")?;
    let mut profiles = vec![profile];
    profiles[0]["name"] = "p".into();
    profiles.push(json!({
        "name": "base", "mode": "AK", "access_key_id": "canary-profile", "access_key_secret": "canary-profile-secret",
    }));
    terraform.write("credentials.json", &json!({"current": "p", "profiles": profiles}).to_string());
    terraform.write("token", "canary-oidc-token");
    Some(terraform)
}

#[test]
fn a_profile_of_every_mode_with_keys_of_its_own() {
    let sidecar = Loopback::start(|_, _| (200, temporary_keys()));
    let keys = json!({"access_key_id": "canary-profile", "access_key_secret": "canary-profile-secret"});
    let temporary =
        json!({"access_key_id": "canary-id", "access_key_secret": "canary-secret-key", "sts_token": "canary-token"});
    let arn = "acs:ram::5:role/buyer";
    let modes = [
        ("AK", keys.clone()),
        ("StsToken", temporary.clone()),
        ("CloudSSO", temporary.clone()),
        ("OAuth", temporary),
        ("RamRoleArn", keys),
        ("ChainableRamRoleArn", json!({"source_profile": "base"})),
        ("CredentialsURI", json!({"credentials_uri": format!("{}/?key=canary-token", sidecar.url)})),
        ("OIDC", json!({"oidc_provider_arn": "p", "oidc_token_file": "token"})),
    ];
    for (mode, mut profile) in modes {
        profile["mode"] = mode.into();
        profile["ram_role_arn"] = arn.into();
        let Some(mut terraform) = with_profile(profile) else { return };
        whole_run(&mut terraform, &[]);
    }
}

#[test]
fn a_command_that_prints_a_profile_and_complains() {
    let hidden = tempfile::TempDir::new().unwrap();
    let (keys, command) = (hidden.path().join("keys.json"), hidden.path().join("command"));
    let printed =
        json!({"mode": "AK", "access_key_id": "canary-profile", "access_key_secret": "canary-profile-secret"});
    fs::write(&keys, printed.to_string()).unwrap();
    fs::write(&command, format!("#!/bin/sh\necho canary-token >&2\ncat {}\n", keys.display())).unwrap();
    fs::set_permissions(&command, fs::Permissions::from_mode(0o700)).unwrap();
    let Some(mut terraform) = with_profile(json!({"mode": "External", "process_command": command})) else { return };
    whole_run(&mut terraform, &[]);
}

#[test]
fn a_sidecar() {
    let sidecar = Loopback::start(|_, _| (200, temporary_keys()));
    let Some(mut terraform) = terraform("") else { return };
    terraform.set("ALICLOUD_CREDENTIALS_URI", &format!("{}/?key=canary-token", sidecar.url));
    whole_run(&mut terraform, &[("CreateOrder", OF_A_KEY)]);
    assert!(sidecar.requests.lock().unwrap()[0].line.contains("canary-token"));
}

/// What a sidecar and a metadata service answer.
fn temporary_keys() -> String {
    loopback::credentials(["canary-id", "canary-secret-key", "canary-token"], "2099-01-01T00:00:00Z")
}

#[test]
fn the_role_of_an_instance() {
    let with_role = json!({"mode": "RamRoleArnWithEcs", "ram_role_name": "buyer", "ram_role_arn": "acs:ram::6:role/r"});
    let ways = [
        terraform("  ecs_role_name = \"buyer\""),
        with_profile(json!({"mode": "EcsRamRole", "ram_role_name": "buyer"})),
        with_profile(with_role),
    ];
    for terraform in ways {
        let instance = Loopback::metadata(temporary_keys());
        let Some(mut terraform) = terraform else { return };
        let plugin = altered::plugin(&mut terraform, &[("METADATA_SERVICE", &instance.url)]);
        whole_run(&mut terraform, &[]);
        plugin.ends_well();
        assert!(instance.requests.lock().unwrap().len() >= 2);
    }
}

#[test]
fn what_an_instance_hands_out_to_its_buyer() {
    let canaries = ["canary-instance-password", "canary-host-password"].map(str::to_owned);
    // A password is known by its hash, since Terraform logs the configuration.
    let expected = format!(
        "sha256(self.app[\"password\"]) == \"{}\" && sha256(self.host[\"password\"]) == \"{}\"",
        content_sha256(canaries[0].as_bytes()),
        content_sha256(canaries[1].as_bytes())
    );
    let Some(mut terraform) = instance_access::with(&instance_access::configuration(&expected)) else { return };
    terraform.set("TF_LOG", "TRACE").set("TF_LOG_PATH", "trace.log");
    let mut printed = String::new();
    let mut note = |outcome: Outcome| printed.push_str(&outcome.text);
    note(terraform.run(&["plan", "-no-color", "-out=plan.bin"]).succeeds());
    note(terraform.run(&["apply", "-no-color", "plan.bin"]).succeeds());
    // From here on a plan reads it too.
    note(terraform.run(&["plan", "-no-color", "-replace=alicloud_market_order.order", "-out=plan.bin"]).succeeds());
    note(terraform.run(&["show", "-no-color", "plan.bin"]).succeeds());
    note(terraform.run(&["show", "-no-color"]).succeeds());
    let id = terraform.attributes()["instance_ids"][0].clone();
    let broken =
        json!({"InstanceId": id, "AppJson": "canary-instance-password", "LicenseCode": "canary-host-password"});
    let broken =
        [(Kind::Reply { body: broken.to_string() }, "its AppJson is no object"), (Kind::Truncated, "JSON cut short")];
    for (kind, words) in broken {
        terraform.mock.fault(Fault::times("DescribeInstance", kind, 99));
        note(terraform.plan().fails().says(&["cannot be read", words]));
        terraform.mock.ledger().faults.clear();
    }
    assert!(terraform.requests("DescribeInstance").len() > 4);
    is_clean("what was printed", &printed, &canaries);
    let written = written(&terraform);
    assert!(written.contains("tf_req_id"), "the plugin's own log is there");
    is_clean("what was written", &written, &canaries);
}

#[test]
fn a_panic_while_the_provider_is_configured() {
    let block = "  access_key     = \"canary-id\"\n  secret_key     = \"canary-secret-key\"\n  security_token = \"canary-token\"";
    let Some(mut terraform) = terraform(block) else { return };
    terraform.set("TF_LOG", "TRACE").set("TF_LOG_PATH", "trace.log");
    let plugin = altered::plugin(&mut terraform, &[("PANICS", "1")]);
    let failed = terraform.apply().fails().says(&["The provider panicked"]);
    plugin.ends_well();
    let secrets = CANARIES.map(str::to_owned);
    is_clean("what was printed", &failed.text, &secrets);
    let written = written(&terraform);
    assert!(written.contains("\"@message\":\"panic\""), "the place of the panic is logged: {written}");
    is_clean("what was written", &written, &secrets);
}
