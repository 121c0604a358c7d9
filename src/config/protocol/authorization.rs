//! `[authorization]`: what the requests of clients must be.

use crate::config::reader::Section;
use std::time::Duration;

/// `[authorization]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorization {
    /// How long a pushed request can be taken up. RFC 9126 §2.2.
    pub pushed_ttl: Duration,
    /// Whether every request must be pushed. RFC 9126 §5.
    pub require_pushed: bool,
    /// Whether every request must be a signed request object. RFC 9101 §10.5.
    pub require_signed: bool,
}

pub(in crate::config) fn read(mut section: Section<'_>) -> Authorization {
    let seconds = Duration::from_secs;
    Authorization {
        pushed_ttl: section.take_within("pushed_ttl", seconds(60), seconds(5)..=seconds(600)),
        require_pushed: section.take("require_pushed", false),
        require_signed: section.take("require_signed", false),
    }
}
