//! Proof Key for Code Exchange, method S256 alone. RFC 7636.

use super::{ErrorCode, OAuthError, Params};
use crate::digest::sha256;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The one method that we take. RFC 9700 §2.1.1 wants a challenge that does not expose the verifier.
pub const METHOD: &str = "S256";

/// Reads `code_challenge` and `code_challenge_method` of an authorization request.
///
/// # Errors
/// `invalid_request` where a challenge comes without `S256` (RFC 7636 §4.3: without a method it would be `plain`),
/// is not the base64url form of a SHA-256, or a method comes without a challenge.
pub fn parse_challenge(params: &Params) -> Result<Option<String>, OAuthError> {
    match (params.get("code_challenge")?, params.get("code_challenge_method")?) {
        (None, None) => Ok(None),
        (None, Some(_)) => {
            Err(OAuthError::invalid_request("code_challenge is missing.", "pkce.challenge_missing"))
        }
        // Not done: RFC 7636 §4.2: `plain`: RFC 7636 §7.2 and RFC 9700 §2.1.1 want S256.
        (Some(_), None | Some("plain")) => {
            Err(OAuthError::invalid_request("code_challenge_method must be S256.", "pkce.method_unsupported"))
        }
        (Some(challenge), Some(METHOD)) => {
            // RFC 7636 §4.2: BASE64URL(SHA256(..)) is 43 characters that decode to 32 bytes.
            let canonical = URL_SAFE_NO_PAD.decode(challenge).is_ok_and(|digest| digest.len() == 32);
            if canonical {
                Ok(Some(challenge.to_owned()))
            } else {
                Err(OAuthError::invalid_request(
                    "code_challenge is not a base64url SHA-256.",
                    "pkce.challenge_malformed",
                ))
            }
        }
        (Some(_), Some(_)) => {
            Err(OAuthError::invalid_request("code_challenge_method must be S256.", "pkce.method_unsupported"))
        }
    }
}

/// Compares a token request's `code_verifier` with the challenge that the code was bound to.
///
/// # Errors
/// `invalid_grant` where the verifier is missing, malformed or wrong, or came for a code without a challenge (RFC 7636
/// §4.6; RFC 9700 §2.1.1 against PKCE downgrade).
pub fn verify(challenge: Option<&str>, verifier: Option<&str>) -> Result<(), OAuthError> {
    let (challenge, verifier) = match (challenge, verifier) {
        (None, None) => return Ok(()),
        (Some(challenge), Some(verifier)) => (challenge, verifier),
        (Some(_), None) => return Err(denied("code_verifier is missing.", "pkce.verifier_missing")),
        // RFC 9700 §4.8.2: no challenge was, or somebody took it away.
        (None, Some(_)) => {
            return Err(denied(
                "The authorization request had no code_challenge.",
                "pkce.verifier_unexpected",
            ));
        }
    };
    // RFC 7636 §4.1: 43 to 128 unreserved characters.
    // RFC 7636 §7.1: how random they are is the client's affair; how many is seen.
    let well_formed = (43..=128).contains(&verifier.len())
        && verifier.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~'));
    if !well_formed {
        return Err(denied("code_verifier is malformed.", "pkce.verifier_malformed"));
    }
    let computed = URL_SAFE_NO_PAD.encode(sha256(&[verifier.as_bytes()]));
    let equal =
        computed.len() == challenge.len() && openssl::memcmp::eq(computed.as_bytes(), challenge.as_bytes());
    if equal { Ok(()) } else { Err(denied("code_verifier does not match.", "pkce.verifier_wrong")) }
}

const fn denied(description: &'static str, cause: &'static str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidGrant, description, cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 7636 appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_published_example_verifies() {
        assert_eq!(verify(Some(CHALLENGE), Some(VERIFIER)), Ok(()));
    }

    #[test]
    fn anything_but_the_right_verifier_is_refused() {
        let cause =
            |challenge: Option<&str>, verifier: Option<&str>| verify(challenge, verifier).unwrap_err().cause;
        assert_eq!(cause(Some(CHALLENGE), None), "pkce.verifier_missing");
        assert_eq!(cause(None, Some(VERIFIER)), "pkce.verifier_unexpected");
        assert_eq!(cause(Some(CHALLENGE), Some(&"a".repeat(43))), "pkce.verifier_wrong");
        assert_eq!(cause(Some(CHALLENGE), Some("short")), "pkce.verifier_malformed");
        assert_eq!(cause(Some(CHALLENGE), Some(&"a".repeat(129))), "pkce.verifier_malformed");
        assert_eq!(cause(Some(CHALLENGE), Some(&"+".repeat(43))), "pkce.verifier_malformed");
        assert_eq!(cause(Some(CHALLENGE), Some(CHALLENGE)), "pkce.verifier_wrong");
    }

    #[test]
    fn only_s256_challenges_of_full_length_are_taken() {
        let read = |query: &str| parse_challenge(&Params::parse(query.as_bytes()).unwrap());
        assert_eq!(read(""), Ok(None));
        assert_eq!(
            read(&format!("code_challenge={CHALLENGE}&code_challenge_method=S256")).unwrap().unwrap(),
            CHALLENGE
        );
        for bad in [
            format!("code_challenge={CHALLENGE}"),
            format!("code_challenge={CHALLENGE}&code_challenge_method=plain"),
            format!("code_challenge={CHALLENGE}&code_challenge_method=s256"),
            "code_challenge=abc&code_challenge_method=S256".to_owned(),
            format!("code_challenge={}&code_challenge_method=S256", "a".repeat(200)),
            format!("code_challenge={}!&code_challenge_method=S256", "a".repeat(42)),
            "code_challenge_method=S256".to_owned(),
        ] {
            assert_eq!(read(&bad).unwrap_err().code, ErrorCode::InvalidRequest, "{bad}");
        }
    }
}
