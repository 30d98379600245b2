//! The two sites of Alibaba Cloud, which a proxy makes of the mock.

use std::collections::BTreeSet;

use mock_endpoint::fault::{Fault, Kind};

use crate::{
    market_order::{ORDER, order_with},
    pai::documented,
    proxy::Proxy,
    terraform::{Outcome, Terraform},
};

const CHINESE: &str = "business.aliyuncs.com";
const INTERNATIONAL: &str = "business.ap-southeast-1.aliyuncs.com";

/// Orders behind the endpoints of a region and an account type.
fn of(configuration: &str, region: &str, account_type: &str) -> Option<(Terraform, Proxy)> {
    let block = "provider \"alicloud\" {\n  protocol = \"HTTP\"\n}\n";
    let mut terraform = Terraform::with(&[block, configuration].concat())?;
    let proxy = Proxy::start(terraform.mock.url().trim_start_matches("http://").parse().unwrap());
    for name in ["MARKET_ENDPOINT", "STS_ENDPOINT", "BSSOPENAPI_ENDPOINT", "AIWORKSPACE_ENDPOINT"] {
        terraform.set(name, "");
    }
    terraform.set("HTTP_PROXY", &proxy.url).set("ALICLOUD_REGION", region);
    terraform.set("ALIBABA_CLOUD_ACCOUNT_TYPE", account_type);
    Some((terraform, proxy))
}

/// The site says that the account belongs to the other one.
fn refuses(terraform: &Terraform, host: &str) {
    for operation in ["GetOrderDetail", "QueryOrders"] {
        let kind = Kind::ApiError { status: 400, code: "NotApplicable".to_owned(), message: "no".to_owned() };
        terraform.mock.fault(Fault::times(operation, kind, 999).at(host));
    }
}

/// The hosts to which an operation went.
fn hosts(terraform: &Terraform, operation: &str) -> Vec<String> {
    terraform.requests(operation).into_iter().map(|request| request.host).collect()
}

#[test]
fn billing_follows_the_account_and_remembers_its_site() {
    let second = documented(&["OSS_share"]).replace("\"data\"", "\"second\"");
    let both = [documented(&["PAI_share"]), second].concat();
    for (region, refusing, serving) in
        [("cn-hangzhou", CHINESE, INTERNATIONAL), ("ap-southeast-1", INTERNATIONAL, CHINESE)]
    {
        let Some((terraform, _proxy)) = of(&both, region, "") else { return };
        refuses(&terraform, refusing);
        terraform.apply().succeeds();
        assert_eq!(terraform.orders().len(), 2);
        let before = hosts(&terraform, "GetOrderDetail").len();
        terraform.run(&["plan", "-detailed-exitcode", "-no-color", "-parallelism=1"]).succeeds();
        assert_eq!(hosts(&terraform, "GetOrderDetail")[before..], [refusing, serving, serving]);
    }
}

#[test]
fn a_lost_purchase_is_found_at_the_site_of_the_account() {
    let Some((terraform, _proxy)) = of(&documented(&["DataWorks_share"]), "cn-hangzhou", "") else { return };
    refuses(&terraform, CHINESE);
    terraform.mock.fault(Fault::once("CreateProductOrders", Kind::DropAfter));
    terraform.apply().succeeds().says(&["was found by reading"]);
    assert_eq!(terraform.requests("CreateProductOrders").len(), 1);
}

#[test]
fn an_account_type_selects_the_endpoints_of_billing_and_of_the_marketplace() {
    let both = [ORDER, &documented(&["PAI_share"])].concat();
    let table = [
        ("cn-hangzhou", "International", "market.ap-southeast-1.aliyuncs.com", INTERNATIONAL),
        ("ap-southeast-1", "Domestic", "market.aliyuncs.com", CHINESE),
        ("cn-hangzhou", "", "market.aliyuncs.com", CHINESE),
        ("eu-central-1", "", "market.ap-southeast-1.aliyuncs.com", INTERNATIONAL),
    ];
    for (region, account_type, market, billing) in table {
        let Some((terraform, _proxy)) = of(&both, region, account_type) else { return };
        terraform.apply().succeeds();
        terraform.plans_empty();
        for (operation, host) in [("CreateOrder", market), ("DescribeOrder", market), ("GetOrderDetail", billing)] {
            let used: BTreeSet<String> = hosts(&terraform, operation).into_iter().collect();
            assert_eq!(used, BTreeSet::from([host.to_owned()]), "{region} {account_type}");
        }
    }
}

fn fails_for_another_site(outcome: Outcome) {
    outcome.fails().says(&["NotApplicable", "another site", "account_type"]);
}

#[test]
fn a_site_that_was_chosen_and_an_explicit_endpoint_are_never_left() {
    let configuration = documented(&["PAI_share"]);
    let Some((mut terraform, _proxy)) = of(&configuration, "cn-hangzhou", "International") else { return };
    terraform.apply().succeeds();
    refuses(&terraform, INTERNATIONAL);
    fails_for_another_site(terraform.plan());
    terraform.set("ALIBABA_CLOUD_ACCOUNT_TYPE", "");
    let mock = terraform.mock.url();
    terraform.set("BSSOPENAPI_ENDPOINT", &mock);
    refuses(&terraform, mock.trim_start_matches("http://"));
    fails_for_another_site(terraform.plan());
    assert!(!hosts(&terraform, "GetOrderDetail").contains(&CHINESE.to_owned()));

    // Where neither serves the account, each gets one request.
    terraform.set("BSSOPENAPI_ENDPOINT", "");
    refuses(&terraform, CHINESE);
    let before = hosts(&terraform, "GetOrderDetail").len();
    fails_for_another_site(terraform.plan());
    assert_eq!(hosts(&terraform, "GetOrderDetail")[before..], [CHINESE, INTERNATIONAL]);
}

const CHINESE_MARKET: &str = "market.aliyuncs.com";
const INTERNATIONAL_MARKET: &str = "market.ap-southeast-1.aliyuncs.com";

#[test]
fn an_order_that_another_endpoint_does_not_know_is_not_gone() {
    let table = [
        (ORDER.to_owned(), "DescribeOrder", INTERNATIONAL_MARKET, CHINESE_MARKET),
        (documented(&["PAI_share"]), "GetOrderDetail", INTERNATIONAL, CHINESE),
    ];
    for (configuration, operation, bought, other) in table {
        let Some((mut terraform, _proxy)) = of(&configuration, "ap-southeast-1", "") else { return };
        terraform.apply().succeeds();
        terraform.mock.fault(Fault::times(operation, Kind::Absent, 99).at(other));
        for (region, account_type) in [("cn-hangzhou", ""), ("ap-southeast-1", "Domestic")] {
            terraform.set("ALICLOUD_REGION", region).set("ALIBABA_CLOUD_ACCOUNT_TYPE", account_type);
            let words = [
                "the provider uses another endpoint than before",
                bought,
                other,
                "region",
                "account_type",
                "endpoints",
            ];
            terraform.apply().fails().says(&words);
        }
        terraform.set("ALIBABA_CLOUD_ACCOUNT_TYPE", "");
        terraform.plans_empty();
        assert_eq!((terraform.orders().len(), terraform.ids().len()), (1, 1));
    }
}

#[test]
fn a_client_token_that_was_sent_to_another_endpoint_is_not_sent_to_this_one() {
    let configuration = order_with("client_token = \"t\"\n  timeouts = { create = \"3s\" }");
    let Some((mut terraform, _proxy)) = of(&configuration, "cn-hangzhou", "") else { return };
    terraform.mock.fault(Fault::times("CreateOrder", Kind::DropAfter, 99).at(CHINESE_MARKET));
    terraform.apply().fails();
    terraform.set("ALIBABA_CLOUD_ACCOUNT_TYPE", "International");
    terraform.apply().fails().says(&["another endpoint than now", CHINESE_MARKET, "Nothing was bought now", "rm "]);
    assert!(hosts(&terraform, "CreateOrder").iter().all(|host| host == CHINESE_MARKET));
    terraform.mock.ledger().faults.clear();
    terraform.set("ALIBABA_CLOUD_ACCOUNT_TYPE", "");
    terraform.apply().succeeds().says(&["nothing was bought now"]);
    assert_eq!(terraform.orders().len(), 1);
}
