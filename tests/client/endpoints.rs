//! Where requests go in each region, against the products' own table of endpoints.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use alicloud::{
    client::{Client, Config, SignatureVersion, Timeouts},
    credentials::{Credentials, StaticKeys},
    endpoint::{Product, Protocol},
    regions,
    retry::Deadline,
};
use tokio_util::sync::CancellationToken;

const PRODUCTS: [Product; 4] = [Product::Market, Product::Billing, Product::AiWorkspace, Product::Sts];

/// The product, the region and the host of each endpoint.
fn table() -> impl Iterator<Item = (Product, &'static str, &'static str)> {
    include_str!("../data/endpoints.tsv").lines().skip(1).map(|line| {
        let [product, region, host] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line:?}") };
        let product = PRODUCTS.into_iter().find(|known| known.endpoint_name() == product).unwrap();
        (product, region, host)
    })
}

fn client(region: &str) -> Client {
    let time = Duration::from_secs(1);
    Client::new(Config {
        region: region.to_owned(),
        site: None,
        endpoints: Default::default(),
        protocol: Protocol::Https,
        signature: SignatureVersion::V1,
        timeouts: Timeouts { connect: time, read: time },
        user_agent: "test".to_owned(),
        common: Default::default(),
        credentials: Arc::new(StaticKeys::new(Credentials::new("id".to_owned(), "secret".into(), None))),
    })
}

#[test]
fn each_region_leads_to_the_hosts_of_the_products() {
    for (product, region, host) in table() {
        assert!(regions::is_known(region), "{region}");
        let endpoint = client(region).endpoint(product).unwrap();
        assert_eq!(endpoint.to_string(), format!("https://{host}"), "{product:?} in {region}");
    }
}

#[tokio::test]
async fn keys_that_are_there_count_even_when_the_time_is_over() {
    let over = Deadline::new(Duration::ZERO, CancellationToken::new());
    for _ in 0..100 {
        assert_eq!(client("cn-hangzhou").access_key_id(&over).await.unwrap(), "id");
    }
}

#[test]
fn a_region_without_a_product_says_where_there_is_one() {
    let regions_of = |wanted| table().filter(move |(product, ..)| *product == wanted).map(|(_, region, _)| region);
    let with_pai: BTreeSet<&str> = regions_of(Product::AiWorkspace).collect();
    let without: Vec<&str> = regions_of(Product::Sts).filter(|region| !with_pai.contains(region)).collect();
    assert!(!without.is_empty());
    for region in without {
        let error = client(region).endpoint(Product::AiWorkspace).unwrap_err().to_string();
        assert!(error.contains("has no endpoint in the region") && error.contains("cn-shanghai"), "{error}");
    }
}
