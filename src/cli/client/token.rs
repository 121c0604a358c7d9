//! `latchkey client token`: initial access tokens, with which clients register themselves.

use super::super::control::ask;
use super::super::{Failure, print};
use crate::admin::{Answer, ClientOrder, InitialTokenView, Order, Secret, TokenOrder};
use crate::config::Settings;
use crate::oauth::clients::dynamic::Mode;
use clap::{Args, Subcommand};

/// What to do.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Verb {
    /// Make a token; prints it, once
    Create(Box<Create>),
    /// List the tokens that can be used
    List,
    /// Withdraw a token
    Revoke {
        /// Its name, as `list` shows it, or the beginning of that
        #[arg(allow_hyphen_values = true)]
        name: String,
    },
}

/// The arguments of `client token create`. What is left out is as `[registration]` of the configuration says.
#[derive(Debug, Args)]
pub(in crate::cli) struct Create {
    /// For whom it is
    #[arg(long)]
    note: Option<String>,
    /// How long it can be used, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 7 * 86_400)]
    expires_in: u32,
    /// How many clients may register with it; 0: any number
    #[arg(long, value_name = "COUNT", default_value_t = 1)]
    uses: u32,
    /// The scope that they may have
    #[arg(long, num_args = 1..)]
    scope: Vec<String>,
    /// The grants that they may use
    #[arg(long, value_name = "GRANT", num_args = 1..)]
    grant_types: Vec<String>,
    /// The resources that they may ask tokens for
    #[arg(long, value_name = "URI", num_args = 1..)]
    resources: Vec<String>,
    /// Hold them to `fapi2_security` or `fapi2_message_signing`
    #[arg(long, value_name = "PROFILE")]
    profile: Option<String>,
}

pub(super) fn run(settings: &Settings, verb: Verb) -> Result<Answer, Failure> {
    let (order, may_make) = match verb {
        Verb::Create(create) => (order(&create)?, true),
        Verb::List => (TokenOrder::List, false),
        Verb::Revoke { name } => (TokenOrder::Revoke { name }, false),
    };
    let answer = ask(settings, &Order::Client(ClientOrder::Token(order)), may_make)?;
    if may_make && settings.registration.mode == Mode::Off {
        print::aside(
            "registration.mode is \"off\" in the configuration that was read: a server that runs by it takes no such \
             token; set it to \"token\"",
        );
    }
    Ok(answer)
}

fn order(create: &Create) -> Result<TokenOrder, Failure> {
    let words = |values: &[String]| -> Vec<String> {
        values.iter().flat_map(|value| value.split_whitespace()).map(str::to_owned).collect()
    };
    let mut document = serde_json::json!({
        "note": create.note,
        "life_seconds": create.expires_in,
        "uses": (create.uses > 0).then_some(create.uses),
        "grant_types": words(&create.grant_types),
        "resources": words(&create.resources),
        "profile": create.profile,
    });
    if !create.scope.is_empty()
        && let Some(members) = document.as_object_mut()
    {
        members.insert("scope".to_owned(), words(&create.scope).join(" ").into());
    }
    let bounds = serde_json::from_value(document)
        .map_err(|error| Failure(format!("the token is refused: {error}")))?;
    Ok(TokenOrder::Create(bounds))
}

pub(in crate::cli) fn show(token: &InitialTokenView) -> Result<(), Failure> {
    let mut rows = vec![("name", token.name.clone())];
    if let Some(secret) = &token.token {
        rows.push(("token", Secret::expose(secret).to_owned()));
    }
    let bounds = &token.bounds;
    rows.extend([
        ("note", bounds.note.clone().unwrap_or_default()),
        ("uses left", uses(token)),
        ("scope", bounds.scope.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("grant_types", grants(token)),
        ("resources", bounds.resources.join(" ")),
        ("created", token.created_at.to_string()),
        ("expires", token.expires_at.to_string()),
    ]);
    print::fields(&rows)?;
    if token.token.is_some() {
        print::line("\nHand the token over now: only its hash is stored, and it is never shown again.")?;
    }
    Ok(())
}

pub(in crate::cli) fn list(tokens: &[InitialTokenView]) -> Result<(), Failure> {
    let row = |token: &InitialTokenView| {
        [
            token.name.clone(),
            print::visible(token.bounds.note.as_deref().unwrap_or_default()),
            uses(token),
            grants(token),
            token.expires_at.to_string(),
        ]
    };
    print::table(
        ["NAME", "NOTE", "USES LEFT", "GRANTS", "EXPIRES"],
        &tokens.iter().map(row).collect::<Vec<_>>(),
    )
}

fn uses(token: &InitialTokenView) -> String {
    token.bounds.uses.map_or_else(|| "any".to_owned(), |uses| uses.to_string())
}

fn grants(token: &InitialTokenView) -> String {
    token.bounds.grant_types.iter().map(|grant| grant.as_str()).collect::<Vec<_>>().join(" ")
}
