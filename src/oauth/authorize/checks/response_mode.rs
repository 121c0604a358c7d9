//! `response_mode`: how the answer travels. OIDC Multiple Response Types §2.1, OIDC Form Post §2, JARM §2.3.

use crate::oauth::clients::profile;
use crate::oauth::{OAuthError, Params};
use crate::records::{Client, ResponseMode};

/// The names of the modes that we have.
pub const RESPONSE_MODES: [&str; 5] = ["query", "form_post", "query.jwt", "form_post.jwt", "jwt"];

/// The mode of the answer, whatever else is wrong with the request: an error travels in it too. A mode that we do not
/// have is refused by [`response_mode`], in the default.
pub(in crate::oauth::authorize) fn of_answer(params: &Params, client: &Client) -> ResponseMode {
    let named = params.get("response_mode").ok().flatten().and_then(ResponseMode::parse);
    named.filter(|mode| profile::answers(*mode, client)).unwrap_or(default_of(client))
}

/// The mode, which must be one that we have: `fragment` is for tokens, and we send none through browsers.
pub(in crate::oauth::authorize) fn response_mode(
    params: &Params,
    client: &Client,
) -> Result<ResponseMode, OAuthError> {
    let Some(name) = params.get("response_mode")? else { return Ok(default_of(client)) };
    let mode = ResponseMode::parse(name).ok_or(OAuthError::invalid_request(
        "response_mode must be one of those in response_modes_supported.",
        "response_mode.unsupported",
    ))?;
    // Not done: OIDC Multiple Response Types §2.1: `fragment`: a code does not need it.
    // Not done: JARM §2.3.2: `fragment.jwt`: a code does not need it.
    if profile::answers(mode, client) {
        Ok(mode)
    } else {
        Err(OAuthError::invalid_request(
            "response_mode is none that the client's security profile allows.",
            "response_mode.profile",
        ))
    }
}

/// JARM §3: the answers to a client that registered an algorithm for them are signed.
// Not done: RFC 9700 §4.17: answers by `postMessage`: there is no such mode here.
fn default_of(client: &Client) -> ResponseMode {
    match client.responses.authorization_signed_response_alg {
        Some(_) => ResponseMode::QueryJwt,
        None => ResponseMode::Query,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::fixtures::client;
    use crate::records::{Responses, SignatureAlgorithm};

    fn read(query: &str, client: &Client) -> Result<ResponseMode, &'static str> {
        let params = Params::parse(query.as_bytes()).unwrap();
        response_mode(&params, client).map_err(|error| error.cause)
    }

    #[test]
    fn every_name_in_the_metadata_is_taken_and_no_other() {
        for name in RESPONSE_MODES {
            let mode = read(&format!("response_mode={name}"), &client()).unwrap();
            assert!(mode.as_str() == name || name == "jwt", "{name}");
        }
        assert!(ResponseMode::ALL.iter().all(|mode| RESPONSE_MODES.contains(&mode.as_str())));
        for name in ["fragment", "fragment.jwt", "web_message", "QUERY", "query jwt"] {
            let refused = read(&format!("response_mode={name}"), &client());
            assert_eq!(refused, Err("response_mode.unsupported"), "{name}");
        }
    }

    /// JARM §3.
    #[test]
    fn who_registered_an_algorithm_is_answered_with_a_signature() {
        let alg = Some(SignatureAlgorithm::Es256);
        let responses = Responses { authorization_signed_response_alg: alg, ..Responses::default() };
        let signed = Client { responses, ..client() };
        assert_eq!(read("", &signed), Ok(ResponseMode::QueryJwt));
        assert_eq!(read("response_mode=form_post", &signed), Ok(ResponseMode::FormPost));
        assert_eq!(read("", &client()), Ok(ResponseMode::Query));
    }
}
