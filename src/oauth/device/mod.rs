//! Devices that cannot show our pages: a person answers for them at another screen. RFC 8628.
//!
//! ```text
//! device: authorization --> codes --> polls with the device code (grants::device_code)
//! person: enter the user code --> interaction --> sign in --> allow or deny
//! ```
//!
//! The person's part is an interaction like that of an authorization request, bound to one browser, whose answer goes
//! to the waiting device and to no redirect URI.

// Not done: RFC 8628 §5.3, §5.5: what is seen over the shoulder, or who made the device, no server can know.
// Not done: RFC 8628 §5.7: codes by sound or radio: ours are read and typed.
mod answer;
mod authorization;
mod enter;
mod guesses;
mod user_code;

pub use answer::{allow, deny, is_fresh, load};
pub use authorization::{Codes, Request, decide, parse};
pub use enter::{TYPED_TOO_OFTEN, enter};
pub use guesses::forgiven_at;
pub use user_code::UserCodeText;
