//! A program in JScript, or a page that holds scripts, through the emulation: what comes out stays within the caps, comes from
//! lines that exist, and is the same a second time.
#![no_main]

use ftpsift_fuzz::emulated;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    emulated::program(bytes, &["a.js", "a.hta", "a.wsf"]);
});
