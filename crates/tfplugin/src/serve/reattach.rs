//! For debuggers: how Terraform attaches to a provider that is running already.

use serde_json::{Map, json};

use super::{Plugin, handshake::PROTOCOL, listener::Address};

/// What to set TF_REATTACH_PROVIDERS to, ready for a shell.
pub(super) fn instructions(plugin: Plugin, address: &Address) -> String {
    let attach = json!({
        "Protocol": "grpc",
        "ProtocolVersion": PROTOCOL,
        "Pid": std::process::id(),
        "Test": true,
        "Addr": {"Network": address.network(), "String": address.location()},
    });
    let providers: Map<_, _> = plugin.addresses.iter().map(|address| ((*address).to_owned(), attach.clone())).collect();
    format!(
        "{} serves until Ctrl-C. In the shell that runs Terraform:\n\nexport TF_REATTACH_PROVIDERS='{}'\n",
        plugin.name,
        json!(providers)
    )
}
