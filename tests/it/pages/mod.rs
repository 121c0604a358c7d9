//! The pages: how they look, what they say, and what they refuse.

mod contrast;
mod samples;
mod templates;
