//! Trusted issuers: others whose signed word we take for who somebody is. RFC 7521, RFC 7523 §3.
//!
//! Kubernetes and its service accounts, CI systems and their jobs, SPIFFE and its workloads (JWT-SVID), or another
//! authorization server. Which of their subjects count, and for what, the configuration says; see [`TrustedIssuer`].
//!
//! ```text
//! token --find--> Candidate --keys--> verify --> Assertion
//! ```

mod assertion;
mod confirmation;
mod issuer;

pub use assertion::{Assertion, Candidate, UNBOUND, Unverified, find, keys_unavailable};
pub use issuer::{IssuerKeys, SubjectPattern, TrustedIssuer};
