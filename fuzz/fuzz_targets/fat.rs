//! FAT and exFAT volumes: whatever the bytes are, the walk ends, and the same is read twice.
#![no_main]

use ftpsift::evidence::filesystem::signature::Kind;
use ftpsift_fuzz::volume;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    volume::walk_twice(if bytes.get(3..11) == Some(b"EXFAT   ") { Kind::ExFat } else { Kind::Fat }, bytes);
});
