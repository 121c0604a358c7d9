//! What the browser loads, unseen, so that clients forget the person. OIDC Front-Channel Logout §3.

use crate::act::Act;
use crate::oauth::{Rules, subject};
use crate::records::{Client, Participant, find};
use crate::storage::{Fault, Read};
use url::Url;

/// The URIs to load, one for each of these clients that registered one.
///
/// # Errors
/// A [`Fault`] where the store fails.
pub fn frames(
    read: &(impl Read + ?Sized),
    act: &Act,
    rules: &Rules,
    participants: &[Participant],
) -> Result<Vec<Url>, Fault> {
    let mut frames = Vec::new();
    for participant in participants {
        let client: Option<Client> = find(read, &act.tenant, &participant.client_id)?;
        let Some(client) = client else { continue };
        let uri = client.logout.frontchannel_logout_uri.as_ref();
        if let Some(mut url) = uri.and_then(|uri| Url::parse(uri).ok()) {
            // OIDC Front-Channel Logout §3: the `sid` of its ID tokens.
            let sid = subject::session_of(&client, participant.sid, rules);
            // OIDC Front-Channel Logout §3: both or neither; we always know both.
            url.query_pairs_mut()
                .append_pair("iss", &rules.policy.issuer)
                .append_pair("sid", &sid.to_string());
            frames.push(url);
        }
    }
    Ok(frames)
}
