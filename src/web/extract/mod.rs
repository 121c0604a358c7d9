//! From a request to typed values.

mod access_token;
mod body;
pub mod browser_session;
mod call;
pub mod client_certificate;
pub mod client_ip;
pub mod cookie;
pub mod csrf;
pub mod dpop;
pub mod interaction_cookie;
pub mod language;
mod page_form;
mod params;
mod visit;

pub use access_token::{Presented, access_token};
pub use body::JsonBody;
pub use call::Call;
pub use page_form::PageForm;
pub use params::{FormParams, query};
pub use visit::Visit;
