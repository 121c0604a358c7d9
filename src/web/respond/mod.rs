//! Renderers: one for each audience.

pub mod page;
pub mod page_error;
