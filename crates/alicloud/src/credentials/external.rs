//! A command that prints a profile.

use std::{fmt, process::Stdio, time::Duration};

use async_trait::async_trait;
use secrecy::zeroize::Zeroizing;
use tokio::{io::AsyncReadExt as _, process::Command};

use super::{
    Credentials, NoCredentials,
    cached::Fetch,
    profile::{Profile, ProfileFile},
};
use crate::client::Client;

/// How long the command may take.
const LIMIT: Duration = Duration::from_secs(60);

/// The longest output that is read, in bytes.
const MAX_OUTPUT: usize = 64 << 10;

/// Runs the command for each fetch.
pub struct External {
    command: Vec<String>,
    client: Client,
    metadata_service: String,
}

// The arguments may hold what lets the caller in.
impl fmt::Debug for External {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("External").finish_non_exhaustive()
    }
}

impl External {
    /// The program and its arguments, separated by white space. No shell is in between. The client and the metadata
    /// service are for the profile that it prints, which may be of another mode than keys.
    ///
    /// # Errors
    /// No program.
    pub fn new(command: &str, client: Client, metadata_service: String) -> Result<Self, NoCredentials> {
        let command: Vec<String> = command.split_whitespace().map(str::to_owned).collect();
        if command.is_empty() {
            Err(NoCredentials::new("process_command is empty".to_owned()))
        } else {
            Ok(Self { command, client, metadata_service })
        }
    }

    /// What the command printed. It may hold secrets, so that no error ever quotes it.
    async fn output(&self) -> Result<Zeroizing<Vec<u8>>, NoCredentials> {
        let program = &self.command[0];
        let no = |what: String| NoCredentials::new(format!("the command {program:?} of the profile {what}"));
        let mut child = Command::new(program)
            .args(&self.command[1..])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| no(format!("cannot be run: {error}")))?;
        let stdout = child.stdout.take().ok_or_else(|| no("has no output".to_owned()))?;
        // As much as may come, so that no copy is left behind where it grew.
        let mut output = Zeroizing::new(Vec::with_capacity(MAX_OUTPUT));
        let finished = async {
            stdout.take(MAX_OUTPUT as u64).read_to_end(&mut output).await?;
            child.wait().await
        };
        match tokio::time::timeout(LIMIT, finished).await {
            Err(_) => Err(no(format!("did not end within {} seconds", LIMIT.as_secs()))),
            Ok(Err(error)) => Err(no(format!("cannot be read: {error}"))),
            Ok(Ok(status)) if !status.success() => Err(no(format!("failed ({status})"))),
            Ok(Ok(_)) => Ok(output),
        }
    }
}

#[async_trait]
impl Fetch for External {
    async fn fetch(&self) -> Result<Credentials, NoCredentials> {
        let no =
            |what: &str| NoCredentials::new(format!("the command {:?} of the profile printed {what}", self.command[0]));
        let printed = self.output().await?;
        let profile: Profile = serde_json::from_slice(&printed).map_err(|_| no("something else than a profile"))?;
        if profile.mode == "External" {
            return Err(no("a profile of the mode External, which would have it run again"));
        }
        // What is wrong with it would quote what was printed.
        let source = ProfileFile::default().source(&profile, &self.client, &self.metadata_service);
        let source =
            source.map_err(|_| no("a profile of a mode that cannot be served, or without what its mode needs"))?;
        let credentials = source.credentials().await.map_err(|error| NoCredentials {
            what: format!("the profile that the command {:?} printed leads to no credentials", self.command[0]),
            request: error.request,
        })?;
        Ok(credentials.as_ref().clone())
    }
}
