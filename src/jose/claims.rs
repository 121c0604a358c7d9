//! The registered claims, and when and for whom they hold. RFC 7519 §4.1.

use super::JoseError;
use serde::de::{Error, Unexpected};
use serde::{Deserialize, Deserializer};
use time::{Duration, OffsetDateTime};

/// The registered claims of a token; which of them must be there is the caller's to say.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Registered {
    /// Who issued it. RFC 7519 §4.1.1.
    pub iss: Option<String>,
    /// About whom it is. RFC 7519 §4.1.2.
    pub sub: Option<String>,
    /// For whom it is. RFC 7519 §4.1.3.
    pub aud: Option<Audience>,
    /// From when on it must not be accepted. RFC 7519 §4.1.4.
    pub exp: Option<NumericDate>,
    /// Before when it must not be accepted. RFC 7519 §4.1.5.
    pub nbf: Option<NumericDate>,
    /// When it was issued. RFC 7519 §4.1.6.
    pub iat: Option<NumericDate>,
    /// Its identifier. RFC 7519 §4.1.7.
    pub jti: Option<String>,
}

/// For whom a token is: one, or several.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Audience {
    /// One, as a string.
    One(String),
    /// Any number, as a list.
    Many(Vec<String>),
}

impl Audience {
    /// Whether this is one of them.
    pub fn names(&self, one: &str) -> bool {
        match self {
            Self::One(own) => own == one,
            Self::Many(all) => all.iter().any(|own| own == one),
        }
    }

    /// Whether this alone stands there, as a string and not as a list. FAPI 2.0 Security Profile §5.3.2.1.
    pub fn is_only(&self, one: &str) -> bool {
        matches!(self, Self::One(own) if own == one)
    }
}

/// Seconds since 1970; a fraction is cut off. RFC 7519 §2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct NumericDate(pub OffsetDateTime);

impl<'de> Deserialize<'de> for NumericDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = serde_json::Number::deserialize(deserializer)?;
        let out_of_range = || D::Error::invalid_value(Unexpected::Other("number"), &"seconds since 1970");
        #[allow(
            clippy::cast_possible_truncation,
            reason = "what does not fit is cut to the ends, and refused below"
        )]
        let seconds = number.as_i64().or_else(|| number.as_f64().map(|fraction| fraction.floor() as i64));
        let at = seconds.and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
        at.map(Self).ok_or_else(out_of_range)
    }
}

/// When a token is accepted.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// The present instant.
    pub now: OffsetDateTime,
    /// How far clocks may differ; not negative.
    pub skew: Duration,
    /// How far ahead a token may expire.
    pub longest_life: Duration,
}

impl Registered {
    /// Checks `exp`, which must be there, `nbf` and `iat`. Gives the instant from which on the token is refused, so
    /// the one until which its `jti` is to be remembered.
    ///
    /// # Errors
    /// [`JoseError::Claims`] without `exp`; [`JoseError::Expired`], [`JoseError::NotYetValid`],
    /// [`JoseError::LongLived`].
    pub fn check_times(&self, window: &Window) -> Result<OffsetDateTime, JoseError> {
        let Window { now, skew, longest_life } = *window;
        let expires = self.exp.ok_or(JoseError::Claims)?.0;
        let until = expires.saturating_add(skew);
        // RFC 7519 §4.1.4: on or after `exp` it is refused.
        if now >= until {
            return Err(JoseError::Expired);
        }
        let latest = now.saturating_add(skew);
        // RFC 7519 §4.1.5, and RFC 7523 §3: nothing from the future.
        if [self.nbf, self.iat].into_iter().flatten().any(|from| from.0 > latest) {
            return Err(JoseError::NotYetValid);
        }
        // RFC 7523 §3: an `exp` that is unreasonably far in the future may be refused.
        if expires > latest.saturating_add(longest_life) {
            return Err(JoseError::LongLived);
        }
        Ok(until)
    }

    /// Checks that the token is for one of these.
    ///
    /// # Errors
    /// [`JoseError::Audience`].
    // RFC 8725 §3.9, RFC 7519 §7.3: compared to the letter.
    pub fn check_audience(&self, accepted: &[&str]) -> Result<(), JoseError> {
        let names = |one: &&str| self.aud.as_ref().is_some_and(|audience| audience.names(one));
        if accepted.iter().any(names) { Ok(()) } else { Err(JoseError::Audience) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(claims: serde_json::Value) -> Result<i64, JoseError> {
        let now = OffsetDateTime::from_unix_timestamp(1_000_000).unwrap();
        let window = Window { now, skew: Duration::seconds(10), longest_life: Duration::hours(1) };
        let claims: Registered = serde_json::from_value(claims).map_err(|_| JoseError::Claims)?;
        claims.check_times(&window).map(OffsetDateTime::unix_timestamp)
    }

    /// Ten seconds ahead pass, sixty do not.
    #[test]
    fn a_token_holds_from_its_start_to_its_end_as_far_as_clocks_agree() {
        for (claims, expected) in [
            (json!({ "exp": 1_000_060 }), Ok(1_000_070)),
            (json!({ "exp": 1_000_060.9 }), Ok(1_000_070)),
            (json!({ "exp": 999_991 }), Ok(1_000_001)),
            (json!({ "exp": 999_990 }), Err(JoseError::Expired)),
            (json!({ "exp": 1_003_610 }), Ok(1_003_620)),
            (json!({ "exp": 1_003_611 }), Err(JoseError::LongLived)),
            (json!({ "exp": 1_000_060, "iat": 1_000_010, "nbf": 1_000_010 }), Ok(1_000_070)),
            (json!({ "exp": 1_000_090, "iat": 1_000_060 }), Err(JoseError::NotYetValid)),
            (json!({ "exp": 1_000_090, "nbf": 1_000_011 }), Err(JoseError::NotYetValid)),
            (json!({}), Err(JoseError::Claims)),
            (json!({ "exp": "1000060" }), Err(JoseError::Claims)),
            (json!({ "exp": 1e99 }), Err(JoseError::Claims)),
            (json!({ "exp": -1e99 }), Err(JoseError::Claims)),
            (json!({ "exp": null }), Err(JoseError::Claims)),
            (json!({ "exp": 1_000_060, "iat": [] }), Err(JoseError::Claims)),
        ] {
            assert_eq!(check(claims.clone()), expected, "{claims}");
        }
    }

    #[test]
    fn an_audience_is_a_string_or_a_list() {
        let audience = |value| serde_json::from_value::<Audience>(value);
        let one = audience(json!("https://id.example")).unwrap();
        let many = audience(json!(["https://id.example", "x"])).unwrap();
        assert!(one.names("https://id.example") && one.is_only("https://id.example"));
        assert!(many.names("x") && !many.is_only("https://id.example"));
        assert!(!one.names("https://id.example/"));
        assert!(audience(json!({})).is_err() && audience(json!([1])).is_err());
    }
}
