//! Storage: one conformance suite for every backend, and what only the store on disk has to stand.

mod conformance;
mod memory;
