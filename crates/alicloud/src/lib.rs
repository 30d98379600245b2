//! The client: signed requests to Alibaba Cloud, with typed responses.
//!
//! - [`client`]: a request, from building it to classifying the reply, and when it is sent again
//! - [`signature`]: RPC V1, ROA V1 and ACS3-HMAC-SHA256 as pure functions
//! - [`credentials`]: where keys come from
//! - [`endpoint`], [`regions`], [`site`]: where requests go
//! - [`reply`]: what replies of all operations have in common
//! - [`error`]: what went wrong, and whether the operation may have happened nevertheless
//! - [`market`], [`market_instance`], [`market_renewal`], [`market_search`], [`products`], [`price`], [`instance_access`],
//!   [`billing`], [`balance`], [`aiworkspace`], [`sts`]: the operations
//!
//! This crate does not depend on Terraform.

pub mod aiworkspace;
pub mod balance;
pub mod billing;
pub mod client;
mod connecting;
pub mod credentials;
pub mod endpoint;
pub mod error;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
pub mod instance_access;
pub mod market;
pub mod market_instance;
pub mod market_renewal;
pub mod market_search;
mod pace;
mod paging;
pub mod price;
pub mod products;
pub mod regions;
pub mod reply;
pub mod retry;
pub mod signature;
mod signing;
pub mod site;
pub mod sts;
mod transport;
