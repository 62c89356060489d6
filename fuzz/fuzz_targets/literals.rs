//! Source code, SQL, tasks and exports of the registry through the emulation: what comes out stays within the caps, comes
//! from lines that exist, and is the same every time.
#![no_main]

use ftpsift::base::text;
use ftpsift_fuzz::emulated;
use libfuzzer_sys::fuzz_target;

const NAMES: &[&str] = &[
    "a.c", "a.java", "a.cs", "a.js", "a.go", "a.rs", "a.py", "a.pl", "a.php", "a.rb", "a.pas", "a.au3", "a.sql", "a.json",
    "a.xml", "a.reg", "a.url", "a.log",
];

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, bytes)) = bytes.split_first() else { return };
    let Some(text) = text::decode(bytes) else { return };
    let Some(reading) = emulated::reading(&text, NAMES[usize::from(*choice) % NAMES.len()]) else { return };
    emulated::assert_bounded(&reading, text.lines().count() as u32);
});
