//! Identities of processes, unique among those before and after them.

use serde::{Deserialize, Serialize};

/// A process: its number, and when it began, since numbers are used again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Process {
    pid: u32,
    start: String,
}

/// Queries about processes.
pub(crate) trait Processes: std::fmt::Debug + Send + Sync {
    /// Whether a process still runs.
    fn is_running(&self, process: &Process) -> bool;

    /// Whether a process is still the one that started this one.
    fn is_parent(&self, process: &Process) -> bool;
}

/// The processes of this machine.
#[derive(Debug)]
pub(crate) struct ThisMachine;

impl Processes for ThisMachine {
    fn is_running(&self, process: &Process) -> bool {
        process.is_running()
    }

    fn is_parent(&self, process: &Process) -> bool {
        process.is_parent()
    }
}

impl Process {
    /// The process that started this one.
    pub(crate) fn parent() -> Self {
        Self::of(parent_id())
    }

    /// This one.
    pub(crate) fn this() -> Self {
        Self::of(std::process::id())
    }

    /// Its number.
    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    /// One that has ended.
    pub(crate) fn ended() -> Self {
        Self { pid: 0, start: String::new() }
    }

    fn of(pid: u32) -> Self {
        Self { pid, start: start_of(pid).unwrap_or_default() }
    }

    /// Whether it is still the process that started this one: when it dies, another takes its place.
    fn is_parent(&self) -> bool {
        parent_id() == self.pid && self.is_running()
    }

    /// The words of its command line, the first of which names the program; none where the system does not report it.
    pub(crate) fn command_line(&self) -> Option<Vec<String>> {
        command_line_of(self.pid).filter(|words| !words.is_empty())
    }

    /// Whether it still runs. On Windows processes are not distinguished yet, so that every one counts as running: an
    /// entry of the journal is never taken over, and an error says how to remove it.
    fn is_running(&self) -> bool {
        cfg!(not(unix)) || start_of(self.pid).is_some_and(|start| start == self.start)
    }
}

#[cfg(unix)]
fn parent_id() -> u32 {
    std::os::unix::process::parent_id()
}

#[cfg(not(unix))]
fn parent_id() -> u32 {
    0
}

#[cfg(target_os = "linux")]
fn command_line_of(pid: u32) -> Option<Vec<String>> {
    let text = std::fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    let words = text.strip_suffix(b"\0").unwrap_or(&text).split(|byte| *byte == 0);
    Some(words.map(|word| String::from_utf8_lossy(word).into_owned()).collect())
}

/// `ps` joins the words with spaces, so a word that holds one comes as several.
#[cfg(all(unix, not(target_os = "linux")))]
fn command_line_of(pid: u32) -> Option<Vec<String>> {
    let output = std::process::Command::new("ps").args(["-o", "args=", "-p", &pid.to_string()]).output().ok()?;
    Some(String::from_utf8(output.stdout).ok()?.split_whitespace().map(str::to_owned).collect())
}

#[cfg(not(unix))]
fn command_line_of(_: u32) -> Option<Vec<String>> {
    None
}

/// When a process began, in words that no other process has; none if there is no such process.
#[cfg(target_os = "linux")]
fn start_of(pid: u32) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name, in parentheses, may hold anything; the start is the 20th field after it, in ticks since the boot.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    // A process that has ended and that its parent has not waited for is still listed.
    let state = fields.next().filter(|state| !matches!(*state, "Z" | "X"))?;
    let ticks = fields.nth(18).filter(|_| !state.is_empty())?;
    Some(format!("{}/{ticks}", BOOT.trim()))
}

/// Which boot of the system this is.
#[cfg(target_os = "linux")]
static BOOT: std::sync::LazyLock<String> =
    std::sync::LazyLock::new(|| std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default());

/// When a process began, in words that no other process has; none if there is no such process.
#[cfg(all(unix, not(target_os = "linux")))]
fn start_of(pid: u32) -> Option<String> {
    let mut ps = std::process::Command::new("ps");
    let output =
        ps.args(["-o", "lstart=", "-p", &pid.to_string()]).env("LC_ALL", "C").env("TZ", "UTC").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// What no other process has, whatever its number.
#[cfg(not(unix))]
fn start_of(_: u32) -> Option<String> {
    static RUN: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| uuid::Uuid::new_v4().to_string());
    Some(RUN.clone())
}
