//! `[audit]`: how the trail of acts is kept.

use super::reader::Section;
use super::value::words;
use crate::audit::StatelessActs;

/// `[audit]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// What becomes of entries of acts that change nothing.
    pub stateless: StatelessActs,
}

words!(StatelessActs, "\"queued\", \"durable\" or \"off\"",
    "queued" => StatelessActs::Queued,
    "durable" => StatelessActs::Durable,
    "off" => StatelessActs::Off,
);

pub(super) fn read(mut section: Section<'_>) -> Audit {
    Audit { stateless: section.take("stateless", StatelessActs::Queued) }
}
