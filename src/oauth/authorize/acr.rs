//! How strong a sign-in counts, and whether that is what a request asks for. OIDC Core §2 (`acr`), §3.1.2.1
//! (`acr_values`), §5.5.1.1; RFC 9470 §4, §5.
//!
//! There is one level so far, that of a password; its name is the operator's choice. What a sign-in proves follows from
//! its methods, so that a stronger one will be a line here.

use crate::oauth::TokenPolicy;
use crate::records::{BrowserSession, Interaction};

/// The method by which a password is known in `amr`. RFC 8176 §2.
const PASSWORD: &str = "pwd";

/// The names of the levels that a sign-in can reach, weakest first.
pub fn supported(policy: &TokenPolicy) -> [&str; 1] {
    [&policy.acr_password]
}

/// The level that these methods reach, if any.
pub fn of<'a>(amr: &[String], policy: &'a TokenPolicy) -> Option<&'a str> {
    amr.iter().any(|method| method == PASSWORD).then_some(&*policy.acr_password)
}

/// How a sign-in compares with what a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Judgement {
    /// It will do.
    Enough,
    /// Another sign-in may do better.
    SignIn,
    /// The client cannot do without, and cannot have it.
    Unmet,
}

/// Compares the level of the session, if there is one, with what the request asks for.
pub(super) fn judge(
    interaction: &Interaction,
    session: Option<&BrowserSession>,
    policy: &TokenPolicy,
) -> Judgement {
    let present = session.and_then(|session| of(&session.amr, policy));
    // Who has signed in for this very request is not asked again: there is no loop.
    let tried = session.is_some_and(|session| interaction.signed_in == Some(session.sid));
    let reachable = |values: &[&str]| supported(policy).iter().any(|level| values.contains(level));
    let is_met = |values: &[&str]| present.is_some_and(|level| values.is_empty() || values.contains(&level));
    let claim = interaction.claims.as_ref().and_then(|claims| claims.id_token.get("acr"));
    let claimed: Vec<&str> = claim
        .into_iter()
        .flat_map(|claim| claim.value.iter().chain(&claim.values))
        .map(|value| value.as_str().unwrap_or_default())
        .collect();
    // OIDC Core §5.5.1.1: an essential acr that is not met counts as a failed authentication.
    if claim.is_some_and(|claim| claim.essential) {
        return match (is_met(&claimed), claimed.is_empty() || reachable(&claimed)) {
            (true, _) => Judgement::Enough,
            (false, true) if !tried => Judgement::SignIn,
            (false, _) => Judgement::Unmet,
        };
    }
    // OIDC Core §3.1.2.1, RFC 9470 §5: a wish, which is met where it can be.
    // RFC 9470 §5: where it cannot be met, the token says what was reached.
    let wished: Vec<&str> = interaction.acr_values.iter().map(String::as_str).chain(claimed).collect();
    if wished.is_empty() || is_met(&wished) || tried || !reachable(&wished) {
        Judgement::Enough
    } else {
        Judgement::SignIn
    }
}
