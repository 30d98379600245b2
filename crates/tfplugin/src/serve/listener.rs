//! Where Terraform reaches the plugin: a unix socket in a directory of its own, or loopback TCP on Windows.

use std::{
    env, io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use futures_util::stream::{self, Stream};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};
use tokio_rustls::TlsAcceptor;
use tonic::transport::server::Connected;

/// How long a client may take for the TLS handshake.
const TLS_HANDSHAKE: Duration = Duration::from_secs(10);

/// The address that the handshake line names.
#[derive(Debug, Clone)]
pub(super) enum Address {
    #[cfg_attr(windows, expect(dead_code, reason = "Windows listens on TCP"))]
    Unix(String),
    Tcp(String),
}

impl Address {
    pub(super) fn network(&self) -> &'static str {
        match self {
            Self::Unix(_) => "unix",
            Self::Tcp(_) => "tcp",
        }
    }

    pub(super) fn location(&self) -> &str {
        match self {
            Self::Unix(location) | Self::Tcp(location) => location,
        }
    }
}

/// A socket that listens, and what must live as long as it.
pub(super) enum Listener {
    #[cfg(unix)]
    Unix {
        listener: tokio::net::UnixListener,
        _directory: tempfile::TempDir,
    },
    Tcp(TcpListener),
}

impl Listener {
    /// Listens where the host can reach it and no other user can.
    pub(super) fn bind() -> io::Result<(Self, Address)> {
        #[cfg(unix)]
        return Self::bind_unix();
        #[cfg(windows)]
        return Self::bind_tcp();
    }

    #[cfg(unix)]
    fn bind_unix() -> io::Result<(Self, Address)> {
        let base = env::var_os("PLUGIN_UNIX_SOCKET_DIR").filter(|dir| !dir.is_empty());
        Self::bind_unix_in(&base.map_or_else(env::temp_dir, Into::into))
    }

    #[cfg(unix)]
    fn bind_unix_in(base: &std::path::Path) -> io::Result<(Self, Address)> {
        use std::os::unix::fs::PermissionsExt;

        // The directory is what keeps others out: some systems ignore the permissions of the socket itself.
        let only_us = std::fs::Permissions::from_mode(0o700);
        let directory = tempfile::Builder::new().prefix("plugin-").permissions(only_us).tempdir_in(base)?;
        let path = directory.path().join("socket");
        let listener = tokio::net::UnixListener::bind(&path).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidInput => {
                let path = path.display();
                let what = "is too long for a Unix socket: set TMPDIR, or PLUGIN_UNIX_SOCKET_DIR, to a shorter path";
                io::Error::new(error.kind(), format!("{path} {what}"))
            }
            _ => error,
        })?;
        let path = path.into_os_string().into_string();
        let path = path.map_err(|_| io::Error::other("the directory for sockets has a name that is not UTF-8"))?;
        Ok((Self::Unix { listener, _directory: directory }, Address::Unix(path)))
    }

    /// Loopback TCP, on the first free port of the range that the host allows.
    #[cfg_attr(unix, expect(dead_code, reason = "for Windows, and built here so that it keeps building"))]
    fn bind_tcp() -> io::Result<(Self, Address)> {
        let port = |name| env::var(name).ok().and_then(|port| port.parse::<u16>().ok());
        let ports = match (port("PLUGIN_MIN_PORT"), port("PLUGIN_MAX_PORT")) {
            (Some(min), Some(max)) if min > 0 => min..=max,
            _ => 0..=0,
        };
        let listener = ports
            .into_iter()
            .find_map(|port| std::net::TcpListener::bind(("127.0.0.1", port)).ok())
            .ok_or_else(|| io::Error::new(io::ErrorKind::AddrInUse, "no free port in the range the host allows"))?;
        listener.set_nonblocking(true)?;
        let address = Address::Tcp(listener.local_addr()?.to_string());
        Ok((Self::Tcp(TcpListener::from_std(listener)?), address))
    }

    async fn accept(&self) -> io::Result<Connection> {
        match self {
            #[cfg(unix)]
            Self::Unix { listener, .. } => Ok(Connection::new(listener.accept().await?.0)),
            Self::Tcp(listener) => {
                let (stream, _): (TcpStream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                Ok(Connection::new(stream))
            }
        }
    }

    /// The connections that may speak gRPC: with TLS, those that came through its handshake.
    pub(super) fn connections(self, tls: Option<TlsAcceptor>) -> impl Stream<Item = Connection> + Send + 'static {
        let (accepted, connections) = mpsc::channel(1);
        tokio::spawn(async move {
            loop {
                let connection = match self.accept().await {
                    Ok(connection) => connection,
                    Err(error) => {
                        tracing::warn!(%error, "a connection could not be accepted");
                        tokio::time::sleep(Duration::from_millis(50)).await;
                        continue;
                    }
                };
                let (tls, accepted) = (tls.clone(), accepted.clone());
                tokio::spawn(async move {
                    if let Some(connection) = secure(connection, tls).await {
                        let _ = accepted.send(connection).await;
                    }
                });
            }
        });
        stream::unfold(connections, |mut connections| async move {
            connections.recv().await.map(|connection| (connection, connections))
        })
    }
}

async fn secure(connection: Connection, tls: Option<TlsAcceptor>) -> Option<Connection> {
    let Some(tls) = tls else { return Some(connection) };
    match tokio::time::timeout(TLS_HANDSHAKE, tls.accept(connection)).await {
        Ok(Ok(stream)) => Some(Connection::new(stream)),
        Ok(Err(error)) => {
            tracing::warn!(%error, "a client was turned away at the TLS handshake");
            None
        }
        Err(_) => {
            tracing::warn!("a client did not finish the TLS handshake");
            None
        }
    }
}

trait ByteStream: AsyncRead + AsyncWrite + Send {}

impl<T: AsyncRead + AsyncWrite + Send> ByteStream for T {}

/// A connection of any kind.
pub(super) struct Connection(Pin<Box<dyn ByteStream>>);

impl Connection {
    fn new(stream: impl AsyncRead + AsyncWrite + Send + 'static) -> Self {
        Self(Box::pin(stream))
    }
}

impl Connected for Connection {
    type ConnectInfo = ();

    fn connect_info(&self) -> Self::ConnectInfo {}
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.0.as_mut().poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.0.as_mut().poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.as_mut().poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.0.as_mut().poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.0.as_mut().poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_path_that_is_too_long_for_a_socket_says_what_to_do() {
        let directory = tempfile::tempdir().unwrap_or_else(|error| unreachable!("{error}"));
        let deep = directory.path().join("d".repeat(120));
        assert!(std::fs::create_dir(&deep).is_ok());
        let Err(error) = Listener::bind_unix_in(&deep) else { unreachable!() };
        assert!(error.to_string().contains("set TMPDIR"), "{error}");
    }
}
