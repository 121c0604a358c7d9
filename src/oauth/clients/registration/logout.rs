//! How a client takes part in signing out. OIDC RP-Initiated Logout §3.1, OIDC Back-Channel Logout §2.2, OIDC
//! Front-Channel Logout §2.

use super::{refuse, uris};
use crate::oauth::OAuthError;
use crate::records::Client;
use url::{Origin, Url};

pub(super) fn check(client: &Client) -> Result<(), OAuthError> {
    let own = &client.logout;
    let after = &own.post_logout_redirect_uris;
    // OIDC RP-Initiated Logout §3: the state is ours to add.
    if after.len() > uris::MAX_URIS
        || !uris::are_distinct(after)
        || !after.iter().all(|uri| uris::judge_for(uri, &["state"]).is_ok())
    {
        return Err(refuse(
            "post_logout_redirect_uris: at most 32, each once, by the rules of redirect_uris, and without a state in the \
             query.",
            "registration.post_logout_redirect_uris",
        ));
    }
    if !own.backchannel_logout_uri.iter().all(|uri| is_called(client, uri)) {
        return Err(refuse(
            "backchannel_logout_uri: must be an https URI without a fragment.",
            "registration.backchannel_logout_uri",
        ));
    }
    let is_framed = |uri: &String| is_called(client, uri) && is_at_home(client, uri) && is_open(uri);
    if !own.frontchannel_logout_uri.iter().all(is_framed) {
        return Err(refuse(
            "frontchannel_logout_uri: must be an https URI without a fragment, and without iss and sid in the query, of \
             the scheme, host and port of a redirect URI.",
            "registration.frontchannel_logout_uri",
        ));
    }
    Ok(())
}

/// OIDC Back-Channel Logout §2.2, OIDC Front-Channel Logout §2: https; http for confidential clients, where the
/// operator lets it be called.
fn is_called(client: &Client, uri: &str) -> bool {
    let plain = || !client.is_public() && uris::is_page(uri) && !uri.contains('#');
    uris::is_called(uri) || plain()
}

/// OIDC Front-Channel Logout §3: what we say of the session stands there once.
fn is_open(uri: &str) -> bool {
    Url::parse(uri).is_ok_and(|url| !uris::names_one_of(&url, &["iss", "sid"]))
}

/// OIDC Front-Channel Logout §2: scheme, host and port are those of a redirect URI.
fn is_at_home(client: &Client, uri: &str) -> bool {
    let origin = |uri: &str| Url::parse(uri).map(|url| url.origin()).ok().filter(Origin::is_tuple);
    let own = origin(uri);
    own.is_some() && client.redirect_uris.iter().any(|redirect| origin(redirect) == own)
}
