#![no_main]

#[path = "../parsers.rs"]
#[allow(dead_code, reason = "each target takes one of them")]
mod parsers;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| parsers::details(bytes));
