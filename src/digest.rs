//! SHA-256 and HMAC-SHA-256, as the hot path needs them: of short texts, many thousand times a second.
//!
//! OpenSSL's general interface looks an algorithm up at each call, which costs several times what hashing a short text
//! does. So its SHA-256 is called directly, and HMAC (RFC 2104 §2) is put together from it here.

use openssl::sha::Sha256;

/// The block size of SHA-256, in bytes. FIPS 180-4 §1.
const BLOCK: usize = 64;

/// SHA-256 of `parts`, one behind the other.
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finish()
}

/// HMAC-SHA-256 under a key of 256 bits of `parts`, one behind the other.
///
/// Where a part can vary in length, the caller sees to it that no two lists of parts read the same.
pub fn hmac_sha256(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut inner = Sha256::new();
    inner.update(&padded(key, 0x36));
    for part in parts {
        inner.update(part);
    }
    sha256(&[&padded(key, 0x5c), &inner.finish()])
}

/// The key, filled up to a block with zeroes, with `pad` added to each byte. RFC 2104 §2.
fn padded(key: &[u8; 32], pad: u8) -> [u8; BLOCK] {
    let mut block = [pad; BLOCK];
    for (byte, key) in block.iter_mut().zip(key) {
        *byte ^= key;
    }
    block
}

#[cfg(test)]
mod tests {
    use super::*;
    use openssl::hash::MessageDigest;
    use openssl::pkey::PKey;
    use openssl::sign::Signer;

    /// FIPS 180-4's example, whole and in parts.
    #[test]
    fn the_published_hash_comes_out() {
        let expected = [
            0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
            0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad,
        ];
        assert_eq!(sha256(&[b"abc"]), expected);
        assert_eq!(sha256(&[b"a", b"", b"bc"]), expected);
    }

    proptest::proptest! {
        /// OpenSSL's own HMAC is the measure.
        #[test]
        fn hmac_is_openssls(key: [u8; 32], parts: Vec<Vec<u8>>) {
            let borrowed: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
            let own = PKey::hmac(&key).unwrap();
            let mut signer = Signer::new(MessageDigest::sha256(), &own).unwrap();
            signer.update(&parts.concat()).unwrap();
            proptest::prop_assert_eq!(hmac_sha256(&key, &borrowed).to_vec(), signer.sign_to_vec().unwrap());
        }
    }
}
