//! From exec to the handshake line, with a client certificate like Terraform's; memory and size.

use std::{fs, path::Path, process::Command};

use xtask::run;

use super::{
    Bench,
    measure::{first_line, median, memory, pem},
    target,
};

/// How many starts are measured.
const STARTS: usize = 200;

/// A C program that only prints the line.
const FLOOR: &str = "#include <stdio.h>\nint main(void) { puts(\"1|6|unix|/tmp/socket|grpc|\"); return 0; }\n";

/// What a start came to: milliseconds, and MiB of memory.
struct Start {
    time: f64,
    memory: f64,
}

pub(super) fn measure(bench: &Bench) -> Result<String, String> {
    let (source, floor) = (bench.directory.join("floor.c"), bench.directory.join("floor"));
    fs::write(&source, FLOOR).map_err(|error| error.to_string())?;
    run(Command::new("cc").arg("-O2").arg("-o").arg(&floor).arg(&source))?;
    let certificate = client_certificate()?;
    let mut page = String::from("## Start\n\n| what | provider | target | peer in Go |\n| --- | --- | --- | --- |\n");
    let floor = start(&floor, &certificate)?.time;
    let ours = start(&bench.provider, &certificate)?;
    let peer = bench.peer.as_deref().map(|peer| start(peer, &certificate)).transpose()?;
    let size = |binary: &Path| fs::metadata(binary).map_or(f64::NAN, |data| data.len() as f64 / f64::from(1 << 20));
    let (our_size, peer_size) = (size(&bench.provider), bench.peer.as_deref().map(size));
    let shown = |value: Option<f64>, unit: &str| value.map_or("-".to_owned(), |value| format!("{value:.1}{unit}"));
    let ratio = ours.time / floor;
    let peer_ratio = peer.as_ref().map(|peer| peer.time / floor);
    for (what, value, unit, at_most, theirs) in [
        ("start to handshake line, mutual TLS, relative to a bare C program", ratio, " times", 4.0, peer_ratio),
        ("resident memory at handshake", ours.memory, " MiB", 8.0, peer.as_ref().map(|peer| peer.memory)),
        ("binary", our_size, " MiB", 8.0, peer_size),
    ] {
        let within = target(value, at_most, unit);
        page += &format!("| {what} | {value:.1}{unit} | {within} | {} |\n", shown(theirs, unit));
    }
    page += &format!("\nThe handshake line took {:.2} ms.\n\n", ours.time);
    Ok(page)
}

fn start(binary: &Path, certificate: &str) -> Result<Start, String> {
    let (mut times, mut memories) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let mut command = Command::new(binary);
        command
            .env("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2")
            .env("PLUGIN_PROTOCOL_VERSIONS", "6")
            .env("PLUGIN_CLIENT_CERT", certificate);
        let (seconds, mut child) = first_line(&mut command)?;
        times.push(seconds * 1000.0);
        memories.extend(memory(child.id(), "VmRSS"));
        // The floor has ended by itself.
        let _ = child.kill();
        child.wait().map_err(|error| error.to_string())?;
    }
    Ok(Start { time: median(times), memory: median(memories) })
}

fn client_certificate() -> Result<String, String> {
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P521_SHA512).map_err(|error| error.to_string())?;
    let params = rcgen::CertificateParams::new(["localhost".to_owned()]).map_err(|error| error.to_string())?;
    let certificate = params.self_signed(&key).map_err(|error| error.to_string())?;
    Ok(pem(certificate.der()))
}
