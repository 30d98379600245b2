//! The release, as a registry expects it: a zip with the binary, a manifest, checksums over both, and an SBOM.
//!
//! Two runs make the same bytes. With `--sign KEY` there is the detached signature of the checksums too; where the key is in
//! an agent or on a card, that is the publisher's step: `gpg --detach-sign terraform-provider-alicloud_<version>_SHA256SUMS`.

use std::{
    env, fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

use xtask::{Outcome, output, root, run as run_command, target_directory};

use crate::{licences, sign};

/// The name of the provider's binary and of everything that is released with it.
pub const NAME: &str = "terraform-provider-alicloud";

/// The version that is released.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The file of the zip with the licence texts of the dependencies.
pub const LICENCES: &str = "THIRD-PARTY-LICENSES.txt";

pub(crate) fn run(arguments: &[&str]) -> Outcome {
    let (mut target, mut key) = (None, None);
    let mut rest = arguments;
    loop {
        rest = match rest {
            [] => break,
            ["--target", triple, rest @ ..] => {
                target = Some(*triple);
                rest
            }
            ["--sign", file, rest @ ..] => {
                key = Some(Path::new(*file));
                rest
            }
            [option @ ("--target" | "--sign")] => return Err(format!("{option} needs a value")),
            [wrong, ..] => return Err(format!("there is no argument {wrong:?} here, see cargo xtask dist --help")),
        };
    }
    if let Some(key) = key.filter(|key| !key.is_file()) {
        return Err(format!("there is no key {}", key.display()));
    }
    let (binary, target) = build(target)?;
    let directory = root().join("dist");
    let archive = package(&binary, &target, &directory)?;
    let sbom = directory.join(format!("{NAME}_{VERSION}_{}_sbom.cdx.json", platform(&target)));
    write(&sbom, format!("{:#}\n", sbom_of(&target)?).as_bytes())?;
    println!("\n{} is ready, with its manifest, checksums and SBOM beside it.", archive.display());
    let sums = directory.join(format!("{NAME}_{VERSION}_SHA256SUMS"));
    let signature = directory.join(format!("{NAME}_{VERSION}_SHA256SUMS.sig"));
    match key {
        Some(key) => {
            sign::sign(key, &sums)?;
            println!("{} is its signature.", signature.display());
        }
        None => {
            // One of other checksums would be worse than none.
            let _ = fs::remove_file(&signature);
            println!("To publish: sign {NAME}_{VERSION}_SHA256SUMS with --sign KEY or with gpg --detach-sign.");
        }
    }
    Ok(())
}

/// The target to build for: musl where its standard library and a C compiler for it are installed, else this machine's own.
fn target() -> Result<String, String> {
    let verbose = output(Command::new("rustc").arg("-vV"))?;
    let host = verbose.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default().to_owned();
    let Some(musl) = host.strip_suffix("-linux-gnu").map(|machine| format!("{machine}-linux-musl")) else {
        return Ok(host);
    };
    let library = output(Command::new("rustc").args(["--print", "target-libdir", "--target", &musl]))?;
    let short = musl.replace("-unknown", "");
    let is_there = |compiler: &str| Command::new(compiler).arg("--version").output().is_ok();
    let has_compiler = env::var_os(format!("CC_{}", musl.replace('-', "_"))).is_some()
        || is_there(&format!("{short}-gcc"))
        || is_there("musl-gcc");
    if Path::new(library.trim()).is_dir() && has_compiler {
        return Ok(musl);
    }
    println!(
        "No musl here (rustup target add {musl}, and musl-gcc): the binary is linked statically with glibc, which may load \
         modules of the machine that it runs on to look up host names."
    );
    Ok(host)
}

/// Builds a binary that is linked statically, and that does not contain the path of its build. Linked with glibc, it may still
/// load the machine's own modules to look up host names, and does without where there are none.
pub(crate) fn build(target: Option<&str>) -> Result<(PathBuf, String), String> {
    let target = target.map_or_else(self::target, |target| Ok(target.to_owned()))?;
    let directory = target_directory();
    let home = env::var("CARGO_HOME").or_else(|_| env::var("HOME").map(|home| format!("{home}/.cargo")));
    let remap = |from: &Path, to: &str| format!("--remap-path-prefix={}={to}", from.display());
    let mut flags = vec![remap(root(), "."), remap(&directory, "./target")];
    if let Ok(home) = home {
        flags.push(remap(Path::new(&home), "cargo"));
        // One folder a registry, named by where it was reached.
        let registries = fs::read_dir(Path::new(&home).join("registry/src")).into_iter().flatten().flatten();
        flags.extend(registries.map(|registry| remap(&registry.path(), "registry")));
    }
    flags.push("-Ctarget-feature=+crt-static".to_owned());
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--release", "--locked", "--package", NAME, "--target", &target]);
    run_command(cargo.current_dir(root()).env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}")))?;
    let name = format!("{NAME}{}", executable_suffix(&target));
    Ok((directory.join(&target).join("release").join(name), target))
}

fn executable_suffix(target: &str) -> &'static str {
    if target.contains("windows") { ".exe" } else { "" }
}

/// What the registry calls a platform, such as `linux_amd64`.
pub fn platform(target: &str) -> String {
    let arch = match target.split('-').next().unwrap_or_default() {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "i686" => "386",
        "armv7" | "arm" => "arm",
        "riscv64gc" => "riscv64",
        other => other,
    };
    let os = ["linux", "windows", "freebsd"].into_iter().find(|os| target.contains(os)).unwrap_or("darwin");
    format!("{os}_{arch}")
}

/// Packs a binary for a target into a directory: the zip, the manifest, and the checksums over it, the manifest and the zips of other
/// platforms that are there. Returns the path of the zip.
///
/// # Errors
/// A file that cannot be read or written.
pub fn package(binary: &Path, target: &str, directory: &Path) -> Result<PathBuf, String> {
    fs::create_dir_all(directory).map_err(|error| format!("{}: {error}", directory.display()))?;
    let content = fs::read(binary).map_err(|error| format!("{}: {error}", binary.display()))?;
    let name = format!("{NAME}_v{VERSION}{}", executable_suffix(target));
    let licences = licences::texts(target)?;
    let own = fs::read(root().join("LICENSE")).map_err(|error| format!("LICENSE: {error}"))?;
    let files = [("LICENSE", &own[..]), (LICENCES, licences.as_bytes()), (name.as_str(), &content[..])];
    let archive = zip_of(&files).map_err(|error| format!("no zip: {error}"))?;
    let manifest = format!("{:#}\n", json!({"version": 1, "metadata": {"protocol_versions": ["6.0"]}}));
    let archive_path = directory.join(format!("{NAME}_{VERSION}_{}.zip", platform(target)));
    write(&archive_path, &archive)?;
    write(&directory.join(format!("{NAME}_{VERSION}_manifest.json")), manifest.as_bytes())?;
    write(&directory.join(format!("{NAME}_{VERSION}_SHA256SUMS")), sums(directory)?.as_bytes())?;
    Ok(archive_path)
}

/// The checksums of this version's zips and manifest in a directory, as `sha256sum` writes them.
fn sums(directory: &Path) -> Result<String, String> {
    let entries = fs::read_dir(directory).map_err(|error| format!("{}: {error}", directory.display()))?;
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    let is_released = |name: &str| name.ends_with(".zip") || name.ends_with("_manifest.json");
    names.retain(|name| name.starts_with(&format!("{NAME}_{VERSION}_")) && is_released(name));
    names.sort();
    let mut sums = String::new();
    for name in names {
        let content = fs::read(directory.join(&name)).map_err(|error| format!("{name}: {error}"))?;
        let sum: String = Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect();
        sums.push_str(&format!("{sum}  {name}\n"));
    }
    Ok(sums)
}

fn zip_of(files: &[(&str, &[u8])]) -> zip::result::ZipResult<Vec<u8>> {
    let mut archive = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in files {
        let is_binary = name.starts_with(NAME);
        // No clock in it, so that two runs make the same bytes.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .unix_permissions(if is_binary { 0o755 } else { 0o644 });
        archive.start_file(*name, options)?;
        archive.write_all(content)?;
    }
    Ok(archive.finish()?.into_inner())
}

/// What the binary is made of, in CycloneDX's JSON.
fn sbom_of(target: &str) -> Result<Json, String> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["tree", "--locked", "--package", NAME, "--edges", "normal", "--prefix", "none", "--target", target]);
    let text = output(cargo.args(["--format", "{p}\t{l}"]).current_dir(root()))?;
    let mut lines: Vec<&str> = text.lines().map(|line| line.trim_end_matches(" (*)")).collect();
    lines.sort_unstable();
    lines.dedup();
    let components = lines.iter().filter_map(|line| {
        let (package, license) = line.split_once('\t')?;
        let (name, version) = package.split_once(" v")?;
        let version = version.split(' ').next()?;
        (name != NAME).then(|| {
            json!({
                "type": "library",
                "name": name,
                "version": version,
                "purl": format!("pkg:cargo/{name}@{version}"),
                "licenses": [{"expression": license.replace('/', " OR ")}],
            })
        })
    });
    Ok(json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": NAME, "version": VERSION}},
        "components": components.collect::<Vec<_>>(),
    }))
}

fn write(path: &Path, content: &[u8]) -> Outcome {
    fs::write(path, content).map_err(|error| format!("{} cannot be written: {error}", path.display()))
}
