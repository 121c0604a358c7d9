//! The pages for a device that waits: its code is typed, what asks is shown, the person answers. RFC 8628 §3.3.

pub mod code;
pub mod confirm;
pub mod done;

use crate::records::Interaction;
use crate::web::extract::Visit;
use crate::web::routes;

/// Where a person who has signed in for this interaction goes on: to what asks.
pub fn after_login(visit: &Visit, waiting: &Interaction) -> String {
    let path = if waiting.device.is_some() { routes::DEVICE_CONFIRM } else { routes::RESUME };
    format!("{}?interaction={}", visit.href(path), waiting.id)
}
