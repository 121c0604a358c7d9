//! People, below the web: names, passwords and their pool, sessions, the login decision.

mod address_limit;
mod browser_session;
mod login;
mod password;
mod password_pool;
mod profile;
mod setting;
mod throttle;
mod username;
mod users;
