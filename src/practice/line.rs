//! Connections that can be cut while they are written to, as a failing network cuts them.
use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// An answer with this is cut off after that many bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cut(pub(super) usize);

/// What is still let through on one connection.
#[derive(Clone, Debug)]
pub(super) struct Line(Arc<AtomicUsize>);

impl Line {
    /// Lets that many bytes more through, and nothing after them.
    pub(super) fn cut(&self, after: Cut) {
        self.0.store(after.0, Ordering::SeqCst);
    }
}

/// Listens for connections that can be cut.
pub(super) struct Lines(pub(super) TcpListener);

/// One of them.
pub(super) struct Wire {
    stream: TcpStream,
    line: Line,
}

impl Listener for Lines {
    type Io = Wire;
    type Addr = Line;

    async fn accept(&mut self) -> (Wire, Line) {
        let (stream, _) = <TcpListener as Listener>::accept(&mut self.0).await;
        let line = Line(Arc::new(AtomicUsize::new(usize::MAX)));
        (Wire { stream, line: line.clone() }, line)
    }

    fn local_addr(&self) -> io::Result<Line> {
        let _: SocketAddr = self.0.local_addr()?;
        Ok(Line(Arc::new(AtomicUsize::new(usize::MAX))))
    }
}

impl Connected<IncomingStream<'_, Lines>> for Line {
    fn connect_info(stream: IncomingStream<'_, Lines>) -> Line {
        stream.remote_addr().clone()
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let left = self.line.0.load(Ordering::SeqCst);
        if left == 0 {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        let bytes = &bytes[..bytes.len().min(left)];
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        if let Poll::Ready(Ok(written)) = &written
            && left < usize::MAX
        {
            self.line.0.store(left - written, Ordering::SeqCst);
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
