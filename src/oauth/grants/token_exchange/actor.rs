//! Who acts for the subject. RFC 8693 §1.1, §4.1, §4.4.

use super::subject::{Subject, check_binding};
use super::{LONGEST_CHAIN, Request, Shown, refuse, refused};
use crate::act::Act;
use crate::oauth::client_auth::AuthenticatedClient;
use crate::oauth::{OAuthError, Rules, bearer};
use crate::storage::{Fault, Read, Stop};
use serde_json::{Map, Value, json};

/// Judges the actor's token: an access token of this very client, so that nobody acts by what another let fall.
pub(super) fn load(
    read: &(impl Read + ?Sized),
    act: &Act,
    client: &AuthenticatedClient,
    request: &Request,
) -> Result<Option<String>, Stop<OAuthError>> {
    let token = match &request.actor {
        None => return Ok(None),
        Some(Shown::Own(token)) => token,
        // Not done: RFC 8693 §2.1, actor tokens of other issuers: whoever acts here is known here.
        Some(Shown::Foreign(_)) => return Err(Stop::Refused(refuse("token_exchange.foreign_actor"))),
        Some(Shown::Unread(..)) => {
            return Err(Stop::Fault(Fault::broken("an actor token was not verified")));
        }
    };
    let accepted = bearer::accept(read, act, token.as_ref().clone()).map_err(|stop| match stop {
        Stop::Refused(error) => Stop::Refused(refused(error)),
        Stop::Fault(fault) => Stop::Fault(fault),
    })?;
    if accepted.token.client_id != client.client_id {
        return Err(Stop::Refused(refuse("token_exchange.actor_of_other_client")));
    }
    check_binding(accepted.token.cnf.as_ref(), client).map_err(Stop::Refused)?;
    Ok(Some(accepted.token.sub))
}

/// The `act` of the new token: the actor, with those before it nested within. RFC 8693 §4.1.
pub(super) fn chain(
    rules: &Rules,
    client: &AuthenticatedClient,
    subject: &Subject,
    actor: Option<String>,
) -> Result<Option<Value>, OAuthError> {
    let impersonates = client.token_exchange.token_exchange_impersonation;
    let actor = match actor {
        // A client that narrows its own token is no new actor.
        None if subject.is_own => return Ok(subject.act.clone()),
        // RFC 8693 §1.1: without an actor's token the client itself acts; unseen only where that is its right.
        None => {
            check_may_act(rules, client, subject, &client.client_id)?;
            if impersonates {
                return Ok(subject.act.clone());
            }
            client.client_id.clone()
        }
        Some(actor) => {
            check_may_act(rules, client, subject, &actor)?;
            actor
        }
    };
    if depth(subject.act.as_ref()) >= LONGEST_CHAIN {
        return Err(refuse("token_exchange.chain_too_long"));
    }
    let mut members = Map::new();
    members.insert("sub".to_owned(), json!(actor));
    if let Some(before) = &subject.act {
        members.insert("act".to_owned(), before.clone());
    }
    Ok(Some(Value::Object(members)))
}

/// RFC 8693 §4.4: where the subject's token says who may act, nobody else does.
fn check_may_act(
    rules: &Rules,
    client: &AuthenticatedClient,
    subject: &Subject,
    actor: &str,
) -> Result<(), OAuthError> {
    let Some(may_act) = &subject.may_act else { return Ok(()) };
    let refused = refuse("token_exchange.may_not_act");
    let members = may_act.as_object().filter(|members| !members.is_empty()).ok_or(refused)?;
    let names = |(name, value): (&String, &Value)| match name.as_str() {
        "sub" => value == actor,
        "client_id" => value == &client.client_id,
        "iss" => value == &*rules.policy.issuer,
        _ => false,
    };
    if members.iter().all(names) { Ok(()) } else { Err(refused) }
}

fn depth(act: Option<&Value>) -> usize {
    std::iter::successors(act, |act| act.get("act")).take(LONGEST_CHAIN + 1).count()
}
