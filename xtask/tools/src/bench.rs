//! Whole processes, measured in one run against a floor and against Terraform's built-in `terraform_data`.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use mock_endpoint::{ACCESS_KEY, Mock, SECRET_KEY};

use xtask::{Outcome, find_terraform, output, root, run as run_command, terraform_alone, write_overrides};

use crate::{
    dist::{self, NAME},
    measure::{Run, first_line, median, memory, watch},
};

/// How many starts are measured.
const STARTS: usize = 200;

/// How many orders, and how often each is measured.
const SIZES: [(usize, usize); 3] = [(1, 7), (100, 5), (1000, 3)];

/// A C program that only prints the line.
const FLOOR: &str = "#include <stdio.h>\nint main(void) { puts(\"1|6|unix|/tmp/socket|grpc|\"); return 0; }\n";

pub(crate) fn run(arguments: &[&str]) -> Outcome {
    if !arguments.is_empty() {
        return Err("usage: cargo xtask bench".to_owned());
    }
    let terraform = find_terraform()?;
    // What is measured is what is released.
    let (binary, target) = dist::build(None)?;
    let plugin = binary.parent().unwrap_or(&binary).to_owned();
    let directory = tempfile::tempdir().map_err(|error| error.to_string())?;
    let mut page = String::from(
        "# Benchmarks\n\nWritten by `cargo xtask bench`, all in one run. Read the ratios: the times are this machine's.\n\n",
    );
    let _ = writeln!(page, "Machine: {}. {}. Provider: `{target}`.\n", machine(), version(&terraform)?);
    start_up(&mut page, &binary, directory.path())?;
    whole_commands(&mut page, &terraform, &plugin, directory.path())?;
    let notes = root().join("xtask/templates/benchmarks.md");
    page.push_str(&fs::read_to_string(&notes).map_err(|error| format!("{}: {error}", notes.display()))?);
    let file = root().join("docs/benchmarks.md");
    fs::write(&file, &page).map_err(|error| error.to_string())?;
    println!("{page}\nWritten to {}.", file.display());
    Ok(())
}

fn machine() -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ").map(|(_, name)| name));
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{} ({cores} cores), {}", model.unwrap_or("unknown"), std::env::consts::OS)
}

/// Terraform's name and version.
fn version(terraform: &Path) -> Result<String, String> {
    let text = output(terraform_alone(terraform).arg("version"))?;
    Ok(text.lines().next().unwrap_or("unknown").to_owned())
}

/// An aim in a table, and whether it is met.
fn aim(value: f64, at_most: f64, unit: &str) -> String {
    let verdict = if value <= at_most { "met" } else { "missed" };
    format!("{at_most}{unit}: {verdict}")
}

/// From exec to the handshake line, with a client certificate like Terraform's; memory and size.
fn start_up(page: &mut String, binary: &Path, directory: &Path) -> Outcome {
    let source = directory.join("floor.c");
    let floor = directory.join("floor");
    fs::write(&source, FLOOR).map_err(|error| error.to_string())?;
    run_command(Command::new("cc").arg("-O2").arg("-o").arg(&floor).arg(&source))?;
    let certificate = client_certificate()?;
    let (mut floors, mut starts, mut memories) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let (seconds, mut child) = first_line(&mut Command::new(&floor))?;
        child.wait().map_err(|error| error.to_string())?;
        floors.push(seconds);
        let mut command = Command::new(binary);
        command
            .env("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2")
            .env("PLUGIN_CLIENT_CERT", &certificate);
        let (seconds, mut child) = first_line(&mut command)?;
        starts.push(seconds);
        memories.extend(memory(child.id(), "VmRSS"));
        child.kill().and_then(|()| child.wait()).map_err(|error| error.to_string())?;
    }
    let (floor, start, memory) = (median(floors) * 1000.0, median(starts) * 1000.0, median(memories));
    let size = fs::metadata(binary).map_err(|error| error.to_string())?.len() as f64 / f64::from(1 << 20);
    page.push_str("## Start\n\n| what | provider | floor | ratio | aim |\n| --- | --- | --- | --- | --- |\n");
    let ratio = start / floor;
    let within = aim(ratio, 4.0, "");
    let _ = writeln!(
        page,
        "| exec to handshake line, mutual TLS | {start:.2} ms | {floor:.2} ms | {ratio:.1} | {within} |"
    );
    let _ = writeln!(page, "| resident memory at handshake | {memory:.1} MiB | | | {} |", aim(memory, 8.0, " MiB"));
    let _ = writeln!(page, "| binary | {size:.1} MiB | | | {} |\n", aim(size, 8.0, " MiB"));
    Ok(())
}

fn client_certificate() -> Result<String, String> {
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P521_SHA512).map_err(|error| error.to_string())?;
    let params = rcgen::CertificateParams::new(["localhost".to_owned()]).map_err(|error| error.to_string())?;
    let certificate = params.self_signed(&key).map_err(|error| error.to_string())?;
    let body = STANDARD.encode(certificate.der());
    Ok(format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"))
}

fn whole_commands(page: &mut String, terraform: &Path, plugin: &Path, directory: &Path) -> Outcome {
    let overrides = directory.join("cli.tfrc");
    write_overrides(&overrides, plugin)?;
    page.push_str(
        "## Whole commands\n\nOf new orders, at Terraform's usual parallelism, with the mock endpoint on the same \
         processors.\n\n| command | orders | provider | `terraform_data` | ratio | aim | of it, the provider's \
         processor |\n| --- | --- | --- | --- | --- | --- | --- |\n",
    );
    let mut apply_of_all = String::new();
    let mut more = Vec::new();
    for (count, times) in SIZES {
        let orders = format!(
            "terraform {{\n  required_providers {{\n    alicloud = {{ source = \"aliyun/alicloud\" }}\n  }}\n}}\nresource \
             \"alicloud_market_order\" \"order\" {{\n  count           = {count}\n  product_code    = \
             \"cmapi033136\"\n  pricing_cycle   = \"Month\"\n  package_version = \"yuncode2713600001\"\n}}\n"
        );
        let data = format!("resource \"terraform_data\" \"data\" {{\n  count = {count}\n  input = \"x\"\n}}\n");
        let (mut plans, mut applies, mut data_plans, mut data_applies) = (vec![], vec![], vec![], vec![]);
        let mut seen = Vec::new();
        for at in 0..times {
            let mock = Mock::start().map_err(|error| error.to_string())?;
            let work = Work::new(terraform, &overrides, &mock, directory.join(format!("o-{count}-{at}")), &orders)?;
            plans.push(work.run(&["plan"])?);
            applies.push(work.run(&["apply", "-auto-approve"])?);
            seen.push({
                let ledger = mock.ledger();
                (ledger.requests.len(), ledger.connections)
            });
            let work = Work::new(terraform, &overrides, &mock, directory.join(format!("d-{count}-{at}")), &data)?;
            data_plans.push(work.run(&["plan"])?.seconds);
            data_applies.push(work.run(&["apply", "-auto-approve"])?.seconds);
        }
        apply_of_all += &per_order(&seen, count, &applies);
        let within = |ratio: f64| match count {
            1 => aim(ratio, 2.5, ""),
            100 => aim(ratio, 1.5, ""),
            _ => String::new(),
        };
        for (name, ours, theirs) in [("plan", plans, data_plans), ("apply", applies, data_applies)] {
            let own = ours.iter().map(|run: &Run| run.plugin_cpu / run.seconds * 100.0).collect();
            let ours = median(ours.iter().map(|run| run.seconds).collect());
            let (theirs, own) = (median(theirs), median(own));
            let ratio = ours / theirs;
            if name == "plan" {
                more.push((ours - theirs) * 1000.0);
            }
            let within = if name == "plan" { within(ratio) } else { String::new() };
            let _ = writeln!(
                page,
                "| {name} | {count} | {ours:.2} s | {theirs:.2} s | {ratio:.2} | {within} | {own:.0} % |"
            );
        }
    }
    if let [first, hundred, ..] = more[..] {
        let _ = writeln!(
            page,
            "\nBeside `terraform_data`, a plan of one order takes {first:.0} ms more, and each further one {:.2} ms more.",
            (hundred - first) / 99.0
        );
    }
    let _ = write!(
        page,
        "\n## One apply\n\nParallelism 10: a fifth more connections are 12. The processor time of the provider is that of all \
         its starts for the command.\n\n| orders | requests per order | connections | aim | peak memory | aim | processor time \
         | per order |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n{apply_of_all}"
    );
    Ok(())
}

fn per_order(seen: &[(usize, u64)], count: usize, applied: &[Run]) -> String {
    let requests = median(seen.iter().map(|(requests, _)| *requests as f64).collect()) / count as f64;
    let connections = seen.iter().map(|(_, connections)| *connections).max().unwrap_or_default() as f64;
    let peak = median(applied.iter().map(|run| run.plugin_peak).collect());
    let cpu = median(applied.iter().map(|run| run.plugin_cpu * 1000.0).collect());
    let (most, peak_aim) =
        (aim(connections, 12.0, ""), if count == 1000 { aim(peak, 16.0, " MiB") } else { String::new() });
    format!(
        "| {count} | {requests:.2} | {connections} | {most} | {peak:.1} MiB | {peak_aim} | {cpu:.0} ms | {:.2} ms |\n",
        cpu / count as f64
    )
}

/// One working directory.
struct Work<'a> {
    terraform: &'a Path,
    directory: PathBuf,
    environment: Vec<(&'static str, String)>,
}

impl<'a> Work<'a> {
    fn new(terraform: &'a Path, overrides: &Path, mock: &Mock, directory: PathBuf, text: &str) -> Result<Self, String> {
        fs::create_dir(&directory).map_err(|error| error.to_string())?;
        fs::write(directory.join("main.tf"), text).map_err(|error| error.to_string())?;
        let url = mock.url();
        let environment = vec![
            ("TF_CLI_CONFIG_FILE", overrides.display().to_string()),
            ("MARKET_ENDPOINT", url.clone()),
            ("STS_ENDPOINT", url),
            ("ALICLOUD_ACCESS_KEY", ACCESS_KEY.to_owned()),
            ("ALICLOUD_SECRET_KEY", SECRET_KEY.to_owned()),
        ];
        Ok(Self { terraform, directory, environment })
    }

    fn run(&self, arguments: &[&str]) -> Result<Run, String> {
        let mut command = terraform_alone(self.terraform);
        command.args(arguments).current_dir(&self.directory).envs(self.environment.iter().cloned());
        watch(&mut command, NAME)
    }
}
