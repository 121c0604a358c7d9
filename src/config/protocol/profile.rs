//! `profile`: a set of demands that every client is held to.

use crate::config::reader::Reader;
use crate::config::value::words;
use crate::config::{Keys, Tokens};
use crate::oauth::clients::profile::signs;
use crate::records::Profile;
use std::time::Duration;

words!(Profile, "\"fapi2_security\" or \"fapi2_message_signing\"",
    "fapi2_security" => Profile::Fapi2Security,
    "fapi2_message_signing" => Profile::Fapi2MessageSigning,
);

/// Refuses what contradicts the profile.
pub(in crate::config) fn check(profile: Option<Profile>, tokens: &Tokens, keys: &Keys, reader: &mut Reader) {
    if profile.is_none() {
        return;
    }
    // FAPI 2.0 Security Profile §5.3.2.1.
    if tokens.code_ttl > Duration::from_secs(60) {
        reader.refuse(&["tokens.code_ttl", "profile"], "must not be longer than a minute under this profile");
    }
    // FAPI 2.0 Security Profile §5.3.2.1: clocks that are 10 seconds ahead are borne.
    if tokens.clock_skew < Duration::from_secs(10) {
        reader.refuse(&["tokens.clock_skew", "profile"], "must be 10 seconds or more under this profile");
    }
    // FAPI 2.0 Security Profile §5.4.1.
    if !keys.algorithms.iter().any(|algorithm| signs(*algorithm, profile)) {
        reader.refuse(&["keys.algorithms", "profile"], "needs ES256 or EdDSA under this profile");
    }
}
