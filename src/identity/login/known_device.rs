//! Known devices: browsers in which a person has signed in before. Their tries do not wait for the delay that a
//! stranger's failures brought upon the account; each has a counter of its own.
//!
//! The cookie is `lkb_TIME.NONCE.MAC`. The MAC covers the person and their credential epoch, which the cookie does
//! not name; so it tells nothing, serves one person alone, and ends with a change of their password. Nothing is
//! stored for it.

use super::throttle::Counter;
use crate::act::Act;
use crate::ports::Seed;
use crate::records::{Tenant, User};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use secrecy::{ExposeSecret as _, SecretString};
use time::Duration;

/// What a cookie's value begins with.
const PREFIX: &str = "lkb_";

/// How long a device stays known after its last login.
pub const KNOWN_FOR: Duration = Duration::days(180);

/// Makes and checks the cookies. Cheap to clone.
#[derive(Debug, Clone)]
pub struct KnownDevices {
    key: Seed,
}

impl KnownDevices {
    /// With a secret key of 256 random bits that outlives the process: a new one makes every device a stranger.
    pub fn new(key: [u8; 32]) -> Self {
        Self { key: Seed::new(key) }
    }

    /// The cookie's value for the browser in which `user` has just signed in.
    pub(super) fn issue(&self, act: &Act, user: &User) -> SecretString {
        let time = act.now.unix_timestamp();
        let nonce = BASE64.encode(act.seed.expand_16("known_device.nonce"));
        let mac = self.mac(&act.tenant, user, time, &nonce);
        SecretString::from(format!("{PREFIX}{time}.{nonce}.{mac}"))
    }

    /// The counter of the device that this cookie's value shows; none where it is not `user`'s or too old.
    pub(super) fn check(&self, act: &Act, user: &User, cookie: &SecretString) -> Option<Counter> {
        let (time, rest) = cookie.expose_secret().strip_prefix(PREFIX)?.split_once('.')?;
        let (nonce, mac) = rest.split_once('.')?;
        let time: i64 = time.parse().ok()?;
        let age = act.now.unix_timestamp().saturating_sub(time);
        let expected = self.mac(&act.tenant, user, time, nonce);
        let genuine = mac.len() == expected.len() && openssl::memcmp::eq(mac.as_bytes(), expected.as_bytes());
        (genuine && age < KNOWN_FOR.whole_seconds()).then(|| Counter::of_device(nonce))
    }

    /// A name as it was typed, for the audit trail and for counters: people type passwords into that field, so what is
    /// kept cannot be guessed without the server's key.
    pub fn name_hash(&self, typed: &str) -> String {
        format!("hmac:{}", BASE64.encode(self.key.expand(&format!("typed_name/{typed}"))))
    }

    fn mac(&self, tenant: &Tenant, user: &User, time: i64, nonce: &str) -> String {
        let (tenant, id, epoch) = (tenant.as_str(), user.id, user.credential_epoch);
        BASE64.encode(self.key.expand(&format!("known_device/{tenant}/{id}/{epoch}/{time}/{nonce}")))
    }
}
