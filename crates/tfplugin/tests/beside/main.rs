//! What a provider offers beside resources and data sources, as a host sees it.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod actions;
mod ephemeral;
mod functions;
mod state_stores;
