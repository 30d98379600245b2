//! Secrets stay secret: canaries for every source, at TF_LOG=TRACE, in everything that is written or printed.

use std::fs;

use mock_endpoint::{
    fault::{Fault, Kind},
    ledger::Key,
};
use serde_json::json;

use crate::{
    altered,
    loopback::{self, Loopback},
    market_order::ORDER,
    terraform::Terraform,
};

const CANARIES: [&str; 4] = ["canary-secret-key", "canary-token", "canary-oidc-token", "canary-profile-secret"];

/// Everything that Terraform and the plugin wrote into the directory, but for the configuration and the credentials
/// that the test wrote itself.
fn written(terraform: &Terraform) -> String {
    let mut all = String::new();
    let mut folders = vec![terraform.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if !["main.tf", "credentials.json", "token"].contains(&name.as_str()) {
                all.push_str(&String::from_utf8_lossy(&fs::read(path).unwrap()));
            }
        }
    }
    all
}

fn is_clean(what: &str, text: &str, secrets: &[String]) {
    for secret in secrets {
        assert!(!text.contains(secret.as_str()), "{what} holds {secret}");
    }
    for mark in ["&Signature=", "Signature=", "ACS3-HMAC-SHA256 Credential", "Authorization", "authorization: acs"] {
        assert!(!text.contains(mark), "{what} holds {mark:?}");
    }
}

/// Plans, applies, fails to apply, with everything logged. `quoted` is what the service quotes of the request in an error.
fn whole_run(terraform: &mut Terraform, quoted: &str) {
    terraform.set("TF_LOG", "TRACE").set("TF_LOG_PATH", "trace.log");
    let mut said = String::new();
    said += &terraform.run(&["plan", "-no-color", "-out=plan.bin"]).text;
    let forbidden = Kind::ApiError {
        status: 403,
        code: "Forbidden.RAM".to_owned(),
        message: format!("{quoted} server string to sign is:POST&canary-secret-key&canary-token"),
    };
    terraform.mock.fault(Fault::once("CreateOrder", forbidden));
    let failed = terraform.apply();
    assert_eq!(failed.code, Some(1), "{}", failed.text);
    said += &failed.text;
    terraform.mock.fault(Fault::once("CreateOrder", Kind::DropAfter));
    terraform.mock.fault(Fault::once("DescribeOrder", Kind::Garbage));
    let applied = terraform.apply();
    assert_eq!(applied.code, Some(0), "{}", applied.text);
    said += &applied.text;
    said += &terraform.run(&["show", "-no-color"]).text;

    let mut secrets: Vec<String> = CANARIES.iter().map(|canary| (*canary).to_owned()).collect();
    // What STS made on the way is as secret as what was configured.
    for (id, key) in &terraform.mock.ledger().keys {
        if id.starts_with("STS.") {
            secrets.extend([key.secret.clone(), key.token.clone().unwrap()]);
        }
    }
    is_clean("what was printed", &said, &secrets);
    let written = written(terraform);
    assert!(written.contains("tf_req_id"), "the plugin's own log is there");
    is_clean("what was written", &written, &secrets);
}

fn terraform(block: &str) -> Option<Terraform> {
    let mut terraform = Terraform::with(&format!("provider \"alicloud\" {{\n{block}\n}}\n{ORDER}"))?;
    let temporary = Key { token: Some("canary-token".to_owned()), ..Key::new("canary-secret-key", "1") };
    terraform.mock.ledger().keys.insert("canary-id".to_owned(), temporary);
    terraform.mock.ledger().keys.insert("canary-profile".to_owned(), Key::new("canary-profile-secret", "2"));
    terraform.set("ALICLOUD_ACCESS_KEY", "").set("ALICLOUD_SECRET_KEY", "");
    Some(terraform)
}

#[test]
fn keys_from_the_environment() {
    for version in ["v1", "v3"] {
        let Some(mut terraform) = terraform(&format!("  signature_version = \"{version}\"")) else { return };
        terraform.set("ALICLOUD_ACCESS_KEY", "canary-id").set("ALICLOUD_SECRET_KEY", "canary-secret-key");
        terraform.set("ALICLOUD_SECURITY_TOKEN", "canary-token");
        whole_run(&mut terraform, "canary-secret-key canary-token");
    }
}

#[test]
fn keys_in_the_provider_block() {
    let block =
        "  access_key = \"canary-id\"\n  secret_key = \"canary-secret-key\"\n  security_token = \"canary-token\"";
    let Some(mut terraform) = terraform(block) else { return };
    whole_run(&mut terraform, "canary-secret-key canary-token");
}

#[test]
fn an_assumed_role() {
    let Some(mut terraform) = terraform("  assume_role {\n    role_arn = \"acs:ram::3:role/buyer\"\n  }") else {
        return;
    };
    terraform.set("ALICLOUD_ACCESS_KEY", "canary-id").set("ALICLOUD_SECRET_KEY", "canary-secret-key");
    terraform.set("ALICLOUD_SECURITY_TOKEN", "canary-token");
    whole_run(&mut terraform, "");
}

#[test]
fn a_token_of_an_identity_provider() {
    let block = "  assume_role_with_oidc {\n    oidc_provider_arn = \"p\"\n    role_arn = \"acs:ram::4:role/buyer\"\n    \
                 oidc_token_file = \"token\"\n  }";
    let Some(mut terraform) = terraform(block) else { return };
    terraform.write("token", "canary-oidc-token");
    whole_run(&mut terraform, "");
}

#[test]
fn a_token_in_the_environment() {
    let block =
        "  assume_role_with_oidc {\n    oidc_provider_arn = \"p\"\n    role_arn = \"acs:ram::4:role/buyer\"\n  }";
    let Some(mut terraform) = terraform(block) else { return };
    terraform.set("ALIBABA_CLOUD_OIDC_TOKEN", "canary-oidc-token");
    whole_run(&mut terraform, "");
}

#[test]
fn a_profile_and_a_command() {
    let profile = json!({"name": "p", "mode": "AK", "access_key_id": "canary-profile", "access_key_secret": "canary-profile-secret"});
    let external = json!({"name": "p", "mode": "External", "process_command": "cat credentials-of-the-command.json"});
    let sts = json!({
        "name": "p", "mode": "StsToken", "access_key_id": "canary-id", "access_key_secret": "canary-secret-key",
        "sts_token": "canary-token",
    });
    let mut role = profile.clone();
    role["mode"] = "RamRoleArn".into();
    role["ram_role_arn"] = "acs:ram::5:role/buyer".into();
    for profile in [profile, external, sts, role] {
        let Some(mut terraform) = terraform("  profile = \"p\"\n  shared_credentials_file = \"credentials.json\"")
        else {
            return;
        };
        terraform.write("credentials.json", &json!({"current": "p", "profiles": [profile]}).to_string());
        let printed =
            json!({"mode": "AK", "access_key_id": "canary-profile", "access_key_secret": "canary-profile-secret"});
        let command = terraform.path().join("credentials-of-the-command.json");
        fs::write(&command, printed.to_string()).unwrap();
        // The command's own file is the test's, like the credentials file.
        let hidden = tempfile::TempDir::new().unwrap();
        let moved = hidden.path().join("keys.json");
        fs::rename(&command, &moved).unwrap();
        let text = fs::read_to_string(terraform.path().join("credentials.json")).unwrap();
        let text = text.replace("credentials-of-the-command.json", moved.to_str().unwrap());
        terraform.write("credentials.json", &text);
        whole_run(&mut terraform, "");
    }
}

#[test]
fn a_sidecar() {
    let sidecar = Loopback::start(|_, _| (200, temporary_keys()));
    let Some(mut terraform) = terraform("") else { return };
    terraform.set("ALICLOUD_CREDENTIALS_URI", &format!("{}/?key=canary-token", sidecar.url));
    whole_run(&mut terraform, "canary-secret-key canary-token");
    assert!(sidecar.asked.lock().unwrap()[0].line.contains("canary-token"));
}

/// What a sidecar and a metadata service answer.
fn temporary_keys() -> String {
    loopback::credentials(["canary-id", "canary-secret-key", "canary-token"], "2099-01-01T00:00:00Z")
}

#[test]
fn the_role_of_an_instance() {
    let instance = Loopback::metadata(temporary_keys());
    let Some(mut terraform) = terraform("  ecs_role_name = \"buyer\"") else { return };
    let plugin = altered::plugin(&mut terraform, &[("METADATA_SERVICE", &instance.url)]);
    whole_run(&mut terraform, "canary-secret-key canary-token");
    plugin.ends_well();
    assert!(instance.asked.lock().unwrap().len() >= 2);
}

#[test]
fn a_panic() {
    let block = "  access_key     = \"canary-id\"\n  secret_key     = \"canary-secret-key\"\n  security_token = \"canary-token\"";
    let Some(mut terraform) = terraform(block) else { return };
    terraform.set("TF_LOG", "TRACE").set("TF_LOG_PATH", "trace.log");
    let plugin = altered::plugin(&mut terraform, &[("PANICS", "1")]);
    let failed = terraform.apply().fails().says(&["a panic"]);
    plugin.ends_well();
    let secrets = CANARIES.map(str::to_owned);
    is_clean("what was printed", &failed.text, &secrets);
    let written = written(&terraform);
    assert!(written.contains("\"@message\":\"panic\""), "the place of the panic is logged: {written}");
    is_clean("what was written", &written, &secrets);
}
