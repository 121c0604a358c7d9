//! Whom an authorization response may be sent to. RFC 6749 §3.1.2.4, §4.1.2.1; RFC 9700 §4.1.

use super::checks;
use crate::act::Act;
use crate::oauth::clients::profile;
use crate::oauth::{ErrorCode, OAuthError, Params, TokenPolicy, redirect_uri};
use crate::records::{Client, Interaction, Profile, ResponseMode, find};
use crate::storage::{Read, Stop};

/// The longest `state` that we carry, in bytes.
pub(super) const MAX_STATE: usize = 2048;

/// A client and a redirect URI of its own: proof that an answer may be sent there. Made in this file alone.
#[derive(Debug, Clone)]
pub struct TrustedRedirect {
    client: Box<Client>,
    redirect_uri: String,
    state: Option<String>,
    mode: ResponseMode,
}

impl TrustedRedirect {
    /// The client that asks.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Where the answer goes.
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// What the client wants to find in the answer. RFC 6749 §4.1.1.
    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    /// How the answer travels.
    pub fn mode(&self) -> ResponseMode {
        self.mode
    }

    /// The target of a stored interaction, if the client still is what it was: a redirect URI that was withdrawn
    /// meanwhile gets no answer.
    ///
    /// # Errors
    /// `invalid_request`, for a page of ours.
    pub fn of_interaction(
        read: &(impl Read + ?Sized),
        act: &Act,
        interaction: &Interaction,
    ) -> Result<Self, Stop<OAuthError>> {
        let client = load(read, act, None, &interaction.client_id)?;
        let answered = (interaction.state.clone(), interaction.response_mode);
        Self::check(client, &interaction.redirect_uri, answered).map_err(Stop::Refused)
    }

    fn check(
        client: Client,
        redirect_uri: &str,
        (state, mode): (Option<String>, ResponseMode),
    ) -> Result<Self, OAuthError> {
        // RFC 6749 §10.15, RFC 9126 §7.2.
        if !redirect_uri::is_registered(&client, redirect_uri) {
            return Err(OAuthError::invalid_request(
                "The redirect URI is not registered for this client.",
                "redirect_uri.not_registered",
            ));
        }
        Ok(Self { client: Box::new(client), redirect_uri: redirect_uri.to_owned(), state, mode })
    }
}

/// Finds out whether the request names a client and a redirect URI of that client.
///
/// # Errors
/// `invalid_request`, for a page of ours and never for a redirect: RFC 6749 §4.1.2.1.
pub fn trust(
    read: &(impl Read + ?Sized),
    act: &Act,
    policy: &TokenPolicy,
    params: &Params,
) -> Result<TrustedRedirect, Stop<OAuthError>> {
    let client = client_of(read, act, policy, params)?;
    // RFC 6749 §3.1.2.3, OIDC Core §3.1.2.1: always there, even where one alone is registered.
    let missing = OAuthError::invalid_request("redirect_uri is missing.", "redirect_uri.missing");
    let redirect_uri = params.required("redirect_uri", missing).map_err(Stop::Refused)?;
    // A repeated or unbearably long state cannot be echoed: `checks::state` refuses the request, without it.
    let state = params.get("state").ok().flatten().filter(|state| state.len() <= MAX_STATE);
    let answered = (state.map(str::to_owned), checks::of_answer(params, &client));
    TrustedRedirect::check(client, redirect_uri, answered).map_err(Stop::Refused)
}

/// The client that a request names.
///
/// # Errors
/// `invalid_request`, for a page of ours, where it names none or one that is not known.
pub fn client_of(
    read: &(impl Read + ?Sized),
    act: &Act,
    policy: &TokenPolicy,
    params: &Params,
) -> Result<Client, Stop<OAuthError>> {
    let missing = OAuthError::invalid_request("client_id is missing.", "client_id.missing");
    load(read, act, policy.profile, params.required("client_id", missing).map_err(Stop::Refused)?)
}

fn load(
    read: &(impl Read + ?Sized),
    act: &Act,
    server: Option<Profile>,
    client_id: &str,
) -> Result<Client, Stop<OAuthError>> {
    let found = find::<Client>(read, &act.tenant, client_id)?.filter(|client| !client.disabled);
    let unknown = OAuthError::invalid_request("The client is not known here.", "client.unknown");
    let client = found.ok_or(Stop::Refused(unknown))?;
    profile::admit(client, server, ErrorCode::InvalidRequest).map_err(Stop::Refused)
}
