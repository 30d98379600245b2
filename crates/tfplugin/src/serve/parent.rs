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
    /// None where the parent lives in another PID namespace and is not visible.
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

/// A queue that reports the exit of the parent process.
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

/// A wait handle on the parent process.
#[cfg(windows)]
struct Parent(std::os::windows::io::OwnedHandle);

#[cfg(windows)]
impl Parent {
    /// None where the parent cannot be found or opened.
    fn open() -> io::Result<Option<Self>> {
        use std::os::windows::io::{FromRawHandle, OwnedHandle};
        use windows_sys::Win32::System::Threading::{OpenProcess, PROCESS_SYNCHRONIZE};

        let Some(parent) = parent_id() else { return Ok(None) };
        // SAFETY: plain values go in, and the handle that comes out is owned by nobody else.
        #[allow(unsafe_code)]
        let handle = unsafe {
            let handle = OpenProcess(PROCESS_SYNCHRONIZE, 0, parent);
            (!handle.is_null()).then(|| OwnedHandle::from_raw_handle(handle.cast()))
        };
        Ok(handle.map(Self))
    }

    fn wait(&self) -> io::Result<()> {
        use std::os::windows::io::AsRawHandle;
        use windows_sys::Win32::{
            Foundation::WAIT_OBJECT_0,
            System::Threading::{INFINITE, WaitForSingleObject},
        };

        // SAFETY: the handle lives as long as the reference to it.
        #[allow(unsafe_code)]
        let waited = unsafe { WaitForSingleObject(self.0.as_raw_handle().cast(), INFINITE) };
        if waited == WAIT_OBJECT_0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }
}

/// The number of the process that started this one, from the system's list of processes.
#[cfg(windows)]
fn parent_id() -> Option<u32> {
    use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
    use windows_sys::Win32::{
        Foundation::INVALID_HANDLE_VALUE,
        System::Diagnostics::ToolHelp::{
            CreateToolhelp32Snapshot, PROCESSENTRY32, Process32First, Process32Next, TH32CS_SNAPPROCESS,
        },
    };

    // SAFETY: the snapshot is owned by nobody else, and the entry is a plain structure of numbers that says its own size.
    #[allow(unsafe_code)]
    unsafe {
        let snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
        if snapshot == INVALID_HANDLE_VALUE {
            return None;
        }
        let snapshot = OwnedHandle::from_raw_handle(snapshot.cast());
        let mut entry: PROCESSENTRY32 = std::mem::zeroed();
        entry.dwSize = u32::try_from(size_of::<PROCESSENTRY32>()).ok()?;
        let mut more = Process32First(snapshot.as_raw_handle().cast(), &mut entry);
        while more != 0 {
            if entry.th32ProcessID == std::process::id() {
                return Some(entry.th32ParentProcessID);
            }
            more = Process32Next(snapshot.as_raw_handle().cast(), &mut entry);
        }
        None
    }
}
