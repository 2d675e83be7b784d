//! The accept loop: sockets in, requests to the router.
//!
//! It is our own because a server must not wait for ever for a request that never ends. HTTP/1.1 only; TLS is the
//! business of the proxy in front.

mod impatient;

use std::collections::HashMap;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use ipnet::IpNet;
use rustix::process::Resource;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use self::impatient::Impatient;
use super::address::{Peer, TrustedProxies, network};
use crate::metrics::{Connected, METRICS};

/// Bounds of the loop.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// For the head of a request, counted from the end of the one before: also how long a connection may lie idle.
    pub head: Duration,
    /// For the other side to take the next piece of an answer.
    pub write: Duration,
    /// For what is under way when the server is told to stop.
    pub farewell: Duration,
    /// Connections at a time. Further ones wait in the kernel's queue.
    pub connections: usize,
    /// Connections at a time from one address, or from one /64. Further ones are closed. Trusted proxies are exempt.
    pub per_address: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            write: Duration::from_secs(20),
            farewell: Duration::from_secs(20),
            connections: MOST_CONNECTIONS,
            per_address: 200,
        }
    }
}

impl Bounds {
    /// With no more connections than this process may have files open, beside its own.
    pub fn of_process() -> Self {
        let files = rustix::process::getrlimit(Resource::Nofile).current;
        let connections = connections(files);
        if connections < MOST_CONNECTIONS {
            tracing::warn!(
                files,
                connections,
                "the limit of open files leaves room for few connections; raise it (LimitNOFILE=16384 in a systemd unit)"
            );
        }
        Self {
            connections,
            ..Self::default()
        }
    }
}

/// Connections at a time where so many files may be open; none says that there is no limit.
fn connections(files: Option<u64>) -> usize {
    let left = files.map_or(u64::MAX, |files| files.saturating_sub(OWN_FILES));
    usize::try_from(left).map_or(MOST_CONNECTIONS, |left| left.clamp(1, MOST_CONNECTIONS))
}

/// Connections at a time, where files are plenty.
const MOST_CONNECTIONS: usize = 10_000;
/// Files and sockets that are not connections: the database and its readers, the log, couriers.
const OWN_FILES: u64 = 128;
/// Most header lines of a request.
const MOST_HEADERS: usize = 64;
/// Largest head of a request, in bytes.
const LARGEST_HEAD: usize = 16 * 1_024;
/// Pause after an error of the listener (too many open files, most often), which would otherwise come again at once.
const PAUSE: Duration = Duration::from_millis(50);

/// Serves until `stop` comes true, then finishes what is under way. Every request carries its [`Peer`].
pub async fn serve(
    listener: TcpListener,
    router: Router,
    proxies: TrustedProxies,
    bounds: Bounds,
    stop: impl Future<Output = ()>,
) {
    let mut stop = pin!(stop);
    let stopping = CancellationToken::new();
    let slots = Arc::new(Semaphore::new(bounds.connections));
    let counts = Counts::default();
    let mut connections = JoinSet::new();
    loop {
        let slot = tokio::select! {
            Ok(slot) = Arc::clone(&slots).acquire_owned() => slot,
            () = &mut stop => break,
        };
        let (stream, peer) = tokio::select! {
            accepted = accept(&listener) => accepted,
            // Those that ended are forgotten here, so that the set does not grow.
            Some(_) = connections.join_next(), if !connections.is_empty() => continue,
            () = &mut stop => break,
        };
        let most = if proxies.contain(peer.ip()) {
            bounds.connections
        } else {
            bounds.per_address
        };
        let Some(counted) = counts.count(peer, most) else {
            METRICS.turned_away("address");
            tracing::debug!(%peer, "too many connections from one address");
            continue;
        };
        connections.spawn(connection(
            stream,
            peer,
            router.clone(),
            bounds,
            stopping.clone(),
            (slot, counted, METRICS.connected()),
        ));
    }
    drop(listener);
    stopping.cancel();
    let all = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(bounds.farewell, all).await.is_err() {
        tracing::warn!(left = connections.len(), "connections were cut off at the end");
    }
    // Whatever is left ends with the set.
}

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    let mut told = false;
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            // The other side went away before we came: no reason to wait.
            Err(error) if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) => {}
            Err(error) => {
                METRICS.turned_away("error");
                if !std::mem::replace(&mut told, true) {
                    tracing::error!(%error, "no connection can be accepted");
                }
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    bounds: Bounds,
    stopping: CancellationToken,
    _held: (OwnedSemaphorePermit, Counted, Connected),
) {
    // Answers are small and written whole; waiting for more would only delay them. Fails on a closed socket only.
    stream.set_nodelay(true).ok();
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(Peer(peer));
        let answer = router.clone().oneshot(request);
        async move { Ok::<_, Infallible>(answer.await.unwrap_or_else(|never| match never {})) }
    });
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(bounds.head)
            .max_headers(MOST_HEADERS)
            .max_buf_size(LARGEST_HEAD)
            .serve_connection(TokioIo::new(Impatient::new(stream, bounds.write)), service)
    );
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopping.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        // What strangers send is no trouble of ours.
        tracing::debug!(%peer, %error, "a connection ended early");
    }
}

/// Connections by address.
#[derive(Clone, Default)]
struct Counts(Arc<Mutex<HashMap<IpNet, usize>>>);

impl Counts {
    /// Counts one more, unless there are `most` already.
    fn count(&self, peer: SocketAddr, most: usize) -> Option<Counted> {
        let network = network(peer.ip(), 32, 64);
        self.with(|counts| {
            let count = counts.entry(network).or_default();
            if *count >= most {
                return None;
            }
            *count += 1;
            Some(Counted {
                counts: self.clone(),
                network,
            })
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut HashMap<IpNet, usize>) -> T) -> T {
        // A number is never half written, so one that a panic left behind is as good as any.
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// One connection, counted until it is dropped.
struct Counted {
    counts: Counts,
    network: IpNet,
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.counts.with(|counts| {
            if let Some(count) = counts.get_mut(&self.network) {
                *count -= 1;
                if *count == 0 {
                    counts.remove(&self.network);
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_connections_as_files_are_left() {
        for (files, connections_at_once) in [
            (None, 10_000),
            (Some(u64::MAX), 10_000),
            (Some(10_128), 10_000),
            (Some(10_127), 9_999),
            (Some(1_024), 896),
            (Some(256), 128),
            (Some(128), 1),
            (Some(0), 1),
        ] {
            assert_eq!(connections(files), connections_at_once, "{files:?}");
        }
    }
}
