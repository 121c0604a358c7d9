//! `[audit]`: how the trail of acts is kept.

use super::reader::Section;
use super::value::words;

/// `[audit]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// What happens to entries of acts that change nothing.
    pub stateless: Stateless,
}

/// What happens to entries of acts that change nothing: client credentials, introspection, userinfo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stateless {
    /// Queued: the answer does not wait, and the entry is durable within 100 ms.
    Queued,
    /// Durable before the answer.
    Durable,
    /// Dropped.
    Off,
}

words!(Stateless, "\"queued\", \"durable\" or \"off\"",
    "queued" => Stateless::Queued,
    "durable" => Stateless::Durable,
    "off" => Stateless::Off,
);

pub(super) fn read(mut section: Section<'_>) -> Audit {
    Audit { stateless: section.take("stateless", Stateless::Queued) }
}
