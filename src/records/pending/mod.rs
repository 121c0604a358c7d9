//! What waits to be taken up, once: each ends with its use or with its time.

mod authorization_code;
mod device_authorization;
mod interaction;
mod logout_notice;
mod pushed_request;

pub use authorization_code::AuthorizationCode;
pub use device_authorization::{DeviceAnswer, DeviceAuthorization, UserCode};
pub use interaction::{Interaction, WaitingDevice};
pub use logout_notice::LogoutNotice;
pub use pushed_request::PushedRequest;
