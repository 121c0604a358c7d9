//! For whom the new token is. RFC 8693 §2.1, `resource` and `audience`; §2.2.2, `invalid_target`.

use super::Request;
use super::subject::Subject;
use crate::oauth::client_auth::AuthenticatedClient;
use crate::oauth::tokens::Audience;
use crate::oauth::{ErrorCode, OAuthError};

/// The audience of the new token: what is asked for, if the client's settings name it, or, for the client's own token,
/// if that token is for it already.
pub(super) fn choose(
    client: &AuthenticatedClient,
    subject: &Subject,
    request: &Request,
) -> Result<Audience, OAuthError> {
    let refused = |cause| {
        OAuthError::new(
            ErrorCode::InvalidTarget,
            "The client may not ask for a token for this target.",
            cause,
        )
    };
    let configured = &client.token_exchange.token_exchange_audiences;
    let present = subject.audience.as_ref().filter(|_| subject.is_own);
    if request.targets.is_empty() {
        return match (present, configured.first()) {
            // A client that narrows its own token keeps its audience.
            (Some(present), _) => Ok(present.clone()),
            (None, Some(default)) => Ok(Audience::One(default.clone())),
            (None, None) => Err(refused("token_exchange.target_missing")),
        };
    }
    let may = |target: &String| {
        configured.contains(target) || present.is_some_and(|present| present.contains(target))
    };
    if request.targets.iter().all(may) {
        Ok(Audience::of(request.targets.clone()))
    } else {
        Err(refused("token_exchange.target_not_allowed"))
    }
}
