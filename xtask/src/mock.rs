//! The mock endpoint as a process beside the command.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, Command, Stdio},
};

use crate::project::built;

/// A running mock. It ends when this is dropped.
pub(crate) struct Mock {
    process: Option<Child>,
    url: String,
    environment: Vec<(String, String)>,
}

impl Mock {
    /// Starts the mock that [`crate::build`] has built, on a free port.
    pub(crate) fn start() -> Result<Self, String> {
        let failed = |error: std::io::Error| format!("The mock endpoint cannot start: {error}");
        // A pipe of the reader of this command's output would stay open as long as the mock runs.
        let mut command = Command::new(built("mock-endpoint"));
        let mut process =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().map_err(failed)?;
        let stdout = process.stdout.take();
        let mut mock = Self { process: Some(process), url: String::new(), environment: Vec::new() };
        for line in stdout.into_iter().flat_map(|stdout| BufReader::new(stdout).lines()) {
            if let Some((name, value)) = line.map_err(failed)?.trim_start_matches("export ").split_once('=') {
                mock.environment.push((name.to_owned(), value.to_owned()));
                if name == "MARKET_ENDPOINT" {
                    mock.url = value.to_owned();
                }
                if name == "ALICLOUD_SECRET_KEY" {
                    return Ok(mock);
                }
            }
        }
        Err("The mock endpoint ended before it was ready.".to_owned())
    }

    /// Where it is.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// What leads Terraform to it.
    pub(crate) fn environment(&self) -> &[(String, String)] {
        &self.environment
    }

    /// How many orders it has sold, and how many requests it has let through.
    pub(crate) fn counts(&self) -> Result<(usize, usize), String> {
        let failed = |error: std::io::Error| format!("The ledger of {} cannot be read: {error}", self.url);
        let mut stream = TcpStream::connect(self.url.trim_start_matches("http://")).map_err(failed)?;
        stream.write_all(b"GET /_mock/ledger HTTP/1.1\r\nHost: mock\r\nConnection: close\r\n\r\n").map_err(failed)?;
        let mut ledger = String::new();
        stream.read_to_string(&mut ledger).map_err(failed)?;
        // Each order has one moment of its creation, and each request one field for its signature.
        Ok((ledger.matches("\"created\":").count(), ledger.matches("\"signature\":").count()))
    }

    /// Lets it run on after this command; says which process it is.
    pub(crate) fn leave_running(mut self) -> Option<u32> {
        self.process.take().map(|process| process.id())
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}
