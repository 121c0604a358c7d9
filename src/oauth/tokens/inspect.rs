//! Explaining a token: each check that a verifier makes, whether it passes, and why. For `latchkey inspect`; decides
//! nothing. RFC 7519 §7.2, RFC 8725, RFC 9068 §4.

use super::{ACCESS_TOKEN_TYP, AccessToken, Audience, RefreshToken};
use crate::act::Act;
use crate::keys::Snapshot;
use crate::oauth::{Rules, bearer};
use crate::records::{Client, Grant, find};
use crate::storage::{Fault, Read, Stop};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use time::{Duration, OffsetDateTime};

/// What a token is, and what a verifier would say to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// What kind of token: `access_token`, `id_token`, `jwt`, `refresh_token`, `authorization_code`, `device_code`,
    /// `client_secret`, `setup_link` or `unknown`.
    pub kind: String,
    /// Whether no check failed.
    pub accepted: bool,
    /// The header of a JWT.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<Value>,
    /// The claims of a JWT.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claims: Option<Value>,
    /// The checks, in the order in which a verifier makes them.
    pub checks: Vec<Check>,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What is looked at: a header parameter, a claim, or one of `form`, `signature` and `status`.
    pub name: String,
    /// How it went.
    pub result: Verdict,
    /// Why, in words.
    pub why: String,
}

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// A verifier goes on.
    Passed,
    /// A verifier refuses the token.
    Failed,
    /// It could not be looked at, or nobody said what to expect.
    Skipped,
}

/// Explains `token`. `audience` is what the verifier would ask for in `aud`, where it is known.
///
/// # Errors
/// A [`Fault`] where the store fails.
pub fn explain(
    read: &(impl Read + ?Sized),
    act: &Act,
    rules: &Rules,
    keys: &Snapshot,
    token: &str,
    audience: Option<&str>,
) -> Result<Explanation, Fault> {
    let token = token.trim();
    if let Some(refresh) = RefreshToken::parse(token) {
        return explain_refresh(read, act, rules, &refresh);
    }
    if let Some((kind, what)) = opaque(token) {
        let mut checks = Checks::default();
        checks.skip("form", what);
        return Ok(checks.finish(kind, None, None));
    }
    let mut checks = Checks::default();
    let Some(parts) = Parts::split(token) else {
        checks.fail(
            "form",
            "not three parts of base64url with JSON in the first two, so not a JWT of ours".into(),
        );
        return Ok(checks.finish("unknown", None, None));
    };
    checks.pass("form", "three parts of base64url; header and claims are JSON".into());
    let typ = parts.header.get("typ").and_then(Value::as_str).unwrap_or_default();
    let kind = match typ {
        ACCESS_TOKEN_TYP => "access_token",
        "JWT" => "id_token",
        _ => "jwt",
    };
    checks.header(&parts, keys);
    checks.typ(typ);
    checks.claims(&parts.claims, act.now, rules, audience);
    checks.status(read, act, &parts)?;
    Ok(checks.finish(kind, Some(Value::Object(parts.header)), Some(Value::Object(parts.claims))))
}

/// The random strings that we issue, by their prefix.
fn opaque(token: &str) -> Option<(&'static str, &'static str)> {
    let kinds = [
        ("lkc_", "authorization_code", "an authorization code: opaque, redeemed once at the token endpoint"),
        ("lkd_", "device_code", "a device code: opaque, redeemed once at the token endpoint"),
        ("lks_", "client_secret", "a client secret, no token: if it was shown to anybody, rotate it"),
        ("lki_", "setup_link", "a set-up token, no token for services: used once in the browser"),
        ("lkr_", "refresh_token", "begins like a refresh token, but is damaged or cut"),
    ];
    kinds.into_iter().find(|(prefix, _, _)| token.starts_with(prefix)).map(|(_, kind, what)| (kind, what))
}

/// A JWT taken apart, nothing of it believed yet.
struct Parts<'a> {
    header: Map<String, Value>,
    claims: Map<String, Value>,
    signing_input: &'a str,
    signature: Vec<u8>,
}

impl<'a> Parts<'a> {
    fn split(token: &'a str) -> Option<Self> {
        let (signing_input, signature) = token.rsplit_once('.')?;
        let (header, claims) = signing_input.split_once('.')?;
        let object = |part: &str| -> Option<Map<String, Value>> {
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
        };
        Some(Self {
            header: object(header)?,
            claims: object(claims)?,
            signing_input,
            signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
        })
    }
}

/// Collects the checks.
#[derive(Default)]
struct Checks(Vec<Check>);

impl Checks {
    fn pass(&mut self, name: &str, why: String) {
        self.0.push(Check { name: name.to_owned(), result: Verdict::Passed, why });
    }

    fn fail(&mut self, name: &str, why: String) {
        self.0.push(Check { name: name.to_owned(), result: Verdict::Failed, why });
    }

    fn skip(&mut self, name: &str, why: &str) {
        self.0.push(Check { name: name.to_owned(), result: Verdict::Skipped, why: why.to_owned() });
    }

    fn has_failed(&self) -> bool {
        self.0.iter().any(|check| check.result == Verdict::Failed)
    }

    fn finish(self, kind: &str, header: Option<Value>, claims: Option<Value>) -> Explanation {
        let accepted = !self.has_failed() && self.0.iter().any(|check| check.result == Verdict::Passed);
        Explanation { kind: kind.to_owned(), accepted, header, claims, checks: self.0 }
    }

    /// kid, alg, crit and the signature.
    fn header(&mut self, parts: &Parts<'_>, keys: &Snapshot) {
        let text = |name: &str| parts.header.get(name).and_then(Value::as_str).unwrap_or_default();
        if parts.header.contains_key("crit") {
            // RFC 7515 §4.1.11.
            self.fail("crit", "marks header parameters as critical, and none such is known".to_owned());
        }
        let (kid, alg) = (text("kid"), text("alg"));
        let Some(key) = keys.verifying_key(kid) else {
            let why =
                if kid.is_empty() { "the header names no key" } else { "no key in the JWKS has this kid" };
            self.fail("kid", format!("{why}: never ours, removed since, or revoked"));
            return self.skip("signature", "the key is not known");
        };
        self.pass("kid", format!("{kid} stands in the JWKS"));
        let expected = key.algorithm().as_str();
        if alg == expected {
            self.pass("alg", format!("{alg}, the key's own algorithm"));
        } else {
            self.fail("alg", format!("the header says {alg:?}, the key is for {expected} alone"));
        }
        if key.verify(parts.signing_input.as_bytes(), &parts.signature) {
            self.pass(
                "signature",
                "right for this key: header and claims are as they were issued".to_owned(),
            );
        } else {
            self.fail("signature", "wrong: header, claims or signature were changed".to_owned());
        }
    }

    fn typ(&mut self, typ: &str) {
        match typ {
            ACCESS_TOKEN_TYP => self.pass("typ", "at+jwt: an access token (RFC 9068)".to_owned()),
            "JWT" => {
                self.pass("typ", "JWT: an ID token, for its client alone; no API may accept it".to_owned());
            }
            other => self.fail("typ", format!("{other:?}; an access token has at+jwt, an ID token JWT")),
        }
    }

    fn claims(
        &mut self,
        claims: &Map<String, Value>,
        now: OffsetDateTime,
        rules: &Rules,
        audience: Option<&str>,
    ) {
        let issuer = claims.get("iss").and_then(Value::as_str).unwrap_or_default();
        if issuer == &*rules.policy.issuer {
            self.pass("iss", issuer.to_owned());
        } else {
            self.fail("iss", format!("{issuer:?}; this server is {:?}", rules.policy.issuer));
        }
        self.audience(claims, audience);
        self.times(claims, now, rules.policy.clock_skew);
    }

    fn audience(&mut self, claims: &Map<String, Value>, audience: Option<&str>) {
        let found: Option<Audience> =
            claims.get("aud").and_then(|value| serde_json::from_value(value.clone()).ok());
        let Some(found) = found else { return self.fail("aud", "missing, or no string".to_owned()) };
        let names = found.iter().collect::<Vec<_>>().join(", ");
        match audience {
            Some(asked) if found.contains(asked) => self.pass("aud", names),
            Some(asked) => self.fail("aud", format!("{names}; {asked} is not among them")),
            None => self.skip("aud", &format!("{names}; say which one the service expects with --audience")),
        }
    }

    fn times(&mut self, claims: &Map<String, Value>, now: OffsetDateTime, skew: Duration) {
        let instant = |name: &str| {
            claims
                .get(name)
                .and_then(Value::as_i64)
                .and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok())
        };
        match instant("exp") {
            None => self.fail("exp", "missing, or no time".to_owned()),
            // RFC 7519 §4.1.4: on or after `exp` it is refused.
            Some(at) if now >= at => self.fail("exp", format!("expired {} ago", span(now - at))),
            Some(at) => self.pass("exp", format!("expires in {}", span(at - now))),
        }
        match (claims.contains_key("nbf"), instant("nbf")) {
            (false, _) => self.skip("nbf", "not in the token; valid from its issue on"),
            (true, None) => self.fail("nbf", "no time".to_owned()),
            (true, Some(at)) if now.saturating_add(skew) < at => {
                self.fail("nbf", format!("valid only in {}", span(at - now)));
            }
            (true, Some(at)) => self.pass("nbf", format!("valid for {} already", span(now - at))),
        }
        match instant("iat") {
            None => self.fail("iat", "missing, or no time".to_owned()),
            Some(at) if now.saturating_add(skew) < at => {
                self.fail("iat", format!("issued {} in the future: some clock is wrong", span(at - now)));
            }
            Some(at) => self.pass("iat", format!("issued {} ago", span(now - at))),
        }
    }

    /// What a verifier cannot see by itself: whether token, client, grant and person still stand.
    fn status(&mut self, read: &(impl Read + ?Sized), act: &Act, parts: &Parts<'_>) -> Result<(), Fault> {
        let genuine = self.0.iter().any(|check| check.name == "signature" && check.result == Verdict::Passed);
        if !genuine {
            self.skip("status", "not asked for a token that is not genuine");
            return Ok(());
        }
        let Ok(token) = serde_json::from_value::<AccessToken>(Value::Object(parts.claims.clone())) else {
            self.skip("status", "only access tokens can be revoked by themselves");
            return Ok(());
        };
        match bearer::accept(read, act, token) {
            Ok(accepted) => {
                let of = accepted.user.map_or("the client itself".to_owned(), |user| user.username);
                self.pass("status", format!("not revoked; speaks for {of}"));
            }
            Err(Stop::Refused(error)) => self.fail("status", standing(error.cause)),
            Err(Stop::Fault(fault)) => return Err(fault),
        }
        Ok(())
    }
}

fn explain_refresh(
    read: &(impl Read + ?Sized),
    act: &Act,
    rules: &Rules,
    token: &RefreshToken,
) -> Result<Explanation, Fault> {
    let mut checks = Checks::default();
    checks.pass("form", format!("refresh token number {} of grant {}", token.generation, token.grant_id));
    let grant: Option<Grant> = find(read, &act.tenant, &token.grant_id.to_string())?;
    let state = grant.as_ref().and_then(|grant| grant.refresh.clone().map(|state| (grant, state)));
    let Some((grant, state)) = state.filter(|(grant, state)| token.is_genuine(grant, state, &rules.pepper))
    else {
        checks.fail("signature", "not made by this server, or its grant is gone".to_owned());
        return Ok(checks.finish("refresh_token", None, None));
    };
    checks.pass("signature", "made by this server".to_owned());
    match state.generation.checked_sub(token.generation) {
        Some(0) => checks.pass("generation", "the newest of its family".to_owned()),
        _ => checks.fail("generation", format!("used already; the newest is number {}", state.generation)),
    }
    let idle_end = (state.rotated_at + rules.policy.refresh_idle_ttl).min(grant.expires_at);
    if act.now < idle_end {
        checks.pass("exp", format!("must be used within {}", span(idle_end - act.now)));
    } else {
        checks.fail("exp", format!("was not used in time, {} ago", span(act.now - idle_end)));
    }
    let client = find::<Client>(read, &act.tenant, &grant.client_id)?.filter(|client| !client.disabled);
    match client.map(|client| super::standing(read, act, &client, grant)) {
        None => checks.fail("status", standing("client.disabled")),
        Some(Ok(user)) => checks.pass("status", format!("not revoked; speaks for {}", user.username)),
        Some(Err(Stop::Refused(error))) => checks.fail("status", standing(error.cause)),
        Some(Err(Stop::Fault(fault))) => return Err(fault),
    }
    Ok(checks.finish("refresh_token", None, None))
}

/// A private cause in words, with the cause itself behind it for whoever searches the audit trail.
fn standing(cause: &str) -> String {
    let words = match cause {
        "token.revoked" => "the token was revoked",
        "token.origin_revoked" => "a token from which it was exchanged was revoked",
        "client.disabled" => "its client is disabled or deleted",
        "grant.revoked" => "its grant was revoked",
        "grant.expired" => "its grant has expired",
        "grant.unknown" => "its grant is gone",
        "user.deleted" => "the person was deleted",
        "user.disabled" => "the person is disabled",
        "user.credential_replaced" => "the person has a new password since",
        "browser_session.ended" => "the person has signed out",
        "consent.withdrawn" => "the person has withdrawn consent",
        _ => "it does not stand any more",
    };
    format!("{words} ({cause}); services that verify by the JWKS alone accept it until exp")
}

/// A span of time in its two largest units.
fn span(of: Duration) -> String {
    let seconds = of.whole_seconds().unsigned_abs();
    let units = [("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)];
    let mut rest = seconds;
    let mut parts = Vec::new();
    for (unit, size) in units {
        if rest >= size && parts.len() < 2 {
            parts.push(format!("{} {unit}", rest / size));
            rest %= size;
        }
    }
    if parts.is_empty() { "0 s".to_owned() } else { parts.join(" ") }
}
