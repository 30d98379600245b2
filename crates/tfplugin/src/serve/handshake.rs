//! go-plugin's handshake: how a host knows the plugin, and one line with the address to call.

use std::{
    env,
    fmt::Write as _,
    io::{self, Write as _},
};

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};

use super::listener::Address;

/// The variable and the value by which Terraform says that it is the one who starts a plugin.
const COOKIE: (&str, &str) =
    ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2");

/// The version of go-plugin's own protocol.
const CORE_PROTOCOL: u8 = 1;

/// The version of Terraform's plugin protocol. A host that does not list it in PLUGIN_PROTOCOL_VERSIONS gets the
/// version anyway, because its own message about incompatible versions is better.
pub(super) const PROTOCOL: u8 = 6;

/// Whether Terraform started this process.
pub fn started_by_terraform() -> bool {
    env::var(COOKIE.0).is_ok_and(|value| value == COOKIE.1)
}

/// The line with the address for the host to call, and the certificate that identifies the plugin.
pub(super) fn line(address: &Address, certificate: Option<&[u8]>) -> String {
    let certificate = certificate.map(|der| STANDARD_NO_PAD.encode(der)).unwrap_or_default();
    let mut line =
        format!("{CORE_PROTOCOL}|{PROTOCOL}|{}|{}|grpc|{certificate}", address.network(), address.location());
    // Hosts that do not know the seventh field refuse it. It says whether one connection can carry several, and here
    // it cannot.
    if env::var_os("PLUGIN_MULTIPLEX_GRPC").is_some_and(|value| !value.is_empty()) {
        let _ = write!(line, "|false");
    }
    line
}

/// Prints to stdout, where nothing else is ever printed.
pub(super) fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

/// What someone reads who runs the binary by hand.
pub(super) fn explanation(name: &str) -> String {
    let short = name.strip_prefix("terraform-provider-").unwrap_or(name);
    format!(
        "{name} is a plugin: Terraform starts it, it does nothing by itself.

To use this very file, name its directory in a CLI configuration file

  provider_installation {{
    dev_overrides {{
      \"example/{short}\" = \"<the directory of this file>\"
    }}
    direct {{}}
  }}

and run Terraform with TF_CLI_CONFIG_FILE set to that file.

  {name} --help      prints this
  {name} --version   prints the version
  {name} --debug     serves until stopped, for a debugger (TF_REATTACH_PROVIDERS)"
    )
}
