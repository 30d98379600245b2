//! For debuggers: how Terraform attaches to a provider that is running already.

use serde_json::{Map, json};

use super::{Identity, handshake::PROTOCOL, listener::Address};

/// What to set TF_REATTACH_PROVIDERS to, ready for a shell.
pub(super) fn instructions(identity: Identity, address: &Address) -> String {
    let attach = json!({
        "Protocol": "grpc",
        "ProtocolVersion": PROTOCOL,
        "Pid": std::process::id(),
        "Test": true,
        "Addr": {"Network": address.network(), "String": address.location()},
    });
    let providers: Map<_, _> =
        identity.addresses.iter().map(|address| ((*address).to_owned(), attach.clone())).collect();
    format!(
        "{} serves until Ctrl-C. In the shell that runs Terraform:\n\nexport TF_REATTACH_PROVIDERS='{}'\n",
        identity.name,
        json!(providers)
    )
}
