//! The checks of an authorization request, one file each, in the order of [`super::parse`]. Each takes the
//! parameters and gives a value, or the error that the client is sent.

mod claims;
mod dpop_jkt;
mod id_token_hint;
mod max_age;
mod origin;
mod pkce;
mod prompt;
mod response_mode;
mod response_type;
mod scope;
mod texts;

pub(super) use claims::{acr_values, claims};
pub(super) use dpop_jkt::dpop_jkt;
pub(super) use id_token_hint::id_token_hint;
pub(super) use max_age::max_age;
pub(super) use origin::origin;
pub(super) use pkce::pkce;
pub(super) use prompt::prompt;
pub use response_mode::RESPONSE_MODES;
pub(super) use response_mode::{of_answer, response_mode};
pub(super) use response_type::response_type;
pub(in crate::oauth) use scope::{resource, scope};
pub(super) use texts::{login_hint, nonce, state, ui_locales};

use crate::act::Act;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The identifier of a new interaction: 128 random bits.
pub(super) fn new_id(act: &Act) -> String {
    URL_SAFE_NO_PAD.encode(act.seed.expand_16("interaction"))
}
