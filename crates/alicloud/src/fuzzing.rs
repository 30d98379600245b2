//! What `cargo fuzz` feeds with unchecked bytes; built for it and for this crate's own tests only.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use serde::Deserialize as _;

use super::{
    aiworkspace, balance, billing,
    client::{Client, Config, SignatureVersion},
    credentials::{Credentials, StaticKeys, answered, profile::ProfileFile},
    endpoint::Protocol,
    instance_access, market, market_instance, market_search, price, products,
    reply::{RawReply, Reply, list, text},
    sts,
    transport::Timeouts,
};

/// What no message may hold.
const SECRET: &str = "canary";

/// Nothing is sent to it.
const METADATA_SERVICE: &str = "http://127.0.0.1:1";

static CLIENT: LazyLock<Client> = LazyLock::new(|| {
    let keys = Credentials::new("id".to_owned(), SECRET.into(), None);
    Client::new(Config {
        region: "cn-hangzhou".to_owned(),
        site: None,
        endpoints: Default::default(),
        protocol: Protocol::Https,
        signature: SignatureVersion::V1,
        timeouts: Timeouts { connect: Duration::from_secs(1), read: Duration::from_secs(1) },
        user_agent: String::new(),
        common: Default::default(),
        credentials: Arc::new(StaticKeys::new(keys)),
    })
});

/// Judges a reply, and reads it as every operation does. The HTTP status is the first line, 200 where it is no number.
///
/// # Panics
/// A message that quotes a secret.
pub fn replies(input: &[u8]) {
    let at = input.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let status = str::from_utf8(&input[..at]).ok().and_then(|status| status.parse().ok()).unwrap_or(200);
    let body = input[at..].strip_prefix(b"\n").unwrap_or(&input[at..]).to_vec();
    match (RawReply { status, retry_after: None, body }).classify(&[SECRET]) {
        Ok((request_id, body)) => read(&Reply { status, request_id, body, server_time: None }),
        Err(error) => assert!(!error.to_string().contains(SECRET), "{error}"),
    }
}

fn read(reply: &Reply) {
    // The requested object is the one in the reply, so that the reply is read to its end.
    let requested = |name: &str| reply.body.get(name).and_then(text).unwrap_or_default();
    if let Ok(market::Described::Found(order)) = market::Described::read(reply, &requested("OrderId")) {
        order.components();
    }
    let listed = market_search::read::<market_instance::Instance>(reply);
    for instance in listed.map(|(instances, _)| instances).unwrap_or_default() {
        instance.components();
    }
    if let Ok(Some(instance)) = market_instance::read(reply, &requested("InstanceId")) {
        instance.components();
    }
    let _ = market_search::read::<market_search::Held>(reply);
    let _ = instance_access::Handed::read(reply, &requested("InstanceId"));
    let _ = price::Priced::read(reply, Some(&requested("ProductCode")));
    let _ = products::read_page(reply);
    let _ = products::Described::read(reply, &requested("Code"));
    let _ = balance::read(reply);
    for page in [billing::read_detail(reply), billing::read_page(reply)].into_iter().flatten() {
        for row in page.rows {
            let _ = (row.instance_ids(), row.is_purchase(), row.created(), row.names().count());
        }
    }
    let _ = sts::credentials(reply);
    let _ = sts::CallerIdentity::deserialize(&reply.body);
    let _ = aiworkspace::ProductOrders::deserialize(&reply.body);
    for product in reply.body.get("Products").map(list).unwrap_or_default() {
        let _ = aiworkspace::ListedProduct::deserialize(product);
    }
}

/// Reads a credentials file, follows its current profile to a source, and reads the same bytes as what a service on the
/// machine answers. Nothing is sent or run.
pub fn profiles(input: &[u8]) {
    if let Ok(file) = ProfileFile::parse(input)
        && let Ok(profile) = file.profile(None)
    {
        let _ = file.source(profile, &CLIENT, METADATA_SERVICE);
    }
    let _ = answered::credentials("the service", 200, input);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::{fs, path::Path};

    fn read_corpus(name: &str, target: fn(&[u8])) {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(name);
        let files: Vec<_> = fs::read_dir(corpus).unwrap().map(|file| file.unwrap().path()).collect();
        assert!(!files.is_empty());
        for file in files {
            println!("{}", file.display());
            target(&fs::read(file).unwrap());
        }
    }

    #[test]
    fn replies_of_the_corpus_are_read_without_a_panic() {
        read_corpus("replies", super::replies);
    }

    #[test]
    fn profiles_of_the_corpus_are_read_without_a_panic() {
        read_corpus("profiles", super::profiles);
    }
}
