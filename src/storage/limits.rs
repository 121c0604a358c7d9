//! The limits that hold for whatever is stored, on every backend.

use super::port::Fault;
use serde_json::value::RawValue;

/// The longest key, in bytes. The empty key is the store's own.
pub const MAX_KEY_BYTES: usize = 1024;
/// The longest value, in bytes.
pub const MAX_VALUE_BYTES: usize = 64 * 1024;
/// The longest audit event, in bytes.
pub const MAX_EVENT_BYTES: usize = 64 * 1024;

/// Refuses the empty key and keys over [`MAX_KEY_BYTES`].
pub(super) fn check_key(key: &[u8]) -> Result<(), Fault> {
    match key.len() {
        0 => Err(Fault::broken("a unit of work wrote to the empty key, which belongs to the store")),
        1..=MAX_KEY_BYTES => Ok(()),
        long => Err(Fault::broken(format!("a key of {long} bytes is over the limit of {MAX_KEY_BYTES}"))),
    }
}

/// Refuses what [`check_key`] refuses, and values over [`MAX_VALUE_BYTES`].
pub(super) fn check_pair(key: &[u8], value: &[u8]) -> Result<(), Fault> {
    check_key(key)?;
    match value.len() {
        0..=MAX_VALUE_BYTES => Ok(()),
        long => Err(Fault::broken(format!("a value of {long} bytes is over the limit of {MAX_VALUE_BYTES}"))),
    }
}

/// Refuses whatever is not one JSON object on one line of at most [`MAX_EVENT_BYTES`].
///
/// The audit log is read line by line, so a newline that got in would forge an entry.
pub(super) fn check_event(event: &[u8]) -> Result<(), Fault> {
    if event.len() > MAX_EVENT_BYTES {
        return Err(Fault::broken(format!(
            "an audit event of {} bytes is over the limit of {MAX_EVENT_BYTES}",
            event.len()
        )));
    }
    let object = event.first() == Some(&b'{') && event.last() == Some(&b'}');
    let one_line = !event.iter().any(|byte| matches!(byte, b'\n' | b'\r'));
    if object && one_line && serde_json::from_slice::<&RawValue>(event).is_ok() {
        Ok(())
    } else {
        Err(Fault::broken("an audit event is not one JSON object on one line"))
    }
}
