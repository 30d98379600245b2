//! Measures processes, on Linux: how long, how much memory, how much processor time.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// The median of some measurements.
pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// A certificate as files and variables have it.
pub(super) fn pem(certificate: &[u8]) -> String {
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", STANDARD.encode(certificate))
}

/// Seconds from starting a program to its first line.
pub(super) fn first_line(command: &mut Command) -> Result<(f64, Child), String> {
    let begin = Instant::now();
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().map_err(|error| error.to_string())?;
    let stdout = child.stdout.take().ok_or("no output")?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line).map_err(|error| error.to_string())?;
    if line.is_empty() { Err("it printed nothing".to_owned()) } else { Ok((begin.elapsed().as_secs_f64(), child)) }
}

/// A figure of `/proc/<pid>/status`, in MiB.
pub(super) fn memory(pid: u32, field: &str) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    Some(line.trim().trim_end_matches(" kB").parse::<f64>().ok()? / 1024.0)
}

/// The processor time that a process has used so far, in seconds: the kernel counts it in nanoseconds, for each thread.
fn cpu(pid: u32) -> Option<f64> {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).ok()?.flatten();
    let nanoseconds = threads.filter_map(|thread| {
        fs::read_to_string(thread.path().join("schedstat")).ok()?.split_whitespace().next()?.parse::<f64>().ok()
    });
    Some(nanoseconds.sum::<f64>() / 1e9)
}

/// What a command came to.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Run {
    /// From start to end, in seconds.
    pub(super) seconds: f64,
    /// The most memory that the plugin held, in MiB.
    pub(super) plugin_peak: f64,
    /// The processor time that the plugin used, in seconds.
    pub(super) plugin_cpu: f64,
}

/// How often a plugin that runs is looked at.
const SAMPLE: Duration = Duration::from_millis(2);

/// Runs a command to its end, and watches the plugin that it starts.
pub(super) fn watch(command: &mut Command, plugin: &str) -> Result<Run, String> {
    let begin = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().map_err(|error| error.to_string())?;
    let mut run = Run::default();
    // Terraform starts a plugin several times for one command.
    let mut used = BTreeMap::new();
    loop {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            run.seconds = begin.elapsed().as_secs_f64();
            run.plugin_cpu = used.values().sum();
            return if status.success() { Ok(run) } else { Err(format!("{command:?} failed ({status})")) };
        }
        for pid in children(child.id()) {
            let name = fs::read_link(format!("/proc/{pid}/exe")).unwrap_or_default();
            if name.file_name().is_some_and(|name| name.to_string_lossy().starts_with(plugin)) {
                run.plugin_peak = run.plugin_peak.max(memory(pid, "VmHWM").unwrap_or_default());
                used.extend(cpu(pid).map(|seconds| (pid, seconds)));
            }
        }
        thread::sleep(SAMPLE);
    }
}

fn children(pid: u32) -> Vec<u32> {
    let tasks = fs::read_dir(Path::new("/proc").join(pid.to_string()).join("task")).into_iter().flatten().flatten();
    let lists = tasks.map(|task| fs::read_to_string(task.path().join("children")).unwrap_or_default());
    lists.flat_map(|list| list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>()).collect()
}
