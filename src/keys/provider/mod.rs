//! The `CryptoProvider` of `jsonwebtoken`, on openssl: for tokens that others sign.
