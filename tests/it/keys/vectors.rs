//! The published examples.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey::keys::{Algorithm, OpensslSigner, Signer as _, VerifyingKey, thumbprint};
use latchkey::records::PublicKey;
use openssl::pkey::{Id, PKey};

const CLAIMS: &str =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

fn rsa_of_rfc_7515() -> PublicKey {
    let n = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-\
             SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-\
             UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2et\
             hFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
    PublicKey::Rsa { n: n.to_owned(), e: "AQAB".to_owned() }
}

fn ec_of_rfc_7515() -> PublicKey {
    PublicKey::Ec {
        crv: "P-256".to_owned(),
        x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU".to_owned(),
        y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0".to_owned(),
    }
}

fn okp_of_rfc_8037() -> PublicKey {
    let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    PublicKey::Okp { crv: "Ed25519".to_owned(), x: x.to_owned() }
}

/// Signing input and signature of each example.
fn examples() -> [(Algorithm, PublicKey, String, &'static str); 3] {
    [
        (
            Algorithm::Rs256,
            rsa_of_rfc_7515(),
            format!("eyJhbGciOiJSUzI1NiJ9.{CLAIMS}"),
            "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJd\
             bF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN93\
             83LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhW\
             kWywlVmtVrBp0igcN_IoypGlUPQGe77Rw",
        ),
        (
            Algorithm::Es256,
            ec_of_rfc_7515(),
            format!("eyJhbGciOiJFUzI1NiJ9.{CLAIMS}"),
            "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
        ),
        (
            Algorithm::EdDsa,
            okp_of_rfc_8037(),
            "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc".to_owned(),
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
        ),
    ]
}

/// RFC 7515 A.2 and A.3, RFC 8037 A.5.
#[test]
fn the_published_signatures_verify_and_a_changed_bit_does_not() {
    for (algorithm, public, input, signature) in examples() {
        let key = VerifyingKey::parse(algorithm, &public).unwrap();
        let mut signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        assert!(key.verify(input.as_bytes(), &signature), "{algorithm:?}");
        assert!(!key.verify(format!("{input}x").as_bytes(), &signature), "{algorithm:?}");
        signature[9] ^= 1;
        assert!(!key.verify(input.as_bytes(), &signature), "{algorithm:?}");
        assert!(!key.verify(input.as_bytes(), &signature[1..]), "{algorithm:?}");
        assert!(!key.verify(input.as_bytes(), &[]), "{algorithm:?}");
    }
}

/// RFC 7638 §3.1, RFC 8037 A.3.
#[test]
fn the_published_thumbprints_come_out() {
    let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4\
             n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0\
             zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-c\
             sFCur-kEgU8awapJzKnqDKgw";
    let rsa = PublicKey::Rsa { n: n.to_owned(), e: "AQAB".to_owned() };
    assert_eq!(thumbprint(&rsa), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    assert_eq!(thumbprint(&okp_of_rfc_8037()), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

/// RFC 8037 A.4: Ed25519 is deterministic, so the signature itself must come out.
#[test]
fn the_published_ed25519_key_signs_as_published() {
    let d = URL_SAFE_NO_PAD.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").unwrap();
    let der = PKey::private_key_from_raw_bytes(&d, Id::ED25519).unwrap().private_key_to_pkcs8().unwrap();
    let kid = thumbprint(&okp_of_rfc_8037());
    let signer = OpensslSigner::parse(&kid, Algorithm::EdDsa, &der).unwrap();
    let [_, _, (_, _, input, signature)] = examples();
    assert_eq!(URL_SAFE_NO_PAD.encode(signer.sign(input.as_bytes()).unwrap()), signature);
    assert!(OpensslSigner::parse("another", Algorithm::EdDsa, &der).is_err());
    assert!(OpensslSigner::parse(&kid, Algorithm::Es256, &der).is_err());
}

#[test]
fn a_key_of_another_kind_or_off_its_curve_is_refused() {
    assert!(VerifyingKey::parse(Algorithm::Rs256, &ec_of_rfc_7515()).is_none());
    assert!(VerifyingKey::parse(Algorithm::EdDsa, &ec_of_rfc_7515()).is_none());
    assert!(VerifyingKey::parse(Algorithm::Es256, &okp_of_rfc_8037()).is_none());
    let x = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU".to_owned();
    let off = PublicKey::Ec { crv: "P-256".to_owned(), x: x.clone(), y: x };
    assert!(VerifyingKey::parse(Algorithm::Es256, &off).is_none());
}
