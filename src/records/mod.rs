//! Stored records.
mod tenant;
pub use tenant::Tenant;
