//! The way to other servers, with real sockets. Nothing here leaves the machine.

mod outbound;
mod server;
