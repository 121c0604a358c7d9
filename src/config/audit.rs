//! `[audit]`: how the trail of acts is kept.

use super::reader::Section;
use super::value::words;
use crate::audit::StatelessActs;

/// `[audit]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// What becomes of entries of acts that change nothing.
    pub stateless: StatelessActs,
    /// How many refusals of one address stand in the trail one by one each minute, and of all together twenty times as many; in
    /// the first minute up to twice that, since they may come all at once. 0 is all.
    pub refusals_per_minute: u32,
}

words!(StatelessActs, "\"queued\", \"durable\" or \"off\"",
    "queued" => StatelessActs::Queued,
    "durable" => StatelessActs::Durable,
    "off" => StatelessActs::Off,
);

pub(super) fn read(mut section: Section<'_>) -> Audit {
    Audit {
        stateless: section.take("stateless", StatelessActs::Queued),
        refusals_per_minute: section.take_within("refusals_per_minute", 600, 0..=1_000_000),
    }
}
