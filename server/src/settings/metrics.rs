//! Where monitoring reads.

use std::net::SocketAddr;

use super::mistake::Wrong;
use super::section::Section;

/// The address on which metrics are read; none where they are not.
pub(super) fn read(section: Section<'_>) -> Option<SocketAddr> {
    let listen = section.read("listen", |text| {
        let wrong = || Wrong::new("is not an address with a port").hint("for example: listen = \"127.0.0.1:9464\"");
        text.parse().map_err(|_| wrong())
    });
    section.finish();
    listen
}
