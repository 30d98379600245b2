//! Compiles `proto/` with protox, so that no protoc binary is needed.

use std::{env, error::Error, fs, path::PathBuf};

use prost::Message;

/// Every file of `proto/`: the plugin protocol and go-plugin's own services.
const FILES: [&str; 4] = ["tfplugin6/service.proto", "grpc_broker.proto", "grpc_controller.proto", "grpc_stdio.proto"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=proto");
    let descriptors = protox::compile(FILES, ["proto"])?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("descriptors.bin"), descriptors.encode_to_vec())?;
    tonic_prost_build::configure().compile_fds(descriptors)?;
    Ok(())
}
