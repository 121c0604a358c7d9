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

    /// Every mode, in the order in which discovery lists them.
    pub const ALL: [Self; 4] = [Self::Query, Self::FormPost, Self::QueryJwt, Self::FormPostJwt];

    /// The mode of this name, for a response that holds a code. JARM §2.3.4: `jwt` is the signed form of the default,
    /// which is `query`. `fragment` is for tokens, and not known here.
    pub fn parse(name: &str) -> Option<Self> {
        if name == "jwt" {
            return Some(Self::QueryJwt);
        }
        Self::ALL.into_iter().find(|known| known.as_str() == name)
    }

    /// Whether the response is signed. JARM §2.1.
    pub const fn is_signed(self) -> bool {
        matches!(self, Self::QueryJwt | Self::FormPostJwt)
    }

    /// Whether the browser posts the response. OIDC Form Post §2.
    pub const fn is_posted(self) -> bool {
        matches!(self, Self::FormPost | Self::FormPostJwt)
    }

    /// Whether it is the default.
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks in this form")]
    pub fn is_query(&self) -> bool {
        *self == Self::Query
    }
}
