//! Acceptance tests: the real Terraform, the real plugin, a mock endpoint; the mock's ledger is the judge.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod altered;
mod answers;
mod bad_input;
mod beside;
mod caller_identity;
mod changed_prices;
mod debugger;
mod examples;
mod faults;
mod identity;
mod import;
mod instance_access;
mod journal;
mod killing;
mod limits;
#[path = "../common/loopback.rs"]
mod loopback;
mod market_order;
mod market_products;
mod outcomes;
mod pai;
mod pai_commodities;
mod pai_faults;
mod pai_products;
mod prices;
mod provider_block;
mod proxy;
mod query;
mod random;
mod scale;
mod secrets;
mod sites;
mod skus;
mod spending_guide;
mod state_server;
mod takeover;
mod terraform;
mod tiny_resource;
mod tokens;
mod torn_state;
mod totals;
mod variables;
mod workflows;
