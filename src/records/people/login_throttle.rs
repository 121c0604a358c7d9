//! Counters of failed sign-ins.

use crate::records::Record;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// The failed sign-ins that one counter saw within one window of time.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LoginThrottle {
    /// What is counted (a hash, since people type passwords where names belong) and the number of the window.
    pub id: String,
    /// How many failures there were.
    pub failures: u32,
    /// Before this instant nothing is tried.
    #[serde(with = "time::serde::timestamp::milliseconds")]
    pub not_before: OffsetDateTime,
    /// The end of the window, and of the longest delay that can begin in it.
    #[serde(with = "time::serde::timestamp")]
    pub expires_at: OffsetDateTime,
}

impl Record for LoginThrottle {
    const SPACE: &'static str = "login_throttle";
    const VERSION: u32 = 1;
    fn id(&self) -> String {
        self.id.clone()
    }
    fn expires_at(&self) -> Option<OffsetDateTime> {
        Some(self.expires_at)
    }
}
