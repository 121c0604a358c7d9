//! One entry of the audit trail and how it is written.

use super::{Event, Outcome};
use crate::act::Act;
use crate::storage::{Fault, Store, Txn};
use serde::Serialize;
use std::net::IpAddr;
use time::format_description::well_known::Rfc3339;

/// The version of the entry's form.
const SCHEMA: u8 = 1;

/// One entry. Made by [`Entry::new`], filled by its setters, and written once.
///
/// Serialised as JSON, so no name can break out of its field or its line.
#[derive(Debug, Clone, Serialize)]
#[must_use = "an entry does nothing before it is appended or noted"]
pub struct Entry<'a> {
    v: u8,
    time: String,
    tenant: &'a str,
    event: Event,
    outcome: Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grant_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    audience: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    amr: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    members: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressed: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remote: Option<IpAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<&'a str>,
    request_id: &'a str,
}

#[allow(clippy::needless_pass_by_value, reason = "an identifier reads better without a borrow at the call")]
impl<'a> Entry<'a> {
    /// An entry that says `event` took place in this act, with success.
    pub fn new(act: &'a Act, event: Event) -> Self {
        Self {
            v: SCHEMA,
            time: act.now.format(&Rfc3339).unwrap_or_default(),
            tenant: act.tenant.as_str(),
            event,
            outcome: Outcome::Success,
            cause: None,
            actor: None,
            target: None,
            client_id: None,
            session: None,
            grant_id: None,
            jti: None,
            scope: None,
            audience: None,
            amr: None,
            members: None,
            suppressed: None,
            remote: act.remote,
            user_agent: act.user_agent.as_deref(),
            request_id: &act.request_id,
        }
    }

    /// An entry in place of so many of refusals of this network; of none where they were of more networks than are told
    /// apart. It is of nobody's request.
    pub fn suppressed(act: &'a Act, network: Option<IpAddr>, count: u64) -> Self {
        let instead = Self::new(act, Event::ExcessRateLimitExceeded).refused("audit.suppressed");
        Self { suppressed: Some(count), remote: network, user_agent: None, request_id: "", ..instead }
    }

    /// The address that was refused; none where nobody was, or nobody knows it.
    pub fn refused_from(&self) -> Option<IpAddr> {
        self.remote.filter(|_| self.outcome == Outcome::Refused)
    }

    /// It was refused; `cause` is the private cause, such as `refresh_token.reused`.
    pub fn refused(mut self, cause: &'static str) -> Self {
        self.outcome = Outcome::Refused;
        self.cause = Some(cause);
        self
    }

    /// Why it happened, where it succeeded: such as `sign_out` for an ended session.
    pub fn because(mut self, cause: &'static str) -> Self {
        self.cause = Some(cause);
        self
    }

    /// Who did it: a subject, `operator`, or the keyed hash of a name that was typed.
    pub fn actor(mut self, actor: impl ToString) -> Self {
        self.actor = Some(actor.to_string());
        self
    }

    /// To whom or what it was done.
    pub fn target(mut self, target: impl ToString) -> Self {
        self.target = Some(target.to_string());
        self
    }

    /// The client that was involved.
    pub fn client(mut self, client_id: &'a str) -> Self {
        self.client_id = Some(client_id);
        self
    }

    /// The browser session (its public `sid`).
    pub fn session(mut self, sid: impl ToString) -> Self {
        self.session = Some(sid.to_string());
        self
    }

    /// The grant.
    pub fn grant(mut self, grant_id: impl ToString) -> Self {
        self.grant_id = Some(grant_id.to_string());
        self
    }

    /// The access token's identifier, where there is one.
    pub fn jti(mut self, jti: impl Into<Option<&'a str>>) -> Self {
        self.jti = jti.into();
        self
    }

    /// The scope that was issued or refused.
    pub fn scope(mut self, scope: impl ToString) -> Self {
        self.scope = Some(scope.to_string());
        self
    }

    /// For whom the token is.
    pub fn audience(mut self, audience: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.audience = Some(audience.into_iter().map(Into::into).collect());
        self
    }

    /// How the person proved who they are. RFC 8176.
    pub fn amr(mut self, amr: &[String]) -> Self {
        self.amr = Some(amr.to_vec());
        self
    }

    /// Which members of what it was done to were changed, by their registered names.
    pub fn members(mut self, members: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.members = Some(members.into_iter().map(Into::into).collect());
        self
    }

    /// Appends the entry to a unit of work: durable with its writes or not at all.
    ///
    /// # Errors
    /// A [`Fault`] where the entry cannot be written as JSON.
    pub fn append(self, txn: &mut (impl Txn + ?Sized)) -> Result<(), Fault> {
        txn.append(self.encode()?);
        Ok(())
    }

    /// Notes the entry without waiting: durable within 100 ms.
    ///
    /// # Errors
    /// A [`Fault`] where the entry cannot be written as JSON.
    pub fn note(self, store: &Store) -> Result<(), Fault> {
        store.note(self.encode()?);
        Ok(())
    }

    /// The entry as one line of JSON.
    ///
    /// # Errors
    /// A [`Fault`] where it cannot be written as JSON.
    pub fn encode(&self) -> Result<Vec<u8>, Fault> {
        serde_json::to_vec(self).map_err(|e| Fault::broken(format!("audit entry: {e}")))
    }
}
