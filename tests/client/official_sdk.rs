//! The mock endpoint accepts what Alibaba Cloud's own Python SDK signs. Runs where Python can install it.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use mock_endpoint::{ACCESS_KEY, ACCOUNT, Mock, SECRET_KEY};

const SCRIPT: &str = r#"
import json, sys
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest

host, key, secret = sys.argv[1:4]

def call(product, version, action, route=None, **query):
    client = AcsClient(key, secret, "cn-hangzhou", auto_retry=False)
    request = CommonRequest(domain=host, version=version, action_name=action, product=product)
    request.set_protocol_type("http")
    request.set_method("GET" if route else "POST")
    if route:
        request.set_uri_pattern(route)
    for name, value in query.items():
        request.add_query_param(name, value)
    return json.loads(client.do_action_with_exception(request))

who = call("Sts", "2015-04-01", "GetCallerIdentity")
products = call("AIWorkSpace", "2021-02-04", "ListProducts", "/api/v1/products", ProductCodes="PAI_share")
print(who["AccountId"], products["Products"][0]["IsPurchased"])
"#;

/// A Python that has the SDK, installed once beside the build.
fn python() -> Option<PathBuf> {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("official-sdk");
    let python = home.join("bin/python");
    let works = |python: &Path| {
        let import = Command::new(python).args(["-c", "import aliyunsdkcore.client, aliyunsdkcore.request"]).output();
        import.is_ok_and(|output| output.status.success())
    };
    if works(&python) {
        return Some(python);
    }
    Command::new("python3").args(["-m", "venv"]).arg(&home).output().ok().filter(|output| output.status.success())?;
    let install = Command::new(&python).args(["-m", "pip", "install", "-q", "aliyun-python-sdk-core==2.16.1"]).output();
    install.ok().filter(|output| output.status.success())?;
    works(&python).then_some(python)
}

#[test]
fn the_official_sdk_and_the_mock_agree() {
    let Some(python) = python() else {
        eprintln!("not run: Python cannot install aliyun-python-sdk-core here");
        return;
    };
    let mock = Mock::start().unwrap();
    let host = mock.url().trim_start_matches("http://").to_owned();
    let run = |secret: &str| Command::new(&python).args(["-c", SCRIPT, &host, ACCESS_KEY, secret]).output().unwrap();
    let output = run(SECRET_KEY);
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert_eq!(said.trim(), format!("{ACCOUNT} False"));
    let refused = run("another-secret");
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("SignatureDoesNotMatch"));
}
