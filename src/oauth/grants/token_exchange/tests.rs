//! An exchange only narrows: any token, any settings, any request, one exchange after the other, beside a model that
//! knows sets and nothing else.

use super::{Request, Shown, decide, parse};
use crate::act::Act;
use crate::oauth::client_auth::{self, AuthenticatedClient, Presented};
use crate::oauth::fixtures::{act, client, grant, prove, rules, standing_store, start};
use crate::oauth::tokens::{AccessToken, Audience, Origin};
use crate::oauth::trust::{Assertion, IssuerKeys, TrustedIssuer};
use crate::oauth::{OAuthError, Params};
use crate::ports::Seed;
use crate::records::{
    Client, Confirmation, GrantType, Remembered, Requests, Scope, Tenant, TokenExchange, User, find, insert,
    update,
};
use crate::storage::{Stop, Store};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use time::Duration;

const SCOPES: [&str; 5] = ["openid", "email", "read", "write", "admin"];
const AUDIENCES: [&str; 4] = ["https://a.example", "https://b.example", "c", "https://id.example"];
const ISSUER: &str = "https://ci.example";
const NAMES: [&str; 3] = ["ada", "bea", "cia"];

type Set = BTreeSet<String>;

/// Where the chain begins.
#[derive(Debug, Clone)]
enum Root {
    /// A token of ours: of a person, or of the client itself.
    Own { of_person: bool, client: &'static str, origins: usize, actors: usize, bound: Option<&'static str> },
    /// Of a trusted issuer.
    Foreign,
}

/// What the token of the beginning allows.
#[derive(Debug, Clone)]
struct Held {
    scope: Vec<&'static str>,
    audience: Vec<&'static str>,
    details: Vec<Value>,
    roles: Vec<&'static str>,
    groups: Vec<&'static str>,
    lives: i64,
}

/// One exchange: by whom, when, with which settings, and what is asked for.
#[derive(Debug, Clone)]
struct Step {
    by: &'static str,
    later: i64,
    may: Vec<&'static str>,
    ttl: Option<u32>,
    types: Vec<&'static str>,
    exchange: TokenExchange,
    proves: Option<&'static str>,
    scope: Option<Vec<&'static str>>,
    targets: Vec<&'static str>,
    details: Option<Vec<Value>>,
}

/// What a token allows, in the model.
#[derive(Debug, Clone, PartialEq)]
struct Rights {
    client: String,
    scope: Set,
    /// None for a token of another issuer.
    audience: Option<Set>,
    details: Vec<Value>,
    roles: Set,
    groups: Set,
    ends: i64,
    of_person: bool,
    origins: usize,
    actors: usize,
    bound: Option<String>,
}

fn some(all: &'static [&'static str], least: usize) -> impl Strategy<Value = Vec<&'static str>> {
    subsequence(all, least..=all.len())
}

fn details() -> impl Strategy<Value = Vec<Value>> {
    let list = || option::of(vec(select(vec!["a", "b"]), 1..3));
    let detail = (select(vec!["t", "u"]), list(), list(), option::of(select(vec!["x", "y"]))).prop_map(
        |(kind, actions, locations, id)| {
            let mut detail = json!({ "type": kind });
            for (name, value) in
                [("actions", json!(actions)), ("locations", json!(locations)), ("id", json!(id))]
            {
                if !value.is_null() {
                    detail[name] = value;
                }
            }
            detail
        },
    );
    vec(detail, 0..3)
}

fn root() -> impl Strategy<Value = Root> {
    let own = (
        any::<bool>(),
        select(vec!["web", "front"]),
        0..9_usize,
        0..9_usize,
        option::weighted(0.3, select(vec!["K", "L"])),
    );
    prop_oneof![
        4 => own.prop_map(|(of_person, client, origins, actors, bound)| {
            Root::Own { of_person, client, origins, actors, bound }
        }),
        1 => Just(Root::Foreign),
    ]
}

prop_compose! {
    fn held()(
        scope in some(&SCOPES, 0), audience in some(&AUDIENCES, 1), details in details(),
        roles in some(&NAMES, 0), groups in some(&NAMES, 0), lives in prop_oneof![1 => -5_i64..200, 4 => 200_i64..2000],
    ) -> Held {
        Held { scope, audience, details, roles, groups, lives }
    }
}

prop_compose! {
    fn exchange()(
        audiences in some(&AUDIENCES, 1), own in some(&AUDIENCES, 2),
        trusts in prop::bool::weighted(0.8), impersonates in any::<bool>(), waived in any::<bool>(),
    ) -> TokenExchange {
        TokenExchange {
            token_exchange_audiences: audiences.into_iter().map(str::to_owned).collect(),
            token_exchange_subject_audiences: own.into_iter().map(str::to_owned).collect(),
            token_exchange_subject_issuers: trusts.then(|| ISSUER.to_owned()).into_iter().collect(),
            token_exchange_impersonation: impersonates,
            token_exchange_bound_subjects: waived,
        }
    }
}

prop_compose! {
    fn step()(
        by in select(vec!["web", "front"]), later in 0_i64..200, may in some(&SCOPES, 2),
        ttl in option::of(1_u32..4000), types in some(&["t", "u"], 0), exchange in exchange(),
        proves in option::of(select(vec!["K", "L"])), scope in option::weighted(0.4, subsequence(&SCOPES[..], 1..=2)),
        targets in prop_oneof![3 => Just(vec![]), 2 => vec(select(AUDIENCES.to_vec()), 1..3)],
        details in option::weighted(0.2, details()),
    ) -> Step {
        Step { by, later, may, ttl, types, exchange, proves, scope, targets, details }
    }
}

fn set<T: ToString>(all: impl IntoIterator<Item = T>) -> Set {
    all.into_iter().map(|one| one.to_string()).collect()
}

fn scope_of(names: &[&str]) -> Scope {
    Scope::parse(&names.join(" ")).unwrap()
}

/// What a person still has: the rest was taken from them since.
fn kept(names: &Set) -> Set {
    names.iter().filter(|name| *name != "cia").cloned().collect()
}

/// The store with both clients, and the person.
fn world() -> Store {
    let store = standing_store();
    let front = Client { client_id: "front".to_owned(), ..client() };
    let done = store.run_blocking(move |txn| {
        let tenant = Tenant::default_tenant();
        insert(txn, &tenant, &front)?;
        let mut ada: User = find(txn, &tenant, &grant().user_id.to_string())?.unwrap();
        ada.roles = vec!["ada".to_owned(), "bea".to_owned()];
        ada.groups.clone_from(&ada.roles);
        update(txn, &tenant, &ada).map_err(Stop::<()>::Fault)
    });
    done.unwrap();
    store
}

fn rights_of(root: &Root, held: &Held) -> Rights {
    let (of_person, client, origins, actors, bound) = match root {
        Root::Own { of_person, client, origins, actors, bound } => {
            (*of_person, *client, *origins, *actors, *bound)
        }
        Root::Foreign => (false, "", 0, 0, None),
    };
    let foreign = matches!(root, Root::Foreign);
    Rights {
        client: client.to_owned(),
        scope: set(&held.scope),
        audience: (!foreign).then(|| set(&held.audience)),
        details: if foreign { Vec::new() } else { held.details.clone() },
        roles: set(&held.roles),
        groups: if foreign { Set::new() } else { set(&held.groups) },
        ends: held.lives,
        of_person,
        origins,
        actors,
        bound: bound.map(str::to_owned),
    }
}

fn names(all: &[&str]) -> Vec<String> {
    all.iter().map(|one| (*one).to_owned()).collect()
}

fn shown(root: &Root, held: &Held) -> Shown {
    let Root::Own { of_person, client, origins, actors, bound } = root else {
        return Shown::Foreign(Box::new(Assertion {
            issuer: TrustedIssuer {
                issuer: ISSUER.to_owned(),
                keys: IssuerKeys::At(ISSUER.to_owned()),
                audiences: Vec::new(),
                algorithms: Vec::new(),
                longest_life: Duration::HOUR,
                single_use: false,
                subjects: Vec::new(),
                claims: Vec::new(),
                scope: scope_of(&held.scope),
                roles: names(&held.roles),
            },
            subject: "job".to_owned(),
            expires_at: start() + Duration::seconds(held.lives),
            act: None,
            may_act: None,
            confirmation: None,
            spend: None,
        }));
    };
    let origin = |n: usize| Origin { jti: format!("origin {n}"), client_id: "web".to_owned() };
    let nested = |inner: Option<Value>, _| {
        Some(match inner {
            None => json!({ "sub": "x" }),
            Some(inner) => json!({ "sub": "x", "act": inner }),
        })
    };
    Shown::Own(Box::new(AccessToken {
        iss: rules().policy.issuer,
        sub: if *of_person { grant().user_id.to_string() } else { (*client).to_owned() },
        aud: Audience::of(names(&held.audience)),
        client_id: (*client).to_owned(),
        scope: scope_of(&held.scope),
        iat: start().unix_timestamp(),
        exp: start().unix_timestamp() + held.lives,
        jti: "root".to_owned(),
        grant_id: of_person.then(|| grant().id),
        auth_time: None,
        amr: Vec::new(),
        acr: None,
        cnf: bound.map(proved),
        act: (0..*actors).fold(None, nested),
        may_act: None,
        exchanged_from: (0..*origins).map(origin).collect(),
        authorization_details: held.details.clone(),
        roles: names(&held.roles),
        groups: names(&held.groups),
    }))
}

fn proved(key: &str) -> Confirmation {
    Confirmation { jkt: Some(key.to_owned()), x5t_s256: None }
}

/// The client of this step, with its settings of now.
fn caller(store: &Store, step: &Step) -> AuthenticatedClient {
    let with = step.clone();
    let changed = store.run_blocking(move |txn| {
        let tenant = Tenant::default_tenant();
        let mut client: Client = find(txn, &tenant, with.by)?.unwrap();
        // The grant is offline, and the client still may be.
        client.scope = scope_of(&[with.may.as_slice(), &["offline_access"]].concat());
        client.access_token_ttl = with.ttl;
        client.grant_types = vec![GrantType::TokenExchange];
        client.token_exchange = with.exchange.clone();
        client.requests = Requests { authorization_details_types: names(&with.types), ..Requests::default() };
        // What the person allowed the first client is not in question here.
        client.skip_consent = true;
        update(txn, &tenant, &client).map_err(Stop::<()>::Fault)
    });
    changed.unwrap();
    let named = format!("client_id={}", step.by);
    let presented = Presented::read(None, &Params::parse(named.as_bytes()).unwrap()).unwrap();
    let claimed = client_auth::claim(store, &Remembered::default(), &act(), &rules().policy, presented);
    let client = prove(&claimed.unwrap()).unwrap().client;
    client.proving(step.proves.map(proved).unwrap_or_default())
}

fn request(step: &Step, subject: Shown) -> Request {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("subject_token", "-");
    form.append_pair("subject_token_type", "urn:ietf:params:oauth:token-type:jwt");
    if let Some(scope) = &step.scope {
        form.append_pair("scope", &scope.join(" "));
    }
    for target in &step.targets {
        form.append_pair(if target.contains(':') { "resource" } else { "audience" }, target);
    }
    if let Some(details) = &step.details {
        form.append_pair("authorization_details", &json!(details).to_string());
    }
    let params = Params::parse(form.finish().as_bytes()).unwrap();
    Request { subject, ..parse(&params).unwrap() }
}

/// What must come out; nothing where it must be refused. Details are judged apart.
fn expected(before: &Rights, step: &Step, now: i64) -> Option<Rights> {
    let is_own = before.client == step.by;
    let exchange = &step.exchange;
    let may = match &before.audience {
        None => !exchange.token_exchange_subject_issuers.is_empty(),
        Some(audience) => {
            is_own || exchange.token_exchange_subject_audiences.iter().any(|own| audience.contains(own))
        }
    };
    let waived = exchange.token_exchange_bound_subjects && !is_own;
    let proves = step.proves.map(str::to_owned);
    let is_bound = before.bound.is_some() && !waived && before.bound != proves;
    let origins = before.origins + usize::from(before.audience.is_some());
    let is_unseen = is_own || exchange.token_exchange_impersonation;
    let is_too_long = origins > 8 || !is_unseen && before.actors >= 8;
    if !may || is_bound || is_too_long || before.ends <= now {
        return None;
    }
    let of_persons = ["openid", "email"];
    let allowed = |token: &String| {
        (is_own || step.may.contains(&token.as_str()))
            && (before.of_person || !of_persons.contains(&token.as_str()))
    };
    let allowed: Set = before.scope.iter().filter(|token| allowed(token)).cloned().collect();
    let scope = step.scope.as_ref().map_or(allowed.clone(), set);
    let configured = set(&exchange.token_exchange_audiences);
    let own = before.audience.clone().filter(|_| is_own);
    let audience = if step.targets.is_empty() {
        own.or_else(|| exchange.token_exchange_audiences.first().map(|first| set([first])))?
    } else {
        set(&step.targets)
    };
    let within: Set =
        configured.union(&before.audience.clone().filter(|_| is_own).unwrap_or_default()).cloned().collect();
    if !scope.is_subset(&allowed) || !audience.is_subset(&within) && !step.targets.is_empty() {
        return None;
    }
    let still = |names: &Set| if before.of_person { kept(names) } else { names.clone() };
    Some(Rights {
        client: step.by.to_owned(),
        scope,
        audience: Some(audience),
        details: Vec::new(),
        roles: still(&before.roles),
        groups: still(&before.groups),
        ends: before.ends.min(now + i64::from(step.ttl.unwrap_or(300))),
        of_person: before.of_person,
        origins,
        actors: before.actors + usize::from(!is_unseen),
        bound: proves,
    })
}

/// What a token that was issued allows.
fn told(token: &AccessToken) -> Rights {
    Rights {
        client: token.client_id.clone(),
        scope: set(token.scope.iter()),
        audience: Some(set(token.aud.iter())),
        details: Vec::new(),
        roles: set(&token.roles),
        groups: set(&token.groups),
        ends: token.exp - start().unix_timestamp(),
        of_person: token.grant_id.is_some(),
        origins: token.exchanged_from.len(),
        actors: std::iter::successors(token.act.as_ref(), |act| act.get("act")).count(),
        bound: token.cnf.as_ref().and_then(|cnf| cnf.jkt.clone()),
    }
}

/// Everything that details let one do, each as one thing: an action at a location.
fn deeds(details: &[Value]) -> Vec<[Value; 4]> {
    let each = |value: &Value| value.as_array().map_or_else(|| vec![json!("any")], Clone::clone);
    let mut deeds = Vec::new();
    for detail in details {
        for action in each(&detail["actions"]) {
            for location in each(&detail["locations"]) {
                deeds.push([detail["type"].clone(), detail["id"].clone(), action.clone(), location]);
            }
        }
    }
    deeds
}

/// Which of the details the client of this step may hand on.
fn handed_on(before: &Rights, step: &Step) -> Vec<Value> {
    let may =
        |detail: &&Value| before.client == step.by || step.types.iter().any(|own| detail["type"] == *own);
    before.details.iter().filter(may).cloned().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(384))]

    /// RFC 8693 §1.1, §2.1, §5: what comes out is what the model says, and never wider, nor longer alive, than what went
    /// in, whoever exchanges it again.
    #[test]
    fn no_exchange_widens_anything(root in root(), held in held(), steps in vec(step(), 1..5)) {
        let store = world();
        let (mut subject, mut before) = (shown(&root, &held), rights_of(&root, &held));
        let mut now = 0;
        for (at, step) in steps.iter().enumerate() {
            now += step.later;
            let client = caller(&store, step);
            let request = request(step, subject.clone());
            let seed = Seed::new([u8::try_from(at).unwrap(); 32]);
            let act = Act { now: start() + Duration::seconds(now), seed, ..act() };
            let issued = store.run_blocking(move |txn| decide(txn, &act, &rules(), &client, &request));
            let (expected, allowed) = (expected(&before, step, now), handed_on(&before, step));
            let token = match issued {
                Ok(issued) => issued.access,
                Err(Stop::Refused(OAuthError { cause: "details.exceeds", .. })) => {
                    let asked = step.details.as_ref().unwrap();
                    prop_assert!(!asked.iter().all(|one| allowed.contains(one)), "{:?} of {:?}", asked, allowed);
                    continue;
                }
                Err(stop) => {
                    prop_assert!(expected.is_none(), "refused: {:?}, expected {:?}", stop, expected);
                    continue;
                }
            };
            let after = told(&token);
            prop_assert_eq!(Some(&after), expected.as_ref());
            let all = deeds(&allowed);
            prop_assert!(deeds(&token.authorization_details).iter().all(|deed| all.contains(deed)));
            // In plain words, whatever the model says.
            prop_assert!(after.scope.is_subset(&before.scope) && after.ends <= before.ends);
            prop_assert!(after.roles.is_subset(&before.roles) && after.groups.is_subset(&before.groups));
            before = Rights { details: token.authorization_details.clone(), ..after };
            subject = Shown::Own(Box::new(token));
        }
    }
}
