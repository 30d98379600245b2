//! A Terraform provider that buys Alibaba Cloud orders, and never buys one twice.
//!
//! Three wings: [`tfplugin`] speaks Terraform's plugin protocol, [`alicloud`] speaks to Alibaba Cloud, and [`provider`]
//! is where the two meet.

pub mod alicloud;
pub mod provider;
pub mod tfplugin;
