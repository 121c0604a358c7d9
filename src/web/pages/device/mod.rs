//! The pages for a device that waits: its code is typed, what asks is shown, the person answers. RFC 8628 §3.3.

pub mod code;
pub mod confirm;
pub mod done;
