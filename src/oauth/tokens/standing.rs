//! Whether a grant still stands: asked on every path that issues for a person, and by those who only ask.

use crate::act::Act;
use crate::oauth::{OAuthError, claims};
use crate::records::{Asked, BrowserSession, Client, Consent, Grant, User, find};
use crate::storage::{Read, Stop};

/// Checks that nothing has ended the grant since it was given, and gives the person whose it is.
///
/// In order: the grant is neither revoked nor expired; the person exists, is not disabled and has replaced no
/// credential; the browser session lives, unless the client may and was allowed to be offline; the consent has not been
/// withdrawn.
///
/// # Errors
/// `invalid_grant` with the cause; nothing is written.
pub fn standing(
    read: &(impl Read + ?Sized),
    act: &Act,
    client: &Client,
    grant: &Grant,
) -> Result<User, Stop<OAuthError>> {
    let refuse = |cause| Err(Stop::Refused(OAuthError::invalid_grant(cause)));
    // OIDC Core §16.18, RFC 6749 §10.4: what was allowed can be taken back, and then gives nothing more.
    if grant.revoked.is_some() {
        return refuse("grant.revoked");
    }
    // A client that was deleted and registered anew is another one, whatever its identifier.
    if grant.created_at < client.created_at {
        return refuse("client.replaced");
    }
    if act.now >= grant.expires_at {
        return refuse("grant.expired");
    }
    let Some(user) = find::<User>(read, &act.tenant, &grant.user_id.to_string())? else {
        return refuse("user.deleted");
    };
    if user.disabled {
        return refuse("user.disabled");
    }
    if user.credential_epoch != grant.credential_epoch {
        return refuse("user.credential_replaced");
    }
    // OIDC Back-Channel Logout §2.7: with the session end the refresh tokens that are not for offline access, and no others.
    // Nor do those of a client from which offline access was taken.
    if !(grant.offline && client.scope.contains("offline_access")) {
        let session: Option<BrowserSession> = find(read, &act.tenant, &grant.sid.to_string())?;
        if session.is_none_or(|session| act.now >= session.expires_at) {
            return refuse("browser_session.ended");
        }
    }
    if !client.skip_consent {
        let consent: Option<Consent> = find(read, &act.tenant, &Consent::id_of(user.id, &client.client_id))?;
        let asked = Asked {
            scope: &grant.scope,
            resources: &grant.resources,
            claims: claims::beyond_scope(grant.claims.as_ref(), &grant.scope),
        };
        if !consent.is_some_and(|consent| consent.covers(client, &asked)) {
            return refuse("consent.withdrawn");
        }
    }
    Ok(user)
}
