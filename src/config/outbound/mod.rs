//! `[outbound]`: where the server itself may call, and how.

mod destination;

pub use destination::Destination;

use super::reader::Section;
use std::path::PathBuf;
use std::time::Duration;

/// `[outbound]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outbound {
    /// What may be called although it is not on the public Internet.
    pub allow: Vec<Destination>,
    /// Certificates of authorities that are trusted beside those of the system.
    pub ca_file: Option<PathBuf>,
    /// The longest that one call may take.
    pub timeout: Duration,
}

pub(in crate::config) fn read(mut section: Section<'_>) -> Outbound {
    let millis = Duration::from_millis;
    Outbound {
        allow: section.take("allow", Vec::new()),
        ca_file: section.take_optional("ca_file"),
        timeout: section.take_within("timeout", millis(3000), millis(100)..=millis(30_000)),
    }
}
