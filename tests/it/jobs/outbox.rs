//! The outbox of back-channel logout against a plain list: whatever clients answer, however often the server is killed
//! or stands still, no notice is lost, none is sent after its end, and each ends with one entry in the audit trail.

use crate::support::App;
use crate::support::signed::claims_of;
use latchkey::identity::sign_out;
use latchkey::jobs::deliver_logout::DeliverLogout;
use latchkey::jobs::sweep_expired;
use latchkey::ports::Clock as _;
use latchkey::ports::outbound::{FetchError, Fetched};
use latchkey::records::{self, LogoutNotice, Participant, Tenant};
use latchkey::storage::Stop;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::Arc;
use time::Duration;
use uuid::Uuid;

const CLIENTS: usize = 4;
/// The one that takes an algorithm of which the server has no key.
const UNSIGNABLE: usize = 3;

/// What stands at the address of a client.
#[derive(Debug, Clone, Copy)]
enum Reply {
    Status(u16),
    Error(FetchError),
}

/// What has become of a client.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Health {
    Registered,
    Disabled,
    WithoutUri,
    Damaged,
}

/// One thing that happens.
#[derive(Debug, Clone)]
enum Happening {
    SessionEnds { clients: Vec<usize> },
    Passes { millis: i64 },
    Answers { client: usize, reply: Reply },
    Becomes { client: usize, health: Health },
    Delivers,
    IsKilled { after: usize },
    Sweeps,
}

fn reply() -> impl Strategy<Value = Reply> {
    prop_oneof![
        2 => prop::sample::select(vec![200, 204, 400]).prop_map(Reply::Status),
        3 => prop::sample::select(vec![201, 302, 401, 404, 429, 500, 503]).prop_map(Reply::Status),
        2 => prop::sample::select(vec![FetchError::Unreachable, FetchError::TimedOut, FetchError::TooLarge])
            .prop_map(Reply::Error),
    ]
}

fn health() -> impl Strategy<Value = Health> {
    use Health::{Damaged, Disabled, Registered, WithoutUri};
    prop::sample::select(vec![Registered, Registered, Registered, Disabled, WithoutUri, Damaged])
}

fn happening() -> impl Strategy<Value = Happening> {
    let millis = prop_oneof![
        4 => 0..5_000_i64,
        3 => 0..600_000_i64,
        3 => 0..36_000_000_i64,
        1 => 86_000_000..200_000_000_i64,
    ];
    let client = 0..CLIENTS;
    prop_oneof![
        3 => prop::sample::subsequence((0..CLIENTS).collect::<Vec<_>>(), 0..=CLIENTS)
            .prop_map(|clients| Happening::SessionEnds { clients }),
        4 => millis.prop_map(|millis| Happening::Passes { millis }),
        3 => (client.clone(), reply()).prop_map(|(client, reply)| Happening::Answers { client, reply }),
        1 => (client, health()).prop_map(|(client, health)| Happening::Becomes { client, health }),
        5 => Just(Happening::Delivers),
        2 => (0..12_usize).prop_map(|after| Happening::IsKilled { after }),
        1 => Just(Happening::Sweeps),
    ]
}

/// A notice as the model has it; times in milliseconds since the epoch, stored as whole seconds.
#[derive(Debug, Clone, PartialEq)]
struct Notice {
    client: usize,
    attempts: u32,
    due: i64,
    expires: i64,
}

/// How an attempt goes: whether anything is sent, and the cause of a refusal.
#[derive(Debug, Clone, Copy)]
enum Outcome {
    Told,
    Over(&'static str),
    Failed(&'static str),
}

/// The list that stands for the outbox, beside the real one.
struct World {
    app: App,
    replies: [Reply; CLIENTS],
    healths: [Health; CLIENTS],
    waiting: BTreeMap<Uuid, Notice>,
    /// The client, the session and how it ended: the cause, or nothing where it was told.
    ended: Vec<(String, String, Option<&'static str>)>,
    sessions: BTreeMap<Uuid, Uuid>,
}

fn uri(client: usize) -> String {
    format!("https://c{client}.example/backchannel")
}

fn whole(millis: i64) -> i64 {
    millis.div_euclid(1000) * 1000
}

impl World {
    async fn start() -> Self {
        let app = App::start().await;
        for client in 0..CLIENTS {
            app.with_client(json!({
                "client_id": format!("c{client}"),
                "logout": {"backchannel_logout_uri": uri(client)},
                "id_token_signed_response_alg": if client == UNSIGNABLE { "RS256" } else { "ES256" },
            }));
        }
        let replies = [Reply::Error(FetchError::Unreachable); CLIENTS];
        let healths = [Health::Registered; CLIENTS];
        let (waiting, ended, sessions) = (BTreeMap::new(), Vec::new(), BTreeMap::new());
        Self { app, replies, healths, waiting, ended, sessions }
    }

    /// A job as a server has it that has just started.
    fn job(&self) -> DeliverLogout {
        DeliverLogout {
            tenant: self.app.realm.tenant.clone(),
            store: self.app.state.store.clone(),
            keys: Arc::clone(&self.app.realm.keys),
            rules: self.app.realm.rules.clone(),
            outbound: self.app.outbound.clone(),
            clock: self.app.state.clock.clone(),
            entropy: self.app.state.entropy.clone(),
        }
    }

    fn now(&self) -> i64 {
        i64::try_from(self.app.clock.now().unix_timestamp_nanos() / 1_000_000).unwrap()
    }

    fn outbox(&self) -> Vec<LogoutNotice> {
        records::list(&self.app.state.store, &Tenant::default_tenant(), "", None, 10_000).unwrap()
    }

    /// How often each notice was sent so far.
    fn sent(&self) -> BTreeMap<Uuid, usize> {
        let mut counts = BTreeMap::new();
        for sent in self.app.outbound.sent() {
            let token = sent.body.unwrap();
            let claims = claims_of(&token.strip_prefix("logout_token=").unwrap().into());
            *counts.entry(claims["jti"].as_str().unwrap().parse().unwrap()).or_default() += 1;
        }
        counts
    }

    fn session_ends(&mut self, clients: &[usize]) {
        let (act, seed) = (self.app.act(), self.app.state.entropy.seed());
        let (user_id, sid) = (seed.uuid("person"), seed.uuid("session"));
        let took_part: Vec<Participant> = clients
            .iter()
            .map(|client| Participant { user_id, sid, client_id: format!("c{client}"), expires_at: act.now })
            .collect();
        let unit = move |txn: &mut dyn latchkey::storage::Txn| {
            for one in &took_part {
                records::insert(txn, &act.tenant, one)?;
            }
            Ok::<_, Stop<Infallible>>(sign_out::session_ended(txn, &act, user_id, sid)?)
        };
        assert_eq!(self.app.state.store.run_blocking(unit).unwrap().len(), clients.len());
        let new: Vec<_> = self.outbox().into_iter().filter(|one| one.sid == sid).collect();
        let told: BTreeSet<_> = new.iter().map(|one| one.client_id.clone()).collect();
        assert_eq!((new.len(), told.len()), (clients.len(), clients.len()));
        for one in new {
            let client = one.client_id[1..].parse().unwrap();
            let due = whole(self.now());
            let notice = Notice { client, attempts: 0, due, expires: due + 86_400_000 };
            self.sessions.insert(one.id, sid);
            self.waiting.insert(one.id, notice);
        }
    }

    fn answers(&mut self, client: usize, reply: Reply) {
        self.replies[client] = reply;
        let answer = match reply {
            Reply::Status(status) => Ok(Fetched { status, ..Fetched::default() }),
            Reply::Error(error) => Err(error),
        };
        self.app.outbound.answer(&uri(client), answer);
    }

    fn becomes(&mut self, client: usize, health: Health) {
        let (key, good) = (format!("default/client/c{client}").into_bytes(), self.healths[client]);
        if health == Health::Damaged {
            let unit = move |txn: &mut dyn latchkey::storage::Txn| {
                txn.put(key.clone(), b"{}".to_vec());
                Ok::<_, Stop<Infallible>>(())
            };
            self.app.state.store.run_blocking(unit).unwrap();
        } else if good != Health::Damaged {
            self.app.change_client(&format!("c{client}"), move |record| {
                record.disabled = health == Health::Disabled;
                let known = (health != Health::WithoutUri).then(|| uri(client));
                record.logout.backchannel_logout_uri = known;
            });
        } else {
            return;
        }
        self.healths[client] = health;
    }

    /// What an attempt must lead to.
    fn outcome(&self, client: usize) -> (usize, Outcome) {
        match (self.healths[client], self.replies[client]) {
            (Health::Disabled, _) => (0, Outcome::Over("client.unknown")),
            (Health::WithoutUri, _) => (0, Outcome::Over("logout.no_back_channel")),
            (Health::Damaged, _) => (0, Outcome::Failed("logout.fault")),
            (Health::Registered, _) if client == UNSIGNABLE => (0, Outcome::Failed("logout.fault")),
            (_, Reply::Status(200 | 204)) => (1, Outcome::Told),
            (_, Reply::Status(400)) => (1, Outcome::Over("logout.refused_by_client")),
            (_, Reply::Status(429 | 500 | 503)) => (1, Outcome::Failed("logout.answer_unexpected")),
            (_, Reply::Status(_)) => (1, Outcome::Over("logout.answer_unexpected")),
            (_, Reply::Error(error)) => (1, Outcome::Failed(error.as_str())),
        }
    }

    /// One attempt in the list.
    fn attempt(&mut self, id: Uuid) {
        let (now, mut notice) = (self.now(), self.waiting.remove(&id).unwrap());
        let (_, outcome) = self.outcome(notice.client);
        let cause = match outcome {
            Outcome::Told => None,
            Outcome::Over(cause) => Some(cause),
            Outcome::Failed(cause) => {
                let delays = [2, 10, 60, 300, 1800];
                let delay = delays.get(notice.attempts as usize).copied().unwrap_or(7200);
                notice.due = whole(now + delay * 1000);
                notice.attempts += 1;
                if notice.due < notice.expires {
                    self.waiting.insert(id, notice);
                    return;
                }
                Some(cause)
            }
        };
        self.ended.push((format!("c{}", notice.client), self.sessions[&id].to_string(), cause));
    }

    fn due(&self) -> Vec<Uuid> {
        let now = self.now();
        self.waiting.iter().filter(|(_, notice)| notice.due <= now).map(|(id, _)| *id).collect()
    }

    async fn delivers(&mut self) {
        let (due, before) = (self.due(), self.sent());
        assert_eq!(self.job().deliver().await.unwrap(), due.len());
        let mut expected = before;
        for id in due {
            let (sent, _) = self.outcome(self.waiting[&id].client);
            if sent > 0 {
                *expected.entry(id).or_default() += sent;
            }
            self.attempt(id);
        }
        assert_eq!(self.sent(), expected);
    }

    /// The server is killed on the way: of what was due, each was tried once or is as it was.
    async fn is_killed(&mut self, after: usize) {
        let (due, before) = (self.due(), self.sent());
        let job = self.job();
        let soon = async {
            for _ in 0..after {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! { biased; () = soon => (), done = job.deliver() => assert_eq!(done.unwrap(), due.len()) }
        let (sent, outbox) = (self.sent(), self.outbox());
        for (id, count) in &sent {
            let more = count - before.get(id).copied().unwrap_or_default();
            assert!(more == 0 || more == 1 && due.contains(id), "{id} was sent {more} times");
        }
        for id in due {
            let notice = self.waiting[&id].clone();
            let as_it_was = outbox.iter().any(|one| one.id == id && one.attempts == notice.attempts);
            if !as_it_was {
                let more =
                    sent.get(&id).copied().unwrap_or_default() - before.get(&id).copied().unwrap_or_default();
                assert_eq!(more, self.outcome(notice.client).0, "settled without an attempt");
                self.attempt(id);
            }
        }
    }

    /// The outbox and the trail are what the list says.
    fn check(&self) {
        let shown: BTreeMap<_, _> = self
            .outbox()
            .into_iter()
            .map(|one| (one.id, (one.client_id, one.attempts, one.due_at.unix_timestamp())))
            .collect();
        let expected: BTreeMap<_, _> = self
            .waiting
            .iter()
            .map(|(id, one)| (*id, (format!("c{}", one.client), one.attempts, one.due / 1000)))
            .collect();
        assert_eq!(shown, expected);
        let told = self.app.audit().into_iter().filter(|event| event["event"] == "logout_notified");
        let mut told: Vec<_> = told
            .map(|event| {
                let text = |name: &str| event[name].as_str().map(str::to_owned);
                (text("client_id").unwrap(), text("session").unwrap(), text("cause"))
            })
            .collect();
        let mut expected: Vec<_> = self
            .ended
            .iter()
            .map(|(client, sid, cause)| (client.clone(), sid.clone(), cause.map(str::to_owned)))
            .collect();
        told.sort();
        expected.sort();
        assert_eq!(told, expected);
    }

    async fn happens(&mut self, happening: &Happening) {
        match happening {
            Happening::SessionEnds { clients } => self.session_ends(clients),
            Happening::Passes { millis } => self.app.advance(Duration::milliseconds(*millis)),
            Happening::Answers { client, reply } => self.answers(*client, *reply),
            Happening::Becomes { client, health } => self.becomes(*client, *health),
            Happening::Delivers => self.delivers().await,
            Happening::IsKilled { after } => self.is_killed(*after).await,
            Happening::Sweeps => {
                let (store, clock) = (&self.app.state.store, &*self.app.clock);
                sweep_expired::sweep(store, &Tenant::default_tenant(), clock).await.unwrap();
            }
        }
        self.check();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// OIDC Back-Channel Logout §2.5, §2.8.
    #[test]
    fn every_notice_ends_once_and_is_sent_no_more(happenings in vec(happening(), 0..60)) {
        actix_web::rt::System::new().block_on(async {
            let mut world = World::start().await;
            for happening in &happenings {
                world.happens(happening).await;
            }
            for client in 0..CLIENTS {
                world.answers(client, Reply::Status(200));
            }
            // Two days later nothing waits, whatever was before.
            for _ in 0..24 {
                world.happens(&Happening::Delivers).await;
                world.app.advance(Duration::hours(2));
            }
            assert!(world.outbox().is_empty());
        });
    }
}
