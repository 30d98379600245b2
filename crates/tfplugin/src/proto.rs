//! What build.rs makes of `proto/`.
#![allow(missing_docs, clippy::all, clippy::pedantic, unreachable_pub)]

tonic::include_proto!("tfplugin6");

/// go-plugin's own services.
pub mod plugin {
    tonic::include_proto!("plugin");
}
