//! Reading a proof and checking everything that it says. RFC 9449 §4.2, §4.3.

use super::url;
use crate::act::Act;
use crate::digest::sha256;
use crate::jose::{JoseError, Jwk, Jws, NumericDate, With};
use crate::oauth::clients::profile;
use crate::oauth::one_time::Spend;
use crate::oauth::{ErrorCode, OAuthError, Rules};
use crate::records::Profile;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::IgnoredAny;
use time::{Duration, OffsetDateTime};

/// The `typ` of a proof. RFC 9449 §4.2.
const TYP: &str = "dpop+jwt";

/// How old a proof may be. RFC 9449 §11.1: seconds or minutes.
const MAX_AGE: Duration = Duration::seconds(60);

/// The longest `jti` that is taken, in bytes. RFC 9449 §11.1 allows a bound.
const MAX_JTI: usize = 512;

/// What a proof must have been made for.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The method of the request.
    pub method: &'a str,
    /// The URLs by which the endpoint is known: from the configuration, never from what the request says.
    pub urls: &'a [String],
    /// The access token that goes along, at a resource.
    pub access_token: Option<&'a str>,
    /// The set of demands that the client is held to.
    pub profile: Option<Profile>,
    /// Whether this client's proofs need a nonce, whatever the server's configuration says.
    pub needs_nonce: bool,
}

/// A good proof, as long as it was not shown before.
#[derive(Debug, Clone)]
pub struct Proof {
    /// The thumbprint of its key. RFC 9449 §6.1.
    pub jkt: String,
    /// What makes it good for one use alone. RFC 9449 §11.1.
    pub spend: Spend,
}

/// The claims. RFC 9449 §4.2; the first four must be there.
#[derive(Deserialize)]
struct Claims {
    jti: String,
    htm: String,
    htu: String,
    iat: NumericDate,
    ath: Option<String>,
    nonce: Option<String>,
    exp: Option<NumericDate>,
    nbf: Option<NumericDate>,
}

/// Of a proof, whether it shows a nonce.
#[derive(Deserialize)]
struct Nonced {
    nonce: Option<IgnoredAny>,
}

/// Checks the proof of a request: the values of its `DPoP` headers. None where there is no header.
///
/// # Errors
/// `invalid_dpop_proof` with the first thing that is wrong; `use_dpop_nonce` where nothing is, but its nonce is missing
/// or old.
pub fn verify(
    headers: &[Vec<u8>],
    act: &Act,
    rules: &Rules,
    expected: &Expected<'_>,
) -> Result<Option<Proof>, OAuthError> {
    let header = match headers {
        [] => return Ok(None),
        [header] => header,
        // RFC 9449 §4.3, 1: there is one header at most.
        _ => return Err(invalid("There is more than one DPoP header.", "dpop.two_proofs")),
    };
    let (jkt, claims) = read(header, expected.profile)?;
    let skew = profile::skew(rules.policy.clock_skew, expected.profile);
    let until = check(&claims, act.now, skew, expected)?;
    check_nonce(claims.nonce.as_deref(), act.now, rules, expected.needs_nonce)?;
    let spend = Spend {
        purpose: "dpop_proof",
        issuer: jkt.clone(),
        jti: claims.jti,
        until,
        replayed: invalid("The DPoP proof was used before.", "dpop.replayed"),
    };
    Ok(Some(Proof { jkt, spend }))
}

/// Whether a proof shows a nonce, by its own word.
pub fn shows_nonce(header: &[u8]) -> bool {
    let text = std::str::from_utf8(header).unwrap_or_default().trim_matches([' ', '\t']);
    Jws::peek::<Nonced>(text).is_ok_and(|claims| claims.nonce.is_some())
}

/// What a request is told that needs a proof and shows none. RFC 9449 §5.2, §7.1.
pub const fn missing() -> OAuthError {
    invalid("A DPoP proof is missing.", "dpop.missing")
}

/// The key and the claims, once the signature is right. RFC 9449 §4.3, 2 to 7.
fn read(header: &[u8], held_to: Option<Profile>) -> Result<(String, Claims), OAuthError> {
    let malformed = || invalid("The DPoP proof is no signed JWT.", "dpop.malformed");
    let algorithm = || {
        invalid(
            "The alg of the DPoP proof must be one of dpop_signing_alg_values_supported.",
            "dpop.algorithm",
        )
    };
    let text = std::str::from_utf8(header).map_err(|_| malformed())?;
    let jws = Jws::parse(text.trim_matches([' ', '\t']))
        .map_err(|error| if error == JoseError::Unsecured { algorithm() } else { malformed() })?;
    // RFC 9449 §4.3, 4; §11.6: no other JWT is taken for a proof.
    if !jws.header().is_type(TYP) {
        return Err(invalid("The typ of the DPoP proof must be dpop+jwt.", "dpop.typ"));
    }
    let jwk = jws
        .header()
        .jwk
        .as_ref()
        .ok_or(invalid("The header of the DPoP proof lacks jwk, the public key.", "dpop.jwk"))?;
    let unusable = invalid(
        "The jwk of the DPoP proof is no key on P-256, P-384, P-521 or Ed25519, nor RSA of 2048 bits or more.",
        "dpop.jwk",
    );
    let private = invalid("The DPoP proof shows a private key.", "dpop.private_key");
    // RFC 9449 §4.3, 7.
    let jwk =
        Jwk::parse(jwk).map_err(|error| if error == JoseError::PrivateKey { private } else { unusable })?;
    let wrong = invalid("The signature of the DPoP proof is wrong.", "dpop.signature");
    let verified = jws
        .verify(With::Key(&jwk), profile::algorithms(held_to))
        .map_err(|error| if error == JoseError::Algorithm { algorithm() } else { wrong })?;
    let claims = verified.claims().map_err(|_| {
        invalid("The DPoP proof needs jti, htm and htu as strings, and iat as a number.", "dpop.claims")
    })?;
    Ok((jwk.thumbprint(), claims))
}

/// RFC 9449 §4.3, 8 to 12, but for the nonce. Gives the instant from which on the proof is too old.
fn check(
    claims: &Claims,
    now: OffsetDateTime,
    skew: Duration,
    expected: &Expected<'_>,
) -> Result<OffsetDateTime, OAuthError> {
    if claims.jti.is_empty() || claims.jti.len() > MAX_JTI {
        return Err(invalid("The jti of the DPoP proof is empty or too long.", "dpop.jti"));
    }
    if claims.htm != expected.method {
        return Err(invalid("The htm of the DPoP proof is not the method of the request.", "dpop.htm"));
    }
    // RFC 9449 §4.3, 9: without query and fragment.
    if !expected.urls.iter().any(|ours| url::is_same(&claims.htu, ours)) {
        return Err(invalid(
            "The htu of the DPoP proof is not the URL of this endpoint, as the metadata names it.",
            "dpop.htu",
        ));
    }
    let made = claims.iat.0;
    let until = made.saturating_add(MAX_AGE).saturating_add(skew);
    // RFC 9449 §4.3, 11, and §11.1.
    if made > now.saturating_add(skew) || until <= now {
        return Err(invalid(
            "The iat of the DPoP proof is more than a minute old, or in the future.",
            "dpop.iat",
        ));
    }
    // RFC 7519 §4.1.4, §4.1.5; FAPI 2.0 Security Profile §5.3.2.1: no proof needs them, but what they say holds.
    let is_over = claims.exp.is_some_and(|exp| exp.0.saturating_add(skew) <= now);
    if is_over || claims.nbf.is_some_and(|nbf| nbf.0 > now.saturating_add(skew)) {
        return Err(invalid(
            "The DPoP proof has expired by its exp, or its nbf is in the future.",
            "dpop.times",
        ));
    }
    // RFC 9449 §4.3, 12: made for the access token that goes along.
    let ath = expected.access_token.map(|token| URL_SAFE_NO_PAD.encode(sha256(&[token.as_bytes()])));
    if ath.is_some() && claims.ath != ath {
        return Err(invalid("The ath of the DPoP proof is not that of the access token.", "dpop.ath"));
    }
    Ok(until)
}

/// RFC 9449 §4.3, 10, and §8: a nonce must be one of ours where one is needed, and wherever one is shown.
fn check_nonce(
    nonce: Option<&str>,
    now: OffsetDateTime,
    rules: &Rules,
    needs_nonce: bool,
) -> Result<(), OAuthError> {
    let refuse = |cause| {
        let description = "The DPoP proof must have the nonce of the DPoP-Nonce header.";
        Err(OAuthError::new(ErrorCode::UseDpopNonce, description, cause))
    };
    match nonce {
        None if rules.dpop.require_nonce || needs_nonce => refuse("dpop.nonce_missing"),
        Some(nonce) if !rules.dpop.nonces.accepts(nonce, now) => refuse("dpop.nonce_stale"),
        None | Some(_) => Ok(()),
    }
}

const fn invalid(description: &'static str, cause: &'static str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidDpopProof, description, cause)
}
