//! Whose hands an assertion is good in: the key that its presenter must prove. RFC 7800 §3.

use crate::jose::Jwk;
use crate::records::Confirmation;
use serde_json::{Map, Value};

/// The keys that a `cnf` names, as a request can prove them here: by a DPoP proof or by its certificate. None of them
/// where it names its key in another way, or is no `cnf` at all; whoever shows such a token cannot prove anything.
pub(super) fn read(cnf: &Value) -> Confirmation {
    cnf.as_object().and_then(|members| named(members).ok()).unwrap_or_default()
}

/// Something that is no name of a key, or one that contradicts another.
struct Unclear;

/// RFC 7800 §3.1: what is not known beside these is ignored.
fn named(members: &Map<String, Value>) -> Result<Confirmation, Unclear> {
    // RFC 8705 §3.1, RFC 9449 §6.1.
    let (x5t_s256, jkt) = (text(members, "x5t#S256")?, text(members, "jkt")?);
    let Some(jwk) = members.get("jwk") else { return Ok(Confirmation { jkt, x5t_s256 }) };
    // RFC 7800 §3.2: the key itself, of which a DPoP proof is one as well; and §3.1, there is one key alone.
    let own = Jwk::parse(jwk).map_err(|_| Unclear)?.thumbprint();
    if jkt.is_some_and(|jkt| jkt != own) {
        return Err(Unclear);
    }
    Ok(Confirmation { jkt: Some(own), x5t_s256 })
}

fn text(members: &Map<String, Value>, name: &str) -> Result<Option<String>, Unclear> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) if !text.is_empty() => Ok(Some(text.clone())),
        Some(_) => Err(Unclear),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// RFC 7638 §3.1 has this key, and this thumbprint of it.
    const THUMBPRINT: &str = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";

    fn key() -> Value {
        let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRX\
                 jBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSq\
                 zs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHa\
                 Q-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
        json!({ "kty": "RSA", "n": n, "e": "AQAB" })
    }

    #[test]
    fn a_key_is_named_by_its_thumbprint_or_by_itself() {
        for (cnf, jkt, x5t_s256) in [
            (json!({ "jkt": "a" }), Some("a"), None),
            (json!({ "x5t#S256": "b", "kid": "1" }), None, Some("b")),
            (json!({ "jwk": key() }), Some(THUMBPRINT), None),
            (json!({ "jwk": key(), "jkt": THUMBPRINT }), Some(THUMBPRINT), None),
            (json!({ "jkt": "a", "x5t#S256": "b" }), Some("a"), Some("b")),
        ] {
            let expected =
                Confirmation { jkt: jkt.map(str::to_owned), x5t_s256: x5t_s256.map(str::to_owned) };
            assert_eq!(read(&cnf), expected, "{cnf}");
        }
    }

    #[test]
    fn what_nobody_could_prove_here_names_no_key() {
        for cnf in [
            json!(null),
            json!("a"),
            json!([]),
            json!({}),
            json!({ "kid": "1" }),
            json!({ "jwe": "a.b.c.d.e" }),
            json!({ "jku": "https://ci.example/keys", "kid": "1" }),
            json!({ "jkt": 1 }),
            json!({ "jkt": "" }),
            json!({ "jkt": "a", "x5t#S256": null }),
            json!({ "jwk": {} }),
            json!({ "jwk": { "kty": "oct", "k": "AA" } }),
            json!({ "jwk": key(), "jkt": "a" }),
        ] {
            assert!(read(&cnf).is_empty(), "{cnf}");
        }
    }
}
