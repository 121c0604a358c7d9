//! What a client asks for, in plain sentences: the same wherever a person is asked.

use super::page::Frame;
use crate::oauth::authorization_details::{DetailTypes, Shown, show};
use crate::records::Scope;
use serde_json::Value;

/// One sentence for each detail that is asked for: that of its type, or its members one by one. RFC 9396 §12.
pub fn details(frame: &Frame, details: &[Value], types: &DetailTypes) -> Vec<String> {
    let sentence = |detail: &Value| match show(detail, types) {
        Shown::Sentence(text) => text,
        Shown::Members(name, members) => {
            let members: Vec<_> = members.iter().map(|(name, value)| format!("{name}: {value}")).collect();
            let whole = frame.text_with("consent-detail", "type", name.as_str());
            if members.is_empty() { whole } else { format!("{whole} ({})", members.join("; ")) }
        }
    };
    details.iter().map(sentence).collect()
}

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
        "address" => frame.text("consent-scope-address"),
        "phone" => frame.text("consent-scope-phone"),
        "offline_access" => frame.text("consent-scope-offline_access"),
        "roles" => frame.text("consent-scope-roles"),
        "groups" => frame.text("consent-scope-groups"),
        other => frame.text_with("consent-scope-other", "scope", other),
    }
}

/// One sentence for each claim that is asked for by itself. OIDC Core §5.5.
pub fn claim_sentences(frame: &Frame, claims: &[String]) -> Vec<String> {
    claims.iter().map(|claim| frame.text(claim_key(claim))).collect()
}

/// What a claim reveals.
fn claim_key(claim: &str) -> &'static str {
    match claim {
        "name" => "consent-claim-name",
        "family_name" => "consent-claim-family_name",
        "given_name" => "consent-claim-given_name",
        "middle_name" => "consent-claim-middle_name",
        "nickname" => "consent-claim-nickname",
        "preferred_username" => "consent-claim-preferred_username",
        "profile" => "consent-claim-profile",
        "picture" => "consent-claim-picture",
        "website" => "consent-claim-website",
        "gender" => "consent-claim-gender",
        "birthdate" => "consent-claim-birthdate",
        "zoneinfo" => "consent-claim-zoneinfo",
        "locale" => "consent-claim-locale",
        "updated_at" => "consent-claim-updated_at",
        "email" | "email_verified" => "consent-scope-email",
        "address" => "consent-scope-address",
        "phone_number" | "phone_number_verified" => "consent-scope-phone",
        // More is not asked for; what were, would tell something of the profile.
        _ => "consent-scope-profile",
    }
}
