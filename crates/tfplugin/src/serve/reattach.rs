//! For debuggers: how Terraform attaches to a provider that is running already.

use serde_json::{Map, json};

use super::{Plugin, handshake::PROTOCOL, listener::Address};

/// What to set TF_REATTACH_PROVIDERS to, ready for a shell.
pub(super) fn instructions(plugin: Plugin, address: &Address) -> String {
    format!(
        "{} serves until Ctrl-C. In the shell that runs Terraform:\n\nexport TF_REATTACH_PROVIDERS='{}'\n",
        plugin.name,
        providers(plugin.addresses.iter().copied(), address)
    )
}

/// The value of TF_REATTACH_PROVIDERS for a provider of these source addresses.
pub(super) fn providers<'a>(sources: impl Iterator<Item = &'a str>, address: &Address) -> String {
    let attach = json!({
        "Protocol": "grpc",
        "ProtocolVersion": PROTOCOL,
        "Pid": std::process::id(),
        "Test": true,
        "Addr": {"Network": address.network(), "String": address.location()},
    });
    let providers: Map<_, _> = sources.map(|source| (source.to_owned(), attach.clone())).collect();
    json!(providers).to_string()
}
