//! The mock endpoint as a process of its own: `cargo run -p mock-endpoint -- --port 0`.

use std::process::ExitCode;

use mock_endpoint::{ACCESS_KEY, Mock, SECRET_KEY};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let port = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => Some(0),
        ["--port", port] => port.parse().ok(),
        _ => None,
    };
    let Some(port) = port else {
        eprintln!("usage: mock-endpoint [--port PORT]   (0, the default, takes a free one)");
        return ExitCode::FAILURE;
    };
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
            eprintln!("The mock endpoint cannot listen on port {port}: {error}");
            ExitCode::FAILURE
        }
    }
}
