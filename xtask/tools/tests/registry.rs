//! The release in a provider registry: served over TLS on loopback, signed, and installed by a real `terraform init`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use common::{Work, binary, host, terraform_and_opentofu};
use serde_json::{Value as Json, json};
use xtask_tools::{
    dist::{NAME, VERSION, package, platform},
    sign,
};

/// A certificate for `localhost` that is its own authority, and what serves with it.
fn tls(certificate: &Path) -> Arc<rustls::ServerConfig> {
    let key = rcgen::KeyPair::generate().unwrap();
    let signed = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    let body = STANDARD.encode(signed.der());
    fs::write(certificate, format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(key.serialize_der());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![signed.der().clone()], key.into())
        .unwrap();
    Arc::new(config)
}

/// What the registry has: the folder of the release, and who signed it.
struct Registry {
    release: PathBuf,
    platform: String,
    key_id: String,
    key: String,
}

impl Registry {
    /// The answer to a GET; None for what is not there.
    fn answer(&self, path: &str) -> Option<Vec<u8>> {
        let (os, arch) = self.platform.split_once('_').unwrap();
        let archive = format!("{NAME}_{VERSION}_{}.zip", self.platform);
        let sums = format!("{NAME}_{VERSION}_SHA256SUMS");
        let json = |value: Json| Some(value.to_string().into_bytes());
        let provider = "/v1/providers/example/alicloud";
        if path == "/.well-known/terraform.json" {
            return json(json!({"providers.v1": "/v1/providers/"}));
        }
        if path == format!("{provider}/versions") {
            let platforms = json!([{"os": os, "arch": arch}]);
            return json(json!({"versions": [{"version": VERSION, "protocols": ["6.0"], "platforms": platforms}]}));
        }
        if path == format!("{provider}/{VERSION}/download/{os}/{arch}") {
            let line = fs::read_to_string(self.release.join(&sums)).unwrap();
            let line = line.lines().find(|line| line.ends_with(&archive)).unwrap().to_owned();
            return json(json!({
                "protocols": ["6.0"],
                "os": os,
                "arch": arch,
                "filename": archive,
                "download_url": format!("/release/{archive}"),
                "shasums_url": format!("/release/{sums}"),
                "shasums_signature_url": format!("/release/{sums}.sig"),
                "shasum": line.split(' ').next(),
                "signing_keys": {"gpg_public_keys": [{"key_id": self.key_id, "ascii_armor": self.key}]},
            }));
        }
        fs::read(self.release.join(path.strip_prefix("/release/")?)).ok()
    }

    fn serve(self: &Arc<Self>, config: Arc<rustls::ServerConfig>) -> u16 {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let registry = Arc::clone(self);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (registry, config) = (Arc::clone(&registry), Arc::clone(&config));
                thread::spawn(move || registry.answer_one(stream, config));
            }
        });
        port
    }

    /// One request a connection.
    fn answer_one(&self, stream: TcpStream, config: Arc<rustls::ServerConfig>) -> Option<()> {
        let session = rustls::ServerConnection::new(config).ok()?;
        let mut reader = BufReader::new(rustls::StreamOwned::new(session, stream));
        let mut request = String::new();
        reader.read_line(&mut request).ok()?;
        let mut header = String::new();
        while reader.read_line(&mut header).ok()? > 2 {
            header.clear();
        }
        let body = self.answer(request.split(' ').nth(1)?);
        let status = if body.is_some() { "200 OK" } else { "404 Not Found" };
        let body = body.unwrap_or_default();
        let stream = reader.get_mut();
        write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        )
        .ok()?;
        stream.write_all(&body).ok()?;
        stream.conn.send_close_notify();
        stream.flush().ok()
    }
}

#[test]
fn terraform_takes_the_release_from_a_registry_and_verifies_it() {
    let terraforms = terraform_and_opentofu();
    if terraforms.is_empty() {
        return;
    }
    let directory = tempfile::TempDir::new().unwrap();
    let at = |name: &str| directory.path().join(name);
    let release = at("release");
    let host = host();
    package(&binary(), &host, &release).unwrap();
    let (key, other) = (at("key.asc"), at("other.asc"));
    let text = |arguments: [&str; 2]| sign::ask(&arguments).unwrap().trim().to_owned();
    for file in [&key, &other] {
        text(["generate", file.to_str().unwrap()]);
    }
    let sums = release.join(format!("{NAME}_{VERSION}_SHA256SUMS"));
    sign::sign(&key, &sums).unwrap();
    let (key_id, public) = (text(["id", key.to_str().unwrap()]), text(["public", key.to_str().unwrap()]));
    let registry = Arc::new(Registry { release, platform: platform(&host), key_id: key_id.clone(), key: public });
    let port = registry.serve(tls(&at("ca.pem")));

    fs::write(at("cli.tfrc"), "").unwrap();
    let open = |terraform: &Path, name: &str| {
        let program = terraform.file_name().unwrap().display();
        let mut work = Work::new(terraform.to_owned(), at(&format!("{program}-{name}")), &at("cli.tfrc"));
        work.set("SSL_CERT_FILE", at("ca.pem").to_str().unwrap());
        let main = work.directory.join("main.tf");
        let source = format!("\"localhost:{port}/example/alicloud\"");
        let configuration = fs::read_to_string(&main).unwrap().replace("\"example/alicloud\"", &source);
        fs::write(main, configuration).unwrap();
        work
    };
    for terraform in &terraforms {
        let work = open(terraform, "work");
        let printed = work.run(&["init", "-no-color"]);
        assert!(printed.contains(&format!("Installed localhost:{port}/example/alicloud v{VERSION}")), "{printed}");
        assert!(printed.contains(&key_id), "{printed}");
        assert!(!printed.contains("Warning"), "{printed}");
        let lock = work.lock_file();
        assert!(lock.contains("zh:") && lock.contains("h1:"), "{lock}");
        work.run(&["apply", "-auto-approve", "-no-color"]);
        work.run(&["plan", "-detailed-exitcode"]);
        assert_eq!(work.mock.ledger().orders.len(), 2);
    }

    // Checksums that someone else signed are refused.
    sign::sign(&other, &sums).unwrap();
    for terraform in &terraforms {
        let refused = open(terraform, "refused").run_to(1, &["init", "-no-color"]);
        assert!(refused.contains("signature"), "{refused}");
    }
}
