//! What the server does by itself.

mod outbox;
