//! Issuing an authorization code, with the grant that it opens. RFC 6749 §4.1.2.

use super::{Answer, SignedIn, TrustedRedirect, acr};
use crate::act::Act;
use crate::audit::{Entry, Event};
use crate::identity::browser_session::state_of;
use crate::identity::sign_out;
use crate::oauth::clients::profile;
use crate::oauth::grants::authorization_code;
use crate::oauth::logout::session_state;
use crate::oauth::tokens::access_token_ttl;
use crate::oauth::{Rules, TokenPolicy};
use crate::records::{
    AuthorizationCode, Client, Confirmation, Grant, GrantType, Interaction, RefreshState, hash_of, insert,
    remove,
};
use crate::storage::{Fault, Txn};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret as _, SecretString};
use time::OffsetDateTime;

/// Makes the grant and its code, and ends the interaction: it answers once.
///
/// # Errors
/// A [`Fault`] where the store fails.
pub(super) fn issue(
    txn: &mut dyn Txn,
    act: &Act,
    rules: &Rules,
    target: TrustedRedirect,
    interaction: &Interaction,
    signed_in: &SignedIn,
) -> Result<Answer, Fault> {
    // RFC 6749 §10.5, §10.10: 256 random bits.
    let code: SecretString =
        [authorization_code::PREFIX, &URL_SAFE_NO_PAD.encode(act.seed.expand("authorization_code"))]
            .concat()
            .into();
    let grant = grant(act, &rules.policy, target.client(), interaction, signed_in);
    let record = AuthorizationCode {
        hash: hash_of(code.expose_secret().as_bytes()),
        grant_id: grant.id,
        client_id: interaction.client_id.clone(),
        redirect_uri: interaction.redirect_uri.clone(),
        code_challenge: interaction.code_challenge.clone(),
        nonce: interaction.nonce.clone(),
        confirmation: interaction.confirmation.clone(),
        scope: interaction.scope.clone(),
        consumed_at: None,
        usable_until: act.now
            + profile::code_ttl(rules.policy.code_ttl, target.client(), rules.policy.profile),
        expires_at: code_kept_until(act, &rules.policy, target.client()),
    };
    insert(txn, &act.tenant, &grant)?;
    insert(txn, &act.tenant, &record)?;
    remove::<Interaction>(txn, &act.tenant, &interaction.id);
    sign_out::take_part(txn, act, &signed_in.session, target.client())?;
    Entry::new(act, Event::AuthorizationAnswered)
        .actor(grant.user_id)
        .client(&grant.client_id)
        .grant(grant.id)
        .session(grant.sid)
        .scope(&grant.scope)
        .audience(&grant.resources)
        .amr(&grant.amr)
        .append(txn)?;
    // OIDC Session Management §2: for those who asked who signed in.
    let session_state = grant.scope.contains("openid").then(|| {
        let salt = act.seed.expand_16("session_state.salt");
        let session = Some(&signed_in.session);
        session_state::session_state(&grant.client_id, &interaction.redirect_uri, session, salt)
    });
    let browser_session = state_of(&signed_in.session).to_owned();
    Ok(Answer { target, code, session_state: session_state.flatten(), browser_session })
}

/// The grant that a person opens for a client by saying yes to what the interaction asks for.
pub(in crate::oauth) fn grant(
    act: &Act,
    policy: &TokenPolicy,
    client: &Client,
    interaction: &Interaction,
    SignedIn { session, user }: &SignedIn,
) -> Grant {
    let refreshes = client.may_use(GrantType::RefreshToken);
    // OIDC Core §11: offline access is for clients that can use it; for others the value is ignored.
    // OIDC Core §17.4: said in so many words on the consent page.
    let offline = refreshes && interaction.scope.contains("offline_access");
    // Browser-Based Apps §6.3.2.3: no rotation extends it; without offline access it ends with the session.
    let absolute = act.now + policy.refresh_absolute_ttl;
    Grant {
        id: act.seed.uuid("grant"),
        client_id: client.client_id.clone(),
        user_id: user.id,
        scope: interaction.scope.clone(),
        resources: interaction.resources.clone(),
        sid: session.sid,
        offline,
        auth_time: session.auth_time,
        amr: session.amr.clone(),
        acr: acr::of(&session.amr, policy).map(str::to_owned),
        claims: interaction.claims.clone(),
        authorization_details: interaction.authorization_details.clone(),
        confirmation: interaction.confirmation.clone(),
        credential_epoch: user.credential_epoch,
        refresh: refreshes.then(|| RefreshState {
            generation: 0,
            seed: act.seed.expand_16("grant.refresh"),
            rotated_at: act.now,
            proved: Confirmation::default(),
        }),
        revoked: None,
        created_at: act.now,
        expires_at: match (refreshes, offline) {
            (false, _) => code_kept_until(act, policy, client),
            (true, false) => absolute.min(session.expires_at),
            (true, true) => absolute,
        },
    }
}

/// A used code is known as long as a token that it gave may live.
fn code_kept_until(act: &Act, policy: &TokenPolicy, client: &Client) -> OffsetDateTime {
    act.now + policy.code_ttl + access_token_ttl(policy, client) + policy.clock_skew
}
