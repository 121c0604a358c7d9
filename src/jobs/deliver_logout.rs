//! Sends logout notices to the clients that took part in a session. OIDC Back-Channel Logout §2.5 to §2.8.
//!
//! The outbox is written by [`crate::identity::sign_out`]. A notice that cannot be delivered is tried again, later each
//! time, for a day; after a restart where it was left off, and once more where the day has passed. A client that refuses
//! its notice, or answers what will not change, is not asked again.

use crate::act::Act;
use crate::audit::{Entry, Event};
use crate::identity::sign_out;
use crate::keys::KeyRing;
use crate::oauth::logout::{LOGOUT_TOKEN_TYP, LogoutToken};
use crate::oauth::{Rules, subject};
use crate::ports::outbound::{Fetch, Outbound};
use crate::ports::{Clock, Entropy};
use crate::records::{self, Client, LogoutNotice, Tenant};
use crate::storage::{Fault, Stop, Store};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration as Wait;
use time::Duration;
use tokio::task::JoinSet;

/// How often the outbox is looked at.
const EVERY: Wait = Wait::from_secs(1);

/// How many notices are under way at a time.
const AT_ONCE: usize = 16;

/// How long to wait after each failed attempt; after the last, again and again.
const DELAYS: [Duration; 6] = [
    Duration::seconds(2),
    Duration::seconds(10),
    Duration::minutes(1),
    Duration::minutes(5),
    Duration::minutes(30),
    Duration::hours(2),
];

/// Whoever empties the outbox. Cheap to clone.
#[derive(Clone)]
pub struct DeliverLogout {
    /// The tenant.
    pub tenant: Tenant,
    /// The store that holds the outbox.
    pub store: Store,
    /// What the tokens are signed with.
    pub keys: Arc<KeyRing>,
    /// The rules of tokens.
    pub rules: Rules,
    /// The way to the clients.
    pub outbound: Arc<dyn Outbound>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The random source.
    pub entropy: Arc<dyn Entropy>,
}

impl std::fmt::Debug for DeliverLogout {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("DeliverLogout").field("tenant", &self.tenant).finish_non_exhaustive()
    }
}

/// How one attempt went.
enum Attempt {
    /// The client has taken note. OIDC Back-Channel Logout §2.8.
    Delivered,
    /// Nobody needs to be told any more, or the client does not want to be: the private cause.
    Over(&'static str),
    /// To be tried again: the private cause.
    Failed(&'static str),
}

impl DeliverLogout {
    /// Runs for ever. Dropping the future stops it without harm: what was under way is sent again.
    pub async fn run(self) {
        loop {
            if let Err(fault) = self.deliver().await {
                tracing::warn!(%fault, "logout notices could not be sent; trying again");
            }
            tokio::time::sleep(EVERY).await;
        }
    }

    /// Sends every notice that is due by now, and gives how many were tried.
    ///
    /// # Errors
    /// A [`Fault`] where the store fails; a notice may then be sent a second time.
    pub async fn deliver(&self) -> Result<usize, Fault> {
        let mut total = 0;
        loop {
            let now = self.clock.now();
            let mut due: Vec<LogoutNotice> = records::list(&self.store, &self.tenant, "", None, AT_ONCE)?;
            due.retain(|notice| notice.due_at <= now);
            if due.is_empty() {
                return Ok(total);
            }
            total += due.len();
            let mut sending = JoinSet::new();
            for notice in due {
                let this = self.clone();
                sending.spawn(async move {
                    // What fails with us, such as a key that there is not, is tried again like any other failure, and
                    // stands in nobody's way.
                    let attempt = this.attempt(&notice).await.unwrap_or_else(|fault| {
                        tracing::warn!(client_id = %notice.client_id, %fault, "a logout notice could not be made");
                        Attempt::Failed("logout.fault")
                    });
                    this.settle(notice, attempt).await
                });
            }
            settled(sending).await?;
        }
    }

    async fn attempt(&self, notice: &LogoutNotice) -> Result<Attempt, Fault> {
        let client: Option<Client> = records::find(&self.store, &self.tenant, &notice.client_id)?;
        let Some(client) = client.filter(|client| !client.disabled) else {
            return Ok(Attempt::Over("client.unknown"));
        };
        let Some(uri) = client.logout.backchannel_logout_uri.clone() else {
            return Ok(Attempt::Over("logout.no_back_channel"));
        };
        let token = self.token(notice, &client)?;
        let sent = self.outbound.send(Fetch::form(&uri, &[("logout_token", &token)])).await;
        Ok(match sent {
            // OIDC Back-Channel Logout §2.8: 200; and since some frameworks answer so, 204.
            Ok(answer) if matches!(answer.status, 200 | 204) => Attempt::Delivered,
            Ok(answer) if answer.status == 400 => Attempt::Over("logout.refused_by_client"),
            // OIDC Back-Channel Logout §2.5: again only where the failure may pass.
            Ok(answer) if may_pass(answer.status) => Attempt::Failed("logout.answer_unexpected"),
            Ok(_) => Attempt::Over("logout.answer_unexpected"),
            Err(error) => Attempt::Failed(error.as_str()),
        })
    }

    fn token(&self, notice: &LogoutNotice, client: &Client) -> Result<String, Fault> {
        let now = self.clock.now();
        let subject = subject::of(client, notice.user_id, &self.rules);
        let session = subject::session_of(client, notice.sid, &self.rules);
        let about = (client.client_id.as_str(), subject, session);
        let token = LogoutToken::of(&self.rules.policy, now, notice.id, about);
        let expires_at = now + Duration::seconds(token.exp - token.iat);
        // OIDC Back-Channel Logout §2.4, §2.6: signed, never `none`, as the client's ID tokens are.
        let algorithm = client.id_token_signed_response_alg;
        Ok(self.keys.load().sign_jwt(algorithm, LOGOUT_TOKEN_TYP, &token, now, expires_at)?)
    }

    async fn settle(&self, notice: LogoutNotice, attempt: Attempt) -> Result<(), Fault> {
        let seed = self.entropy.seed();
        let request_id = seed.uuid("request id").to_string();
        let act = Act::internal(self.tenant.clone(), self.clock.now(), seed, request_id);
        let unit = move |txn: &mut dyn crate::storage::Txn| {
            records::remove::<LogoutNotice>(txn, &act.tenant, &records::Record::id(&notice));
            let told = Entry::new(&act, Event::LogoutNotified)
                .actor("server")
                .target(notice.user_id)
                .client(&notice.client_id)
                .session(notice.sid);
            match attempt {
                Attempt::Delivered => told.append(txn)?,
                Attempt::Over(cause) => told.refused(cause).append(txn)?,
                Attempt::Failed(cause) => match retry(&notice, act.now) {
                    Some(again) => records::insert(txn, &act.tenant, &again)?,
                    None => told.refused(cause).append(txn)?,
                },
            }
            Ok::<_, Stop<Infallible>>(())
        };
        self.store.run(unit).await.map_err(Fault::from)
    }
}

/// Waits for all of them, so that whatever was sent is noted where one cannot be; then the first fault.
async fn settled(mut sending: JoinSet<Result<(), Fault>>) -> Result<(), Fault> {
    let mut all = Ok(());
    while let Some(sent) = sending.join_next().await {
        let sent = sent.map_err(|error| Fault::broken(error.to_string())).and_then(|sent| sent);
        all = all.and(sent);
    }
    all
}

/// Whether a server that answers so may answer otherwise later. RFC 9110 §15.5.9, §15.6; RFC 6585 §4.
const fn may_pass(status: u16) -> bool {
    matches!(status, 408 | 429) || (status >= 500 && status != 501)
}

/// The notice for the next attempt; none where the time is over.
fn retry(notice: &LogoutNotice, now: time::OffsetDateTime) -> Option<LogoutNotice> {
    let at = usize::try_from(notice.attempts).unwrap_or(usize::MAX);
    let delay = DELAYS.get(at).or(DELAYS.last()).copied().unwrap_or(sign_out::KEEP_TRYING);
    let again =
        LogoutNotice { attempts: notice.attempts.saturating_add(1), due_at: now + delay, ..notice.clone() };
    (again.due_at < again.expires_at).then_some(again)
}
