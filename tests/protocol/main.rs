//! The plugin protocol: the codecs, the plan engine, the calls and the process.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod calls;
mod codec;
mod configuration;
mod host;
mod plan;
mod planned_price;
mod planned_token;
mod process;
mod renewal;
mod results;
