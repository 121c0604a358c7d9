//! Every answer as it is shown: to people, or as JSON.

use super::{Failure, client, inspect, key, print, resource, user};
use crate::admin::Answer;
use serde_json::json;
use std::process::ExitCode;

/// Prints an answer. The exit code is 1 for a token that a verifier would not accept.
pub(super) fn show(answer: &Answer, as_json: bool) -> Result<ExitCode, Failure> {
    super::shown(if as_json { show_json(answer) } else { show_text(answer) })?;
    let is_refused = matches!(answer, Answer::Explained(explanation) if !explanation.accepted);
    Ok(if is_refused { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn show_text(answer: &Answer) -> Result<(), Failure> {
    match answer {
        Answer::User(view) => user::show(view),
        Answer::Users(page) => user::list(&page.items),
        Answer::Client(view) => client::show(view),
        Answer::Clients(page) => client::list(&page.items),
        Answer::Resource(view) => resource::show(view),
        Answer::Resources(views) => resource::list(views),
        Answer::InitialToken(token) => client::token::show(token),
        Answer::InitialTokens(tokens) => client::token::list(tokens),
        Answer::Keys(keys) => key::list(keys),
        Answer::Changed(changes) => key::changed(changes),
        Answer::Rotation(Some(at)) => print::line(format!("the next key signs from {at} on")),
        Answer::Rotation(None) => print::line("the next key signs once it has been published long enough"),
        Answer::Rewrapped(count) => print::line(format!("{count} sealed anew")),
        Answer::Explained(explanation) => inspect::show(explanation),
        Answer::Deleted(name) => print::line(format!("{name} is deleted")),
    }
}

fn show_json(answer: &Answer) -> Result<(), Failure> {
    match answer {
        Answer::User(view) => print::json(view),
        Answer::Users(page) => print::json(&page.items),
        Answer::Client(view) => print::json(view),
        Answer::Clients(page) => print::json(&page.items),
        Answer::Resource(view) => print::json(view),
        Answer::Resources(views) => print::json(views),
        Answer::InitialToken(token) => print::json(token),
        Answer::InitialTokens(tokens) => print::json(tokens),
        Answer::Keys(keys) => print::json(keys),
        Answer::Changed(changes) => print::json(changes),
        Answer::Rotation(at) => print::json(&json!({ "activates_at": at })),
        Answer::Rewrapped(count) => print::json(&json!({ "rewrapped": count })),
        Answer::Explained(explanation) => print::json(explanation),
        Answer::Deleted(name) => print::json(&json!({ "deleted": name })),
    }
}
