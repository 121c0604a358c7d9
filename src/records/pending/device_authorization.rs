//! Device authorizations: a device that waits for a person at another screen. RFC 8628.

use crate::records::{Record, Scope};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

/// What a device asked for, until a person answers at another screen and the device has fetched the answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DeviceAuthorization {
    /// `hash_of` the device code, prefix included.
    pub hash: String,
    /// `hash_of` the user code in its stored form: no two that wait have the same.
    pub user_code_hash: String,
    /// Who asks.
    pub client_id: String,
    /// What is asked for.
    pub scope: Scope,
    /// The resources that are asked for. RFC 8707.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// What is asked for in detail. RFC 9396 §2.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authorization_details: Vec<serde_json::Value>,
    /// How many seconds the device waits between two polls; grows with each that comes too early. RFC 8628 §3.5.
    pub interval: u32,
    /// When it polled last.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "time::serde::timestamp::milliseconds::option"
    )]
    pub polled_at: Option<OffsetDateTime>,
    /// How often the user code was entered so far.
    #[serde(default)]
    pub entered: u32,
    /// What the person said; none while nobody has answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<DeviceAnswer>,
    /// When the device fetched its tokens.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::timestamp::option")]
    pub consumed_at: Option<OffsetDateTime>,
    /// When the device asked.
    #[serde(with = "time::serde::timestamp")]
    pub created_at: OffsetDateTime,
    /// Until when it can be answered and fetched.
    #[serde(with = "time::serde::timestamp")]
    pub usable_until: OffsetDateTime,
    /// Until when it is kept, so that a device that comes late is told so, and a replay can still revoke the tokens.
    #[serde(with = "time::serde::timestamp")]
    pub expires_at: OffsetDateTime,
}

/// What the person said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceAnswer {
    /// Yes: this is the grant.
    Allowed(Uuid),
    /// No.
    Denied,
}

impl Record for DeviceAuthorization {
    const SPACE: &'static str = "device_authorization";
    const VERSION: u32 = 1;
    fn id(&self) -> String {
        self.hash.clone()
    }
    fn expires_at(&self) -> Option<OffsetDateTime> {
        Some(self.expires_at)
    }
}

/// The index from a user code to the device that shows it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UserCode {
    /// `hash_of` the user code in its stored form.
    pub hash: String,
    /// The hash of the device code: the id of its [`DeviceAuthorization`].
    pub device: String,
    /// When the device stops waiting.
    #[serde(with = "time::serde::timestamp")]
    pub expires_at: OffsetDateTime,
}

impl Record for UserCode {
    const SPACE: &'static str = "user_code";
    const VERSION: u32 = 1;
    fn id(&self) -> String {
        self.hash.clone()
    }
    fn expires_at(&self) -> Option<OffsetDateTime> {
        Some(self.expires_at)
    }
}
