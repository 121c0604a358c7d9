//! Storage: one conformance suite for every backend, and what only the store on disk has to stand.

mod audit;
mod conformance;
mod damage;
mod disk;
mod kill;
mod memory;
mod model;
mod sample;
