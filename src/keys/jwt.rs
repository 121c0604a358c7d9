//! Sealing a token: claims in, a compact JWS out. RFC 7515 §7.1, RFC 7519 §7.1.

use super::{Algorithm, KeyError, Signer, Snapshot};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use time::OffsetDateTime;

impl Snapshot {
    /// Signs `claims` with the active key of `algorithm`, as a token of type `typ` (such as `at+jwt`).
    ///
    /// `issued_at` and `expires_at` are the token's: it is refused where its life is longer than its key is bound
    /// to stay published after it retires.
    ///
    /// # Errors
    /// [`KeyError::NotReady`], [`KeyError::OutlivesKey`], [`KeyError::Claims`] or [`KeyError::Crypto`].
    pub fn sign_jwt(
        &self,
        algorithm: Algorithm,
        typ: &str,
        claims: &impl Serialize,
        issued_at: OffsetDateTime,
        expires_at: OffsetDateTime,
    ) -> Result<String, KeyError> {
        let signing = self.signing(algorithm).ok_or(KeyError::NotReady(algorithm))?;
        // A key is active when it signs, so it is removed no earlier than `token_life` and the skew after this
        // instant (lifecycle::apply): what it signs for at most `token_life` never outlives it.
        if expires_at - issued_at > signing.token_life {
            return Err(KeyError::OutlivesKey);
        }
        let rendered = signing.headers.iter().find(|(common, _)| *common == typ).map(|(_, header)| header);
        let claims = serde_json::to_vec(claims).map_err(|_| KeyError::Claims)?;
        let mut token = String::with_capacity(256 + claims.len() * 4 / 3 + 512);
        match rendered {
            Some(header) => token.push_str(header),
            None => token.push_str(&header(&*signing.signer, typ)),
        }
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(&claims, &mut token);
        let signature = signing.signer.sign(token.as_bytes())?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(&signature, &mut token);
        Ok(token)
    }
}

/// The encoded header of every token of this type that `signer` signs. RFC 7515 §4.1.
pub(super) fn header(signer: &dyn Signer, typ: &str) -> String {
    let header = serde_json::json!({ "alg": signer.algorithm(), "kid": signer.kid(), "typ": typ });
    URL_SAFE_NO_PAD.encode(header.to_string())
}
