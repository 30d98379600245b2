//! The mock endpoint as a process of its own: `cargo run -p mock-endpoint -- --port 0`.

use std::process::ExitCode;

use mock_endpoint::{ACCESS_KEY, Mock, SECRET_KEY};

/// What `--help` prints.
const HELP: &str = "\
mock-endpoint answers on 127.0.0.1 like the Alibaba Cloud operations that terraform-provider-alicloud calls.
It sells everything and charges nothing. It prints the environment variables that lead Terraform to it.

usage: mock-endpoint [--port PORT]

  --port PORT   the port to listen on; 0, the default, takes a free one
  --help        prints this
  --version     prints the version";

/// What the arguments request.
#[derive(Debug, PartialEq, Eq)]
enum Request {
    Serve(u16),
    Help,
    Version,
}

/// Reads the arguments.
///
/// # Errors
/// Why they are wrong.
fn parse(arguments: &[&str]) -> Result<Request, String> {
    match arguments {
        [] => Ok(Request::Serve(0)),
        ["--help" | "-h"] => Ok(Request::Help),
        ["--version" | "-V"] => Ok(Request::Version),
        ["--port"] => Err("--port needs a port".to_owned()),
        ["--port", port] => {
            let wrong = |_| format!("{port:?} is not a port: it must be a number from 0 to 65535");
            port.parse().map(Request::Serve).map_err(wrong)
        }
        ["--port", _, wrong, ..] | ["--help" | "-h" | "--version" | "-V", wrong, ..] | [wrong, ..] => {
            Err(format!("there is no argument {wrong:?} here"))
        }
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match parse(&arguments.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(Request::Serve(port)) => serve(port),
        Ok(Request::Help) => {
            println!("{HELP}");
            ExitCode::SUCCESS
        }
        Ok(Request::Version) => {
            println!("mock-endpoint {}", env!("CARGO_PKG_VERSION"));
            ExitCode::SUCCESS
        }
        Err(reason) => {
            eprintln!("mock-endpoint: {reason}, see --help");
            ExitCode::FAILURE
        }
    }
}

fn serve(port: u16) -> ExitCode {
    match Mock::start_on(port) {
        Ok(mock) => {
            let url = mock.url();
            println!("# The mock endpoint is at {url}. For Terraform:");
            for name in ["MARKET_ENDPOINT", "STS_ENDPOINT", "BSSOPENAPI_ENDPOINT", "AIWORKSPACE_ENDPOINT"] {
                println!("export {name}={url}");
            }
            println!("export ALICLOUD_ACCESS_KEY={ACCESS_KEY}\nexport ALICLOUD_SECRET_KEY={SECRET_KEY}");
            mock.wait();
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("mock-endpoint: no port {port} of 127.0.0.1: {error}");
            ExitCode::FAILURE
        }
    }
}
