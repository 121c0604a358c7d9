//! From a request to typed values.

mod bearer;
mod call;
mod params;

pub use bearer::bearer;
pub use call::{Call, RequestId};
pub use params::{FormParams, query};
