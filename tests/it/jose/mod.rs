//! What others sign, and their keys: the published examples, and what project Wycheproof taught to look for.

mod keys;
mod published;
mod tokens;
