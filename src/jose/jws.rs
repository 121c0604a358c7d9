//! A compact JWS of another. RFC 7515 §3.1, §5.2, §7.1; RFC 8725 §3.

use super::json::{self, Object};
use super::{JoseError, Jwk, JwkSet, signature};
use crate::records::JwsAlgorithm;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fmt;

/// The longest token, and the longest key set, that is read.
pub const MAX_BYTES: usize = 64 * 1024;

/// How many keys of a set are tried with one token.
pub(super) const MAX_TRIES: usize = 8;

/// The header of a token. Nothing in it is to be trusted before the signature is verified, and what it points to
/// (`jku`, `x5u`) not even then.
#[derive(Clone)]
pub struct Header {
    /// The algorithm; none for `none` and for what we do not know.
    pub alg: Option<JwsAlgorithm>,
    /// Which key. RFC 7515 §4.1.4.
    pub kid: Option<String>,
    /// The type of the whole. RFC 7515 §4.1.9.
    pub typ: Option<String>,
    /// The type of the content. RFC 7515 §4.1.10.
    pub cty: Option<String>,
    /// The key itself, for whoever expects one there. RFC 7515 §4.1.3.
    pub jwk: Option<Value>,
    is_none: bool,
}

impl Header {
    fn parse(part: &str) -> Result<Self, JoseError> {
        let members = json::parse_object(&decode(part)?).map_err(|_| JoseError::Header)?;
        // RFC 7515 §4.1.2, §4.1.5, §4.1.6, §4.1.7, §4.1.8; RFC 8725 §3.10: keys that the token brings are not looked at.
        // RFC 7515 §4.1.11: we know no extension. RFC 7797 §6: `b64` is one.
        if members.contains_key("crit") || members.contains_key("b64") {
            return Err(JoseError::Critical);
        }
        // RFC 7515 §4.1.1, §5.3: always there, compared to the letter.
        let alg = text(&members, "alg")?.ok_or(JoseError::Header)?;
        Ok(Self {
            alg: JwsAlgorithm::parse(&alg),
            kid: text(&members, "kid")?,
            typ: text(&members, "typ")?,
            cty: text(&members, "cty")?,
            jwk: members.get("jwk").cloned(),
            is_none: alg == "none",
        })
    }

    /// Whether it may mean a key of this identifier. RFC 7515 §4.1.4, appendix D: a `kid` picks among keys that have one.
    pub(super) fn may_name(&self, kid: Option<&str>) -> bool {
        match (self.kid.as_deref(), kid) {
            (Some(named), Some(own)) => named == own,
            (None, _) | (Some(_), None) => true,
        }
    }

    /// Whether the type is this one, such as `dpop+jwt`. RFC 7515 §4.1.9: `application/` may stand before it; media
    /// types do not mind case (RFC 2045 §5.1).
    pub fn is_type(&self, typ: &str) -> bool {
        let own = self.typ.as_deref().unwrap_or_default().to_ascii_lowercase();
        own.strip_prefix("application/").unwrap_or(&own) == typ.to_ascii_lowercase()
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Header")
            .field("alg", &self.alg)
            .field("typ", &self.typ)
            .finish_non_exhaustive()
    }
}

/// What a signature is verified with.
#[derive(Clone, Copy)]
pub enum With<'a> {
    /// One of these keys: the one that the token names, or, where it names none, any that fits.
    Set(&'a JwkSet),
    /// This key, whatever the token names.
    Key(&'a Jwk),
    /// A secret that both sides know.
    Secret(&'a [u8]),
}

/// A signed token that has been read, and not been verified.
pub struct Jws {
    header: Header,
    payload: Vec<u8>,
    signature: Vec<u8>,
    signing_input: String,
}

impl Jws {
    /// Reads a token in compact form.
    ///
    /// # Errors
    /// [`JoseError::Malformed`], [`JoseError::Header`], [`JoseError::Critical`]; [`JoseError::Unsecured`] where the
    /// algorithm is `none`.
    pub fn parse(token: &str) -> Result<Self, JoseError> {
        let (signing_input, header, payload, signature) = split(token)?;
        let header = Header::parse(header)?;
        if header.is_none {
            return Err(JoseError::Unsecured);
        }
        if signature.is_empty() {
            return Err(JoseError::Malformed);
        }
        let (payload, signature) = (decode(payload)?, decode(signature)?);
        Ok(Self { header, payload, signature, signing_input: signing_input.to_owned() })
    }

    /// The header, not verified.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The claims, not verified: to find out whose keys to verify with, and for nothing else.
    ///
    /// # Errors
    /// [`JoseError::Claims`].
    pub fn unverified_claims<T: DeserializeOwned>(&self) -> Result<T, JoseError> {
        claims(&self.payload)
    }

    /// The claims of a token of which nothing else is read, let alone verified: for what harms nobody if it is a lie.
    ///
    /// # Errors
    /// [`JoseError::Malformed`], [`JoseError::Claims`].
    pub fn peek<T: DeserializeOwned>(token: &str) -> Result<T, JoseError> {
        let (_, _, payload, _) = split(token)?;
        claims(&decode(payload)?)
    }

    /// Verifies the signature, which must be of one of the `allowed` algorithms.
    ///
    /// # Errors
    /// [`JoseError::Algorithm`] where it is none of them, [`JoseError::UnknownKey`] where no key may have made it,
    /// [`JoseError::Signature`] where it is wrong.
    pub fn verify(&self, with: With<'_>, allowed: &[JwsAlgorithm]) -> Result<Verified<'_>, JoseError> {
        let algorithm = self.header.alg.ok_or(JoseError::Algorithm)?;
        // RFC 7515 §10.6, RFC 8725 §3.2: the caller says which are good enough.
        if !allowed.iter().any(|one| one.matches(algorithm)) {
            return Err(JoseError::Algorithm);
        }
        let input = self.signing_input.as_bytes();
        let is_right = match with {
            With::Secret(secret) => signature::verify_hmac(algorithm, secret, input, &self.signature),
            With::Key(key) if !key.serves(algorithm) => return Err(JoseError::Algorithm),
            With::Key(key) => key.verify(algorithm, input, &self.signature),
            // RFC 7515 §6: the key is one of the signer's own, found by `kid`.
            With::Set(set) => {
                let mut candidates =
                    // FAPI 2.0 Security Profile §5.4.3: where several keys have one `kid`, they are tried in turn.
                    set.keys().iter().filter(|key| self.may_be(key, algorithm)).take(MAX_TRIES).peekable();
                if candidates.peek().is_none() {
                    return Err(JoseError::UnknownKey);
                }
                candidates.any(|key| key.verify(algorithm, input, &self.signature))
            }
        };
        if is_right {
            // RFC 8725 §3.3: nothing of it counts before this.
            Ok(Verified { header: &self.header, payload: &self.payload })
        } else {
            Err(JoseError::Signature)
        }
    }

    fn may_be(&self, key: &Jwk, algorithm: JwsAlgorithm) -> bool {
        self.header.may_name(key.kid()) && key.serves(algorithm)
    }
}

impl fmt::Debug for Jws {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Jws").field("header", &self.header).finish_non_exhaustive()
    }
}

/// A token whose signature is right. What it claims is still the caller's to judge.
#[derive(Clone, Copy)]
pub struct Verified<'a> {
    header: &'a Header,
    payload: &'a [u8],
}

impl Verified<'_> {
    /// The header.
    pub fn header(&self) -> &Header {
        self.header
    }

    /// The claims.
    ///
    /// # Errors
    /// [`JoseError::Claims`] where they are no JSON object, name a claim twice, or are not such claims.
    pub fn claims<T: DeserializeOwned>(&self) -> Result<T, JoseError> {
        claims(self.payload)
    }
}

impl fmt::Debug for Verified<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Verified").field("header", &self.header).finish_non_exhaustive()
    }
}

/// A token that nobody signed: `none`. RFC 7515 appendix A.5. For request objects of clients that registered it, and
/// nothing else; it proves nothing.
pub struct Unsecured {
    header: Header,
    payload: Vec<u8>,
}

impl Unsecured {
    /// Reads a token whose algorithm is `none` and whose signature is empty.
    ///
    /// # Errors
    /// As [`Jws::parse`]; [`JoseError::Algorithm`] where it names an algorithm.
    pub fn parse(token: &str) -> Result<Self, JoseError> {
        let (_, header, payload, signature) = split(token)?;
        let header = Header::parse(header)?;
        // RFC 7519 §6, RFC 7518 §8.5: an unsecured one is never taken where a signed one is meant.
        if !header.is_none {
            return Err(JoseError::Algorithm);
        }
        // RFC 7518 §3.6: the signature is the empty string.
        if !signature.is_empty() {
            return Err(JoseError::Malformed);
        }
        Ok(Self { header, payload: decode(payload)? })
    }

    /// The header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The claims.
    ///
    /// # Errors
    /// As [`Verified::claims`].
    pub fn claims<T: DeserializeOwned>(&self) -> Result<T, JoseError> {
        claims(&self.payload)
    }
}

impl fmt::Debug for Unsecured {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Unsecured").field("header", &self.header).finish_non_exhaustive()
    }
}

/// Signing input, header, payload and signature of a token with exactly three parts.
fn split(token: &str) -> Result<(&str, &str, &str, &str), JoseError> {
    if token.len() > MAX_BYTES {
        return Err(JoseError::Malformed);
    }
    // Not done: RFC 7515 §7.2: the JSON forms: nothing that we read may come in them.
    // Not done: RFC 7519 §5.2, §7.2: JWTs within JWTs: none is expected, so `cty` is never followed.
    let (signing_input, signature) = token.rsplit_once('.').ok_or(JoseError::Malformed)?;
    let (header, payload) = signing_input.split_once('.').ok_or(JoseError::Malformed)?;
    // A fourth part would leave a dot in the payload, which is no base64url.
    Ok((signing_input, header, payload, signature))
}

fn claims<T: DeserializeOwned>(payload: &[u8]) -> Result<T, JoseError> {
    let members = json::parse_object(payload).map_err(|_| JoseError::Claims)?;
    serde_json::from_value(Value::Object(members)).map_err(|_| JoseError::Claims)
}

fn text(members: &Object, name: &str) -> Result<Option<String>, JoseError> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(JoseError::Header),
    }
}

/// RFC 7515 §2: base64url without padding, white space or stray bits.
fn decode(part: &str) -> Result<Vec<u8>, JoseError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| JoseError::Malformed)
}
