//! Sees Terraform die, so that a plugin never outlives it as an orphan.
//!
//! The process itself is watched, since a connection can break while Terraform lives, and a signal on the parent's
//! death would come already when the thread that started us ends. Waiting takes a thread of its own, which sleeps.

use std::{io, thread};

use super::Lifecycle;

/// Ends the lifecycle when the process that started this one is gone.
pub(super) fn watch(lifecycle: &Lifecycle) -> io::Result<()> {
    let Some(parent) = Parent::open()? else { return Ok(()) };
    let lifecycle = lifecycle.clone();
    let wait = move || {
        if parent.wait().is_ok() {
            tracing::debug!("Terraform is gone");
            lifecycle.close();
        }
    };
    thread::Builder::new().name("parent".to_owned()).stack_size(64 << 10).spawn(wait)?;
    Ok(())
}

/// A handle on the parent process, taken at the start, so that no later process of the same number is mistaken for it.
#[cfg(target_os = "linux")]
enum Parent {
    /// It was gone before a handle could be taken.
    Gone,
    /// A handle on it.
    Handle(std::os::fd::OwnedFd),
    /// Its number, where the kernel or a sandbox gives no handles.
    Number(rustix::process::Pid),
}

#[cfg(target_os = "linux")]
impl Parent {
    /// None where the parent lives in another PID namespace and cannot be seen.
    fn open() -> io::Result<Option<Self>> {
        use rustix::process::{PidfdFlags, getppid, pidfd_open};

        let Some(parent) = getppid() else { return Ok(None) };
        match pidfd_open(parent, PidfdFlags::empty()) {
            // A parent that was gone by then has given its children away.
            _ if getppid() != Some(parent) => Ok(Some(Self::Gone)),
            Ok(handle) => Ok(Some(Self::Handle(handle))),
            Err(_) => Ok(Some(Self::Number(parent))),
        }
    }

    fn wait(&self) -> io::Result<()> {
        use rustix::event::{PollFd, PollFlags, poll};

        let handle = match self {
            Self::Gone => return Ok(()),
            Self::Handle(handle) => handle,
            Self::Number(parent) => {
                while rustix::process::getppid() == Some(*parent) {
                    thread::sleep(std::time::Duration::from_secs(1));
                }
                return Ok(());
            }
        };
        loop {
            match poll(&mut [PollFd::new(handle, PollFlags::IN)], None) {
                Ok(_) => return Ok(()),
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// A queue that tells of the exit of the parent process.
#[cfg(all(unix, not(target_os = "linux")))]
struct Parent(rustix::fd::OwnedFd, bool);

#[cfg(all(unix, not(target_os = "linux")))]
impl Parent {
    fn open() -> io::Result<Option<Self>> {
        use rustix::{
            event::kqueue::{Event, EventFilter, EventFlags, ProcessEvents, kevent, kqueue},
            process::getppid,
        };

        let Some(parent) = getppid() else { return Ok(None) };
        let queue = kqueue()?;
        let exit = EventFilter::Proc { pid: parent, flags: ProcessEvents::EXIT };
        let event = Event::new(exit, EventFlags::ADD | EventFlags::ONESHOT, std::ptr::null_mut());
        let mut none: [Event; 0] = [];
        // SAFETY: the change names a process and no file descriptor, so none can be closed under the queue.
        #[allow(unsafe_code)]
        let added = unsafe { kevent(&queue, &[event], &mut none[..], None) };
        let gone = added.is_err() || getppid() != Some(parent);
        Ok(Some(Self(queue, gone)))
    }

    fn wait(&self) -> io::Result<()> {
        use rustix::event::kqueue::{Event, kevent};

        if self.1 {
            return Ok(());
        }
        let mut events: Vec<Event> = Vec::with_capacity(1);
        // SAFETY: no changes are made, so no file descriptor is named.
        #[allow(unsafe_code)]
        unsafe { kevent(&self.0, &[], rustix::buffer::spare_capacity(&mut events), None) }?;
        Ok(())
    }
}
