#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| properties::check("third_party_file", data));
