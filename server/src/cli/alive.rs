//! `aikagi alive`: for a container's health check, where there is no other program to ask with.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use super::{Configured, Outcome};
use crate::settings::Settings;

/// How long it may take to say so.
const PATIENCE: Duration = Duration::from_secs(3);

/// Asks the server that listens where the configuration says whether it is alive.
pub fn ask(configured: &Configured) -> Outcome {
    let settings = Settings::load(&configured.config)?;
    let address = reachable(settings.listen);
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(1_024).read_to_string(&mut answer)?;
    if answer.starts_with("HTTP/1.1 204 ") {
        Ok(())
    } else {
        Err(format!("what listens on {address} is not this server").into())
    }
}

/// Where to ask what listens on every address.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}
