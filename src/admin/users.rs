//! Orders about people.

use super::{Answer, Instant, OPERATOR, Page, Refusal, Secret, Services};
use crate::identity::{NewUser, PasswordHash, ProfileChange, UserError, password, username, users};
use crate::records::{Details, User};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An order about people. `user` is a username, typed in whatever way, or a subject.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserOrder {
    /// Adds a person.
    Add {
        /// The username.
        username: String,
        /// The password; without one the person cannot sign in by password.
        password: Option<Secret>,
        /// What is known of them.
        profile: Box<ProfileChange>,
    },
    /// Changes what is known of a person.
    Set {
        /// Who.
        user: String,
        /// What changes.
        profile: Box<ProfileChange>,
    },
    /// Lists people in the order of their subjects.
    List {
        /// Those behind this subject alone.
        after: Option<String>,
        /// At most so many.
        limit: usize,
    },
    /// Shows a person.
    Show {
        /// Who.
        user: String,
    },
    /// Disables a person.
    Disable {
        /// Who.
        user: String,
    },
    /// Enables a person again.
    Enable {
        /// Who.
        user: String,
    },
    /// Deletes a person.
    Delete {
        /// Who.
        user: String,
    },
    /// Sets or replaces a person's password.
    SetPassword {
        /// Who.
        user: String,
        /// The new password.
        password: Secret,
    },
}

/// A person as the operator sees them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserView {
    /// The subject.
    pub sub: Uuid,
    /// The username.
    pub username: String,
    /// The full name.
    pub name: Option<String>,
    /// The mail address.
    pub email: Option<String>,
    /// Whether the address is known to be the person's.
    pub email_verified: bool,
    /// What else is known, by the names of OIDC Core §5.1.
    #[serde(flatten)]
    pub details: Details,
    /// The roles.
    pub roles: Vec<String>,
    /// The groups.
    pub groups: Vec<String>,
    /// Whether a password is set.
    pub has_password: bool,
    /// Whether the person is disabled.
    pub disabled: bool,
    /// When the person was added.
    pub created_at: Instant,
    /// When the person was last changed.
    pub updated_at: Instant,
}

impl From<User> for UserView {
    fn from(user: User) -> Self {
        Self {
            sub: user.id,
            username: user.username,
            name: user.name,
            email: user.email,
            email_verified: user.email_verified,
            details: user.details,
            roles: user.roles,
            groups: user.groups,
            has_password: user.password.is_some(),
            disabled: user.disabled,
            created_at: user.created_at.into(),
            updated_at: user.updated_at.into(),
        }
    }
}

pub(super) async fn execute(services: &Services, order: UserOrder) -> Result<Answer, Refusal> {
    let act = services.act();
    match order {
        UserOrder::Add { username, password, profile } => {
            let password = match password {
                Some(password) => Some(hash(services, &password, &username).await?),
                None => None,
            };
            let new = NewUser { username, password, profile: *profile };
            let added = services.run(move |txn| users::add(txn, &act, OPERATOR, new.clone())).await?;
            Ok(Answer::User(Box::new(added.into())))
        }
        UserOrder::Set { user, profile } => {
            let id = load(services, &user)?.id;
            let changed = services
                .run(move |txn| users::change_profile(txn, &act, OPERATOR, id, (*profile).clone()))
                .await?;
            Ok(Answer::User(Box::new(changed.into())))
        }
        UserOrder::List { after, limit } => list(services, after.as_deref(), limit),
        UserOrder::Show { user } => Ok(Answer::User(Box::new(load(services, &user)?.into()))),
        UserOrder::Disable { user } => {
            let id = load(services, &user)?.id;
            let disabled = services.run(move |txn| users::disable(txn, &act, OPERATOR, id)).await?;
            Ok(Answer::User(Box::new(disabled.into())))
        }
        UserOrder::Enable { user } => {
            let id = load(services, &user)?.id;
            let enabled = services.run(move |txn| users::enable(txn, &act, OPERATOR, id)).await?;
            Ok(Answer::User(Box::new(enabled.into())))
        }
        UserOrder::Delete { user } => {
            let found = load(services, &user)?;
            services.run(move |txn| users::delete(txn, &act, OPERATOR, found.id)).await?;
            Ok(Answer::Deleted(found.username))
        }
        UserOrder::SetPassword { user, password } => {
            let found = load(services, &user)?;
            let hash = hash(services, &password, &found.username).await?;
            let set = services
                .run(move |txn| users::set_password(txn, &act, OPERATOR, found.id, hash.clone()))
                .await?;
            Ok(Answer::User(Box::new(set.into())))
        }
    }
}

fn list(services: &Services, after: Option<&str>, limit: usize) -> Result<Answer, Refusal> {
    let after =
        after.map(|id| Uuid::parse_str(id).map_err(|_| Refusal::new("after is no subject"))).transpose()?;
    let limit = limit.clamp(1, 500);
    let found = users::list(&services.store, &services.tenant, after, limit)?;
    let next = (found.len() == limit).then(|| found.last().map(|user| user.id.to_string())).flatten();
    Ok(Answer::Users(Page { items: found.into_iter().map(UserView::from).collect(), next }))
}

/// The person with this username or subject.
fn load(services: &Services, user: &str) -> Result<User, Refusal> {
    let found = match users::find_by_name(&services.store, &services.tenant, user)? {
        Some(found) => Some(found),
        None => match Uuid::parse_str(user) {
            Ok(id) => users::find_by_id(&services.store, &services.tenant, id)?,
            Err(_) => None,
        },
    };
    found.ok_or_else(|| Refusal::new(UserError::NotFound))
}

/// Prepares, checks and hashes a new password, before any unit of work.
async fn hash(services: &Services, typed: &Secret, username: &str) -> Result<PasswordHash, Refusal> {
    let typed = SecretString::from(typed.expose());
    let prepared = password::prepare(&typed).map_err(Refusal::new)?;
    let canonical = username::canonical(username).map_err(Refusal::new)?;
    password::check_new(&prepared, &canonical, services.password_policy).map_err(Refusal::new)?;
    let salt = services.act().seed.expand_16("password.salt");
    services.passwords.hash(prepared, salt).await.map_err(Refusal::new)
}
