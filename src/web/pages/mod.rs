//! The pages that people see: one file a page, with its struct, its form, its handlers and its samples; the
//! template of the same name lies in `templates/pages`.

pub mod check_session;
pub mod consent;
pub mod device;
pub mod error;
pub mod form_post;
pub mod index;
pub mod login;
pub mod logout;
pub mod select_account;
pub mod setup;
pub mod signed_out;

use crate::web::respond::page::{Frame, Sample};
use crate::web::respond::{leaving, signing_out};

/// Every page in every look that it can have, under the page's name.
pub fn samples(frame: &Frame) -> Vec<(&'static str, Vec<Sample>)> {
    vec![
        ("login", login::samples(frame)),
        ("select_account", select_account::samples(frame)),
        ("consent", consent::samples(frame)),
        ("form_post", form_post::samples(frame)),
        ("device_code", device::code::samples(frame)),
        ("device_confirm", device::confirm::samples(frame)),
        ("device_done", device::done::samples(frame)),
        ("logout", logout::samples(frame)),
        ("signing_out", signing_out::samples(frame)),
        ("signed_out", signed_out::samples(frame)),
        ("leaving", leaving::samples(frame)),
        ("index", index::samples(frame)),
        ("setup", setup::samples(frame)),
        ("error", error::samples(frame)),
    ]
}
