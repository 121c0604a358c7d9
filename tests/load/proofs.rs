//! What a client signs, made before the load, so that the load measures the server alone.
//!
//! - `proofs key FILE`: makes a P-256 key and prints its public half as a JWK set.
//! - `proofs sign FILE COUNT CLIENT_ID ISSUER BATCH`: prints so many lines of a client assertion, a tab and a `DPoP` proof
//!   for the token endpoint, each with an identifier of its own, in which the batch is named.
//! - `proofs cost THREADS`: prints what two verifications and one signature cost through openssl alone, in microseconds of
//!   one core, while so many threads do nothing else: a core is slower where its neighbours are busy too, as they are under
//!   load.

use std::error::Error;
use std::io::{BufWriter, Write as _};
use std::thread;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcKey};
use openssl::ecdsa::EcdsaSig;
use openssl::nid::Nid;
use openssl::pkey::Private;
use openssl::sha::sha256;
use serde_json::{Value, json};

/// How often each is done for `cost`.
const ROUNDS: u32 = 10_000;

type Key = EcKey<Private>;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["key", file] => {
            let key = EcKey::generate(&*EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?)?;
            std::fs::write(file, key.private_key_to_pem()?)?;
            println!("{}", json!({ "keys": [jwk(&key)?] }));
            Ok(())
        }
        ["sign", file, count, client_id, issuer, batch] => {
            let key = EcKey::private_key_from_pem(&std::fs::read(file)?)?;
            sign(&key, count.parse()?, client_id, issuer, batch)
        }
        ["cost", threads] => {
            println!("{:.1}", mean_cost(threads.parse()?)?);
            Ok(())
        }
        _ => {
            Err("proofs key FILE | proofs sign FILE COUNT CLIENT_ID ISSUER BATCH | proofs cost THREADS"
                .into())
        }
    }
}

fn jwk(key: &Key) -> Result<Value, Box<dyn Error>> {
    let (mut x, mut y) = (BigNum::new()?, BigNum::new()?);
    key.public_key().affine_coordinates(key.group(), &mut x, &mut y, &mut *BigNumContext::new()?)?;
    let text = |n: &BigNum| Ok::<_, Box<dyn Error>>(URL_SAFE_NO_PAD.encode(n.to_vec_padded(32)?));
    Ok(json!({ "kty": "EC", "crv": "P-256", "x": text(&x)?, "y": text(&y)? }))
}

#[allow(clippy::disallowed_methods, reason = "a client has a clock of its own")]
fn sign(key: &Key, count: u32, client_id: &str, issuer: &str, batch: &str) -> Result<(), Box<dyn Error>> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let (assertion, proof) = (
        json!({ "alg": "ES256", "typ": "JWT" }),
        json!({ "alg": "ES256", "typ": "dpop+jwt", "jwk": jwk(key)? }),
    );
    let mut out = BufWriter::new(std::io::stdout().lock());
    for n in 0..count {
        let jti = format!("{now}-{batch}-{n}");
        let claims = json!({ "iss": client_id, "sub": client_id, "aud": issuer, "jti": jti, "iat": now, "exp": now + 120 });
        let shown = json!({ "jti": jti, "htm": "POST", "htu": format!("{issuer}/token"), "iat": now });
        writeln!(out, "{}\t{}", jws(key, &assertion, &claims)?, jws(key, &proof, &shown)?)?;
    }
    Ok(())
}

fn jws(key: &Key, header: &Value, claims: &Value) -> Result<String, Box<dyn Error>> {
    let [header, claims] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
    let input = format!("{header}.{claims}");
    let signature = EcdsaSig::sign(&sha256(input.as_bytes()), key)?;
    let bytes = [signature.r().to_vec_padded(32)?, signature.s().to_vec_padded(32)?].concat();
    Ok(format!("{input}.{}", URL_SAFE_NO_PAD.encode(bytes)))
}

/// What each of so many threads measures, on average.
fn mean_cost(threads: u32) -> Result<f64, Box<dyn Error>> {
    let measure = |_| thread::spawn(|| cost().map_err(|error| error.to_string()));
    let running: Vec<_> = (0..threads).map(measure).collect();
    let mut sum = 0.0;
    for thread in running {
        sum += thread.join().map_err(|_| "a thread panicked")??;
    }
    Ok(sum / f64::from(threads))
}

/// Two ES256 signatures verified, one made, each over a token of the usual length: the digest, the curve, and R and S as a
/// JWS has them (RFC 7518 §3.4). The keys are parsed beforehand.
fn cost() -> Result<f64, Box<dyn Error>> {
    let key = EcKey::generate(&*EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?)?;
    let token = [b'x'; 400];
    let sign = || -> Result<Vec<u8>, Box<dyn Error>> {
        let signature = EcdsaSig::sign(&sha256(&token), &key)?;
        Ok([signature.r().to_vec_padded(32)?, signature.s().to_vec_padded(32)?].concat())
    };
    let signature = sign()?;
    let (r, s) = signature.split_at(32);
    let began = Instant::now();
    for _ in 0..ROUNDS {
        sign()?;
        for _ in 0..2 {
            let signature =
                EcdsaSig::from_private_components(BigNum::from_slice(r)?, BigNum::from_slice(s)?)?;
            if !signature.verify(&sha256(&token), &key)? {
                return Err("a signature that was just made is wrong".into());
            }
        }
    }
    Ok(began.elapsed().as_secs_f64() * 1e6 / f64::from(ROUNDS))
}
