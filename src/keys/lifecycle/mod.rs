//! The life of keys: the policy, the plan, and the units of work that carry it out.
//!
//! # Times
//!
//! A key is given its absolute times when it is made, and a changed configuration never moves what has happened.
//! The times are minimums: a turn that is late (the server was off, the spare was not ready, the disk was full)
//! leaves the old key signing for as long, and moves its retirement and removal by the delay. Three rules are never
//! bent by lateness:
//!
//! 1. A spare signs no earlier than the whole lead time after it was seen in the *served* JWKS: first the view with
//!    it is swapped in, then the instant is noted ([`Step::Serve`]), then the lead time counts. Exceptions: the very
//!    first key of a new server, and an emergency, which takes the spare as it is.
//! 2. A key that retires at `t` stays published until `t` plus the longest token life that it was ever bound to,
//!    plus the skew. A longer life in the configuration is first written to the key, and only then used.
//! 3. For a while after a start, or after the clock was set back ([`Moment::steady_since`]), nothing turns and nothing is
//!    removed, so that a verifier that could not reach us has time to fetch: `2 * max-age` for a turn, token life
//!    and skew for a removal. Emergencies do not wait.
//!
//! A clock that jumps ahead counts as time that passed: it cannot be told from a machine that slept. Tokens that were
//! issued while the clock ran ahead may lose their key before they expire.
//!
//! Shortening `jwks_max_age` and `publish_ahead` at once leaves copies of the JWKS at large that are older than the
//! new lead time: shorten the max-age first, and the lead time once the old max-age has passed.

mod apply;
mod order;
mod plan;
mod policy;
mod transition;

pub use apply::{apply, load_all};
pub use order::{Emergency, Turn, revoke, rewrap, rotate_now};
pub use plan::{Moment, Plan, Step, is_founding, plan};
pub use policy::{KeyPolicy, PolicyError};
pub use transition::Transition;
