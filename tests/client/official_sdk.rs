//! The mock endpoint and Alibaba Cloud's own Python SDKs agree: on signatures, on requests, and on the name of every field
//! of every answer. Runs where Python can install them; `fields.rs` compares the fields everywhere.

use std::{
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::Command,
};

use mock_endpoint::{ACCESS_KEY, ACCOUNT, Mock, SECRET_KEY};
use serde_json::{Value as Json, json};

/// The common client, which signs as the API documents describe it.
const CORE: &str = include_str!("official_sdk/core.py");

/// The SDKs of the products, which know the fields.
const PRODUCTS: &str = include_str!("official_sdk/products.py");

/// A Python SDK, and the import that shows that it is installed.
struct Sdk {
    name: &'static str,
    packages: &'static [&'static str],
    import: &'static str,
}

const CORE_SDK: Sdk = Sdk {
    name: "official-sdk",
    packages: &["aliyun-python-sdk-core==2.16.1"],
    import: "import aliyunsdkcore.client, aliyunsdkcore.request",
};

const PRODUCT_SDKS: Sdk = Sdk {
    name: "official-product-sdks",
    packages: &[
        "alibabacloud-market20151101==4.3.1",
        "alibabacloud-aiworkspace20210204==8.3.5",
        "alibabacloud-bssopenapi20171214==5.1.2",
        "alibabacloud-sts20150401==1.2.0",
    ],
    import: "import alibabacloud_market20151101.client, alibabacloud_aiworkspace20210204.client, \
             alibabacloud_bssopenapi20171214.client, alibabacloud_sts20150401.client",
};

impl Sdk {
    /// A Python that has it, installed once beside the build. None, with a line that says so, where that is not possible.
    fn python(&self) -> Option<PathBuf> {
        let python = self.install();
        if python.is_none() {
            // What a test prints is shown only where it fails, unless it goes past the harness.
            let packages = self.packages.join(", ");
            let _ = writeln!(io::stderr(), "test official_sdk ... SKIPPED: Python cannot install {packages} here");
        }
        python
    }

    fn install(&self) -> Option<PathBuf> {
        let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join(self.name);
        let python = home.join("bin/python");
        let works = |python: &Path| {
            let output = Command::new(python).args(["-c", self.import]).output();
            output.is_ok_and(|output| output.status.success())
        };
        if works(&python) {
            return Some(python);
        }
        let succeeds = |command: &mut Command| command.output().ok().filter(|output| output.status.success());
        succeeds(Command::new("python3").args(["-m", "venv"]).arg(&home))?;
        succeeds(Command::new(&python).args(["-m", "pip", "install", "-q"]).args(self.packages))?;
        works(&python).then_some(python)
    }
}

fn host(mock: &Mock) -> String {
    mock.url().trim_start_matches("http://").to_owned()
}

#[test]
fn the_official_sdk_and_the_mock_agree() {
    let Some(python) = CORE_SDK.python() else { return };
    let mock = Mock::start().unwrap();
    let host = host(&mock);
    let run = |secret: &str| Command::new(&python).args(["-c", CORE, &host, ACCESS_KEY, secret]).output().unwrap();
    let output = run(SECRET_KEY);
    let printed = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert_eq!(printed.trim(), format!("{ACCOUNT} False"));
    let refused = run("another-secret");
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("SignatureDoesNotMatch"));
}

#[test]
fn every_operation_of_the_mock_is_answered_in_the_fields_that_the_official_sdks_know() {
    let Some(python) = PRODUCT_SDKS.python() else { return };
    let mock = Mock::start().unwrap();
    mock.set_price(
        "cmapi033136",
        json!({
            "ExpressionCode": "ORDER.NO_REAL_NAME_AUTHENTICATION",
            "ExpressionMessage": "Only companies can buy",
            "Coupons": {"Coupon": [{
                "CouponOptionNo": "3874923111", "CouponOptionCode": "ActiveCoupon", "CouponName": "Spring",
                "CouponDesc": "Spring sale", "IsSelected": false, "CanPromFee": 100.0,
            }]},
            "PromotionRules": {"PromotionRule": [{"RuleId": "102112", "Name": "First year", "Title": "First year"}]},
        }),
    );
    let output = Command::new(python).args(["-c", PRODUCTS, &host(&mock), ACCESS_KEY, SECRET_KEY]).output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    let compared: Vec<Json> = printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for operation in &compared {
        assert_eq!(operation["unknown"], Json::Array(Vec::new()), "{operation}");
        assert_eq!(operation["missing"], Json::Array(Vec::new()), "{operation}");
    }
    let mut called: Vec<&str> = compared.iter().filter_map(|operation| operation["operation"].as_str()).collect();
    called.sort_unstable();
    let mut offered = mock_endpoint::operations();
    offered.sort_unstable();
    assert_eq!(called, offered, "every operation is compared");
}
