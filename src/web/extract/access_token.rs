//! An access token from where it may stand: the `Authorization` header, or a form body. RFC 6750 §2.1, §2.2;
//! RFC 9449 §7.1.

use crate::oauth::bearer::Scheme;
use crate::oauth::{ErrorCode, OAuthError, Params};

/// An access token as it was shown. Never printed.
pub struct Presented {
    /// By which scheme.
    pub scheme: Scheme,
    /// The token, not verified.
    pub token: String,
}

impl std::fmt::Debug for Presented {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Presented").field("scheme", &self.scheme).finish_non_exhaustive()
    }
}

/// The access token of a request. None where it shows none. A token in the query is never looked at: RFC 9700 §4.3.2.
///
/// # Errors
/// `invalid_request` where it is shown in two ways (RFC 6750 §2), or the header is broken.
pub fn access_token(
    authorization: Option<&[u8]>,
    body: Option<&Params>,
) -> Result<Option<Presented>, OAuthError> {
    let in_body = match body {
        Some(params) => params.get("access_token")?,
        None => None,
    };
    // Not done: RFC 6750 §2.3: the token in the query: RFC 9700 §4.3.2 forbids it.
    let Some(header) = authorization else {
        // RFC 9449 §7.1: a bound token stands in the header alone, so what stands here is shown as a bearer's.
        return Ok(in_body.map(|token| Presented { scheme: Scheme::Bearer, token: token.to_owned() }));
    };
    if in_body.is_some() {
        return Err(malformed("The access token is shown in two ways."));
    }
    let header =
        std::str::from_utf8(header).map_err(|_| malformed("The Authorization header is malformed."))?;
    let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
    let Some(scheme) = Scheme::parse(scheme) else {
        // RFC 6750 §3.1: another scheme is as good as no token.
        return Ok(None);
    };
    // RFC 6750 §2.1: one token, whose characters are these; so a second scheme behind it is refused too.
    match token.trim_matches(' ') {
        token if !token.is_empty() && token.bytes().all(is_token) => {
            Ok(Some(Presented { scheme, token: token.to_owned() }))
        }
        _ => Err(malformed("The Authorization header must hold one scheme and one token.")),
    }
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte)
}

const fn malformed(description: &'static str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidRequest, description, "bearer.malformed")
}
