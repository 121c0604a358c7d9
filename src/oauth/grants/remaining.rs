//! What of a grant its client may still have. What an operator, or the client's own document, has taken from the client
//! since then stands in no further token; the grant keeps it, for it may be given back.

use crate::oauth::{ErrorCode, OAuthError, Rules, authorization_details};
use crate::records::{Client, Grant, Scope};
use serde_json::Value;
use std::slice;

/// What tokens may still be for.
pub(super) struct Remaining {
    pub(super) scope: Scope,
    pub(super) resources: Vec<String>,
    pub(super) details: Vec<Value>,
}

impl Remaining {
    /// This grant, of which a token would have this scope, without what the client could no longer ask for.
    ///
    /// # Errors
    /// `invalid_scope`, `invalid_target` where nothing remains: a token without a scope may count as one for everything,
    /// and one for no resource is one for us.
    pub(super) fn of(
        client: &Client,
        rules: &Rules,
        grant: &Grant,
        scope: &Scope,
    ) -> Result<Self, OAuthError> {
        let types = &rules.policy.requests.details;
        let may_ask =
            |detail: &&Value| authorization_details::permit(slice::from_ref(detail), client, types).is_ok();
        let remaining = Self {
            scope: scope.filtered(|token| client.scope.contains(token)),
            resources: grant.resources.iter().filter(|one| client.resources.contains(one)).cloned().collect(),
            // RFC 9396 §7: the token response tells which.
            details: grant.authorization_details.iter().filter(may_ask).cloned().collect(),
        };
        if remaining.scope.is_empty() && !scope.is_empty() {
            return Err(OAuthError::new(
                ErrorCode::InvalidScope,
                "The client may have nothing of the granted scope any more.",
                "scope.withdrawn",
            ));
        }
        if remaining.resources.is_empty() && !grant.resources.is_empty() {
            return Err(OAuthError::new(
                ErrorCode::InvalidTarget,
                "The client may have tokens for none of the granted resources any more.",
                "resource.withdrawn",
            ));
        }
        Ok(remaining)
    }
}
