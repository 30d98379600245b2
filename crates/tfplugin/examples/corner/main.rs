//! Two providers with the type names, schemas and behaviour of those in HashiCorp's terraform-provider-corner, so that its
//! tests can run against this SDK. `CONFORMANCE.md` says how, and has the results.

pub(crate) mod computed;
mod deferral;
mod ephemeral;
pub(crate) mod every_type;
mod file_action;
mod floats;
pub(crate) mod framework;
mod functions;
mod identities;
mod meanings;
mod passwords;
pub(crate) mod protocol;
mod state_store;
pub(crate) mod text;
mod users;
mod write_only;
mod write_only_states;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["framework"] => tfplugin::debug(framework::PLUGIN, framework::Framework::default()),
        ["corner"] => tfplugin::debug(protocol::PLUGIN, protocol::Corner),
        _ => {
            eprintln!("say which provider is to be served: framework or corner");
            ExitCode::FAILURE
        }
    }
}
