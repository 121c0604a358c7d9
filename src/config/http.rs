//! `[http]`: where the server listens and what it bears.

use super::network::Network;
use super::reader::Section;
use super::units::Size;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// `[http]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Http {
    /// Where to accept connections.
    pub listen: SocketAddr,
    /// How many threads answer requests; 0 takes one a core.
    pub workers: u32,
    /// The proxies whose `Forwarded` and `X-Forwarded-For` headers are believed.
    pub trusted_proxies: Vec<Network>,
    /// The largest request body; a larger one is answered 413.
    pub max_body: Size,
    /// How long the headers of a request may take to arrive.
    pub header_timeout: Duration,
    /// How long an idle connection is kept.
    pub keep_alive: Duration,
    /// How long requests in flight may take to finish when the server stops.
    pub shutdown_timeout: Duration,
}

pub(super) fn read(mut section: Section<'_>) -> Http {
    let seconds = Duration::from_secs;
    Http {
        listen: section.take("listen", SocketAddr::from((Ipv4Addr::LOCALHOST, 8080))),
        workers: section.take_within("workers", 0, 0..=1024),
        trusted_proxies: section.take("trusted_proxies", Vec::new()),
        max_body: section.take_within(
            "max_body",
            Size::kibibytes(64),
            Size::kibibytes(4)..=Size::mebibytes(16),
        ),
        header_timeout: section.take_within("header_timeout", seconds(5), seconds(1)..=seconds(60)),
        keep_alive: section.take_within("keep_alive", seconds(75), seconds(1)..=seconds(3600)),
        shutdown_timeout: section.take_within("shutdown_timeout", seconds(10), seconds(1)..=seconds(300)),
    }
}
