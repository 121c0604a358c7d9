//! `[dpop]`: how keys are proved. RFC 9449.

use crate::config::reader::Section;

/// `[dpop]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dpop {
    /// Whether every proof needs a nonce of ours. RFC 9449 §8.
    pub require_nonce: bool,
}

pub(in crate::config) fn read(mut section: Section<'_>) -> Dpop {
    Dpop { require_nonce: section.take("require_nonce", false) }
}
