//! Shadow copies of a volume: reads stay inside, and the same bytes come twice.
#![no_main]

use ftpsift::base::bytes::ReadAt;
use ftpsift::base::limits::Limits;
use ftpsift::base::source::Source;
use ftpsift::evidence::recover::shadow_copy::snapshots;
use libfuzzer_sys::fuzz_target;
use std::sync::Arc;

fuzz_target!(|bytes: &[u8]| {
    let volume: Source = Arc::new(bytes.to_vec());
    let limits = Limits { shadow_copies: 8, shadow_copy_blocks: 4096, ..Limits::default() };
    let (copies, _) = snapshots(&volume, &limits);
    assert!(copies.len() <= limits.shadow_copies);
    let (mut once, mut twice) = (vec![0u8; 40_000], vec![1u8; 40_000]);
    for (index, copy) in copies.iter().enumerate() {
        assert_eq!(copy.number, index + 1);
        assert!(copy.source.len() <= volume.len());
        let mut offset = 0;
        while offset < copy.source.len() {
            let first = copy.source.read_at(offset, &mut once).ok();
            let again = copy.source.read_at(offset, &mut twice).ok();
            assert_eq!(first, again);
            let count = first.unwrap_or(0);
            assert_eq!(once[..count], twice[..count]);
            assert!(count as u64 <= copy.source.len() - offset);
            offset += 32_768;
        }
    }
});
