//! Devices that cannot show our pages: a person answers for them at another screen. RFC 8628.
//!
//! ```text
//! device: authorization --> codes --> polls with the device code (grants::device_code)
//! person: enter the user code --> interaction --> sign in --> allow or deny
//! ```
//!
//! The person's part is an interaction like that of an authorization request, bound to one browser, whose answer goes
//! to the waiting device and to no redirect URI.

mod answer;
mod authorization;
mod enter;
mod guesses;
mod user_code;

pub use answer::{allow, deny, is_fresh, load};
pub use authorization::{Codes, Request, decide, parse};
pub use enter::{TYPED_TOO_OFTEN, enter};
pub use user_code::UserCodeText;
