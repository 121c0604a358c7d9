//! How an authorization response travels. OIDC Multiple Response Types §2.1, OIDC Form Post §2,
//! JARM §2.3.

use serde::{Deserialize, Serialize};

/// A response mode for codes. `fragment` is for tokens, which we never send through a browser.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ResponseMode {
    /// In the query of the redirect URI: the default.
    #[default]
    #[serde(rename = "query")]
    Query,
    /// In a form that the browser posts.
    #[serde(rename = "form_post")]
    FormPost,
    /// Signed, in the query.
    #[serde(rename = "query.jwt")]
    QueryJwt,
    /// Signed, in a form that the browser posts.
    #[serde(rename = "form_post.jwt")]
    FormPostJwt,
}

impl ResponseMode {
    /// The registered name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::FormPost => "form_post",
            Self::QueryJwt => "query.jwt",
            Self::FormPostJwt => "form_post.jwt",
        }
    }

    /// Whether it is the default.
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks in this form")]
    pub fn is_query(&self) -> bool {
        *self == Self::Query
    }
}
