//! A provider of books in memory, with what stands beside an ordinary resource: identity, search, moves from other types,
//! and modules that say who they are.

include!("provider.rs");

fn main() -> std::process::ExitCode {
    if std::env::args().any(|argument| argument == "--debug") {
        return tfplugin::debug(PLUGIN, Library::default());
    }
    tfplugin::run(PLUGIN, Library::default())
}
