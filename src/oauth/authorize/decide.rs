//! The decision on an authorization request: an answer, a refusal, or a page first. OIDC Core §3.1.2.3 to §3.1.2.6.

use super::evaluate::{Next, evaluate};
use super::issue::issue;
use super::{Answer, Checked, Failure, SignedIn, TrustedRedirect, pushed};
use crate::act::Act;
use crate::oauth::{ErrorCode, OAuthError, Rules, interaction};
use crate::records::{Interaction, remove};
use crate::storage::{Fault, Stop, Txn};

/// OIDC Core §3.1.2.2, §5.5.1.
const WRONG_PERSON: OAuthError = OAuthError::new(
    ErrorCode::LoginRequired,
    "Another person signed in than the request names.",
    "authorize.another_person",
);

/// OIDC Unmet Authentication Requirements §2.
const UNMET: OAuthError = OAuthError::new(
    ErrorCode::UnmetAuthenticationRequirements,
    "No sign-in here is as strong as the request demands.",
    "acr.unmet",
);

/// What becomes of an authorization request.
#[derive(Debug)]
pub enum Outcome {
    /// The client gets a code.
    Answered(Answer),
    /// The client gets an error.
    Refused(Failure),
    /// The person must sign in, for the interaction of this identifier.
    Login(String),
    /// The person must say with which account they go on, for the interaction of this identifier.
    ChooseAccount(String),
    /// The person must say what the client may do, for the interaction of this identifier.
    Consent(String),
}

/// Decides on a checked request, and stores its interaction where a page comes first. A pushed request is used up by its
/// answer, whatever that is; one that was used up meanwhile gets none.
///
/// # Errors
/// A [`Fault`] where the store fails.
pub fn decide(
    txn: &mut dyn Txn,
    act: &Act,
    rules: &Rules,
    checked: Checked,
    signed_in: Option<&SignedIn>,
) -> Result<Outcome, Fault> {
    let next = evaluate(txn, act, rules, (&checked.target, &checked.interaction), signed_in)?;
    let is_answer = checked.silent || matches!(next, Next::Answer | Next::WrongPerson | Next::Unmet);
    if let (true, Some(pushed)) = (is_answer, &checked.interaction.pushed) {
        match pushed::consume(txn, act, pushed) {
            Ok(()) => {}
            Err(Stop::Refused(error)) => {
                return Ok(refused(checked.target, &checked.interaction, error));
            }
            Err(Stop::Fault(fault)) => return Err(fault),
        }
    }
    outcome(txn, act, rules, checked, (next, signed_in))
}

fn outcome(
    txn: &mut dyn Txn,
    act: &Act,
    rules: &Rules,
    Checked { target, interaction, silent }: Checked,
    (next, signed_in): (Next, Option<&SignedIn>),
) -> Result<Outcome, Fault> {
    match (next, signed_in) {
        (Next::Answer, Some(person)) => {
            Ok(Outcome::Answered(issue(txn, act, rules, target, &interaction, person)?))
        }
        (Next::WrongPerson, _) => Ok(end(txn, act, target, &interaction, WRONG_PERSON)),
        (Next::Unmet, _) => Ok(end(txn, act, target, &interaction, UNMET)),
        (next, _) if silent => Ok(refused(target, &interaction, silent_refusal(next))),
        (Next::Consent, _) => {
            interaction::begin(txn, act, &interaction)?;
            Ok(Outcome::Consent(interaction.id))
        }
        (Next::ChooseAccount, _) => {
            interaction::begin(txn, act, &interaction)?;
            Ok(Outcome::ChooseAccount(interaction.id))
        }
        (Next::Login | Next::Answer, _) => {
            interaction::begin(txn, act, &interaction)?;
            Ok(Outcome::Login(interaction.id))
        }
    }
}

/// Refuses for good: the interaction waits no more.
fn end(
    txn: &mut dyn Txn,
    act: &Act,
    target: TrustedRedirect,
    interaction: &Interaction,
    error: OAuthError,
) -> Outcome {
    remove::<Interaction>(txn, &act.tenant, &interaction.id);
    refused(target, interaction, error)
}

fn refused(target: TrustedRedirect, interaction: &Interaction, error: OAuthError) -> Outcome {
    Outcome::Refused(Failure { target, error, openid: interaction.scope.contains("openid") })
}

/// Decides again on a stored interaction, after a page.
///
/// # Errors
/// What [`interaction::load`] gives, and `invalid_request` where the client or its redirect URI is no more: for a
/// page of ours.
pub fn resume(
    txn: &mut dyn Txn,
    act: &Act,
    rules: &Rules,
    (id, browser_hash): (&str, &str),
    signed_in: Option<&SignedIn>,
) -> Result<Outcome, Stop<OAuthError>> {
    let interaction = interaction::load(txn, act, id, browser_hash)?;
    let target = TrustedRedirect::of_interaction(txn, act, &interaction)?;
    Ok(decide(txn, act, rules, Checked { target, interaction, silent: false }, signed_in)?)
}

/// OIDC Core §3.1.2.6: what `prompt=none` is told where a page would be needed.
const fn silent_refusal(next: Next) -> OAuthError {
    match next {
        Next::ChooseAccount => OAuthError::new(
            ErrorCode::AccountSelectionRequired,
            "The person must choose an account.",
            "prompt.account_selection_required",
        ),
        Next::Login | Next::WrongPerson | Next::Unmet | Next::Answer => {
            OAuthError::new(ErrorCode::LoginRequired, "The person must sign in.", "prompt.login_required")
        }
        Next::Consent => {
            OAuthError::new(ErrorCode::ConsentRequired, "The person must consent.", "prompt.consent_required")
        }
    }
}
