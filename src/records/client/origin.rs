//! How a client came to be here.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Who registered a client.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// An operator.
    #[default]
    Operator,
    /// The client itself. RFC 7591.
    Registered(SelfRegistered),
    /// Nobody: it is what a document at its own address says. CIMD §4.
    Document(PublishedDocument),
}

/// What is known of a client that registered itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelfRegistered {
    /// `hash_of` the token by which it reads, changes and deletes its registration. RFC 7592 §3.
    pub token_hash: String,
    /// The initial access token with which it came, by the name that operators see. RFC 7591 §3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initial_access_token: Option<String>,
    /// The software statement, as it came. RFC 7591 §3.2.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software_statement: Option<String>,
    /// When it goes, unless it gets a token before.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::timestamp::option")]
    pub unused_until: Option<OffsetDateTime>,
}

/// What is known of a client that publishes what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedDocument {
    /// When the document was fetched.
    #[serde(with = "time::serde::timestamp")]
    pub fetched_at: OffsetDateTime,
    /// Until when it is not fetched again.
    #[serde(with = "time::serde::timestamp")]
    pub fresh_until: OffsetDateTime,
    /// When it goes, unless it gets a token before.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::timestamp::option")]
    pub unused_until: Option<OffsetDateTime>,
}

impl Origin {
    /// When the client goes, unless it gets a token before; none for those that got one, and those of operators.
    pub fn unused_until(&self) -> Option<OffsetDateTime> {
        match self {
            Self::Operator => None,
            Self::Registered(own) => own.unused_until,
            Self::Document(own) => own.unused_until,
        }
    }

    /// The same of a client that got a token.
    #[must_use]
    pub fn used(self) -> Self {
        match self {
            Self::Operator => Self::Operator,
            Self::Registered(own) => Self::Registered(SelfRegistered { unused_until: None, ..own }),
            Self::Document(own) => Self::Document(PublishedDocument { unused_until: None, ..own }),
        }
    }

    /// Whether somebody here vouches for the client: an operator, by registering it or by a token for that, or an issuer
    /// whose software statements count.
    pub fn is_vouched_for(&self) -> bool {
        match self {
            Self::Operator => true,
            Self::Registered(own) => own.initial_access_token.is_some() || own.software_statement.is_some(),
            Self::Document(_) => false,
        }
    }

    /// Whether the client is what a document at its own address says.
    pub fn is_document(&self) -> bool {
        matches!(self, Self::Document(_))
    }
}
