//! For whom the new token is to speak, and what it may be at most. RFC 8693 §2.1, `subject_token`; §5.

use super::{LONGEST_CHAIN, Request, Shown, refuse, refused};
use crate::act::Act;
use crate::oauth::client_auth::AuthenticatedClient;
use crate::oauth::one_time::Spend;
use crate::oauth::tokens::{AccessToken, Audience, Origin};
use crate::oauth::trust::Assertion;
use crate::oauth::{OAuthError, bearer};
use crate::records::{Confirmation, Scope, User};
use crate::storage::{Fault, Read, Stop};
use serde_json::Value;
use uuid::Uuid;

/// A subject that this client may exchange.
pub(super) struct Subject {
    pub(super) sub: String,
    /// Whether the token was issued to this very client.
    pub(super) is_own: bool,
    pub(super) scope: Scope,
    /// For whom its token is; none for a token of another issuer.
    pub(super) audience: Option<Audience>,
    pub(super) exp: i64,
    pub(super) grant_id: Option<Uuid>,
    pub(super) user_id: Option<Uuid>,
    pub(super) auth_time: Option<i64>,
    pub(super) amr: Vec<String>,
    pub(super) acr: Option<String>,
    pub(super) authorization_details: Vec<Value>,
    pub(super) roles: Vec<String>,
    pub(super) groups: Vec<String>,
    /// Who acts for it already.
    pub(super) act: Option<Value>,
    /// Who may.
    pub(super) may_act: Option<Value>,
    /// The tokens that the new one follows from, this one last; none of another issuer's.
    pub(super) exchanged_from: Vec<Origin>,
    /// What is to be spent.
    pub(super) spend: Option<Spend>,
}

impl Subject {
    /// Longer chains are nobody's honest way, and each token on the way is looked up wherever the last one is shown.
    pub(super) fn check_origins(&self) -> Result<(), OAuthError> {
        if self.exchanged_from.len() > LONGEST_CHAIN {
            return Err(refuse("token_exchange.chain_too_long"));
        }
        Ok(())
    }
}

/// Judges the subject's token: whether it is still good, and whether this client may exchange it.
pub(super) fn load(
    read: &(impl Read + ?Sized),
    act: &Act,
    client: &AuthenticatedClient,
    request: &Request,
) -> Result<Subject, Stop<OAuthError>> {
    match &request.subject {
        Shown::Unread(..) => Err(Stop::Fault(Fault::broken("a subject token was not verified"))),
        Shown::Own(token) => own(read, act, client, token),
        Shown::Foreign(assertion) => foreign(client, assertion).map_err(Stop::Refused),
    }
}

/// An access token of ours: it stands as it would anywhere else, so what was revoked or disabled is refused.
fn own(
    read: &(impl Read + ?Sized),
    act: &Act,
    client: &AuthenticatedClient,
    token: &AccessToken,
) -> Result<Subject, Stop<OAuthError>> {
    let accepted = bearer::accept(read, act, token.clone()).map_err(|stop| match stop {
        Stop::Refused(error) => Stop::Refused(refused(error)),
        Stop::Fault(fault) => Stop::Fault(fault),
    })?;
    let bearer::Accepted { token, user, .. } = accepted;
    let is_own = token.client_id == client.client_id;
    let settings = &client.token_exchange;
    let is_for_client = settings.token_exchange_subject_audiences.iter().any(|own| token.aud.contains(own));
    // A token that another client let fall is no business of this one.
    if !is_own && !is_for_client {
        return Err(Stop::Refused(refuse("token_exchange.subject_not_for_client")));
    }
    let waived = !is_own && settings.token_exchange_bound_subjects;
    check_binding(token.cnf.as_ref().filter(|_| !waived), client).map_err(Stop::Refused)?;
    Ok(from_token(token, user.as_ref(), is_own))
}

fn from_token(token: AccessToken, user: Option<&User>, is_own: bool) -> Subject {
    // What a person has lost since is not handed on.
    let kept = |names: Vec<String>, now: Option<&Vec<String>>| -> Vec<String> {
        names.into_iter().filter(|name| now.is_none_or(|now| now.contains(name))).collect()
    };
    let mut exchanged_from = token.exchanged_from;
    exchanged_from.push(Origin { jti: token.jti, client_id: token.client_id });
    Subject {
        exchanged_from,
        sub: token.sub,
        is_own,
        scope: token.scope,
        audience: Some(token.aud),
        exp: token.exp,
        grant_id: token.grant_id,
        user_id: user.map(|user| user.id),
        auth_time: token.auth_time,
        amr: token.amr,
        acr: token.acr,
        authorization_details: token.authorization_details,
        roles: kept(token.roles, user.map(|user| &user.roles)),
        groups: kept(token.groups, user.map(|user| &user.groups)),
        act: token.act,
        may_act: token.may_act,
        spend: None,
    }
}

/// A token of another issuer, for which that issuer is trusted and this client has the right.
fn foreign(client: &AuthenticatedClient, assertion: &Assertion) -> Result<Subject, OAuthError> {
    let allowed = &client.token_exchange.token_exchange_subject_issuers;
    if !allowed.contains(&assertion.issuer.issuer) {
        return Err(refuse("token_exchange.issuer_not_allowed"));
    }
    // RFC 7800 §3: as with our own tokens.
    if !client.token_exchange.token_exchange_bound_subjects {
        assertion.check_binding(client.proved()).map_err(refuse)?;
    }
    Ok(Subject {
        sub: assertion.issuer.name_of(&assertion.subject),
        is_own: false,
        scope: assertion.issuer.scope.clone(),
        audience: None,
        exp: assertion.expires_at.unix_timestamp(),
        grant_id: None,
        user_id: None,
        auth_time: None,
        amr: Vec::new(),
        acr: None,
        authorization_details: Vec::new(),
        roles: assertion.issuer.roles.clone(),
        groups: Vec::new(),
        act: assertion.act.clone(),
        may_act: assertion.may_act.clone(),
        exchanged_from: Vec::new(),
        spend: assertion.spend.clone().map(|spend| Spend { replayed: refused(spend.replayed), ..spend }),
    })
}

/// RFC 8693 §5, RFC 9449 §7.1: a token that is bound to a key is worth nothing without it, here too.
pub(super) fn check_binding(
    bound: Option<&Confirmation>,
    client: &AuthenticatedClient,
) -> Result<(), OAuthError> {
    bound.map_or(Ok(()), |bound| bound.check(client.proved())).map_err(refuse)
}
