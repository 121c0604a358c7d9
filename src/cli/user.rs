//! `latchkey user`

use super::control::{ask, ask_for_all};
use super::profile::ProfileArgs;
use super::{Failure, print, secret_input};
use crate::admin::{Answer, Order, Secret, UserOrder, UserView};
use crate::config::Settings;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// People asked for at once.
const PAGE: usize = 200;

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Add a person; asks for the password unless it is given otherwise
    Add(Box<Add>),
    /// List all people
    List,
    /// Show a person
    Show(One),
    /// Change what is known of a person; what is not named stays as it is
    Set(Box<Set>),
    /// Disable a person: sessions and tokens end at once
    Disable(One),
    /// Enable a disabled person again
    Enable(One),
    /// Delete a person for good
    Delete(One),
    /// Set or replace a person's password: sessions and tokens end at once
    SetPassword(SetPassword),
}

/// The arguments of `user add`.
#[derive(Debug, Args)]
pub(super) struct Add {
    /// The name to sign in with
    username: String,
    #[command(flatten)]
    profile: ProfileArgs,
    #[command(flatten)]
    password: PasswordSource,
    /// Set no password: the person cannot sign in by password
    #[arg(long, conflicts_with_all = ["password_stdin", "password_file"])]
    no_password: bool,
}

/// The arguments of `user set`.
#[derive(Debug, Args)]
pub(super) struct Set {
    /// The username or subject
    user: String,
    #[command(flatten)]
    profile: ProfileArgs,
    /// Remove a member, such as birthdate; may stand several times
    #[arg(long = "remove", value_name = "MEMBER")]
    removed: Vec<String>,
}

/// The arguments of `user set-password`.
#[derive(Debug, Args)]
pub(super) struct SetPassword {
    /// The username or subject
    user: String,
    #[command(flatten)]
    password: PasswordSource,
}

/// Where a password comes from; by default from a prompt.
#[derive(Debug, Args)]
struct PasswordSource {
    /// Read the password from standard input
    #[arg(long, conflicts_with = "password_file")]
    password_stdin: bool,
    /// Read the password from a file
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

impl PasswordSource {
    fn read(&self) -> Result<Secret, Failure> {
        match &self.password_file {
            Some(path) => secret_input::from_file(path),
            None if self.password_stdin => secret_input::from_stdin(),
            None => secret_input::from_prompt("Password"),
        }
    }
}

/// One person.
#[derive(Debug, Args)]
pub(super) struct One {
    /// The username or subject
    user: String,
}

pub(super) fn run(settings: &Settings, verb: Verb) -> Result<Answer, Failure> {
    let (order, may_make) = match verb {
        Verb::List => return all(settings),
        Verb::Add(add) => (self::add(*add)?, true),
        Verb::Set(set) => {
            let Set { user, profile, removed } = *set;
            (UserOrder::Set { user, profile: Box::new(profile.changes(&removed)?) }, false)
        }
        Verb::Show(One { user }) => (UserOrder::Show { user }, false),
        Verb::Disable(One { user }) => (UserOrder::Disable { user }, false),
        Verb::Enable(One { user }) => (UserOrder::Enable { user }, false),
        Verb::Delete(One { user }) => (UserOrder::Delete { user }, false),
        Verb::SetPassword(SetPassword { user, password }) => {
            (UserOrder::SetPassword { user, password: password.read()? }, false)
        }
    };
    ask(settings, &Order::User(order), may_make)
}

fn add(add: Add) -> Result<UserOrder, Failure> {
    let password = if add.no_password { None } else { Some(add.password.read()?) };
    Ok(UserOrder::Add { username: add.username, password, profile: Box::new(add.profile.read()?) })
}

fn all(settings: &Settings) -> Result<Answer, Failure> {
    let list = |after| Order::User(UserOrder::List { after, limit: PAGE });
    let mut answer = ask_for_all(settings, list)?;
    if let Answer::Users(page) = &mut answer {
        page.items.sort_by(|a, b| a.username.cmp(&b.username));
    }
    Ok(answer)
}

pub(super) fn list(users: &[UserView]) -> Result<(), Failure> {
    let row = |user: &UserView| {
        [
            user.username.clone(),
            user.name.clone().unwrap_or_default(),
            user.email.clone().unwrap_or_default(),
            print::state(user.disabled),
            user.roles.join(" "),
            user.sub.to_string(),
        ]
    };
    let headings = ["USERNAME", "NAME", "EMAIL", "STATE", "ROLES", "SUBJECT"];
    print::table(headings, &users.iter().map(row).collect::<Vec<_>>())
}

pub(super) fn show(user: &UserView) -> Result<(), Failure> {
    let verified = if user.email_verified { " (verified)" } else { "" };
    let mut rows = vec![
        ("username", user.username.clone()),
        ("subject", user.sub.to_string()),
        ("name", user.name.clone().unwrap_or_default()),
        ("email", user.email.as_ref().map(|email| format!("{email}{verified}")).unwrap_or_default()),
    ];
    let details = serde_json::to_value(&user.details).map_err(Failure::new)?;
    let details = details.as_object().into_iter().flatten();
    rows.extend(details.map(|(member, value)| (member.as_str(), print::setting(value))));
    rows.extend([
        ("roles", user.roles.join(" ")),
        ("groups", user.groups.join(" ")),
        ("password", if user.has_password { "set" } else { "not set" }.to_owned()),
        ("state", print::state(user.disabled)),
        ("created", user.created_at.to_string()),
        ("updated", user.updated_at.to_string()),
    ]);
    print::fields(&rows)
}
