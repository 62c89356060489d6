//! A batch file through the emulation: what comes out stays within the caps, comes from lines that exist, and is the same a
//! second time.
#![no_main]

use ftpsift::base::text;
use ftpsift_fuzz::emulated;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some(text) = text::decode(bytes) else { return };
    let Some(reading) = emulated::reading(&text, "a.bat") else { return };
    emulated::assert_bounded(&reading, text.lines().count() as u32);
});
