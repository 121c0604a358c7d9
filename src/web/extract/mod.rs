//! From a request to typed values.

mod bearer;
mod body;
pub mod browser_session;
mod call;
pub mod client_certificate;
pub mod client_ip;
pub mod cookie;
pub mod csrf;
pub mod interaction_cookie;
pub mod language;
mod page_form;
mod params;
mod visit;

pub use bearer::bearer;
pub use call::Call;
pub use page_form::PageForm;
pub use params::{FormParams, query};
pub use visit::Visit;
