//! What the documents say is true: the map of clauses is what the marks in the source give, links lead somewhere,
//! and files that are named exist.

mod clients;
mod markdown;
mod readme;
mod spec_map;
