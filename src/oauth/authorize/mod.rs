//! The authorization endpoint. RFC 6749 §4.1.1, OIDC Core §3.1.2.
//!
//! ```text
//! Asked --target--> TrustedRedirect --checks--> Interaction --evaluate--> Next
//! ```
//!
//! An error can be sent to the client only once a [`TrustedRedirect`] exists; before that it is a page of ours.

pub mod acr;
mod answer;
mod asked;
mod checks;
mod decide;
mod deliver;
mod evaluate;
mod issue;
pub mod pushed;
mod target;

pub use answer::{Answer, Failure};
pub use asked::{Asked, Named};
pub use checks::RESPONSE_MODES;
pub(in crate::oauth) use checks::{resource as requested_resources, scope as requested_scope};
pub use decide::{Outcome, decide, resume};
pub use deliver::{Delivery, Response};
pub use evaluate::SignedIn;
pub(in crate::oauth) use evaluate::is_fresh_enough;
pub(in crate::oauth) use issue::grant as open_grant;
pub use target::{TrustedRedirect, client_of, trust};

use super::{OAuthError, Params, Rules, authorization_details};
use crate::act::Act;
use crate::keys::Snapshot;
use crate::records::Interaction;

/// An authorization request that has passed every check, with whom its answer goes to.
#[derive(Debug, Clone)]
pub struct Checked {
    target: TrustedRedirect,
    interaction: Interaction,
    /// `prompt=none`: no page may be shown. OIDC Core §3.1.2.1.
    silent: bool,
}

/// Reads a request whose redirect URI is trusted: every check in its order.
///
/// The interaction is not stored yet; `browser_hash` binds it to the browser that asks.
///
/// # Errors
/// What is sent to the client, where a check refuses.
pub fn parse(
    asked: &Asked,
    target: TrustedRedirect,
    act: &Act,
    (rules, keys): (&Rules, &Snapshot),
    browser_hash: &str,
) -> Result<Checked, Failure> {
    match check(asked, &target, act, (rules, keys), browser_hash) {
        Ok((interaction, silent)) => Ok(Checked { target, interaction, silent }),
        Err(error) => Err(Failure { target, error, openid: asks_openid(asked.params()) }),
    }
}

/// Whether these parameters ask who signs in: OIDC Core §3.1.2.1. Where they cannot be read they do not.
pub fn asks_openid(params: &Params) -> bool {
    let scope = params.get("scope").ok().flatten().unwrap_or_default();
    scope.split(' ').any(|value| value == "openid")
}

fn check(
    asked: &Asked,
    target: &TrustedRedirect,
    act: &Act,
    (rules, keys): (&Rules, &Snapshot),
    browser_hash: &str,
) -> Result<(Interaction, bool), OAuthError> {
    let (client, params) = (target.client(), asked.params());
    params.refuse_duplicates()?;
    checks::state(params)?;
    checks::origin(asked, client, &rules.policy.requests)?;
    checks::response_type(params, client)?;
    let response_mode = checks::response_mode(params, client)?;
    let scope = checks::scope(params, client)?;
    let resources = checks::resource(params, client)?;
    let code_challenge = checks::pkce(params, client)?;
    let prompt = checks::prompt(params)?;
    let claims = checks::claims(params, &scope)?;
    let interaction = Interaction {
        id: checks::new_id(act),
        browser_hash: browser_hash.to_owned(),
        client_id: client.client_id.clone(),
        redirect_uri: target.redirect_uri().to_owned(),
        scope,
        resources,
        authorization_details: authorization_details::parse(params, client, &rules.policy.requests.details)?,
        acr_values: checks::acr_values(params, client, claims.as_ref())?,
        claims,
        ui_locales: checks::ui_locales(params)?,
        response_mode,
        confirmation: checks::dpop_jkt(params)?,
        pushed: asked.reference().map(str::to_owned),
        device: None,
        choose_account: prompt.select_account,
        chosen: None,
        state: target.state().map(str::to_owned),
        nonce: checks::nonce(params)?,
        code_challenge,
        login_hint: checks::login_hint(params)?,
        hinted: checks::id_token_hint(params, client, rules, keys)?,
        max_age: checks::max_age(params, client)?,
        fresh_login: prompt.login,
        fresh_consent: prompt.consent,
        signed_in: None,
        consented: None,
        created_at: act.now,
        expires_at: act.now + rules.policy.interaction_ttl,
    };
    Ok((interaction, prompt.none))
}
