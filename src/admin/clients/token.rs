//! Orders about initial access tokens.

use crate::admin::{Answer, Instant, OPERATOR, Refusal, Secret, Services};
use crate::oauth::clients::dynamic::initial_access_token::{self as tokens, New};
use crate::records::{GrantType, InitialAccessToken, Profile, Scope};
use crate::storage::Stop;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use time::Duration;

/// An order about initial access tokens. RFC 7591 §3.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenOrder {
    /// Makes one.
    Create(TokenBounds),
    /// Lists those that have not expired.
    List,
    /// Withdraws one.
    Revoke {
        /// Its name, or the beginning of it.
        name: String,
    },
}

/// What a token allows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TokenBounds {
    /// For whom it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// For how many seconds it can be used.
    pub life_seconds: u32,
    /// How many clients may be registered with it; any number, where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uses: Option<u32>,
    /// The scope that they may have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
    /// The grants that they may use.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub grant_types: Vec<GrantType>,
    /// The resources that they may ask tokens for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// The set of demands that they are held to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
}

/// A token as the operator sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InitialTokenView {
    /// By which it is withdrawn. It opens nothing.
    pub name: String,
    /// The token: shown this once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret>,
    /// What it allows.
    #[serde(flatten)]
    pub bounds: TokenBounds,
    /// When it was made.
    pub created_at: Instant,
    /// When it ends.
    pub expires_at: Instant,
}

impl From<InitialAccessToken> for InitialTokenView {
    fn from(token: InitialAccessToken) -> Self {
        let life = token.expires_at - token.created_at;
        Self {
            name: token.name().to_owned(),
            token: None,
            created_at: token.created_at.into(),
            expires_at: token.expires_at.into(),
            bounds: TokenBounds {
                note: token.note,
                life_seconds: u32::try_from(life.whole_seconds()).unwrap_or(u32::MAX),
                uses: token.uses_left,
                scope: token.scope,
                grant_types: token.grant_types,
                resources: token.resources,
                profile: token.profile,
            },
        }
    }
}

pub(super) async fn execute(services: &Services, order: TokenOrder) -> Result<Answer, Refusal> {
    let act = services.act();
    match order {
        TokenOrder::Create(bounds) => {
            check(&bounds)?;
            let new = New {
                note: bounds.note,
                life: Duration::seconds(bounds.life_seconds.into()),
                uses: bounds.uses,
                scope: bounds.scope,
                grant_types: bounds.grant_types,
                resources: bounds.resources,
                profile: bounds.profile,
            };
            let (record, token) = services
                .run(move |txn| Ok::<_, Stop<Infallible>>(tokens::create(txn, &act, OPERATOR, new.clone())?))
                .await?;
            let token = Some(Secret::from(token.expose_secret().to_owned()));
            Ok(Answer::InitialToken(InitialTokenView { token, ..record.into() }))
        }
        TokenOrder::List => {
            let found = tokens::list(&services.store, &services.tenant)?;
            let alive = found.into_iter().filter(|token| act.now < token.expires_at);
            Ok(Answer::InitialTokens(alive.map(InitialTokenView::from).collect()))
        }
        TokenOrder::Revoke { name } => {
            let revoked = services.run(move |txn| tokens::revoke(txn, &act, OPERATOR, &name)).await?;
            Ok(Answer::Deleted(revoked.name().to_owned()))
        }
    }
}

fn check(bounds: &TokenBounds) -> Result<(), Refusal> {
    let is_note = |note: &String| note.len() <= 256 && !note.chars().any(char::is_control);
    let are_absolute = bounds.resources.iter().all(|uri| url::Url::parse(uri).is_ok() && !uri.contains('#'));
    if !bounds.note.iter().all(is_note) || !are_absolute || bounds.resources.len() > 32 {
        return Err(Refusal::new(
            "note: at most 256 bytes without control characters; resources: absolute URIs, at most 32",
        ));
    }
    if bounds.life_seconds == 0 || bounds.uses == Some(0) {
        return Err(Refusal::new("the token could never be used: give a longer life and at least one use"));
    }
    Ok(())
}
