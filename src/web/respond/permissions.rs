//! What a client asks for, in plain sentences: the same wherever a person is asked.

use super::page::Frame;
use crate::records::Scope;

/// One sentence for each thing that is asked for; never none.
pub fn sentences(frame: &Frame, scope: &Scope, resources: &[String]) -> Vec<String> {
    let scopes = scope.iter().map(|token| sentence(frame, token));
    let resources = resources.iter().map(|at| frame.text_with("consent-resource", "resource", at.as_str()));
    let mut all: Vec<String> = scopes.chain(resources).collect();
    if all.is_empty() {
        all.push(frame.text("consent-scope-openid"));
    }
    all
}

fn sentence(frame: &Frame, token: &str) -> String {
    match token {
        "openid" => frame.text("consent-scope-openid"),
        "profile" => frame.text("consent-scope-profile"),
        "email" => frame.text("consent-scope-email"),
        "offline_access" => frame.text("consent-scope-offline_access"),
        "roles" => frame.text("consent-scope-roles"),
        "groups" => frame.text("consent-scope-groups"),
        other => frame.text_with("consent-scope-other", "scope", other),
    }
}
