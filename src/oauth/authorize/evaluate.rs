//! What an authorization request needs next: a sign-in, consent, or the answer. OIDC Core §3.1.2.3, §3.1.2.4.

use super::{TrustedRedirect, acr};
use crate::act::Act;
use crate::oauth::{Rules, claims, subject};
use crate::records::{Asked, BrowserSession, Consent, Interaction, User, find};
use crate::storage::{Fault, Read};
use time::Duration;

/// A person whose browser session is alive.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The session.
    pub session: BrowserSession,
    /// Whose it is.
    pub user: User,
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// The person must prove who they are.
    Login,
    /// The person must say what the client may do.
    Consent,
    /// The person must say with which account they go on.
    ChooseAccount,
    /// No sign-in of ours is as strong as the request demands.
    Unmet,
    /// Somebody signed in for this request who is not the person that it names.
    WrongPerson,
    /// The client gets its answer.
    Answer,
}

/// Decides what comes next. Asked when the request comes in, and again after each page.
///
/// # Errors
/// A [`Fault`] where the store fails.
pub(super) fn evaluate(
    read: &(impl Read + ?Sized),
    act: &Act,
    rules: &Rules,
    (target, interaction): (&TrustedRedirect, &Interaction),
    signed_in: Option<&SignedIn>,
) -> Result<Next, Fault> {
    let level = acr::judge(interaction, signed_in.map(|person| &person.session), &rules.policy);
    if level == acr::Judgement::Unmet {
        return Ok(Next::Unmet);
    }
    let Some(SignedIn { session, user }) = signed_in.filter(|_| level == acr::Judgement::Enough) else {
        return Ok(Next::Login);
    };
    if !is_fresh_enough(act, interaction, session) {
        return Ok(Next::Login);
    }
    // OIDC Core §3.1.2.2, §5.5.1: tokens for another person than the hint or a claim names are never given.
    let is_person = |sub: &str| subject::is_of(sub, target.client(), user.id, rules);
    let signed_in_here = interaction.signed_in == Some(session.sid);
    if !interaction.hinted.as_deref().is_none_or(is_person)
        || !claims::leaves(interaction.claims.as_ref(), is_person)
    {
        return Ok(if signed_in_here { Next::WrongPerson } else { Next::Login });
    }
    // OIDC Core §3.1.2.1, `select_account`: signing in here is choosing, too.
    if interaction.choose_account && !signed_in_here && interaction.chosen != Some(session.sid) {
        return Ok(Next::ChooseAccount);
    }
    if interaction.consented == Some(user.id) || (target.client().skip_consent && !interaction.fresh_consent)
    {
        return Ok(Next::Answer);
    }
    // RFC 9396 §12: a detail is often one act, so a yes to it is not remembered.
    if !interaction.authorization_details.is_empty() {
        return Ok(Next::Consent);
    }
    let consent: Option<Consent> = find(read, &act.tenant, &Consent::id_of(user.id, &interaction.client_id))?;
    // OIDC Core §11: offline access is given where the person has consented to it, now or before; `prompt=consent` is
    // one way to ask. Where consent is skipped, the operator has allowed it for an application of their own.
    let asked = Asked {
        scope: &interaction.scope,
        resources: &interaction.resources,
        claims: claims::beyond_scope(interaction.claims.as_ref(), &interaction.scope),
    };
    let covered = consent.is_some_and(|consent| consent.covers(target.client(), &asked));
    Ok(if covered && is_assured(target) && !interaction.fresh_consent { Next::Answer } else { Next::Consent })
}

/// Whether an answer can reach nobody but the client. RFC 8252 §8.6: any program on a person's device can wait at a
/// loopback address or a scheme of its own, so there what was allowed before is asked again.
fn is_assured(target: &TrustedRedirect) -> bool {
    let client = target.client();
    // CIMD §8.5: nobody here has ever seen a client that only a document describes, so it is asked about each time.
    // RFC 6749 §10.2: whoever cannot prove who it is.
    !client.origin.is_document() && (!client.is_public() || target.redirect_uri().starts_with("https://"))
}

/// `prompt=login` and `max_age`: OIDC Core §3.1.2.1. A sign-in within this very interaction is always fresh.
pub(in crate::oauth) fn is_fresh_enough(
    act: &Act,
    interaction: &Interaction,
    session: &BrowserSession,
) -> bool {
    let signed_in_here = interaction.signed_in == Some(session.sid);
    let young = interaction.max_age.is_none_or(|seconds| {
        act.now - session.auth_time <= Duration::seconds(seconds.into()) && seconds > 0
    });
    signed_in_here || (young && !interaction.fresh_login)
}
