//! What signals mean to a plugin.

use std::io;

use super::{Lifecycle, Start};

/// SIGTERM and SIGHUP end the process once everything that was sent is finished. So does Ctrl-C for a debugger, but
/// not for Terraform's plugin: the terminal sends it to the whole process group, and Terraform says itself what is to
/// stop.
#[cfg(unix)]
pub(super) fn watch(lifecycle: &Lifecycle, start: Start) -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let ends = |kind| (kind, true);
    let interrupt = (SignalKind::interrupt(), start == Start::Debug);
    for (kind, ends) in [ends(SignalKind::terminate()), ends(SignalKind::hangup()), interrupt] {
        let mut signals = signal(kind)?;
        let lifecycle = lifecycle.clone();
        tokio::spawn(async move {
            while signals.recv().await.is_some() {
                if ends {
                    lifecycle.close();
                }
            }
        });
    }
    Ok(())
}

/// Ctrl-C ends a debugger's process, and nothing else does.
#[cfg(windows)]
pub(super) fn watch(lifecycle: &Lifecycle, start: Start) -> io::Result<()> {
    let mut signals = tokio::signal::windows::ctrl_c()?;
    let lifecycle = lifecycle.clone();
    tokio::spawn(async move {
        while signals.recv().await.is_some() {
            if start == Start::Debug {
                lifecycle.close();
            }
        }
    });
    Ok(())
}
