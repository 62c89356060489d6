//! ISO 9660 volumes: whatever the bytes are, the walk ends, and the same is read twice.
#![no_main]

use ftpsift::evidence::filesystem::signature::Kind;
use ftpsift_fuzz::volume;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    volume::walk_twice(Kind::Iso9660, bytes);
});
