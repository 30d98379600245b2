//! The client without Terraform: signatures, replies, the official SDK.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod answers;
mod credentials;
mod endpoints;
mod fields;
mod hostile;
mod lists;
#[path = "../common/loopback.rs"]
mod loopback;
mod official_sdk;
mod prices;
mod signatures;
