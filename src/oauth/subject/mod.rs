//! The subject: the name by which a client, and whoever reads its tokens, knows a person. OIDC Core §8.
//!
//! A public subject is the person's identifier. A pairwise one is an HMAC of it under a secret of this server, so that
//! clients of different sectors cannot compare their people, and nobody finds the person without us: whoever is given
//! a subject compares it with that of the person in question ([`is_of`]).

use super::Rules;
use crate::digest::hmac_sha256;
use crate::records::{Client, SubjectType};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use url::Url;
use uuid::Uuid;

/// The subject by which this client knows the person: in its ID tokens, at userinfo, in its access tokens, in what
/// introspection tells of them, and in logout tokens.
pub fn of(client: &Client, user_id: Uuid, rules: &Rules) -> String {
    match client.subjects.subject_type {
        // OIDC Core §2, §5.7: at most 255 ASCII characters, never another person's later, and unique with the issuer.
        SubjectType::Public => user_id.to_string(),
        SubjectType::Pairwise => pairwise(&sector(client), user_id, rules),
    }
}

/// Whether this client knows the person by this subject.
pub fn is_of(subject: &str, client: &Client, user_id: Uuid, rules: &Rules) -> bool {
    subject == of(client, user_id, rules)
}

/// The `sid` by which this client knows a browser session: in its ID tokens and in what it is told of a sign-out. Where
/// clients must not compare their people, they must not compare the sessions either: one session is one person.
pub fn session_of(client: &Client, sid: Uuid, rules: &Rules) -> Uuid {
    match client.subjects.subject_type {
        SubjectType::Public => sid,
        SubjectType::Pairwise => {
            // A colon stands in no name of a host, so this is no sector.
            let mac = keyed(&format!("session:{}", sector(client)), sid, rules);
            mac.first_chunk().map_or(sid, |half| Uuid::from_bytes(*half))
        }
    }
}

/// OIDC Core §8.1: keyed, the same each time, another one for each sector.
// OIDC Core §17.3: clients of different sectors have nothing to compare.
fn pairwise(sector: &str, user_id: Uuid, rules: &Rules) -> String {
    URL_SAFE_NO_PAD.encode(keyed(sector, user_id, rules))
}

/// The identifier has a fixed length, so what stands before it needs no end.
fn keyed(sector: &str, id: Uuid, rules: &Rules) -> [u8; 32] {
    hmac_sha256(rules.subjects.bytes(), &[sector.as_bytes(), id.as_bytes()])
}

/// OIDC Core §8.1: the host of the sector identifier URI, or else of the redirect URIs. A client that has no host in
/// either, such as one whose application waits at a scheme of its own, is a sector by itself.
fn sector(client: &Client) -> String {
    let host = |uri: &String| Url::parse(uri).ok()?.host_str().map(str::to_owned);
    let named = client.subjects.sector_identifier_uri.as_ref().and_then(host);
    // A colon stands in no name of a host.
    named
        .or_else(|| client.redirect_uris.iter().find_map(host))
        .unwrap_or_else(|| format!("client:{}", client.client_id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::fixtures;

    const ADA: Uuid = Uuid::from_bytes([3; 16]);

    fn pairwise_client(change: impl FnOnce(&mut Client)) -> String {
        let mut client = fixtures::client();
        client.subjects.subject_type = SubjectType::Pairwise;
        change(&mut client);
        of(&client, ADA, &fixtures::rules())
    }

    #[test]
    fn a_public_subject_is_the_person_for_everybody() {
        assert_eq!(of(&fixtures::client(), ADA, &fixtures::rules()), ADA.to_string());
    }

    #[test]
    fn a_pairwise_subject_is_the_same_within_a_sector_and_another_outside() {
        let ours = pairwise_client(|_| {});
        assert_eq!(ours, pairwise_client(|client| client.client_id = "other".to_owned()));
        assert_eq!(
            ours,
            pairwise_client(|client| client.redirect_uris = vec!["https://app.example:1/x".into()])
        );
        let elsewhere = pairwise_client(|client| client.redirect_uris = vec!["https://b.example/cb".into()]);
        assert_ne!(ours, elsewhere);
        let named = |uri: &str| {
            let uri = uri.to_owned();
            pairwise_client(|client| client.subjects.sector_identifier_uri = Some(uri))
        };
        assert_eq!(named("https://b.example/list.json"), elsewhere);
        assert!(!ours.contains(&ADA.to_string()) && ours.len() == 43);
    }

    #[test]
    fn clients_without_a_host_are_sectors_of_their_own() {
        let native = |id: &str| {
            let id = id.to_owned();
            pairwise_client(|client| {
                client.client_id = id;
                client.redirect_uris = vec!["com.example.app:/cb".to_owned()];
            })
        };
        assert_ne!(native("a"), native("b"));
    }

    #[test]
    fn a_subject_is_compared_with_the_persons_own() {
        let (rules, client) = (fixtures::rules(), fixtures::client());
        assert!(is_of(&ADA.to_string(), &client, ADA, &rules));
        assert!(!is_of(&Uuid::nil().to_string(), &client, ADA, &rules));
    }
}
