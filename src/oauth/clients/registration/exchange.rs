//! What a client may exchange and introspect, and which workloads it is. RFC 8693, RFC 7662; ours.

use super::{are_words, refuse};
use crate::oauth::OAuthError;
use crate::records::Client;

pub(super) fn check(client: &Client) -> Result<(), OAuthError> {
    let own = &client.token_exchange;
    let lists = [
        (
            &own.token_exchange_audiences,
            "token_exchange_audiences: at most 32 of 1 to 256 printable characters without spaces.",
        ),
        (
            &own.token_exchange_subject_audiences,
            "token_exchange_subject_audiences: at most 32 of 1 to 256 printable characters without spaces.",
        ),
        (
            &own.token_exchange_subject_issuers,
            "token_exchange_subject_issuers: at most 32 of 1 to 256 printable characters without spaces.",
        ),
    ];
    for (list, description) in lists {
        if !are_words(list) {
            return Err(refuse(description, "registration.token_exchange"));
        }
    }
    if !are_words(&client.introspects.introspection_audiences) {
        return Err(refuse(
            "introspection_audiences: at most 32 of 1 to 256 printable characters without spaces.",
            "registration.introspection",
        ));
    }
    let identities = &client.authentication.workload_identities;
    let is_text = |text: &String| {
        (1..=1024).contains(&text.len()) && !text.trim().is_empty() && !text.chars().any(char::is_control)
    };
    if identities.len() > 32 || !identities.iter().all(|own| is_text(&own.issuer) && is_text(&own.subject)) {
        return Err(refuse(
            "workload_identities: at most 32, each with an issuer and a subject of 1 to 1024 bytes.",
            "registration.workload_identities",
        ));
    }
    Ok(())
}
