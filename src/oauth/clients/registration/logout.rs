//! How a client takes part in signing out. OIDC RP-Initiated Logout §3.1, OIDC Back-Channel Logout §2.2, OIDC
//! Front-Channel Logout §2.

use super::{refuse, uris};
use crate::oauth::OAuthError;
use crate::records::Client;
use url::{Origin, Url};

pub(super) fn check(client: &Client) -> Result<(), OAuthError> {
    let own = &client.logout;
    let after = &own.post_logout_redirect_uris;
    if after.len() > uris::MAX_URIS
        || !uris::are_distinct(after)
        || !after.iter().all(|uri| uris::judge(uri).is_ok())
    {
        return Err(refuse(
            "post_logout_redirect_uris: at most 32, each once, by the rules of redirect_uris.",
            "registration.post_logout_redirect_uris",
        ));
    }
    if !own.backchannel_logout_uri.iter().all(|uri| is_called(client, uri)) {
        return Err(refuse(
            "backchannel_logout_uri: must be an https URI without a fragment.",
            "registration.backchannel_logout_uri",
        ));
    }
    if !own.frontchannel_logout_uri.iter().all(|uri| is_called(client, uri) && is_at_home(client, uri)) {
        return Err(refuse(
            "frontchannel_logout_uri: must be an https URI without a fragment, of the scheme, host and port of a \
             redirect URI.",
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

/// OIDC Front-Channel Logout §2: scheme, host and port are those of a redirect URI.
fn is_at_home(client: &Client, uri: &str) -> bool {
    let origin = |uri: &str| Url::parse(uri).map(|url| url.origin()).ok().filter(Origin::is_tuple);
    let own = origin(uri);
    own.is_some() && client.redirect_uris.iter().any(|redirect| origin(redirect) == own)
}
