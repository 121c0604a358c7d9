//! What happens to every request and every response: [`Edge`] gives the request its id, puts pages in the place of
//! bare errors, adds the headers of security, and writes the line of the access log.

mod access_log;
mod cors;
mod edge;
mod error_page;
mod host;
mod request_id;
mod security_headers;

pub use cors::open;
pub use edge::Edge;
pub use request_id::RequestId;
pub use security_headers::page_policy;
