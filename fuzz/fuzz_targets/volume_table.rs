//! Tables of partitions: whatever the bytes are, partitions and gaps lie on the medium, in order, and twice the same.
#![no_main]

use ftpsift::base::bytes::ReadAt;
use ftpsift::base::limits::Limits;
use ftpsift::evidence::volume::{self, Scheme};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let medium = bytes.to_vec();
    let limits = Limits { partitions: 256, ..Limits::default() };
    let (table, told) = volume::read(&medium, &limits);
    let length = ReadAt::len(&medium);
    assert!(table.scheme != Scheme::None || (table.partitions.len() == 1 && told.is_empty()));
    assert!(table.partitions.len() <= limits.partitions + 4);
    assert!(table.partitions.iter().all(|partition| partition.range.end <= length));
    assert!(table.partitions.is_sorted_by_key(|partition| partition.range.start));
    assert!(table.gaps.iter().all(|gap| gap.start < gap.end && gap.end <= length));
    assert_eq!(volume::read(&medium, &limits).0, table);
});
